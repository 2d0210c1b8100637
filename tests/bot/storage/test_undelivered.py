"""Dead letters: listed with their reason, sent again one by one or a channel at a time, and marked where that may repeat them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select, update

from bot.storage.database import Database
from bot.storage.outbox import Outcome
from bot.storage.schema import conversation, delivery, identity
from bot.storage.undelivered import EVERYTHING, Sent, Undelivered, Wanted, send_again, send_all_again, undelivered
from bot.turn import Reply
from tests.bot.storage.test_outbox import NOON, answer, claim, settle

LATER = NOON + timedelta(hours=1)


async def ends(database: Database, state: str, *, sender: str, at: datetime = NOON, why: str = "no") -> int:
    """A message of a customer's that ended so; returns its number."""
    await answer(database, Reply("?"), sender=sender, at=at)
    (due,) = await claim(database, at)
    await settle(database, Outcome(due.message, state, why=why), at=at)  # type: ignore[arg-type]
    return due.message


async def listed(database: Database, wanted: Wanted = EVERYTHING, **more: object) -> list[Undelivered]:
    return await database.read(partial(undelivered, wanted=wanted, **more))  # type: ignore[arg-type]


async def test_what_failed_and_what_is_held_are_listed_latest_first(database: Database) -> None:
    failed = await ends(database, "failed", sender="1", why="the number does not exist")
    held = await ends(database, "held", sender="2", at=NOON + timedelta(minutes=1), why="24 hours are over")
    await ends(database, "sent", sender="3", at=NOON + timedelta(minutes=2))
    both = await listed(database)
    assert [(one.message, one.state, one.why) for one in both] == [
        (held, "held", "24 hours are over"),
        (failed, "failed", "the number does not exist"),
    ]
    assert both[1].since == NOON
    assert [one.message for one in await listed(database, Wanted(state="failed"))] == [failed]
    assert await listed(database, Wanted(channel="sms")) == []
    assert len(await listed(database, Wanted(channel="telegram", account=""))) == 2


async def test_a_long_list_is_read_page_by_page(database: Database) -> None:
    for number in range(7):  # several of them at the very same time
        await ends(database, "failed" if number % 2 else "held", sender=str(number), at=NOON + timedelta(minutes=number // 3))
    whole = [one.message for one in await listed(database)]
    pages: list[int] = []
    before = None
    while page := await listed(database, limit=2, before=before):
        pages += [one.message for one in page]
        before = (page[-1].since, page[-1].message)
    assert pages == whole
    assert len(set(pages)) == 7


async def test_one_is_sent_again_as_if_it_were_new(database: Database) -> None:
    number = await ends(database, "failed", sender="1")
    sent = await database.write(partial(send_again, message_id=number, now=LATER))
    assert sent is not None
    assert sent.message == number
    assert await database.write(partial(send_again, message_id=number, now=LATER)) is None, "a second click"
    assert await listed(database) == []
    (due,) = await claim(database, LATER)
    assert (due.message, due.attempts) == (number, 1)
    touched = await database.read(lambda c: c.execute(select(conversation.c.touched_at)).scalar_one())
    assert touched == LATER


async def test_what_may_have_been_taken_is_marked_as_a_possible_repeat(database: Database) -> None:
    certain = await ends(database, "failed", sender="1")
    doubtful = await ends(database, "failed", sender="2")
    lost = update(delivery).where(delivery.c.message_id == doubtful).values(repeats=1)
    await database.write(lambda connection: connection.execute(lost).rowcount)
    assert {one.message: one.maybe_taken for one in await listed(database)} == {certain: False, doubtful: True}
    for number in (certain, doubtful):
        await database.write(partial(send_again, message_id=number, now=LATER))
    repeats = select(delivery.c.message_id, delivery.c.repeats)
    rows = await database.read(lambda connection: connection.execute(repeats).all())
    assert {row[0]: row[1] for row in rows} == {certain: 0, doubtful: 2}


async def test_a_channel_is_sent_again_as_a_whole_and_what_is_held_goes_on_waiting(database: Database) -> None:
    failed = [await ends(database, "failed", sender=str(number)) for number in range(3)]
    held = await ends(database, "held", sender="9")
    assert await database.write(partial(send_all_again, wanted=Wanted(channel="sms"), now=LATER)) == []
    assert await database.write(partial(send_all_again, wanted=Wanted(account="be"), now=LATER)) == []
    sent = await database.write(partial(send_all_again, wanted=Wanted(channel="telegram", account=""), now=LATER))
    assert [one.message for one in sent] == failed
    assert all(isinstance(one, Sent) for one in sent)
    assert [one.message for one in await listed(database)] == [held]


async def test_a_customer_who_has_blocked_us_is_left_alone_even_so(database: Database) -> None:
    number = await ends(database, "failed", sender="1")
    gone = update(identity).values(blocked_at=NOON)
    await database.write(lambda connection: connection.execute(gone).rowcount)
    await database.write(partial(send_again, message_id=number, now=LATER))
    (due,) = await claim(database, LATER)
    assert "blocked" in due.withheld


async def test_it_goes_to_the_number_the_customer_has_now(database: Database) -> None:
    number = await ends(database, "failed", sender="1")
    moved = update(identity).values(sender="1-new")
    await database.write(lambda connection: connection.execute(moved).rowcount)
    await database.write(partial(send_again, message_id=number, now=LATER))
    (due,) = await claim(database, LATER)
    assert due.outbound.recipient == "1-new"


async def test_nothing_is_done_to_a_message_nobody_knows(database: Database) -> None:
    assert await database.write(partial(send_again, message_id=12345, now=LATER)) is None
