"""Where a CRM pushes what changes: `POST /webhooks/crm/{source}`.

Two headers prove who sends it and when: `X-Filrouge-Timestamp` (seconds since 1970) and `X-Filrouge-Signature` (`sha256=` and the
hexadecimal HMAC-SHA256 of the timestamp, a point and the body, under the source's secret). The answer comes after the commit and
tells what became of every entry; asking again is harmless.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from aiohttp import web

from bot import metrics, signals
from bot.clock import Clock
from bot.customers.pushed import Push, read_push, report
from bot.customers.sources import Order
from bot.errors import BadUpdate
from bot.storage.database import Database
from bot.storage.pushes import take_push
from bot.web.rest import Refusal, json_response, read_body

log = structlog.get_logger(__name__)

MAX_BODY = 1024 * 1024
LARGE = 16 * 1024
"""Bytes from which on a body is read beside the loop: a thousand telephone numbers take a while."""
LATE = timedelta(minutes=5)
"""How far the timestamp may be from our own clock."""


class CrmDoor:
    """The handler of one `kind: crm` source."""

    def __init__(
        self,
        name: str,
        secret: str,
        database: Database,
        board: signals.Signals,
        clock: Clock,
        *,
        order: Order,
        country: str = "",
        stores: Collection[str] | None = None,
    ) -> None:
        """`stores` are the known store ids, `country` (ISO 3166) where numbers without a country code are from."""
        self.name, self._secret = name, secret.encode()
        self._database, self._board, self._clock = database, board, clock
        self._order, self._country, self._stores = order, country, stores

    @property
    def path(self) -> str:
        return f"/webhooks/crm/{self.name}"

    def add_to(self, app: web.Application) -> None:
        app.router.add_post(self.path, self.post)

    async def post(self, request: web.Request) -> web.Response:
        """Take one push."""
        try:
            body = await read_body(request, MAX_BODY)
            signature, sent_at = self._proved(request, body)
            push = await self._read(body, sent_at)
        except Refusal as refusal:
            metrics.REFUSED.labels("crm", str(refusal.status)).inc()
            return json_response({"error": refusal.why}, status=refusal.status)
        work = partial(take_push, source=self.name, signature=signature, told=push.told, order=self._order, now=self._clock.now())
        taken = await self._database.write(work)
        self._board.tell([signals.conversation(one) for one in taken.conversations])
        told = report(push, taken.changes)
        wrong = sum(one["outcome"] == "wrong" for entries in told.values() for one in entries)
        log.info("profiles_pushed", source=self.name, entries=len(push.entries), wrong=wrong)
        return json_response(told)

    def _proved(self, request: web.Request, body: bytes) -> tuple[str, datetime]:
        """The signature and the time it was made, where both hold. Raises `Refusal`."""
        timestamp = request.headers.get("X-Filrouge-Timestamp", "")
        given = request.headers.get("X-Filrouge-Signature", "")
        made = "sha256=" + hmac.new(self._secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(made.encode(), given.encode("utf-8", "surrogateescape")):
            raise Refusal(
                401, "the signature is missing or wrong: X-Filrouge-Signature signs X-Filrouge-Timestamp, a point and the body"
            )
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 11):
            raise Refusal(401, "X-Filrouge-Timestamp is the time in seconds since 1970")
        sent_at = datetime.fromtimestamp(int(timestamp), UTC)
        if abs(self._clock.now() - sent_at) > LATE:
            raise Refusal(401, "this was signed too long ago, or your clock is wrong; sign it again with the present time")
        return made, sent_at

    async def _read(self, body: bytes, sent_at: datetime) -> Push:
        read = partial(read_push, sent_at=sent_at, country=self._country, stores=self._stores)
        try:
            return await asyncio.to_thread(read, body) if len(body) > LARGE else read(body)
        except BadUpdate as error:
            raise Refusal(400, str(error)) from None
