"""Promise 13: data past its retention goes away by itself, kind by kind; what is in hand stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from bot.brand import Brand
from bot.brand.keeping import RetentionRules
from bot.messages import InboundMessage
from bot.storage import erasing, inbox, retention, unreadable
from bot.storage.database import Database
from bot.storage.schema import audit, case, conversation, media, message, metadata
from bot.workers.erasing import finish_all, keeps_of
from bot.workers.housekeeping import Housekeeping
from bot.workers.retention import Retention
from tests.fakes.house import FakeClock, demo_house
from tests.fakes.somebody import JEANNE, NOON, PAUL, everything, mentions, moves_in

LONG = dict.fromkeys(RetentionRules.model_fields, 36_500)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


def keeping(**days: int) -> Brand:
    """The demo brand, which keeps everything for ever but what is named."""
    return demo_house().brand.model_copy(update={"retention": RetentionRules(**{**LONG, **days})})


async def both(database: Database) -> None:
    for somebody in (PAUL, JEANNE):
        await moves_in(database, somebody)


async def do(database: Database, statement: Any) -> None:
    await database.write(lambda connection: connection.execute(statement) and None)


def changed(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> dict[str, int]:
    """Of each table how many of its rows are not there any more as they were."""
    gone = {name: len(set(rows) - set(after[name])) for name, rows in before.items()}
    return {name: count for name, count in gone.items() if count}


@pytest.mark.parametrize(
    ("kind", "gone"),
    [
        ("messages", {"message": 5, "delivery": 2, "media": 1, "media_content": 40, "merge": 1, "conversation": 1}),
        ("media", {"media": 1, "media_content": 40}),
        ("traces", {"message": 2}),
        ("appointments", {"appointment": 4, "appointment_cell": 2}),
        ("ended_cases", {"case": 2, "note": 2}),
        ("codes", {"challenge": 2}),
        ("public", {"public_message": 2}),
        ("audit", {"audit": 4}),
    ],
)
async def test_each_kind_goes_in_its_own_time_and_nothing_with_it(
    database: Database, clock: FakeClock, kind: str, gone: dict[str, int]
) -> None:
    await both(database)
    await do(database, update(metadata.tables["delivery"]).values(state="sent"))
    clock.advance(days=100)
    before = await everything(database)
    keeper = Retention(database, clock, keeping(**{f"{kind}_days": 101}))
    assert not await keeper.let_go()
    assert await everything(database) == before
    keeper = Retention(database, clock, keeping(**{f"{kind}_days": 97}))
    told = await keeper.would_go()
    assert await everything(database) == before
    assert await keeper.let_go()
    lost = changed(before, await everything(database))
    assert set(lost) == set(gone)
    assert all(lost[name] >= count for name, count in gone.items()), lost
    assert set(told) == {kind}
    assert not await keeper.let_go() or kind == "audit"  # which has a new line of its own


async def test_proofs_go_when_they_count_no_longer(database: Database, clock: FakeClock) -> None:
    await both(database)
    evidence = metadata.tables["evidence"]
    over = update(evidence).where(evidence.c.profile_id == PAUL.profile).values(expires_at=NOON)
    await do(database, over)
    clock.advance(days=5)
    await Retention(database, clock, keeping(proofs_days=3)).let_go()
    left = await everything(database)
    assert [JEANNE.profile in row for row in left["evidence"]] == [True]


async def test_what_somebody_has_in_hand_is_kept(database: Database, clock: FakeClock) -> None:
    await both(database)
    await do(database, update(metadata.tables["delivery"]).values(state="sent"))
    taken = update(case).where(case.c.conversation_id == PAUL.conversation).values(status="taken", ended_at=None)
    await do(database, taken)
    clock.advance(days=5)
    await Retention(database, clock, keeping(messages_days=3, ended_cases_days=3)).let_go()
    left = await everything(database)
    assert len([row for row in left["message"] if PAUL.word in row]) == 3
    assert len([row for row in left["case"] if PAUL.word in row]) == 1
    assert not [row for row in left["case"] if JEANNE.word in row]


async def test_what_is_still_on_its_way_is_kept(database: Database, clock: FakeClock) -> None:
    await both(database)  # the answer to each is being sent
    clock.advance(days=5)
    await Retention(database, clock, keeping(messages_days=3)).let_go()
    rows = await database.read(lambda c: c.execute(select(message.c.id, message.c.direction)).all())
    assert (PAUL.message(2), "out") in [tuple(row) for row in rows]
    assert (PAUL.message(1), "in") not in [tuple(row) for row in rows]


async def stranger(database: Database, sender: str) -> int:
    said = InboundMessage(channel="sms", external_id=sender, sender=sender, text=f"bonjour de {sender}", sent_at=NOON)
    accepted = await database.write(partial(inbox.accept, inbound=said, now=NOON))
    handled = update(message).where(message.c.id == accepted.message).values(handled_at=NOON)
    await do(database, handled)
    await do(database, update(conversation).where(conversation.c.id == accepted.conversation).values(due_at=None))
    return accepted.conversation


async def test_strangers_are_forgotten_whole_and_customers_are_not(database: Database, clock: FakeClock) -> None:
    await both(database)
    gone = [await stranger(database, f"+3363998{number:04}") for number in range(3)]
    waits = await stranger(database, "+33639987777")
    await do(
        database,
        insert(case).values(
            conversation_id=waits, queue="q", status="waiting", context={"reason": "asked"}, opened_at=NOON, note=""
        ),
    )
    clock.advance(days=5)
    before = await everything(database)
    keeper = Retention(database, clock, keeping(anonymous_days=3))
    assert await keeper.would_go() == {"anonymous": 3}
    assert await keeper.let_go() == {"anonymous": 3}
    after = await everything(database)
    assert mentions(after, ["bonjour de +33639980"]) == []
    assert len(mentions(after, ["bonjour de +33639987777"])) == 1
    for name in PAUL.rows():
        whose = [row for row in before[name] if any(word in row for word in PAUL.telling)]
        assert set(whose) <= set(after[name])
    assert after["erasure"] == []
    live = await database.read(lambda c: c.execute(select(conversation.c.id).where(conversation.c.merged_into.is_(None))).all())
    assert not {row.id for row in live} & set(gone)


async def test_a_stranger_who_comes_back_at_that_moment_is_kept(database: Database, clock: FakeClock) -> None:
    number = await stranger(database, "+33639980001")
    clock.advance(days=5)
    back = update(conversation).where(conversation.c.id == number).values(touched_at=clock.now())
    await do(database, back)
    begin = partial(retention.forget_stranger, conversation_id=number, before=NOON + timedelta(days=1), now=clock.now())
    assert await database.write(begin) is None
    assert await database.read(erasing.unfinished) == []


async def test_killed_while_it_forgets_a_stranger_it_goes_on(database: Database, clock: FakeClock) -> None:
    number = await stranger(database, "+33639980001")
    clock.advance(days=5)
    begin = partial(retention.forget_stranger, conversation_id=number, before=clock.now(), now=clock.now())
    assert await database.write(begin) is not None
    assert await finish_all(database, demo_house().brand.folder) == 1
    after = await everything(database)
    assert mentions(after, ["+33639980001"]) == []
    assert after["erasure"] == []


async def test_it_is_in_the_record(database: Database, clock: FakeClock) -> None:
    await both(database)
    clock.advance(days=5)
    await Retention(database, clock, keeping(ended_cases_days=3)).let_go()
    query = select(audit.c.by, audit.c.details).where(audit.c.act == "retention")
    rows = await database.read(lambda connection: connection.execute(query).all())
    assert [tuple(row) for row in rows] == [("system", {"ended_cases": 4})]


async def test_a_great_many_go_in_small_transactions(database: Database, clock: FakeClock) -> None:
    row = {"by": "lea", "act": "look", "conversation_id": 1, "at": NOON}

    def many(connection: Connection) -> None:
        connection.execute(insert(audit), [row] * 5_000)

    await database.write(many)
    clock.advance(days=5)
    asked = 0

    async def still() -> bool:
        nonlocal asked
        asked += 1
        return asked < 3

    keeper = Retention(database, clock, keeping(audit_days=3))
    assert await keeper.let_go(still) == {"audit": 600}  # and the seat was lost
    assert (await keeper.let_go())["audit"] == 4_400
    left = await database.read(lambda connection: connection.execute(select(media.c.id)).all())
    assert left == []


async def test_a_house_does_it_by_itself_once_a_day(database: Database, clock: FakeClock) -> None:
    await both(database)
    brand = keeping(ended_cases_days=3)
    keeper = Housekeeping(database, clock, name="a", brand=brand)
    begin = partial(
        erasing.begin, conversation_id=JEANNE.conversation, by="lea", now=NOON, keeps=keeps_of(brand), cancel_appointments=True
    )
    await database.write(begin)  # and whoever began it was killed
    cases = select(case.c.id).where(case.c.conversation_id == PAUL.conversation)
    for later, erasures, left in ((timedelta(0), 0, 1), (timedelta(days=2, hours=23), 0, 1), (timedelta(days=3, hours=1), 0, 1)):
        clock.time = NOON + later
        assert await keeper.clear_up()
        assert len(await database.read(erasing.unfinished)) == erasures
        assert len(await database.read(lambda connection: connection.execute(cases).all())) == left
    clock.advance(days=1)  # a day after the last time
    assert await keeper.clear_up()
    assert await database.read(lambda connection: connection.execute(cases).all()) == []


async def test_another_house_that_has_the_seat_stops_it(database: Database, clock: FakeClock) -> None:
    await both(database)
    clock.advance(days=5)
    assert await Housekeeping(database, clock, name="b").clear_up()
    before = await everything(database)
    assert not await Housekeeping(database, clock, name="a", brand=keeping(audit_days=3)).clear_up()
    assert await everything(database) == before


async def test_the_hourly_clearing_up_obeys_the_brand_too(database: Database, clock: FakeClock) -> None:
    await both(database)  # a code was sent to each
    await database.write(partial(unreadable.keep, channel="telegram", account="", bodies=["?"], now=NOON))
    codes = select(metadata.tables["challenge"].c.id)
    brand = keeping(codes_days=5, unreadable_days=5)
    for days, is_over in ((4, False), (6, True)):
        clock.time = NOON + timedelta(days=days)
        told = await Retention(database, clock, brand).would_go()
        assert told == ({"codes": 2, "unreadable": 1} if is_over else {})
        assert await Housekeeping(database, clock, name="a", brand=brand).clear_up()
        left = await database.read(lambda connection: connection.execute(codes).all())
        bodies = await database.read(unreadable.kept)
        assert (len(left), len(bodies)) == ((0, 0) if is_over else (2, 1))
