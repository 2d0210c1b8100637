"""Promises 1 to 3 at the inbox: committed once, claimed by one worker at a time, in order, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, select

from bot.errors import ClaimLost
from bot.messages import InboundMessage
from bot.storage import conversations, inbox
from bot.storage.database import Database
from bot.storage.inbox import Accepted, Claim
from bot.storage.schema import message

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def said(text: str, *, number: int = 1, sender: str = "camille") -> InboundMessage:
    return InboundMessage(channel="rest", external_id=f"{sender}/{number}", sender=sender, text=text, sent_at=NOON)


async def accept(database: Database, inbound: InboundMessage, now: datetime = NOON) -> Accepted:
    return await database.write(partial(inbox.accept, inbound=inbound, now=now))


async def claim(database: Database, worker: str, now: datetime, *, seconds: float = 10) -> list[Claim]:
    until = now + timedelta(seconds=seconds)
    return await database.write(partial(inbox.claim, worker=worker, now=now, until=until, limit=10))


async def test_what_is_accepted_waits_in_the_inbox(database: Database) -> None:
    accepted = await accept(database, said("bonjour"))
    assert accepted.fresh
    assert accepted.owner == "bot"
    (claimed,) = await claim(database, "a", NOON)
    assert [(one.id, one.text) for one in claimed.arrivals] == [(accepted.message, "bonjour")]


async def test_the_same_webhook_is_one_message_however_often_it_comes(database: Database) -> None:
    first = await accept(database, said("bonjour"))
    again = await asyncio.gather(*(accept(database, said("bonjour")) for _ in range(10)))
    assert {one.message for one in again} == {first.message}
    assert not any(one.fresh for one in again)
    (claimed,) = await claim(database, "a", NOON)
    assert len(claimed.arrivals) == 1


async def test_a_new_sender_who_writes_many_times_at_once_gets_one_conversation(database: Database) -> None:
    accepted = await asyncio.gather(*(accept(database, said(str(n), number=n)) for n in range(20)))
    assert len({one.conversation for one in accepted}) == 1
    assert len({one.message for one in accepted}) == 20


async def test_one_conversation_is_handled_by_one_worker_at_a_time(database: Database) -> None:
    for n in range(5):
        await accept(database, said("x", number=n, sender=f"s{n}"))
    claims = await asyncio.gather(*(claim(database, f"w{n}", NOON) for n in range(4)))
    taken = [one.conversation for some in claims for one in some]
    assert len(taken) == len(set(taken)) == 5


async def test_a_claim_runs_out_and_its_former_holder_can_write_nothing(database: Database) -> None:
    await accept(database, said("bonjour"))
    (slow,) = await claim(database, "slow", NOON)
    assert await claim(database, "other", NOON + timedelta(seconds=5)) == []
    (taken_over,) = await claim(database, "other", NOON + timedelta(seconds=11))
    assert taken_over.fence > slow.fence
    assert [one.text for one in taken_over.arrivals] == ["bonjour"]
    with pytest.raises(ClaimLost):
        await database.write(partial(conversations.lock, claim=slow, identity_id=None, now=NOON))


async def test_what_arrives_during_a_turn_makes_the_conversation_due_again(database: Database) -> None:
    await accept(database, said("un", number=1))
    (first,) = await claim(database, "a", NOON)
    await accept(database, said("deux", number=2))

    def write(connection: Connection) -> conversations.Written:
        standing = conversations.lock(connection, first, first.arrivals[0].identity, NOON)
        turn = conversations.Turn(
            state=conversations.dialogue_state(standing), traces={first.arrivals[0].id: {}}, spoke_from=standing.identity_id
        )
        return conversations.write_turn(connection, first, standing, turn, now=NOON, rest=False)

    written = await database.write(write)
    assert written.more
    (second,) = await claim(database, "a", NOON)
    assert [one.text for one in second.arrivals] == ["deux"]


async def test_numbers_rise_in_the_order_of_acceptance_within_a_conversation(database: Database) -> None:
    async def talk(sender: str) -> list[int]:
        return [(await accept(database, said(str(n), number=n, sender=sender))).message for n in range(15)]

    for numbers in await asyncio.gather(*(talk(f"s{n}") for n in range(6))):
        assert numbers == sorted(numbers)


async def test_odd_text_is_kept_as_far_as_a_database_can(database: Database) -> None:
    odd = replace(said("a\x00b\ud800c 🧦"), sender="we\x00ird", sender_name="x" * 999, data={"k": "\x00\udfff", "n": 2**70})
    accepted = await accept(database, odd)
    text = await database.read(
        lambda connection: connection.execute(select(message.c.text).where(message.c.id == accepted.message)).scalar_one()
    )
    assert text == "ab?c 🧦"


async def test_a_unit_that_fails_takes_nothing_else_with_it(database: Database) -> None:
    def broken(_connection: Connection) -> None:
        raise ValueError("not this one")

    async def fails() -> None:
        with pytest.raises(ValueError, match="not this one"):
            await database.write(broken)

    results = await asyncio.gather(accept(database, said("a", number=1)), fails(), accept(database, said("b", number=2)))
    assert isinstance(results[0], Accepted)
    (claimed,) = await claim(database, "a", NOON)
    assert {one.text for one in claimed.arrivals} == {"a", "b"}


async def test_what_arrives_after_the_claims_end_is_not_forgotten_when_the_slow_turn_is_written(database: Database) -> None:
    await accept(database, said("un", number=1))
    (slow,) = await claim(database, "a", NOON)
    # A stalled process, or another machine whose clock is ahead: by the time of whoever accepts, the claim is over.
    later = NOON + timedelta(seconds=12)
    await accept(database, said("deux", number=2), now=later)

    def write(connection: Connection) -> conversations.Written:
        standing = conversations.lock(connection, slow, slow.arrivals[0].identity, NOON)
        turn = conversations.Turn(
            state=conversations.dialogue_state(standing), traces={slow.arrivals[0].id: {}}, spoke_from=standing.identity_id
        )
        return conversations.write_turn(connection, slow, standing, turn, now=later, rest=False)

    written = await database.write(write)
    assert written.more
    (second,) = await claim(database, "a", later)
    assert [one.text for one in second.arrivals] == ["deux"]
