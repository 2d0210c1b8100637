"""The nightly search for doubles: one process of all does it, beside everything else, and the others look on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot import metrics
from bot.brand.rules import DoublingRules
from bot.clock import Clock
from bot.storage import leases
from bot.storage.database import Database
from bot.storage.doubling import count_profiles, last_run

if TYPE_CHECKING:
    from bot.workers.doubling_search import Outcome, Told

log = structlog.get_logger(__name__)

SEAT = "doubling"
HELD = timedelta(minutes=3)
"""How long the seat is taken for; renewed three times as often while the search goes on."""
LOOK_EVERY = timedelta(minutes=10)
AWAY = timedelta(hours=12)
"""How far apart two searches are at least."""
FEW = 20_000
"""So many profiles are searched at once where nobody ever did: that takes two or three seconds. More wait for the night."""


def next_search(last: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """When the search after that of `last` is due: at the next such hour there, though not within the same half day."""
    local = (last + AWAY).astimezone(zone)
    due = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return due if due >= local else (due + timedelta(days=1)).replace(hour=hour)


class Doubling:
    """Proposes likely doubles for a person to judge. Nothing is joined by it, and no customer ever hears of it."""

    def __init__(self, database: Database, clock: Clock, rules: DoublingRules, zone: ZoneInfo, *, name: str) -> None:
        self._database, self._clock, self._rules, self._zone, self._name = database, clock, rules, zone, name

    async def run(self) -> None:
        """Search once a day at the brand's hour; where nobody ever did and profiles are few, at once. Until cancelled."""
        started = self._clock.now()
        while self._rules.search:
            try:
                if await self._due(started):
                    await self.search()
            except Exception:
                log.exception("doubles_not_searched")  # the database may be away; a later look does it
            await asyncio.sleep(LOOK_EVERY.total_seconds())
        await asyncio.Event().wait()  # switched off, and no task that ends

    async def _due(self, started: datetime) -> bool:
        last = await self._database.read(last_run)
        if last is None and await self._database.read(count_profiles) <= FEW:
            return True
        since = last.began_at if last is not None else started - AWAY
        return self._clock.now() >= next_search(since, self._rules.hour, self._zone)

    async def search(self, *, whole: bool = False, rests: float = 1.0, told: Told | None = None) -> Outcome | None:
        """Search now; None when another process is at it.

        `whole` compares everything, not only what changed; `rests` is how long the computing rests for each second of work.
        """
        from bot.workers.doubling_search import search_for_doubles  # only now: a server starts without it

        async with self._seat() as held:
            if not held:
                return None
            heard = told or (lambda _what, _part: None)
            outcome = await search_for_doubles(
                self._database, threshold=self._rules.threshold, now=self._clock.now, whole=whole, rests=rests, told=heard
            )
        log.info("doubles_searched", profiles=outcome.profiles, compared=outcome.compared, opened=outcome.opened)
        return outcome

    @asynccontextmanager
    async def _seat(self) -> AsyncIterator[bool]:
        held = await self._hold()
        metrics.SEATS.labels(SEAT).set(held)
        if not held:
            yield False
            return
        holding = asyncio.create_task(self._keep_holding())
        try:
            yield True
        finally:
            holding.cancel()
            leave = partial(leases.leave, name=SEAT, holder=self._name, now=self._clock.now())
            with contextlib.suppress(Exception):
                await self._database.write(leave)
            metrics.SEATS.labels(SEAT).set(False)

    async def _hold(self) -> bool:
        now = self._clock.now()
        return await self._database.write(partial(leases.hold, name=SEAT, holder=self._name, now=now, until=now + HELD))

    async def _keep_holding(self) -> None:
        while True:
            await asyncio.sleep(HELD.total_seconds() / 3)
            with contextlib.suppress(Exception):  # the database is away; so is the search
                await self._hold()
