"""One account's pace, kept by all processes that send by it together."""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from bot.clock import Clock
from bot.storage import sharing
from bot.storage.database import Database
from bot.workers.pace import Paces

log = structlog.get_logger(__name__)

COUNTED_FOR = timedelta(seconds=15)
"""How long a process counts that has said that it sends; it says so three times as often."""


class SharedPace:
    """This process's part of an account's pace, by how many processes send at the moment."""

    def __init__(self, database: Database, clock: Clock, paces: Paces, *, channel: str, account: str, worker: str) -> None:
        self._database, self._clock, self._paces = database, clock, paces
        self._channel, self._account, self._worker = channel, account, worker
        # Only PostgreSQL is shared with other processes.
        self._shares = paces.is_limited and database.url.get_backend_name() == "postgresql"
        self._again_at = 0.0

    async def keep(self) -> None:
        """Say that we send, and keep our part, every few seconds; to be called often."""
        if not self._shares or time.monotonic() < self._again_at:
            return
        self._again_at = time.monotonic() + COUNTED_FOR.total_seconds() / 3
        try:
            self._paces.share_among(await self._database.write(self._say))
        except Exception as error:  # noqa: BLE001 - the database is away; nothing could be claimed either
            log.warning("pace_not_shared", channel=self._channel, account=self._account, error=type(error).__name__)

    async def leave(self) -> None:
        """Say that we send no more, so that the others need not wait to take our part."""
        if self._shares:
            with contextlib.suppress(Exception):
                await self._database.write(self._unsay)

    def _say(self, connection: Connection) -> int:
        now = self._clock.now()
        return sharing.share(
            connection, channel=self._channel, account=self._account, worker=self._worker, now=now, until=now + COUNTED_FOR
        )

    def _unsay(self, connection: Connection) -> None:
        sharing.leave(connection, channel=self._channel, account=self._account, worker=self._worker)
