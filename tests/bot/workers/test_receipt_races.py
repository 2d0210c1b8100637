"""A platform's receipt may overtake its own answer to our call: the message is still one, and is not sent again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import SystemClock
from bot.errors import OutcomeUnknown, Refused, TryLater
from bot.messages import OutboundMessage, Receipt
from bot.storage import receipts
from bot.storage.database import Database
from bot.storage.schema import delivery
from bot.turn import Reply
from tests.bot.storage.test_outbox import answer
from tests.bot.workers.test_channel_away import until, worker_of, working
from tests.fakes.platform import FakePlatform

CLOCK = SystemClock(None)


class TalkativePlatform(FakePlatform):
    """A platform that tells what becomes of a message before it answers the call that sends it."""

    def __init__(self, tell: Callable[[OutboundMessage], Awaitable[None]], then: Exception | None) -> None:
        super().__init__()
        self.tell, self.then = tell, then

    async def send(self, message: OutboundMessage) -> str:
        number = await super().send(message)
        if len(self.taken) == 1:
            await self.tell(message)
            if self.then is not None:
                raise self.then
        return number


async def play(database: Database, state: Any, *, then: Exception | None = None, failure: Exception | None = None) -> Any:
    """One message, of which the platform tells `state` while the call is open; returns its row once everything is quiet."""

    async def tell(message: OutboundMessage) -> None:
        told = Receipt(channel="telegram", state=state, at=CLOCK.now(), key=message.key, provider_id="early", failure=failure)
        await database.write(partial(receipts.note, receipts=[told], now=CLOCK.now()))

    platform = TalkativePlatform(tell, then)
    await answer(database, Reply("une seule fois"), at=CLOCK.now())
    async with working(worker_of(database, platform, settle_seconds=0.05)):
        await until(lambda: bool(platform.taken))
        await asyncio.sleep(0.4)
    row = await database.read(lambda connection: connection.execute(select(delivery)).one())
    return row, len(platform.taken)


@pytest.mark.parametrize("then", [None, OutcomeUnknown("the connection was cut")])
@pytest.mark.parametrize("state", ["sent", "delivered", "read"])
async def test_what_the_platform_has_is_not_sent_again(database: Database, state: str, then: Exception | None) -> None:
    row, times = await play(database, state, then=then)
    assert (row.state, times, row.repeats, row.provider_id) == ("sent", 1, 0, "early")
    assert (row.delivered_at is not None) == (state != "sent")


async def test_a_failure_told_before_the_answer_is_not_taken_for_success(database: Database) -> None:
    row, times = await play(database, "failed", failure=Refused("taken for spam"))
    assert (row.state, row.why, times) == ("failed", "taken for spam", 1)


async def test_a_passing_failure_told_before_the_answer_leads_to_another_try(database: Database) -> None:
    row, times = await play(database, "failed", failure=TryLater("busy", wait=0.05))
    assert (row.state, times, row.attempts) == ("sent", 2, 2)
