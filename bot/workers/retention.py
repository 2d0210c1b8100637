"""What is past its retention goes away by itself: once a day, in one process of all, a few rows at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from functools import partial

import structlog

from bot import metrics
from bot.brand import Brand
from bot.clock import Clock
from bot.storage import accounts, erasing
from bot.storage.database import Database
from bot.storage.retention import ANONYMOUS, KINDS, Kind, due, forget_stranger, let_go, limits, unreadable_before

log = structlog.get_logger(__name__)

SYSTEM = "system"
"""Who does in the record what nobody did."""


async def _always() -> bool:
    return True


class Retention:
    """Lets go of what the brand's rules keep no longer."""

    def __init__(self, database: Database, clock: Clock, brand: Brand, *, by: str = SYSTEM) -> None:
        """`by`: who lets go of it, for the record."""
        self._database, self._clock, self._brand, self._by = database, clock, brand, by

    async def would_go(self) -> Counter[str]:
        """How many rows of each kind are over now; nothing is changed."""
        total: Counter[str] = Counter()
        before = self._limits()
        for kind in (ANONYMOUS, *KINDS):
            async for ids in self._over(kind, before[kind.name]):
                total[kind.name] += len(ids)
        total["unreadable"] = await self._database.read(partial(unreadable_before, before=before["unreadable"]))
        return +total

    async def let_go(self, still: Callable[[], Awaitable[bool]] = _always) -> Counter[str]:
        """Let go of everything that is over; how many rows of each kind. Stops where `still` says that it is another's to do."""
        total: Counter[str] = Counter()
        before = self._limits()
        for kind in (ANONYMOUS, *KINDS):
            async for ids in self._over(kind, before[kind.name]):
                gone = await self._part_with(kind, ids, before[kind.name])
                total[kind.name] += gone
                metrics.RETIRED.labels(kind.name).inc(gone)
                if not await still():
                    return +total
        if +total:
            details = dict(+total)
            record = partial(
                accounts.record, at=self._clock.now(), by=self._by, act="retention", conversation=None, details=details
            )
            await self._database.write(record)
            log.info("past_retention", **details)
        return +total

    def _limits(self) -> dict[str, datetime]:
        return limits(self._brand.retention.model_dump(), self._clock.now())

    async def _over(self, kind: Kind, before: datetime) -> AsyncIterator[tuple[int, ...]]:
        """What is over of a kind, as much as goes in one transaction at a time."""
        after: int | None = 0
        while after is not None:
            found = await self._database.read(partial(due, kind=kind, before=before, after=after))
            for start in range(0, len(found.ids), kind.most):
                yield found.ids[start : start + kind.most]
            after = found.next

    async def _part_with(self, kind: Kind, ids: tuple[int, ...], before: datetime) -> int:
        if kind is ANONYMOUS:
            return sum([await self._forget(number, before) for number in ids])
        return await self._database.write(partial(let_go, kind=kind, ids=ids, before=before))

    async def _forget(self, conversation_id: int, before: datetime) -> bool:
        """Erase somebody nobody knows."""
        begin = partial(forget_stranger, conversation_id=conversation_id, before=before, now=self._clock.now())
        number = await self._database.write(begin)
        if number is None:
            return False
        while await self._database.write(partial(erasing.step, number=number)):
            pass
        await self._database.write(partial(erasing.end, number=number))
        return True
