"""The console's list of what did not arrive, over a real database."""

from __future__ import annotations

from functools import partial

import pytest

from bot.errors import CustomerGone, OutsideWindow
from bot.messages import Receipt
from bot.storage import receipts
from bot.storage.database import Database
from bot.storage.outbox import Outcome
from bot.storage.threads import messages
from tests.bot.storage.test_outbox import claim, settle
from tests.fakes.house import RunningHouse, running_house


@pytest.fixture
async def house(database: Database):  # type: ignore[no-untyped-def]  # an async generator of a RunningHouse
    async with running_house(database) as running:
        yield running


async def unsent(house: RunningHouse, *, state: str, why: str) -> tuple[int, int]:
    """A customer writes and the answer does not arrive; returns the conversation and the message."""
    asked = await house.says("camille", "bonjour", sender_name="Camille")
    (due,) = await claim(house.database, house.clock.now())
    await settle(house.database, Outcome(due.message, state, why=why), at=house.clock.now())  # type: ignore[arg-type]
    return asked.conversation, due.message


async def test_a_message_that_failed_is_listed_and_sent_again(house: RunningHouse) -> None:
    conversation, number = await unsent(house, state="failed", why="Telegram: chat is restricted (400)")
    (row,) = (await house.ports.undelivered.page("fr")).rows
    assert (row.conversation, row.message, row.state, row.channel) == (conversation, number, "failed", "telegram")
    assert (row.customer, row.author, row.why) == ("Camille", "bot", "Telegram: chat is restricted (400)")
    assert row.text
    assert await house.ports.undelivered.send_again(number) == conversation
    assert await house.ports.undelivered.send_again(number) is None
    assert (await house.ports.undelivered.page("fr")).rows == []
    (due,) = await claim(house.database, house.clock.now())
    assert due.message == number


@pytest.mark.parametrize(("language", "told"), [("fr", "dès qu’il écrit"), ("en", "as soon as they write")])
async def test_a_message_that_waits_says_for_what(house: RunningHouse, language: str, told: str) -> None:
    conversation, _ = await unsent(house, state="held", why="the customer's 24 hours are over on WhatsApp")
    (row,) = (await house.ports.undelivered.page(language)).rows
    assert told in row.why
    shown = [one for one in (await house.thread(conversation, language)).messages if one.author == "bot"]
    assert shown[0].state == "held"
    assert told in shown[0].failure


async def test_the_thread_tells_what_was_delivered_and_read(house: RunningHouse) -> None:
    asked = await house.says("camille", "bonjour")
    (due,) = await claim(house.database, house.clock.now())
    await settle(house.database, Outcome(due.message, "sent", provider_id="p"), at=house.clock.now())

    async def told(state: str, failure: Exception | None = None) -> str:
        receipt = Receipt(channel="telegram", state=state, at=house.clock.now(), provider_id="p", failure=failure)  # type: ignore[arg-type]
        await house.database.write(partial(receipts.note, receipts=[receipt], now=house.clock.now()))
        return next(one.state for one in (await house.thread(asked.conversation)).messages if one.author == "bot")

    assert await told("sent") == "sent"
    assert await told("failed", OutsideWindow("late")) == "held"
    assert await told("delivered") == "delivered"
    assert await told("failed", CustomerGone("gone")) == "delivered"
    assert await told("read") == "read"
    printed = await house.database.read(partial(messages, conversation_id=asked.conversation))
    assert printed[-1]["delivered_at"] < printed[-1]["read_at"]
