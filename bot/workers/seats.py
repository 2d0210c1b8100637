"""Work that only one process of all may do: whoever holds the seat does it, and another takes over when that one is gone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import structlog

from bot import metrics
from bot.clock import Clock
from bot.storage import leases
from bot.storage.database import Database

log = structlog.get_logger(__name__)


class Seat:
    """One seat, and what is done on it."""

    def __init__(self, database: Database, clock: Clock, *, seat: str, name: str, seconds: float = 15.0) -> None:
        self._database, self._clock, self._seat = database, clock, seat
        self._name, self._lasts = name, seconds

    async def run(self, work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        """Try for the seat and work while holding it, until cancelled. `work` ends soon after its event is set."""
        try:
            while True:
                if await self._hold():
                    await self._work_while_held(work)
                await asyncio.sleep(self._lasts / 5)
        finally:
            leave = partial(leases.leave, name=self._seat, holder=self._name, now=self._clock.now())
            with contextlib.suppress(Exception):
                await self._database.write(leave)

    def _tell_failure(self, working: asyncio.Future[None]) -> None:
        # It is begun anew a little later; nobody would know why otherwise.
        if not working.cancelled() and (error := working.exception()) is not None:
            log.error("seat_work_failed", seat=self._seat, exc_info=error)

    async def _hold(self) -> bool:
        now = self._clock.now()
        hold = partial(leases.hold, name=self._seat, holder=self._name, now=now, until=now + timedelta(seconds=self._lasts))
        held = False
        try:
            held = await self._database.write(hold)
        except Exception as error:  # noqa: BLE001 - the database is away; nothing could be accepted either
            log.warning("seat_not_renewed", seat=self._seat, error=type(error).__name__)
        metrics.SEATS.labels(self._seat).set(held)
        return held

    async def _work_while_held(self, work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        stop = asyncio.Event()
        working = asyncio.ensure_future(work(stop))
        working.add_done_callback(self._tell_failure)
        try:
            while not working.done():
                await asyncio.wait({working}, timeout=self._lasts / 3)
                if not working.done() and not await self._hold():
                    log.info("seat_lost", seat=self._seat)
                    return
        finally:
            stop.set()
            await asyncio.wait({working}, timeout=5)
            working.cancel()
