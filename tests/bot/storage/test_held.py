"""What had to wait for the customer leaves when they write, unless the conversation has gone on without it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from bot.messages import InboundMessage
from bot.storage import held, inbox
from bot.storage.database import Database
from bot.storage.outbox import Outcome, release_held
from bot.storage.schema import delivery, identity, message
from bot.turn import Reply
from tests.bot.storage.test_outbox import NOON, answer, claim, ledger, settle

MORNING = NOON - timedelta(hours=3)


async def hold(database: Database, author: str = "bot", *, at: datetime = MORNING, number: int = 1) -> int:
    """Something was written and could not leave; returns its message."""
    await answer(database, Reply("alors", author=author), at=at, number=number)
    (due,) = await claim(database, at)
    await settle(database, Outcome(due.message, "held", why="late"), at=at)
    return due.message


async def writes(
    database: Database, sender: str = "42", *, number: int = 9, at: datetime = NOON, channel: str = "telegram"
) -> int:
    """The customer writes, and what was held for them is let go of."""
    said = InboundMessage(channel=channel, external_id=f"{sender}-{number}", sender=sender, text="!", sent_at=at)
    accepted = await database.write(partial(inbox.accept, inbound=said, now=at))
    await database.write(partial(release_held, identity_id=accepted.identity, now=at))
    return accepted.identity


async def state_of(database: Database, message_id: int) -> tuple[str, str | None]:
    row = select(delivery.c.state, delivery.c.why).where(delivery.c.message_id == message_id)
    state, why = await database.read(lambda connection: connection.execute(row).one())
    return state, why


async def test_what_was_held_leaves_when_the_customer_writes(database: Database) -> None:
    first = await hold(database)
    assert await claim(database) == []
    await writes(database)
    (due,) = await claim(database)
    assert (due.message, due.attempts) == (first, 2)
    row = await database.read(lambda c: c.execute(select(delivery.c.ended_at, delivery.c.next_at)).one())
    assert row == (None, NOON)


@pytest.mark.parametrize("author", ["advisor", "store"])
async def test_a_persons_words_are_never_too_late(database: Database, author: str) -> None:
    first = await hold(database, author, at=NOON - timedelta(days=5))
    await hold(database, "bot", at=NOON - timedelta(days=4), number=2)
    await writes(database)
    assert (await state_of(database, first))[0] == "pending"


@pytest.mark.parametrize("author", ["bot", "system"])
async def test_a_programs_words_do_not_pop_up_days_later(database: Database, author: str) -> None:
    first = await hold(database, author, at=NOON - timedelta(hours=25))
    await writes(database)
    assert await state_of(database, first) == ("withheld", held.TOO_OLD)


async def test_a_programs_words_do_not_answer_what_was_settled_since(database: Database) -> None:
    first = await hold(database)
    await answer(database, Reply("c’est réglé"), at=MORNING + timedelta(hours=1), number=2)
    (due,) = await claim(database, MORNING + timedelta(hours=1))
    await settle(database, Outcome(due.message, "sent"))
    await writes(database)
    assert await state_of(database, first) == ("withheld", held.OVERTAKEN)


async def test_two_that_wait_for_the_same_reason_overtake_nobody(database: Database) -> None:
    messages = [await hold(database, number=1)]

    def again(connection: object) -> int:  # a second one of the same turn
        told = connection.execute(select(message).where(message.c.id == messages[0])).one()._mapping  # type: ignore[attr-defined]
        row = connection.execute(select(delivery)).one()._mapping  # type: ignore[attr-defined]
        copy = {name: value for name, value in told.items() if name != "id"}
        number: int = connection.execute(message.insert().values(copy).returning(message.c.id)).scalar_one()  # type: ignore[attr-defined]
        connection.execute(delivery.insert().values({**row, "message_id": number, "key": "2"}))  # type: ignore[attr-defined]
        return number

    messages.append(await database.write(again))
    await writes(database)
    assert [(await state_of(database, one))[0] for one in messages] == ["pending", "pending"]


async def test_words_from_elsewhere_follow_the_customer_to_the_channel_they_use_now(database: Database) -> None:
    stays = await hold(database, "bot")
    follows = await hold(database, "advisor", number=2, at=MORNING + timedelta(minutes=1))
    here = select(identity.c.conversation_id).where(identity.c.sender == "42").scalar_subquery()
    await writes(database, "s-1", channel="sms", at=MORNING + timedelta(minutes=2))
    moved = update(identity).where(identity.c.sender == "s-1").values(conversation_id=here)
    await database.write(lambda connection: connection.execute(moved).rowcount)
    await writes(database, "s-1", channel="sms")
    assert (await state_of(database, stays))[0] == "held"
    assert (await state_of(database, follows))[0] == "pending"


async def test_it_leaves_for_the_number_the_customer_has_now(database: Database) -> None:
    await hold(database, "advisor")
    changed = update(identity).values(sender="42-new")
    await database.write(lambda connection: connection.execute(changed).rowcount)
    await writes(database, "42-new")
    (due,) = await claim(database)
    assert due.outbound.recipient == "42-new"


async def test_nobody_elses_words_are_let_go_of(database: Database) -> None:
    await hold(database)
    await writes(database, "43")
    assert [state for state, _, _ in await ledger(database)] == ["held"]
