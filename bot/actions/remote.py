"""Actions that another server runs, by the protocol of rasa-sdk's action server: one POST, slots and words back.

They run outside any transaction and within a limit. After a crash, or when another worker takes the turn over, an action is
run again for the same message: `latest_message.metadata.idempotency_key` (and the header `Idempotency-Key`) is the same both
times, so that an action which books or pays can tell. What fails, for whatever reason, is a failed action to the flow: nothing
it might have said is said, and a person takes over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import aiohttp
import orjson
import structlog

from bot.actions.context import ActionContext, ActionResult
from bot.actions.registry import Action
from bot.actions.remote_answer import Unreadable, read_answer
from bot.dialogue.domain import Domain
from handoff.case import Line
from nlu.understanding import Understanding

log = structlog.get_logger(__name__)

VERSION = "3.6.21"
"""Of the protocol: the Rasa whose action servers are spoken to. rasa-sdk warns its operator of others."""
_LONGEST_ANSWER = 1_000_000


class ActionServer:
    """One action server. Its address may hold a secret and is never logged."""

    def __init__(self, url: str, domain: Domain, *, seconds: float, told: Mapping[str, Any] | None = None) -> None:
        """`told` is the domain as actions read it, in Rasa's form; `seconds` the longest one call may take."""
        self._url, self._domain, self._seconds = url, domain, seconds
        self._told = told or {}
        self._session: aiohttp.ClientSession | None = None

    def actions(self, names: Collection[str]) -> Iterator[Action]:
        """These actions, run over there."""
        for name in sorted(names):
            yield Action(name, _Remote(self, name).run, outside=True)

    async def run(self, name: str, context: ActionContext) -> ActionResult:
        """Run an action over there. Never raises for what goes wrong there: the result is then `failed`."""
        try:
            answer = await self._post(call_of(name, context, self._domain, self._told), context.key)
            return read_answer(answer, name, self._domain, context.slots)
        except TimeoutError:
            why = f"the action server did not answer within {self._seconds:g} s"
        except (aiohttp.ClientError, OSError) as error:
            why = f"the action server cannot be reached ({type(error).__name__}); see FILROUGE_ACTION_ENDPOINT"
        except Unreadable as error:
            why = str(error)
        log.error("action_failed", action=name, conversation=context.conversation, why=why)
        return ActionResult(failed=True)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _post(self, call: Mapping[str, Any], key: str) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64), trust_env=False)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        body = orjson.dumps(call, default=str, option=orjson.OPT_NON_STR_KEYS)
        async with (
            asyncio.timeout(self._seconds),
            self._session.post(self._url, data=body, headers=headers, allow_redirects=False) as reply,
        ):
            read = bytearray()
            async for chunk in reply.content.iter_any():
                read += chunk
                if len(read) > _LONGEST_ANSWER:
                    raise Unreadable("the action server's answer is longer than a megabyte")
        if reply.status != 200:
            raise Unreadable(_refusal(reply.status))
        try:
            return orjson.loads(bytes(read))
        except ValueError:
            raise Unreadable(
                "the action server's answer is not JSON; see that FILROUGE_ACTION_ENDPOINT ends in /webhook"
            ) from None


class _Remote:
    """One action of a server."""

    def __init__(self, server: ActionServer, name: str) -> None:
        self._server, self._name = server, name

    async def run(self, context: ActionContext) -> ActionResult:
        return await self._server.run(self._name, context)


def _refusal(status: int) -> str:
    """What to do about an answer that is none. The server's own words stay there: they repeat what the customer wrote."""
    cure = {
        400: "the action rejected its own execution",
        404: "the action server knows no action of that name; register it there, or correct the name in domain.yml",
        500: "the action raised an error; the action server's log says which",
    }
    return cure.get(status, f"the action server answers {status}; see FILROUGE_ACTION_ENDPOINT")


def call_of(name: str, context: ActionContext, domain: Domain, told: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a call, as Rasa would write it."""
    now = context.now.timestamp()
    return {
        "next_action": name,
        "sender_id": context.conversation,
        "version": VERSION,
        "domain": told,
        "tracker": {
            "sender_id": context.conversation,
            "slots": {**dict.fromkeys(domain.slots), "language": context.language, **context.slots},
            "latest_message": _latest(context),
            "latest_event_time": now,
            "followup_action": None,
            "paused": False,
            "events": [_event(line) for line in context.transcript()],
            "latest_input_channel": context.channel,
            "active_loop": {},
            "latest_action": {},
            "latest_action_name": None,
        },
    }


def _latest(context: ActionContext) -> dict[str, Any]:
    meaning = context.heard
    more = {"idempotency_key": context.key, "language": context.language, **context.arguments}
    if meaning is None:
        return {"text": None, "intent": {}, "intent_ranking": [], "entities": [], "message_id": None, "metadata": more}
    guesses = [{"name": guess.name, "confidence": guess.confidence} for guess in meaning.ranking]
    return {
        "text": meaning.text,
        "intent": guesses[0] if guesses else {"name": None, "confidence": 0.0},
        "intent_ranking": guesses,
        "entities": _entities(meaning),
        "message_id": context.key,
        "metadata": more,
    }


def _entities(meaning: Understanding) -> list[dict[str, Any]]:
    return [
        {
            "entity": entity.name,
            "value": entity.value,
            "start": entity.start,
            "end": entity.end,
            "confidence_entity": entity.confidence,
            "extractor": entity.source,
            **({"role": entity.role} if entity.role else {}),
            **({"group": entity.group} if entity.group else {}),
        }
        for entity in meaning.entities
    ]


def _event(line: Line) -> dict[str, Any]:
    told = {"timestamp": line.at.timestamp(), "text": line.text, "metadata": {"author": line.author, "channel": line.channel}}
    if line.author == "customer":
        return {"event": "user", "input_channel": line.channel, "parse_data": {}, "message_id": None, **told}
    return {"event": "bot", "data": {}, **told}
