"""What cannot be handled holds nobody up: a poisonous message is given up on, a poisonous timer keeps to itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import structlog.testing
from sqlalchemy import update

from bot.storage import timers
from bot.storage.database import Database
from bot.storage.schema import conversation
from bot.workers import turns
from bot.workers.turn_unit import GIVE_UP_AFTER
from tests.fakes.house import RunningHouse, running_house

APOLOGY = "system"


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The failures are wanted here; their long reports would only slow the worker down."""
    monkeypatch.setattr(turns, "log", structlog.wrap_logger(structlog.testing.CapturingLogger(), processors=[]))


async def minutes_pass(house: RunningHouse) -> None:
    """Move the clock on while the worker looks for what is due."""
    for _ in range(40):
        house.clock.advance(seconds=5)
        await asyncio.sleep(0.02)


async def test_a_message_the_nlu_chokes_on_is_given_up_and_the_next_is_answered(sqlite: Database) -> None:
    async with running_house(sqlite) as house:
        understand = house.understander.understand
        tries = 0

        async def choke(text: str, *, language: str) -> Any:
            nonlocal tries
            if text == "poison":
                tries += 1
                raise RecursionError("no end")
            return await understand(text, language=language)

        house.understander.understand = choke  # type: ignore[method-assign]
        waiting = asyncio.create_task(house.says("42", "poison"))
        await minutes_pass(house)
        poisonous = await asyncio.wait_for(waiting, 5)
        assert tries == GIVE_UP_AFTER
        await asyncio.wait_for(house.says("42", "bonjour"), 5)
        authors = [author for author, _ in await house.said(poisonous.conversation)]
        assert authors[:3] == ["customer", APOLOGY, "customer"]
        assert authors[3] == "bot"


async def test_a_timer_that_breaks_every_turn_neither_stops_the_customer_nor_spins(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = 0

    def poisonous(*_: Any) -> Any:
        nonlocal taken
        taken += 1
        raise KeyError("a kind nobody knows")

    async with running_house(sqlite) as house:
        first = await house.says("42", "bonjour")
        due = house.clock.now() + timedelta(minutes=1)

        def set_timer(connection: Any) -> None:
            timers.set_timer(connection, first.conversation, "reminder", due)
            row = update(conversation).where(conversation.c.id == first.conversation)
            connection.execute(row.values(timer_at=due, due_at=due))

        await sqlite.write(set_timer)
        monkeypatch.setattr(timers, "take_due", poisonous)
        house.clock.advance(minutes=2)
        await minutes_pass(house)  # 200 s
        assert 2 <= taken <= 12  # tried again, ever later
        before = len(await house.said(first.conversation))
        await asyncio.wait_for(asyncio.gather(house.says("42", "bonjour"), minutes_pass(house)), 8)
        assert [author for author, _ in (await house.said(first.conversation))[before:]] == ["customer", "bot"]
        # It is still there for a version that can handle it.
        assert await sqlite.read(partial(timers.next_timer, conversation_id=first.conversation)) == due
