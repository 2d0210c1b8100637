"""Asks a running Rasa what a message means: `POST /model/parse`, with a limit to how long it may take."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import aiohttp

from nlu.entities import EntityFinder, learn
from nlu.errors import RasaFailed
from nlu.language import identify
from nlu.rasa.reading import read_answer
from nlu.text import LONGEST, tokens
from nlu.understanding import TrainingData, Understanding

SECONDS = 1.0
"""The longest a message waits for Rasa."""
_FIRST_SECONDS = 30.0
"""A model just loaded builds its graph with the first message."""
_HELLO = "bonjour"
_READS = re.compile(r"\w")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


class RasaClient:
    """A connection to one Rasa. Its methods raise `RasaFailed`, whose words hold neither the token nor a customer's."""

    def __init__(
        self,
        url: str = "",
        *,
        token: str = "",
        seconds: float = SECONDS,
        threshold: float = 0.3,
        grammar: bool = True,
    ) -> None:
        """`grammar`: whether days, hours, telephones and names are read by the house, beside what Rasa finds."""
        self.url = url
        """Where it is reached now; empty while it is nowhere."""
        self._token, self._threshold = token, threshold
        self.seconds = seconds
        self._ours = EntityFinder(learn(TrainingData())) if grammar else None
        self._session: aiohttp.ClientSession | None = None
        self.model = ""
        """Name of the model it has loaded, once `ready` has asked."""

    def __repr__(self) -> str:
        return f"RasaClient({self.url!r})"

    async def understand(self, text: str, *, language: str) -> Understanding:
        """What `text` means to Rasa. Raises `RasaFailed` when it does not answer in time, or not with a meaning."""
        spoken, sure = identify(text, language)
        asked, as_written = _to_ask(text, spoken)
        answer = await self._parse(asked, self.seconds) if asked else {"intent": {"name": None}}
        if not as_written:
            answer = {**answer, "entities": []}  # found in other words than the customer's
        return read_answer(
            answer,
            text,
            language=spoken,
            language_sure=sure,
            engine=f"rasa {self.model}".strip(),
            threshold=self._threshold,
            ours=self._ours.find(text, spoken) if self._ours is not None else (),
        )

    async def ready(self) -> None:
        """Return once it has a model and answers within the limit. Raises `RasaFailed` when it has none, or is too slow."""
        status = await self._asked("GET", "/status", None, self.seconds)
        file = str(status.get("model_file", "")) if isinstance(status, dict) else ""
        self.model = file.replace("\\", "/").rpartition("/")[2].removesuffix(".tar.gz")
        await self._parse(_HELLO, _FIRST_SECONDS)
        await self._parse(_HELLO, self.seconds)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _parse(self, text: str, seconds: float) -> dict[str, Any]:
        answer = await self._asked("POST", "/model/parse", {"text": text}, seconds)
        if not isinstance(answer, dict) or not isinstance(answer.get("intent"), dict):
            raise RasaFailed("what answers there is not Rasa's /model/parse; check FILROUGE_RASA_URL")
        return answer

    async def _asked(self, method: str, path: str, body: dict[str, str] | None, seconds: float) -> Any:
        if not self.url:
            raise RasaFailed("it is not running yet")
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64), trust_env=False)
        parameters = {"token": self._token} if self._token else {}
        try:
            async with (
                asyncio.timeout(seconds),
                self._session.request(method, self.url + path, params=parameters, json=body, allow_redirects=False) as reply,
            ):
                if reply.status in (401, 403):
                    raise RasaFailed("it refuses the token; set FILROUGE_RASA_TOKEN to what Rasa was given as --auth-token")
                if reply.status == 409:
                    raise RasaFailed("it has no model; load one, or start it with --model")
                if reply.status != 200:
                    raise RasaFailed(f"it answers {reply.status} to {path}")
                return await reply.json(content_type=None)
        except TimeoutError:
            raise RasaFailed(f"it did not answer within {seconds:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # Their own words hold the address with the token in it.
            raise RasaFailed(f"it cannot be reached or read ({type(error).__name__})") from None


def _to_ask(text: str, language: str) -> tuple[str, bool]:
    """What to send for a message, and whether it is the customer's own words, place for place.

    A message without a letter or a digit is sent as the words its emoji stand for, or not at all.
    """
    if not _READS.search(text[:LONGEST]):
        words = [word for word in tokens(text[:LONGEST], language) if word != "?"]
        return " ".join(words), False
    return _LONE_SURROGATE.sub("\ufffd", text[:LONGEST]), True
