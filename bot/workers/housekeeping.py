"""The hourly clearing up: one process of all does it, and another takes over when that one is gone."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot import metrics
from bot.brand import Brand
from bot.clock import Clock
from bot.storage import leases
from bot.storage.database import Database
from bot.storage.housekeeping import tidy
from bot.workers.erasing import finish_all
from bot.workers.retention import Retention

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=1)
RETENTION_EVERY = timedelta(days=1)
MOST = 200
"""Rows of a table deleted in one transaction."""
SEAT = "housekeeping"


class Housekeeping:
    """Lets go of used and expired links and codes, of sessions and stories that are over, of old tries to sign in and so on."""

    def __init__(
        self, database: Database, clock: Clock, *, name: str, every: timedelta = EVERY, brand: Brand | None = None
    ) -> None:
        """`brand`: by whose rules customers' data goes, once a day; without it only what is nobody's does."""
        self._database, self._clock, self._name, self._every = database, clock, name, every
        self._brand, self._retained_at = brand, datetime.min.replace(tzinfo=UTC)

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
        if not await self._hold():
            return False
        now = self._clock.now()
        total: Counter[str] = Counter()
        while True:
            gone = await self._database.write(partial(tidy, now=now, most=MOST, **self._instead()))
            total.update(gone)
            if max(gone.values()) < MOST:
                break
        if self._brand is not None:
            await finish_all(self._database, self._brand.folder)
            if now - self._retained_at >= RETENTION_EVERY:
                await Retention(self._database, self._clock, self._brand).let_go(self._hold)
                self._retained_at = now
        await self._database.forget_log()
        if total.total():
            log.info("cleared_up", **total)
        return True

    def _instead(self) -> dict[str, Any]:
        if self._brand is None:
            return {}
        rules = self._brand.retention
        days = {"challenge": rules.codes_days, "unreadable": rules.unreadable_days}
        return {"instead": {table: timedelta(days=number) for table, number in days.items()}}

    async def _hold(self) -> bool:
        """Take or keep the seat."""
        now = self._clock.now()
        # Twice as long as a round takes: whoever clears up renews it in time.
        hold = partial(leases.hold, name=SEAT, holder=self._name, now=now, until=now + 2 * self._every)
        held = await self._database.write(hold)
        metrics.SEATS.labels(SEAT).set(held)
        return held
