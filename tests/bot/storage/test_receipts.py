"""What platforms tell afterwards: tied to its message, never backwards, harmless when repeated or about somebody else's."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from bot.errors import CustomerGone, OutsideWindow, Refused, TryLater
from bot.messages import Receipt
from bot.storage import outbox, receipts
from bot.storage.database import Database
from bot.storage.outbox import Due, Outcome
from bot.storage.receipts import Noted
from bot.storage.schema import delivery, identity
from bot.turn import Reply
from tests.bot.storage.test_outbox import NOON, answer, claim, settle

LATER = NOON + timedelta(minutes=1)


async def told(database: Database, *said: Receipt, now: Any = LATER) -> Noted:
    return await database.write(partial(receipts.note, receipts=said, now=now))


def receipt(state: Any, **more: Any) -> Receipt:
    return Receipt(**({"channel": "telegram", "state": state, "at": LATER} | more))


async def row_of(database: Database, message: int) -> Any:
    found = select(delivery).where(delivery.c.message_id == message)
    return await database.read(lambda connection: connection.execute(found).one())


async def sent(database: Database, text: str = "un", *, sender: str = "42", number: int = 1, as_: str = "p-1") -> Due:
    """A message the platform took and gave an id."""
    await answer(database, Reply(text), sender=sender, number=number)
    (due,) = [one for one in await claim(database) if one.outbound.text == text]
    await settle(database, Outcome(due.message, "sent", provider_id=as_))
    return due


async def test_a_message_is_delivered_then_read_and_never_less(database: Database) -> None:
    due = await sent(database)
    noted = await told(database, receipt("delivered", provider_id="p-1"))
    assert noted == Noted(frozenset({due.conversation}))
    await told(database, receipt("read", provider_id="p-1", at=LATER + timedelta(minutes=1)))
    again = await told(database, receipt("sent", key=due.outbound.key), receipt("failed", key=due.outbound.key))
    row = await row_of(database, due.message)
    assert (row.state, row.delivered_at, row.read_at) == ("sent", LATER, LATER + timedelta(minutes=1))
    assert again == Noted(frozenset())


async def test_read_tells_that_it_was_delivered_too(database: Database) -> None:
    due = await sent(database)
    await told(database, receipt("read", provider_id="p-1"))
    row = await row_of(database, due.message)
    assert (row.delivered_at, row.read_at) == (LATER, LATER)


async def test_a_status_by_our_key_settles_a_message_whose_answer_was_lost(database: Database) -> None:
    await answer(database, Reply("un"))
    (due,) = await claim(database)
    await settle(database, Outcome(due.message, "pending", why="no answer", next_at=LATER, maybe_taken=True))
    await told(database, receipt("sent", key=due.outbound.key, provider_id="p-9"))
    row = await row_of(database, due.message)
    assert (row.state, row.provider_id, row.why) == ("sent", "p-9", None)
    assert await claim(database, LATER + timedelta(hours=1)) == []


async def test_a_status_that_overtakes_the_answer_is_not_undone_by_it(database: Database) -> None:
    await answer(database, Reply("un"))
    (due,) = await claim(database)
    await told(database, receipt("delivered", key=due.outbound.key, provider_id="p-9"))
    assert not await database.write(partial(outbox.still_to_send, message_id=due.message, worker="w"))
    await settle(database, Outcome(due.message, "pending", why="no answer", next_at=LATER, maybe_taken=True))
    row = await row_of(database, due.message)
    assert (row.state, row.delivered_at, row.repeats) == ("sent", LATER, 0)


async def test_a_part_does_not_stand_for_the_whole(database: Database) -> None:
    await answer(database, Reply("une très longue réponse"))
    (due,) = await claim(database)
    await settle(database, Outcome(due.message, "pending", why="no answer", next_at=LATER, maybe_taken=True))
    await told(database, receipt("delivered", key=f"{due.outbound.key}/1", provider_id="p-1"))
    assert (await row_of(database, due.message)).state == "pending"
    (again,) = await claim(database, LATER)
    await settle(database, Outcome(again.message, "sent", provider_id="p-2"))
    await told(database, receipt("read", key=f"{due.outbound.key}/1", provider_id="p-1"))
    assert (await row_of(database, due.message)).read_at is None
    await told(database, receipt("read", key=f"{due.outbound.key}/2", provider_id="p-2"))
    assert (await row_of(database, due.message)).read_at == LATER


async def test_a_part_that_did_not_arrive_is_told_and_nothing_is_sent_again(database: Database) -> None:
    due = await sent(database, as_="p-2")
    failure = TryLater("the phone is off")
    await told(database, receipt("failed", key=f"{due.outbound.key}/1", provider_id="p-1", failure=failure))
    row = await row_of(database, due.message)
    assert (row.state, row.why) == ("failed", "part 1 did not arrive: the phone is off")


async def test_everything_until_then_was_read(database: Database) -> None:
    first = await sent(database, "un", number=1, as_="p-1")
    second = await sent(database, "deux", number=2, as_="p-2")
    other = await sent(database, "autre", sender="43", as_="p-3")
    await told(database, receipt("read", recipient="42", at=NOON))
    assert (await row_of(database, first.message)).read_at == NOON
    assert (await row_of(database, second.message)).delivered_at == NOON
    assert (await row_of(database, other.message)).read_at is None


async def test_what_was_sent_after_the_watermark_is_not_read_yet(database: Database) -> None:
    due = await sent(database)
    await told(database, receipt("delivered", recipient="42", at=NOON - timedelta(seconds=1)))
    assert (await row_of(database, due.message)).delivered_at is None


async def test_what_the_platform_could_not_deliver_is_tried_again_after_its_wait(database: Database) -> None:
    due = await sent(database)
    failed = receipt("failed", provider_id="p-1", failure=TryLater("the phone is off", wait=600))
    for _ in range(3):  # told three times, it is one failure
        await told(database, failed)
    assert (await row_of(database, due.message)).next_at == LATER + timedelta(minutes=10)
    await told(database, receipt("sent", key=due.outbound.key, provider_id="p-1"))  # late, and no news
    (again,) = await claim(database, LATER + timedelta(minutes=10))
    await settle(database, Outcome(again.message, "sent", provider_id="p-2"))
    await told(database, failed)  # of the first attempt
    assert (await row_of(database, due.message)).state == "sent"


async def test_what_is_never_delivered_is_given_up(database: Database) -> None:
    due = await sent(database)
    at = LATER
    for attempt in range(2, receipts.MOST_ATTEMPTS + 2):
        await told(database, receipt("failed", provider_id=f"p-{attempt - 1}", failure=TryLater("busy", wait=60)), now=at)
        at += timedelta(hours=1)
        for again in await claim(database, at):
            await settle(database, Outcome(again.message, "sent", provider_id=f"p-{attempt}"), at=at)
    row = await row_of(database, due.message)
    assert (row.state, row.attempts) == ("failed", receipts.MOST_ATTEMPTS)
    assert "given up" in row.why


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (OutsideWindow("too late"), "held"),
        (Refused("spam"), "failed"),
        (CustomerGone("not there"), "failed"),
        (None, "failed"),
    ],
)
async def test_why_it_failed_says_what_becomes_of_it(database: Database, failure: Any, state: str) -> None:
    due = await sent(database)
    await told(database, receipt("failed", provider_id="p-1", failure=failure))
    row = await row_of(database, due.message)
    assert (row.state, row.ended_at, row.why) == (state, LATER, str(failure or "the platform did not say why"))
    gone = await database.read(lambda connection: connection.execute(select(identity.c.blocked_at)).scalar_one())
    assert (gone is not None) == isinstance(failure, CustomerGone)


async def test_what_arrived_after_all_has_not_failed(database: Database) -> None:
    due = await sent(database)
    await told(database, receipt("failed", provider_id="p-1", failure=Refused("timed out")))
    await told(database, receipt("delivered", provider_id="p-1"))
    row = await row_of(database, due.message)
    assert (row.state, row.delivered_at, row.why, row.ended_at) == ("sent", LATER, None, None)


async def test_receipts_of_messages_nobody_knows_do_no_harm(database: Database) -> None:
    due = await sent(database)
    noted = await told(
        database,
        receipt("read", key="of another program", provider_id="x"),
        receipt("delivered", key=due.outbound.key, account="another account"),
        receipt("delivered", provider_id="p-1", channel="whatsapp"),
        receipt("read", recipient="nobody"),
        receipt("failed", recipient="42"),
        receipt("read"),
    )
    assert noted == Noted(frozenset(), unknown=3)
    assert (await row_of(database, due.message)).delivered_at is None
