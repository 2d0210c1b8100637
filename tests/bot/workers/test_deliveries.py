"""Carrying messages to a channel: at its pace, each once."""

from __future__ import annotations

import asyncio
from collections import Counter

from bot.clock import SystemClock
from bot.messages import Limits, OutboundMessage
from bot.signals import Signals
from bot.storage.database import Database
from bot.turn import Reply
from bot.workers.deliveries import DeliveryWorker
from tests.bot.storage.test_outbox import answer


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
