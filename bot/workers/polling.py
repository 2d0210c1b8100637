"""Telegram without a public address: one process of all asks for updates, and another takes over when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

import structlog

from bot import metrics
from bot.channels.telegram.polling import poll
from bot.channels.telegram.transport import TelegramChannel
from bot.clock import Clock
from bot.messages import InboundMessage, Reading
from bot.storage import leases
from bot.storage.database import Database

log = structlog.get_logger(__name__)


class Door(Protocol):
    async def accept_all(self, messages: Sequence[InboundMessage]) -> Any: ...

    async def keep_unreadable(self, channel: str, account: str, bodies: Sequence[str]) -> None: ...


class PollingSeat:
    """Polls while this process holds the seat."""

    def __init__(
        self, database: Database, channel: TelegramChannel, door: Door, clock: Clock, *, name: str, seconds: float = 15.0
    ) -> None:
        self._database, self._channel, self._door, self._clock = database, channel, door, clock
        self._name, self._lasts = name, seconds
        self._seat = f"poll:{channel.name}:{channel.account}"

    async def run(self) -> None:
        """Try for the seat and poll while holding it, until cancelled."""
        try:
            while True:
                if await self._hold():
                    await self._poll_while_held()
                await asyncio.sleep(self._lasts / 5)
        finally:
            leave = partial(leases.leave, name=self._seat, holder=self._name, now=self._clock.now())
            with contextlib.suppress(Exception):
                await self._database.write(leave)

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

    async def _poll_while_held(self) -> None:
        stop = asyncio.Event()
        polling = asyncio.create_task(poll(self._channel, self._accept, stop=stop, now=self._clock.now))
        try:
            while not polling.done():
                await asyncio.wait({polling}, timeout=self._lasts / 3)
                if not polling.done() and not await self._hold():
                    log.info("seat_lost", seat=self._seat)
                    return
        finally:
            stop.set()
            await asyncio.wait({polling}, timeout=5)
            polling.cancel()

    async def _accept(self, reading: Reading) -> None:
        # Written out in ASCII, which both databases can keep whatever is in it.
        bodies = [json.dumps(part.raw) for part in reading.unread]
        await self._door.keep_unreadable(self._channel.name, self._channel.account, bodies)
        await self._door.accept_all(reading.messages)
