"""The hourly clearing up: one process of all does it, and another takes over when that one is gone."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from datetime import timedelta
from functools import partial

import structlog

from bot import metrics
from bot.clock import Clock
from bot.storage import leases
from bot.storage.database import Database
from bot.storage.housekeeping import tidy

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=1)
MOST = 200
"""Rows of a table deleted in one transaction."""
SEAT = "housekeeping"


class Housekeeping:
    """Lets go of used and expired links, sessions and stories that are over, old tries to sign in and old unreadable updates."""

    def __init__(self, database: Database, clock: Clock, *, name: str, every: timedelta = EVERY) -> None:
        self._database, self._clock, self._name, self._every = database, clock, name, every

    async def run(self) -> None:
        """Clear up at once and then every hour while no other process does, until cancelled."""
        try:
            while True:
                try:
                    await self.clear_up()
                except Exception:
                    log.exception("not_cleared_up")  # the database may be away; the next hour does
                await asyncio.sleep(self._every.total_seconds())
        finally:
            leave = partial(leases.leave, name=SEAT, holder=self._name, now=self._clock.now())
            with contextlib.suppress(Exception):
                await self._database.write(leave)

    async def clear_up(self) -> bool:
        """Delete what is over; False when that is another process's to do."""
        now = self._clock.now()
        # Twice as long as a round takes: whoever clears up renews it in time.
        hold = partial(leases.hold, name=SEAT, holder=self._name, now=now, until=now + 2 * self._every)
        held = await self._database.write(hold)
        metrics.SEATS.labels(SEAT).set(held)
        if not held:
            return False
        total: Counter[str] = Counter()
        while True:
            gone = await self._database.write(partial(tidy, now=now, most=MOST))
            total.update(gone)
            if max(gone.values()) < MOST:
                break
        await self._database.forget_log()
        if total.total():
            log.info("cleared_up", **total)
        return True
