"""Carrying messages to a channel: at its pace, each once."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.clock import SystemClock
from bot.messages import Limits, OutboundMessage
from bot.signals import Signals
from bot.storage.database import Database, open_database
from bot.storage.schema import delivery
from bot.turn import Reply
from bot.workers.deliveries import DeliveryWorker
from tests.bot.storage.test_outbox import answer
from tests.fakes.platform import FakePlatform


class SlowChannel:
    """A platform that takes few messages a second."""

    name = "telegram"
    limits = Limits(text=4096, buttons=8, per_second=5.0)

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    async def send(self, message: OutboundMessage) -> str:
        self.taken[message.text] += 1
        return "id"


async def test_a_message_that_waits_for_the_channels_pace_is_not_sent_by_the_next_round_too(sqlite: Database) -> None:
    clock, channel = SystemClock(None), SlowChannel()
    for number in range(12):
        await answer(sqlite, Reply(f"answer {number}"), sender=str(number), at=clock.now())
    # The pace alone makes the last of them wait for longer than a claim lasts.
    worker = DeliveryWorker(sqlite, channel, clock, Signals(), name="w", claim_seconds=0.5, poll_seconds=0.02)
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(2.5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert channel.taken == Counter({f"answer {number}": 1 for number in range(12)})


@pytest.mark.postgres
async def test_two_processes_keep_the_pace_of_one(postgres_url: str) -> None:
    database, limits = open_database(postgres_url), replace(SlowChannel.limits, per_second=20.0)
    clock = SystemClock(None)
    for number in range(120):
        await answer(database, Reply(f"answer {number}"), sender=str(number), at=clock.now())
    channels = [FakePlatform(limits=limits), FakePlatform(limits=limits)]
    workers = [
        DeliveryWorker(database, channel, clock, Signals(), name=f"process {number}", poll_seconds=0.05)
        for number, channel in enumerate(channels)
    ]
    for worker in workers:  # each has said that it is there
        await worker._shared.keep()
        worker._shared._again_at = 0.0
    running = [asyncio.create_task(worker.run()) for worker in workers]
    await asyncio.sleep(3)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    await database.close()
    assert all(channel.taken for channel in channels)
    assert 50 <= sum(len(channel.taken) for channel in channels) <= 66


async def test_a_worker_that_stops_puts_back_what_waits_for_the_pace(sqlite: Database) -> None:
    clock, channel = SystemClock(None), SlowChannel()
    for number in range(12):
        await answer(sqlite, Reply(f"answer {number}"), sender=str(number), at=clock.now())
    running = asyncio.create_task(DeliveryWorker(sqlite, channel, clock, Signals(), name="w", poll_seconds=0.02).run())
    await asyncio.sleep(0.3)
    running.cancel()
    began = time.monotonic()
    await asyncio.gather(running, return_exceptions=True)
    assert time.monotonic() - began < 0.3
    rows = select(delivery.c.state, delivery.c.attempts, delivery.c.repeats)
    told = Counter(tuple(row) for row in await sqlite.read(lambda connection: connection.execute(rows).all()))
    assert told == Counter({("sent", 1, 0): channel.taken.total(), ("pending", 0, 0): 12 - channel.taken.total()})
