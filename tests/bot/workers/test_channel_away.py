"""A platform that is away costs nobody a message, no attempt is wasted on it, and no other channel waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from sqlalchemy import select

from bot.clock import SystemClock
from bot.errors import AccountRefused, OutcomeUnknown, TryLater
from bot.metrics import CHANNEL_AWAY
from bot.signals import Signals
from bot.storage.database import Database
from bot.storage.schema import delivery
from bot.turn import Reply
from bot.workers.breaker import Breaker
from bot.workers.deliveries import DeliveryWorker
from tests.bot.storage.test_outbox import answer
from tests.fakes.platform import FakePlatform

CLOCK = SystemClock(None)


def worker_of(database: Database, channel: FakePlatform, **more: Any) -> DeliveryWorker:
    more.setdefault("breaker", Breaker(failures=3, first=0.3, longest=0.3))
    return DeliveryWorker(database, channel, CLOCK, Signals(), name="w", poll_seconds=0.02, **more)


@contextlib.asynccontextmanager
async def working(*workers: DeliveryWorker) -> AsyncIterator[None]:
    running = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def until(there: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not there():  # noqa: ASYNC110 - nobody tells a fake platform's watcher
            await asyncio.sleep(0.01)


async def write(database: Database, count: int, *, channel: str = "telegram") -> None:
    for number in range(count):
        await answer(database, Reply(f"answer {number}"), sender=str(number), channel=channel, at=CLOCK.now())


async def attempts(database: Database) -> list[int]:
    rows = select(delivery.c.attempts).order_by(delivery.c.message_id)
    return list(await database.read(lambda connection: connection.execute(rows).scalars().all()))


async def test_an_absent_platform_is_left_alone_and_everything_is_sent_when_it_is_back(database: Database) -> None:
    platform = FakePlatform()
    away = [True]
    platform.fails = lambda _: TryLater("cannot be reached", wait=None, everybody=True) if away[0] else None
    await write(database, 12)
    async with working(worker_of(database, platform, batch=3)):
        await until(lambda: len(platform.tried) >= 3)
        await asyncio.sleep(0.2)
        assert len(platform.tried) == 3, "it went on trying"
        assert CHANNEL_AWAY.labels("telegram", "")._value.get() == 1
        await until(lambda: len(platform.tried) >= 5)
        assert max(await attempts(database)) <= 2, "the platform's absence was held against the messages"
        away[0] = False
        await until(lambda: len(platform.taken) == 12)
    assert sorted(platform.said) == sorted(f"answer {number}" for number in range(12))
    assert CHANNEL_AWAY.labels("telegram", "")._value.get() == 0


async def test_while_it_is_away_one_message_at_a_time_goes_to_see(sqlite: Database) -> None:
    platform = FakePlatform()
    platform.fails = lambda _: OutcomeUnknown("no answer")
    await write(sqlite, 12)
    async with working(worker_of(sqlite, platform, settle_seconds=0.01)):
        await until(lambda: len(platform.tried) >= 12)
        first = len(platform.tried)
        await until(lambda: len(platform.tried) >= first + 2)
    times = [at for at, _ in platform.tried]
    assert all(later - earlier > 0.25 for earlier, later in zip(times[first - 1 :], times[first:], strict=False))


async def test_a_wait_the_platform_asks_of_the_whole_account_is_kept(sqlite: Database) -> None:
    platform = FakePlatform()
    busy = [TryLater("too many requests", wait=0.5, everybody=True)]
    platform.fails = lambda _: busy.pop() if busy else None
    await write(sqlite, 4)
    async with working(worker_of(sqlite, platform, batch=1)):
        await until(lambda: len(platform.taken) == 4)
    times = [at for at, _ in platform.tried]
    assert times[1] - times[0] > 0.49


async def test_a_wait_for_one_recipient_delays_no_other(sqlite: Database) -> None:
    platform = FakePlatform()
    platform.fails = lambda message: TryLater("this recipient is busy", wait=60) if message.text == "answer 0" else None
    await write(sqlite, 6)
    async with working(worker_of(sqlite, platform, batch=1)):
        await until(lambda: len(platform.taken) == 5)
    assert "answer 0" not in platform.said


async def test_a_refused_account_is_told_to_whoever_asks_for_health(sqlite: Database) -> None:
    platform = FakePlatform()
    platform.fails = lambda _: AccountRefused("the token is not good any more")
    await write(sqlite, 2)
    worker = worker_of(sqlite, platform)
    async with working(worker):
        await until(lambda: worker.refused is not None)
        assert worker.refused == "the token is not good any more"


async def test_a_platform_that_is_away_for_long_is_told_to_whoever_asks_for_health(sqlite: Database) -> None:
    breaker = Breaker(failures=1)
    worker = worker_of(sqlite, FakePlatform(), breaker=breaker)
    breaker.failed(time.monotonic() - 31)
    assert "does not answer" in (worker.refused or "")
    breaker.answered()
    assert worker.refused is None


async def test_a_slow_channel_delays_no_other(sqlite: Database) -> None:
    slow, quick = FakePlatform("sms", seconds=1.0), FakePlatform("telegram")
    await write(sqlite, 5, channel="sms")
    await write(sqlite, 20)
    began = time.monotonic()
    async with working(worker_of(sqlite, slow), worker_of(sqlite, quick)):
        await until(lambda: len(quick.taken) == 20)
        assert time.monotonic() - began < 0.9
        assert not slow.taken
        await until(lambda: len(slow.taken) == 5)


async def test_each_account_of_a_channel_sends_what_is_its_own(sqlite: Database) -> None:
    france, belgium = FakePlatform("whatsapp", account="fr"), FakePlatform("whatsapp", account="be")
    await answer(sqlite, Reply("bonjour"), sender="1", channel="whatsapp", account="fr", at=CLOCK.now())
    await answer(sqlite, Reply("goedendag"), sender="1", channel="whatsapp", account="be", at=CLOCK.now())
    async with working(worker_of(sqlite, france), worker_of(sqlite, belgium)):
        await until(lambda: len(france.taken) + len(belgium.taken) == 2)
    assert (france.said, belgium.said) == (["bonjour"], ["goedendag"])
