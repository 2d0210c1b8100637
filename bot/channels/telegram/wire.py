"""The wire to the Bot API: python-telegram-bot's client, with bounded waiting, idempotency keys and no token in any log."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
import telegram
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels.files import FileRefused, read_file
from bot.channels.pool import Pool
from bot.channels.proxies import proxy_for
from bot.channels.telegram.failures import ApiRefused

_key: ContextVar[str | None] = ContextVar("telegram_idempotency_key", default=None)


@contextmanager
def keyed(key: str) -> Iterator[None]:
    """Calls made inside carry `Idempotency-Key: key`.

    Telegram itself ignores the header; a gateway in between may honour it, and a request log is easier to read with it.
    """
    token = _key.set(key)
    try:
        yield
    finally:
        _key.reset(token)


class Request(BaseRequest):
    """One bounded pool of connections, whose refusals keep the status and the waiting time Telegram named.

    In place of the library's own, which needs three times the processor for a message; its exceptions are aiohttp's.
    """

    def __init__(self, *, connections: int, timeout: float) -> None:
        self._pool = Pool(connections, timeout=timeout)

    @property
    def read_timeout(self) -> float:
        return self._pool.timeout

    async def initialize(self) -> None:
        self._pool.open()

    async def shutdown(self) -> None:
        await self._pool.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        *_timeouts: Any,
        **_more_timeouts: Any,
    ) -> tuple[int, bytes]:
        patience = self._pool.timeout if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        headers = {"User-Agent": self.USER_AGENT}
        if (key := _key.get()) is not None:
            headers["Idempotency-Key"] = quote(key, safe="/:.")  # a header takes no blanks, accents or line ends
        body = request_data.json_parameters if request_data else None
        async with self._asked(method, url, patience, data=body, headers=headers) as answer:
            status, payload = answer.status, await answer.read()
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            raise refusal(status, payload)
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """As the library does, but that a "no" is known also where a server in between made it a 200."""
        try:
            body = json.loads(payload.decode("utf-8", "replace"))  # takes halves of emoji, too, which the translator mends
        except ValueError as error:
            raise TelegramError("the answer is not JSON") from error
        if isinstance(body, dict) and body.get("ok") is False:
            raise refusal(HTTPStatus.OK, payload)
        return body

    async def file(self, url: str, most: int) -> bytes:
        """What stands at `url`, at most so many bytes.

        Raises:
            FileRefused: it is larger, or not there.
            ApiRefused: the server does not hand it out just now.
            aiohttp.ClientError, TimeoutError: no answer, or one that was cut.
        """
        async with self._asked("GET", url, self._pool.timeout) as answer:
            if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                raise refusal(answer.status, b"")
            if answer.status != HTTPStatus.OK:
                raise FileRefused(f"the file is not there any more ({answer.status}); ask the customer to send it again", "gone")
            return await read_file(answer, most)

    def _asked(self, method: str, url: str, patience: float, **more: Any) -> Any:
        waiting = self._pool.waiting(patience)
        proxy = proxy_for(*urlsplit(url)[:2])
        return self._pool.open().request(method, url, proxy=proxy, timeout=waiting, allow_redirects=False, **more)


class Wire(telegram.Bot):
    """Calls of the Bot API by name, answered with plain JSON.

    The library's typed methods would raise on an answer whose shape has moved on, after the message was delivered.
    """

    async def call(self, method: str, parameters: Mapping[str, Any], *, patience: float | None = None) -> Any:
        """The `result` of one call; `patience` is how long to wait for it, in seconds, when not the usual time."""
        read_timeout = BaseRequest.DEFAULT_NONE if patience is None else patience
        return await self._post(method, dict(parameters), read_timeout=read_timeout)


def quiet_libraries() -> None:
    """Keep the libraries underneath from logging URLs, which contain the token, and bodies, which are people's words."""
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)


def refusal(status: int, payload: bytes) -> ApiRefused:
    """What an answer says no to; the code in its body counts where the status does not tell."""
    try:
        body = orjson.loads(payload)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):  # a proxy in between, with a page of its own
        return ApiRefused(status, "no reason given")
    code, parameters = body.get("error_code"), body.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return ApiRefused(
        code if status < HTTPStatus.BAD_REQUEST and isinstance(code, int) else status,
        str(body.get("description") or "no reason given"),
        retry_after=float(wait) if isinstance(wait, int | float) else None,
    )
