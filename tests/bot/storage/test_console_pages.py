"""What the console shows: lists and threads, and what they cost. On both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, insert, update

from bot.customers.profile import Profile
from bot.storage import console_lists
from bot.storage.console_thread import thread_page
from bot.storage.database import Database
from bot.storage.diary import StoreDiary
from bot.storage.outbox import Outcome, claim_due, settle
from bot.storage.profiles import import_profiles
from bot.storage.schema import conversation, message
from handoff.console.views import ConversationFilter, Counts
from nlu.understanding import Entity
from tests.fakes.house import NOON, RunningHouse, demo_house, running_house

CAMILLE = Profile(id="c1", first_name="Camille", last_name="Martin", phones=("+33639980101",), home_store="lyon")


@pytest.fixture
async def house(database: Database) -> AsyncIterator[RunningHouse]:
    async with running_house(database) as running:
        yield running


async def test_the_list_is_by_last_activity_and_says_what_was_understood(house: RunningHouse) -> None:
    first = (await house.says("camille", "bonjour", sender_name="Camille M.")).conversation
    second = (await house.says("noe", "grmbl", channel="rest")).conversation
    page = await house.ports.desk.conversations(ConversationFilter())
    assert [row.id for row in page.rows] == [second, first]
    assert page.next is None
    mumbled, greeted = page.rows
    assert (greeted.customer, greeted.channel, greeted.intent, greeted.understood) == ("Camille M.", "telegram", "greet", True)
    assert (mumbled.customer, mumbled.intent, mumbled.confidence, mumbled.understood) == (
        f"Visiteur {second}",
        "return_policy",
        0.31,
        False,
    )
    assert (greeted.last_author, greeted.owner, greeted.paused) == ("bot", "bot", False)

    await house.says("camille", "bonjour")
    assert [row.id for row in (await house.ports.desk.conversations(ConversationFilter())).rows] == [first, second]


async def test_the_list_is_filtered(house: RunningHouse) -> None:
    waiting = (await house.says("camille", "un conseiller svp")).conversation
    english = (await house.says("lena", "hello", channel="rest", language="en")).conversation
    unsure = (await house.says("noe", "grmbl")).conversation

    async def found(**wanted: object) -> list[int]:
        page = await house.ports.desk.conversations(ConversationFilter(**wanted))  # type: ignore[arg-type]
        return [row.id for row in page.rows]

    assert await found(owner="queue") == [waiting]
    assert await found(owner="bot") == [unsure, english]
    assert await found(channel="rest") == [english]
    assert await found(language="en") == [english]
    assert await found(low_confidence=True) == [unsure]
    assert await found(owner="advisor") == []
    await house.says("noe", "bonjour")
    assert await found(low_confidence=True) == [], "what counts is what they wrote last"
    await house.does("ines", "take", waiting)
    (row,) = (await house.ports.desk.conversations(ConversationFilter(owner="advisor"))).rows
    assert (row.id, row.advisor) == (waiting, "Inès")
    await house.says("camille", "grmbl")
    assert await found(low_confidence=True) == [], "what an advisor is told is not for the bot to understand"
    assert await house.ports.desk.channels() == ["rest", "telegram"]


async def test_pages_leave_nobody_out_and_show_nobody_twice(house: RunningHouse) -> None:
    for number in range(7):
        await house.says(f"customer-{number}", "bonjour")

    def at_once(connection: Connection) -> None:
        connection.execute(update(conversation).where(conversation.c.id < 6).values(touched_at=NOON))

    await house.database.write(at_once)
    seen: list[int] = []
    page: str | None = None
    for _ in range(4):
        found = await house.ports.desk.conversations(ConversationFilter(), page=page, limit=2)
        seen += [row.id for row in found.rows]
        page = found.next
    assert page is None
    assert sorted(seen) == list(range(1, 8))
    assert seen[2:] == [5, 4, 3, 2, 1]
    for odd in ("nonsense", "1.2.3", "99999999999999999999.1", "-1.1", "²³.1"):
        found = await house.ports.desk.conversations(ConversationFilter(), page=odd, limit=2)
        assert [row.id for row in found.rows] == seen[:2], "an unknown mark means the first page"


async def test_the_figures_of_the_day(house: RunningHouse) -> None:
    await house.says("yesterday", "grmbl")
    house.clock.advance(days=1)
    assert await house.ports.desk.counts() == Counts()
    await house.says("camille", "un conseiller svp")
    await house.says("noe", "grmbl")
    taken = (await house.says("lena", "un conseiller svp")).conversation
    await house.does("ines", "take", taken)
    assert await house.ports.desk.counts() == Counts(waiting=1, taken=1, with_bot=1, not_understood=1)


async def test_open_cases_say_who_waits_and_for_what(house: RunningHouse) -> None:
    await house.says("camille", "un conseiller svp", sender_name="Camille M.")
    await house.says("camille", "c’est pour un échange")
    (row,) = await house.ports.desk.open_cases()
    assert (row.customer, row.channel, row.last_text) == ("Camille M.", "telegram", "c’est pour un échange")
    assert (row.case.status, row.case.context.reason, row.case.context.transcript) == ("waiting", "asked", ())
    await house.does("ines", "take", row.case.conversation)
    assert [row.advisor_name for row in await house.ports.desk.open_cases()] == ["Inès"]
    await house.does("ines", "close", row.case.conversation)
    assert await house.ports.desk.open_cases() == []


async def test_a_thread_explains_every_answer(house: RunningHouse) -> None:
    words = "rdv samedi a lyon"
    house.understander.meanings[words] = "book_appointment"
    house.understander.entities[words] = (
        Entity("day", {"weekday": 5, "week": None}, "samedi", 4, 10, source="grammar"),
        Entity("store", "lyon", "lyon", 13, 17, source="lookup"),
    )
    asked = await house.says("camille", words)
    thread = await house.thread(asked.conversation, "en")
    customer, *bot = thread.messages
    assert (customer.meaning.intent, customer.meaning.understood, customer.meaning.engine) == ("book_appointment", True, "fake 1")
    assert [(one.name, one.text, one.value) for one in customer.meaning.entities] == [
        ("day", "samedi", "2026-11-28"),
        ("store", "lyon", "lyon"),
    ]
    assert bot[-1].trace.meaning == customer.meaning
    assert bot[-1].trace.response.startswith("utter_")
    assert bot[-1].trace.step
    slots = {fact.name: (fact.value, fact.source) for fact in thread.slots}
    assert slots["appointment_store"] == ("Lyon Bellecour", "customer")
    assert slots["appointment_day"] == ("Saturday 28 November 2026", "customer")
    flow = house.house.dialogue.flows.by_id["book_appointment"]
    assert thread.flow.startswith(flow.names["en"])
    in_french = await house.thread(asked.conversation, "fr")
    assert "samedi 28 novembre 2026" in {fact.value for fact in in_french.slots}


async def test_a_proven_customer_is_shown_by_name_and_a_claimed_one_is_not(house: RunningHouse) -> None:
    await house.database.write(partial(import_profiles, profiles=[CAMILLE]))
    known = await house.says("42", kind="contact", data={"phone": "+33639980101", "own": True, "name": None})
    card = (await house.thread(known.conversation)).customer
    facts = {fact.name: fact.value for fact in card.facts}
    assert (card.name, card.evidence) == ("Camille Martin", "channel")
    assert (facts["first_name"], facts["home_store"], facts["phones"]) == ("Camille", "Lyon Bellecour", "+33639980101")
    assert "notes_for_advisors" not in facts, "what is empty is not shown"

    def only_claimed(connection: Connection) -> None:
        connection.execute(update(conversation).values(level=10))

    await house.database.write(only_claimed)
    card = (await house.thread(known.conversation)).customer
    assert (card.evidence, card.facts) == ("claimed", ())
    (row,) = (await house.ports.desk.conversations(ConversationFilter())).rows
    assert row.customer == card.name


async def test_what_became_of_an_answer_is_shown(house: RunningHouse) -> None:
    asked = await house.says("camille", "bonjour")
    await house.says("camille", "bonjour")

    async def deliver(state: str, why: str | None = None) -> None:
        now = house.clock.now()
        claim = partial(claim_due, channel="telegram", worker="w", now=now, until=now + timedelta(seconds=30), limit=9)
        (due,) = await house.database.write(claim)
        outcome = Outcome(due.message, state, why=why)  # type: ignore[arg-type]
        await house.database.write(partial(settle, outcomes=[outcome], worker="w", now=now))

    def states(thread: object) -> list[tuple[str, str]]:
        return [(one.state, one.failure) for one in thread.messages if one.author == "bot"]  # type: ignore[attr-defined]

    assert states(await house.thread(asked.conversation)) == [("waiting", ""), ("waiting", "")]
    await deliver("sent")
    await deliver("withheld", "the customer has blocked this channel")
    assert states(await house.thread(asked.conversation, "fr")) == [
        ("sent", ""),
        ("failed", "Le client a bloqué ce canal ; joignez-le autrement."),
    ]


async def test_a_long_thread_is_read_page_by_page(house: RunningHouse) -> None:
    asked = await house.says("camille", "un conseiller svp")
    for number in range(4):
        await house.says("camille", f"message {number}")
        await house.does("ines", "note", asked.conversation, f"note {number}")
    whole = [one.id for one in (await house.thread(asked.conversation)).messages]
    pages: list[int] = []
    before: int | None = None
    more = True
    while more:
        page = await house.thread(asked.conversation, before=before, limit=3)
        pages = [one.id for one in page.messages] + pages
        before, more = page.messages[0].id, page.more
    assert pages == whole
    assert len(set(pages)) == len(pages)


async def test_a_day_in_a_store(house: RunningHouse) -> None:
    asked = await house.says("camille", "bonjour")
    saturday = date(2026, 11, 28)

    def book(connection: Connection) -> None:
        known = demo_house()
        diary = StoreDiary(connection, known.brand, dict(known.hours), asked.conversation, house.clock.now())
        slots = diary.free("lyon", "fitting", saturday, saturday + timedelta(days=2))
        late, early = slots[5], slots[0]
        diary.book(late, name="Noé Blanc", phone=None)
        gone = diary.book(early, name="Camille Martin", phone="+33639980101", note="pied large")
        diary.cancel(gone.id)
        monday = next(slot for slot in slots if slot.start.date() > saturday + timedelta(days=1))
        diary.book(monday, name="Ali", phone=None)

    await house.database.write(book)
    day = await house.ports.desk.appointments("lyon", saturday)
    assert [(one.name, one.status) for one in day] == [("Camille Martin", "cancelled"), ("Noé Blanc", "booked")]
    assert all(one.slot.start.date() == saturday for one in day)
    assert await house.ports.desk.appointments("lille", saturday) == []
    assert len((await house.thread(asked.conversation)).appointments) == 3
    stores = {store.id: store for store in await house.ports.desk.stores("en")}
    assert stores["lyon"].name == "Lyon Bellecour"
    assert set(stores["lyon"].services) == set(house.house.brand.store("lyon").services)  # type: ignore[union-attr]


async def steps(database: Database, work: Callable[[Connection], object]) -> int:
    """What reading costs, in steps of SQLite's machine, which no busy processor changes."""

    def counted(connection: Connection) -> int:
        ticks = 0

        def tick() -> int:
            nonlocal ticks
            ticks += 1
            return 0

        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_progress_handler(tick, 1)
        try:
            work(connection)
        finally:
            driver.set_progress_handler(None, 0)
        return ticks

    return await database.read(counted)


async def test_pages_cost_the_same_however_long_the_conversation(sqlite: Database) -> None:
    async with running_house(sqlite) as house:
        short = (await house.says("short", "un conseiller svp")).conversation
        long = (await house.says("long", "un conseiller svp")).conversation

        def lengthen(connection: Connection) -> None:
            for number, lines in ((long, 3000), (short, 0)):
                row = connection.execute(message.select().where(message.c.conversation_id == number)).first()
                assert row is not None
                said = {name: value for name, value in row._asdict().items() if name not in ("id", "external_key")}
                # All but the newest were said by the bot: nothing may have to walk back over them.
                answers = [{**said, "direction": "out", "author": "bot"}] * lines
                connection.execute(insert(message), [*answers, *[{**said, "text": f"message {n}"} for n in range(60)]])

        await house.database.write(lengthen)
        of = partial(
            thread_page,
            brand=house.house.brand,
            flows=house.house.dialogue.flows,
            names=house.house.desks.names,
            language="fr",
            before=None,
            limit=50,
            now=NOON,
        )
        cost = await steps(sqlite, partial(of, conversation_id=long))
        assert cost < 1.2 * await steps(sqlite, partial(of, conversation_id=short))
        listed = partial(console_lists.conversations, page=None, limit=40, names={}, language="fr")
        assert await steps(sqlite, partial(console_lists.open_cases, names={}, language="fr")) < 2000
        assert await steps(sqlite, partial(listed, wanted=ConversationFilter(owner="queue"))) < 2000
