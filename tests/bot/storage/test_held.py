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


async def hold(database: Database, *authors: str, at: datetime = MORNING) -> list[int]:
    """Something was written in one turn and could not leave; returns its messages."""
    await answer(database, *(Reply("alors", author=author) for author in authors or ("bot",)), at=at)
    while due := await claim(database, at):
        await settle(database, *(Outcome(one.message, "held", why="late") for one in due), at=at)
    return list(await database.read(lambda c: c.execute(select(delivery.c.message_id).order_by(delivery.c.message_id)).scalars()))


async def writes(
    database: Database, sender: str = "42", *, number: int = 9, at: datetime = NOON, channel: str = "telegram", of: str = ""
) -> None:
    """The customer writes, from an identity that is then of the same person as `of`: what was held for them is let go of."""
    said = InboundMessage(channel=channel, external_id=f"{sender}-{number}", sender=sender, text="!", sent_at=at)
    accepted = await database.write(partial(inbox.accept, inbound=said, now=at))
    if of:
        theirs = select(identity.c.conversation_id).where(identity.c.sender == of).scalar_subquery()
        join = update(identity).where(identity.c.id == accepted.identity).values(conversation_id=theirs)
        await database.write(lambda connection: connection.execute(join).rowcount)
        follow = update(message).where(message.c.id == accepted.message).values(conversation_id=theirs)
        await database.write(lambda connection: connection.execute(follow).rowcount)
    await database.write(partial(release_held, identity_id=accepted.identity, now=at))


async def state_of(database: Database, message_id: int) -> tuple[str, str | None]:
    row = select(delivery.c.state, delivery.c.why).where(delivery.c.message_id == message_id)
    state, why = await database.read(lambda connection: connection.execute(row).one())
    return state, why


async def test_what_was_held_leaves_when_the_customer_writes(database: Database) -> None:
    (first,) = await hold(database)
    assert await claim(database) == []
    await writes(database)
    (due,) = await claim(database)
    assert (due.message, due.attempts) == (first, 2)
    row = await database.read(lambda c: c.execute(select(delivery.c.ended_at, delivery.c.next_at)).one())
    assert row == (None, NOON)


@pytest.mark.parametrize("author", ["advisor", "store"])
async def test_a_persons_words_are_never_too_late(database: Database, author: str) -> None:
    (first,) = await hold(database, author, at=NOON - timedelta(days=5))
    await writes(database)
    assert (await state_of(database, first))[0] == "pending"


@pytest.mark.parametrize("author", ["bot", "system"])
async def test_a_programs_words_do_not_pop_up_days_later(database: Database, author: str) -> None:
    (first,) = await hold(database, author, at=NOON - timedelta(hours=25))
    await writes(database)
    assert await state_of(database, first) == ("withheld", held.TOO_OLD)


async def test_a_programs_words_do_not_answer_what_was_settled_elsewhere(database: Database) -> None:
    bots, advisors = await hold(database, "bot", "advisor")
    await writes(database, "s-1", channel="sms", at=MORNING + timedelta(hours=1), of="42")
    assert (await state_of(database, bots))[0] == "held"
    await writes(database)
    assert await state_of(database, bots) == ("withheld", held.OVERTAKEN)
    assert (await state_of(database, advisors))[0] == "pending"


async def test_what_waits_for_the_same_reason_overtakes_nobody(database: Database) -> None:
    both = await hold(database, "bot", "bot")
    await writes(database)
    assert [(await state_of(database, one))[0] for one in both] == ["pending", "pending"]


async def test_words_follow_the_customer_to_the_channel_they_use_now(database: Database) -> None:
    stays, follows = await hold(database, "bot", "advisor")
    await writes(database, "s-1", channel="sms", of="42")
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
