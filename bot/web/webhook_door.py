"""What platforms post: check who it is from, translate, commit, and only then say so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol, runtime_checkable

import structlog
from aiohttp import web

from bot import metrics
from bot.clock import Clock
from bot.errors import BadUpdate
from bot.messages import InboundMessage, Reading
from bot.storage.inbox import Accepted
from bot.web.inbox_door import FilesOf, InboxDoor
from bot.web.rest import Refusal, json_response, read_body

log = structlog.get_logger(__name__)

LARGE = 512 * 1024
"""Bytes from which on a body is read beside the loop: a mail of 25 MB with its files takes most of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A request as it came."""

    body: bytes
    headers: Mapping[str, str]
    """Names in any case."""
    path: str
    """As it was sent: nothing of the query is unquoted."""

    @property
    def query(self) -> str:
        return self.path.partition("?")[2]


class NotJson(BadUpdate):
    """The body is not even of the form the platform writes: nothing is kept of it."""


class Webhook(Protocol):
    """What one channel knows about its webhook."""

    @property
    def channel(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def max_body(self) -> int: ...

    @property
    def answer(self) -> tuple[str, str]:
        """What is answered to a body that was taken: its type, and the words."""
        ...

    async def admits(self, posted: Posted) -> bool:
        """Whether the platform itself has sent this, and not long ago."""
        ...

    def read(self, posted: Posted, now: datetime) -> tuple[Reading, FilesOf]:
        """Everything it says, and the files that came along. Raises `BadUpdate`; `NotJson` where it cannot be a body at all."""
        ...

    def committed(self, message: InboundMessage, accepted: Accepted) -> None:
        """A message has become ours: courtesies, such as marking it as read, are paid here."""
        ...


@runtime_checkable
class Welcoming(Protocol):
    """A webhook whose platform makes sure by a GET that the address is ours."""

    def welcome(self, query: Mapping[str, str]) -> str | None:
        """What to answer to the GET that subscribes us; None to refuse it."""
        ...


class WebhookDoor:
    """The handlers of one webhook."""

    def __init__(self, door: InboxDoor, webhook: Webhook, clock: Clock) -> None:
        self._door, self._webhook, self._clock = door, webhook, clock

    def add_to(self, app: web.Application) -> None:
        app.router.add_post(self._webhook.path, self.post)
        if isinstance(self._webhook, Welcoming):
            app.router.add_get(self._webhook.path, partial(self.get, self._webhook))

    async def get(self, webhook: Welcoming, request: web.Request) -> web.Response:
        """The handshake by which a platform makes sure that the address is ours."""
        answer = webhook.welcome(request.query)
        if answer is None:
            metrics.REFUSED.labels(self._webhook.channel, "403").inc()
            return json_response({"error": "the verify token is missing, wrong or not configured"}, status=403)
        return web.Response(text=answer, content_type="text/plain")

    async def post(self, request: web.Request) -> web.Response:
        """Take one body. The platform repeats it until it gets a 2xx, and gets one only once everything is committed."""
        channel = self._webhook.channel
        try:
            body = await read_body(request, self._webhook.max_body)
        except Refusal as refusal:
            metrics.REFUSED.labels(channel, str(refusal.status)).inc()
            return json_response({"error": refusal.why}, status=refusal.status)
        posted = Posted(body=body, headers=request.headers, path=request.raw_path)
        if not await self._webhook.admits(posted):
            metrics.REFUSED.labels(channel, "401").inc()
            return json_response({"error": "the signature is missing or wrong, or no secret is configured"}, status=401)
        try:
            reading, files = await self._read(posted)
        except NotJson as error:
            metrics.REFUSED.labels(channel, "400").inc()
            return json_response({"error": str(error)}, status=400)
        except BadUpdate as error:
            # Repeating it would change nothing: it is kept as it came, and let go there.
            await self._door.keep_unreadable(channel, "", [body.decode("utf-8", "backslashreplace").replace("\x00", "")])
            log.warning("webhook_unreadable", channel=channel, why=str(error), exc_info=error.__cause__)
            return self._taken()
        accepted = await self._door.take(reading, channel=channel, account="", files=files)
        for message, one in zip(reading.messages, accepted, strict=True):
            if one.fresh:
                self._webhook.committed(message, one)
        return self._taken()

    async def _read(self, posted: Posted) -> tuple[Reading, FilesOf]:
        now = self._clock.now()
        if len(posted.body) < LARGE:
            return self._webhook.read(posted, now)
        return await asyncio.to_thread(self._webhook.read, posted, now)

    def _taken(self) -> web.Response:
        content_type, text = self._webhook.answer
        return web.Response(text=text, content_type=content_type)
