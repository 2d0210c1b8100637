"""Rasa's REST channel contract: `POST /webhooks/rest/webhook`, one request and its answers.

Request `{"sender", "message", "metadata"}`; answer a list of `{"recipient_id", "text", "buttons", "image", "custom"}`. It goes
through the very same inbox and outbox as every channel and waits for its turn's answers, with a limit. A repeated
`metadata.message_id` of a sender gets the first one's answers again. Answers that were ready too late, or that an advisor wrote,
come with that sender's next request, in order, once. Its sender is an unproven claim.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson
from aiohttp import web
from sqlalchemy import Connection

from bot import metrics, signals
from bot.clock import Clock
from bot.messages import InboundMessage, Kind
from bot.storage import inbox, outbox
from bot.storage.database import Database
from bot.web.inbox_door import InboxDoor

PATH = "/webhooks/rest/webhook"
MAX_BODY = 64 * 1024
MAX_TEXT = 4000
MAX_ID = 200
BODY_SECONDS = 20.0
"""Longest a body may take to arrive: whoever sends it drop by drop only wants to hold the connection."""
LOOK_EVERY = 0.25
"""Seconds between looks at the database while waiting: another process may have taken the turn."""
GRACE = 2.0
"""Seconds granted to a turn that is being committed when a caller's limit passes."""
_PRESS = re.compile(r"/choice (\d{1,18}\.\d{1,3})")


class Refusal(Exception):
    """A request this door does not take: status and what to send instead."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class RestDoor:
    """The handler of the REST contract. `token` None leaves the door open (the demo)."""

    def __init__(
        self, door: InboxDoor, database: Database, board: signals.Signals, clock: Clock, *, token: str | None, wait_seconds: float
    ) -> None:
        self._door, self._database, self._board, self._clock = door, database, board, clock
        self._token, self._wait = token, wait_seconds

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request."""
        try:
            self._check_token(request)
            message = read_request(await read_body(request, MAX_BODY), self._clock)
        except Refusal as refusal:
            metrics.REFUSED.labels("rest", str(refusal.status)).inc()
            return json_response({"error": refusal.why}, status=refusal.status)
        rows = await self._answers(message)
        return json_response([write_answer(message.sender, row) for row in rows])

    def _check_token(self, request: web.Request) -> None:
        if self._token is not None and not bears(request, self._token):
            raise Refusal(401, "send the header Authorization: Bearer <FILROUGE_REST_TOKEN>")

    async def _answers(self, message: InboundMessage) -> list[Any]:
        accepted, answers = await self._door.ask(message)
        try:
            if accepted.owner in ("advisor", "store"):
                # A person speaks: nothing to wait for, but what they wrote since the last request is handed over.
                return await self._hand_over(accepted, take=True)
            if await self._handled(accepted, answers):
                return answers.result() if answers.done() else await self._hand_over(accepted, take=True)
        finally:
            given_up = self._door.requests.close(accepted.message, answers)
        if not given_up:  # the turn was just handing its answers over: a moment more, and they are there
            await asyncio.wait({answers}, timeout=GRACE)
        return answers.result() if answers.done() else await self._hand_over(accepted, take=False)

    async def _handled(self, accepted: inbox.Accepted, answers: asyncio.Future[Any]) -> bool:
        """Wait until the message's turn is committed; False when the limit passes first."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._wait
        signal = self._board.expect(signals.message(accepted.message))
        try:
            if not accepted.fresh and await self._is_handled(accepted):
                return True
            while (left := deadline - loop.time()) > 0:
                # The answers come from a turn of this process, the signal from any, and a look finds what had no signal.
                done, _ = await asyncio.wait(
                    {answers, signal}, timeout=min(LOOK_EVERY, left), return_when=asyncio.FIRST_COMPLETED
                )
                if done or await self._is_handled(accepted):
                    return True
            return False
        finally:
            self._board.forget(signals.message(accepted.message), signal)

    async def _is_handled(self, accepted: inbox.Accepted) -> bool:
        return await self._database.read(partial(inbox.handled, message_id=accepted.message))

    async def _hand_over(self, accepted: inbox.Accepted, *, take: bool) -> list[Any]:
        now = self._clock.now()

        def hand_over(connection: Connection) -> list[Any]:
            return outbox.hand_over(
                connection,
                identity_id=accepted.identity,
                request=accepted.message,
                fresh=accepted.fresh,
                now=now,
                take=take,
            )

        return await self._database.write(hand_over)


def bears(request: web.Request, token: str) -> bool:
    """Whether the request is sent with `Authorization: Bearer` and this token."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(errors="replace"), token.encode())


async def read_body(request: web.Request, most: int) -> bytes:
    """The raw body. Raises `Refusal`: 413 for one larger than `most` bytes, without reading on; 408 for one too slow."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read_body(request, most)
    except TimeoutError:
        raise Refusal(408, f"the body took longer than {BODY_SECONDS:.0f} s to arrive; send it again") from None


async def _read_body(request: web.Request, most: int) -> bytes:
    too_large = Refusal(413, f"the body is larger than {most // 1024} KiB; send shorter messages")
    if request.content_length is not None and request.content_length > most:
        raise too_large
    body = bytearray()
    async for chunk in request.content.iter_chunked(16 * 1024):
        body += chunk
        if len(body) > most:
            raise too_large
    return bytes(body)


def read_request(body: bytes, clock: Clock) -> InboundMessage:
    """The message a body holds. Raises `Refusal` 400 saying what to send instead."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refusal(400, 'the body is not JSON; send {"sender": "...", "message": "..."}') from None
    if not isinstance(data, dict):
        raise Refusal(400, 'the body should be an object; send {"sender": "...", "message": "..."}')
    sender, text = data.get("sender"), data.get("message")
    if not isinstance(sender, str) or not sender.strip() or len(sender) > MAX_ID:
        raise Refusal(400, f'"sender" should be a text of 1 to {MAX_ID} characters')
    if not isinstance(text, str):
        raise Refusal(400, '"message" should be a text')
    if len(text) > MAX_TEXT:
        raise Refusal(400, f'"message" is longer than {MAX_TEXT} characters; send it in parts')
    metadata = data.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise Refusal(400, '"metadata" should be an object')
    sender = sender.replace("\x00", "") or "?"
    pressed = _PRESS.fullmatch(text.strip())
    kind: Kind = "press" if pressed else "text"
    return InboundMessage(
        channel="rest",
        external_id=_external_id(sender, metadata or {}),
        sender=sender,
        text="" if pressed else text,
        sent_at=clock.now(),
        kind=kind,
        data={"token": pressed.group(1)} if pressed else {},
        language=_language(metadata or {}),
    )


def _external_id(sender: str, metadata: Mapping[str, Any]) -> str:
    given = metadata.get("message_id")
    if given is None:
        return uuid.uuid4().hex
    if isinstance(given, bool) or not isinstance(given, str | int) or not 0 < len(str(given)) <= MAX_ID:
        raise Refusal(400, f'"metadata.message_id" should be a text of 1 to {MAX_ID} characters')
    # The sender's length keeps ("a/b", "c") and ("a", "b/c") apart.
    return f"{len(sender)}/{sender}/{given}"


def _language(metadata: Mapping[str, Any]) -> str | None:
    language = metadata.get("language")
    return language[:2].lower() if isinstance(language, str) and re.fullmatch("[A-Za-z]{2}([-_].*)?", language) else None


def write_answer(sender: str, row: Any) -> dict[str, Any]:
    """One message of ours as the contract writes it."""
    answer: dict[str, Any] = {"recipient_id": sender, "text": row.text}
    buttons = outbox.buttons_of(row.id, row.data or {})
    if buttons:
        answer["buttons"] = [{"title": one.title, "payload": one.url or f"/choice {one.token}"} for one in buttons]
    if row.author != "bot":
        answer["custom"] = {"author": row.author}
    return answer


def json_response(data: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(data), status=status, content_type="application/json")
