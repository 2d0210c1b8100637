"""Promise 13: whoever is erased is nowhere any more, whatever was under way; everybody else keeps every word."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from bot.brand import Brand
from bot.customers.sources import Order, Told
from bot.errors import ClaimLost, PersonRefused
from bot.messages import InboundMessage
from bot.storage import accounts, conversations, erased, erasing, fetching, inbox, media, outbox, person, profile_sources
from bot.storage.database import Database
from bot.storage.schema import appointment, audit, conversation, identity, merge, message, metadata, profile
from bot.storage.schema import case as cases
from bot.storage.schema import media as files
from bot.turn import Turn
from bot.workers.erasing import erase, finish_all, keeps_of
from nlu.understanding import IntentGuess, Understanding
from tests.fakes.house import FakeClock, demo_house, running_house
from tests.fakes.somebody import JEANNE, NOON, NOT_OF_PEOPLE, PAUL, everything, mentions, moves_in

COUNTED = {"messages": 3, "conversations": 2, "identities": 2, "files": 1, "proofs": 1, "training_lines": 1, "profiles": 2}


@pytest.fixture
def brand(tmp_path: Path) -> Brand:
    """The demo brand with training files of its own."""
    folder = tmp_path / "brand"
    (folder / "data").mkdir(parents=True)
    text = 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - salut\n    - bonjour tournesol\n'
    (folder / "data" / "nlu.fr.yml").write_text(text, encoding="utf-8")
    return demo_house().brand.model_copy(update={"folder": folder})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


async def forget_jeanne(database: Database, brand: Brand, clock: FakeClock, **more: Any) -> erasing.Receipt:
    return await erase(
        database, clock, brand, by="operator", conversation_id=JEANNE.conversation, **{"cancel_appointments": True, **more}
    )


async def rows(database: Database, query: Any) -> Sequence[Any]:
    return await database.read(lambda connection: connection.execute(query).all())


def test_of_every_table_somebody_has_decided_what_an_erasure_does_to_it() -> None:
    assert set(JEANNE.rows()) | set(NOT_OF_PEOPLE) == set(metadata.tables)
    assert not set(JEANNE.rows()) & set(NOT_OF_PEOPLE)


async def test_no_table_holds_a_word_of_whoever_was_erased(database: Database, brand: Brand, clock: FakeClock) -> None:
    for somebody in (PAUL, JEANNE):
        await moves_in(database, somebody)
    before = await everything(database)
    assert {row.partition(":")[0] for row in mentions(before, JEANNE.telling)} >= set(JEANNE.rows()) - {
        "apart",
        "timer",
        "appointment_cell",
        "link",
        "challenge",
        "conversation",
        "identity_alias",
    }
    receipt = await forget_jeanne(database, brand, clock)
    after = await everything(database)
    assert mentions(after, JEANNE.telling) == []
    assert mentions(after, ("the-seed",)) == mentions(before, ("the-seed",))[:1]  # Paul's
    assert receipt.finished
    assert receipt.counts.items() >= COUNTED.items()
    assert receipt.counts["appointments_cancelled"] == 1
    assert mentions({"erasure": after["erasure"]}, (*JEANNE.telling, str(JEANNE.conversation))) == []


async def test_everybody_else_keeps_every_word(database: Database, brand: Brand, clock: FakeClock) -> None:
    await moves_in(database, PAUL)
    alone = await everything(database)
    await moves_in(database, JEANNE)
    await forget_jeanne(database, brand, clock)
    after = await everything(database)
    for name in PAUL.rows():
        assert set(alone[name]) <= set(after[name]), name


async def test_a_word_of_the_record_that_is_somebodys_id_is_nobodys(database: Database, clock: FakeClock, brand: Brand) -> None:
    said = InboundMessage(channel="rest", external_id="1", sender="done", text="bonjour", sent_at=NOON)
    accepted = await database.write(partial(inbox.accept, inbound=said, now=NOON))

    def other_acts(connection: Connection) -> None:
        for details in ({"proof": 1, "outcome": "done"}, {"profile": "crm-7"}):
            accounts.record(connection, at=NOON, by="lea", act="revoke_proof", conversation=77, details=details)
        row = {"id": "done", "facts": {}, "changed_at": NOON}
        connection.execute(insert(profile), row)
        connection.execute(update(conversation).where(conversation.c.id == accepted.conversation).values(profile_id="done"))
        accounts.record(connection, at=NOON, by="lea", act="person_let_back", conversation=None, details={"profile": "done"})

    await database.write(other_acts)
    await erase(database, clock, brand, by="operator", conversation_id=accepted.conversation)
    kept = [row.details for row in await rows(database, select(audit.c.details).where(audit.c.by == "lea").order_by(audit.c.id))]
    assert kept == [{"proof": 1, "outcome": "done"}, {"profile": "crm-7"}, None]


async def test_her_words_are_in_no_file_of_the_database(sqlite: Database, brand: Brand, clock: FakeClock) -> None:
    def searched() -> list[str]:
        file = Path(str(sqlite.url.database))
        found = b"".join(path.read_bytes() for path in file.parent.iterdir() if path.name.startswith(file.name))
        return [word for word in JEANNE.telling if word.encode() in found]

    await moves_in(sqlite, PAUL)
    await moves_in(sqlite, JEANNE)
    assert searched() == list(JEANNE.telling)
    await forget_jeanne(sqlite, brand, clock)
    assert searched() == []


async def test_the_lines_taught_with_her_words_leave_the_training_file(sqlite: Database, brand: Brand, clock: FakeClock) -> None:
    await moves_in(sqlite, JEANNE)
    await forget_jeanne(sqlite, brand, clock)
    left = (brand.folder / "data" / "nlu.fr.yml").read_text(encoding="utf-8")
    assert "tournesol" not in left
    assert "    - salut\n" in left


async def test_appointments_to_come_are_not_lost_without_a_word(database: Database, brand: Brand, clock: FakeClock) -> None:
    await moves_in(database, JEANNE)
    before = await everything(database)
    with pytest.raises(PersonRefused) as refused:
        await forget_jeanne(database, brand, clock, cancel_appointments=False)
    assert refused.value.code == "appointments"
    assert await everything(database) == before
    clock.advance(days=3)  # both are over
    assert (await forget_jeanne(database, brand, clock, cancel_appointments=False)).counts["appointments"] == 2
    assert await rows(database, select(appointment)) == []


async def test_nobody_is_erased_twice_and_nobody_unknown(database: Database, brand: Brand, clock: FakeClock) -> None:
    await moves_in(database, JEANNE)
    await forget_jeanne(database, brand, clock)
    for who in ({"conversation_id": JEANNE.conversation}, {"conversation_id": 9}, {"profile_id": JEANNE.profile}):
        with pytest.raises(PersonRefused) as refused:
            await erase(database, clock, brand, by="operator", **who)
        assert refused.value.code == "unknown"


@pytest.mark.parametrize("pieces", range(5))
async def test_killed_anywhere_it_is_finished_by_whoever_comes_next(
    database: Database, brand: Brand, clock: FakeClock, pieces: int
) -> None:
    await moves_in(database, JEANNE)
    begin = partial(
        erasing.begin,
        conversation_id=JEANNE.conversation,
        by="operator",
        now=NOON,
        keeps=keeps_of(brand),
        cancel_appointments=True,
    )
    number = (await database.write(begin)).number
    for _ in range(pieces):
        await database.write(partial(erasing.step, number=number))
    assert not (await database.read(partial(erasing.receipt, number=number))).finished
    assert await finish_all(database, brand.folder) == 1
    receipt = await database.read(partial(erasing.receipt, number=number))
    assert receipt.finished
    assert receipt.counts.items() >= COUNTED.items()
    assert mentions(await everything(database), JEANNE.telling) == []
    assert await finish_all(database, brand.folder) == 0


async def test_a_turn_under_way_writes_nothing_back(database: Database, brand: Brand, clock: FakeClock) -> None:
    await moves_in(database, JEANNE)
    said = InboundMessage(channel="whatsapp", external_id="2", sender=JEANNE.number, text="tournesol ?", sent_at=NOON)
    accepted = await database.write(partial(inbox.accept, inbound=said, now=NOON))
    assert accepted.conversation == JEANNE.conversation
    (claim,) = await database.write(
        partial(inbox.claim, worker="w", now=NOON, until=NOON + timedelta(seconds=10), limit=1, wanted=[JEANNE.conversation])
    )
    assert claim.arrivals[0].text == "tournesol ?"  # it is being understood while
    await forget_jeanne(database, brand, clock)

    def write_back(connection: Connection) -> Any:
        standing = conversations.lock(connection, claim, accepted.identity, NOON)
        state = conversations.dialogue_state(standing)
        turn = Turn(state=state, traces={accepted.message: {"heard": "tournesol"}}, spoke_from=accepted.identity)
        return conversations.write_turn(connection, claim, standing, turn, now=NOON, rest=False)

    with pytest.raises(ClaimLost):
        await database.write(write_back)
    assert mentions(await everything(database), JEANNE.telling) == []


async def test_a_delivery_under_way_is_not_sent_and_leaves_nothing(database: Database, brand: Brand, clock: FakeClock) -> None:
    await moves_in(database, JEANNE)
    sent = JEANNE.message(2)
    assert await database.read(partial(outbox.still_to_send, message_id=sent, worker="w"))
    await forget_jeanne(database, brand, clock)
    assert not await database.read(partial(outbox.still_to_send, message_id=sent, worker="w"))
    told = outbox.Outcome(message=sent, state="sent", provider_id=JEANNE.number)
    await database.write(partial(outbox.settle, outcomes=[told], worker="w", now=NOON))
    assert mentions(await everything(database), JEANNE.telling) == []


async def test_a_file_being_fetched_is_dropped_and_never_becomes_anothers(
    database: Database, brand: Brand, clock: FakeClock
) -> None:
    await moves_in(database, JEANNE)
    number = JEANNE.message(1)
    wanted = update(files).where(files.c.id == number).values(state="waiting")
    await database.write(lambda connection: connection.execute(wanted))
    await forget_jeanne(database, brand, clock)

    def next_one(connection: Connection) -> int:
        row = {"message_id": 1, "place": 0, "conversation_id": 1, "channel": "whatsapp", "account": "", "reference": {}}
        row |= {"state": "waiting", "type": "photo", "attempts": 0, "next_at": NOON}
        return int(connection.execute(insert(files).returning(files.c.id), row).scalar_one())

    assert await database.write(next_one) != number
    assert await database.write(partial(fetching.keep, media_id=number, content=b"tournesol", mime_type="", now=NOON)) is None
    assert await database.read(partial(media.open, media_id=number)) is None


async def test_the_numbers_of_hers_are_nobody_elses_afterwards(database: Database, brand: Brand, clock: FakeClock) -> None:
    await moves_in(database, JEANNE)
    taken = {JEANNE.conversation, JEANNE.former}
    last = max(row.id for row in await rows(database, select(message.c.id)))
    await forget_jeanne(database, brand, clock)
    said = InboundMessage(channel="sms", external_id="1", sender="+33639980000", text="bonjour", sent_at=NOON)
    accepted = await database.write(partial(inbox.accept, inbound=said, now=NOON))
    if database.url.get_backend_name() == "sqlite":  # PostgreSQL counts on whatever the rows are
        assert accepted.conversation > max(taken)
        assert accepted.message > last
        assert accepted.identity > JEANNE.conversation


async def test_who_writes_again_is_a_stranger(database: Database, brand: Brand, clock: FakeClock) -> None:
    await moves_in(database, JEANNE)
    await forget_jeanne(database, brand, clock)
    said = InboundMessage(channel="whatsapp", external_id="3", sender=JEANNE.number, text="bonjour", sent_at=NOON)
    accepted = await database.write(partial(inbox.accept, inbound=said, now=NOON))
    assert accepted.conversation not in (JEANNE.conversation, JEANNE.former)
    (row,) = await rows(database, select(conversation).where(conversation.c.id == accepted.conversation))
    assert (row.profile_id, row.level, row.state) == (None, 0, "")


async def test_an_act_from_a_page_that_was_open_finds_nobody(database: Database, brand: Brand, clock: FakeClock) -> None:
    await moves_in(database, JEANNE)
    await forget_jeanne(database, brand, clock)
    act = partial(
        inbox.accept_act,
        conversation_id=JEANNE.conversation,
        key="k",
        by="ines",
        name="Inès",
        data={"act": "note"},
        text="x",
        now=NOON,
    )
    assert await database.write(act) is None
    assert await database.read(partial(person.of_conversation, conversation_id=JEANNE.conversation)) is None


async def test_no_source_brings_her_back_unnoticed(database: Database, brand: Brand, clock: FakeClock) -> None:
    await moves_in(database, JEANNE)
    await forget_jeanne(database, brand, clock)
    told = [Told(id=id_, facts={"first_name": "Jeanne"}) for id_ in ("crm-anna", JEANNE.profile, f"dropped-{JEANNE.profile}")]
    for source in ("file", "crm"):
        take = partial(profile_sources.take, source=source, told=told, order=Order(), now=NOON)
        preview = await database.read(partial(profile_sources.preview, source=source, told=told))
        changes = await database.write(take)
        assert [change.outcome for change in changes] == ["new", "erased", "erased"] == [one.outcome for one in preview]
    assert [row.id for row in await rows(database, select(profile))] == ["crm-anna"]
    # She has become a customer again, and somebody says so.
    assert await database.write(partial(erased.let_back, profile_id=JEANNE.profile))
    assert not await database.write(partial(erased.let_back, profile_id=JEANNE.profile))
    changes = await database.write(take)
    assert [change.outcome for change in changes] == ["same", "new", "erased"]


async def test_a_profile_nobody_has_written_as_is_erased_too(database: Database, brand: Brand, clock: FakeClock) -> None:
    zoe = [Told(id="client-zoe", facts={"first_name": "Zoé"})]
    await database.write(partial(profile_sources.take, source="file", told=zoe, order=Order(), now=NOON))
    receipt = await erase(database, clock, brand, by="operator", profile_id="client-zoe")
    assert receipt.counts == {"profiles": 1, "sources": 1}
    assert mentions(await everything(database), ("client-zoe", "Zoé")) == []


async def test_whoever_was_taken_for_her_for_a_while_keeps_nothing_of_her(
    database: Database, brand: Brand, clock: FakeClock
) -> None:
    """A merge that was undone: what the ledger and the other's case kept of that time has her words."""
    for somebody in (PAUL, JEANNE):
        await moves_in(database, somebody)

    def taken_for_her(connection: Connection) -> None:
        kept = {"before": {"winner": {"state": "capucine"}, "loser": {"state": "tournesol"}}}
        row = {"winner_id": PAUL.conversation, "loser_id": JEANNE.conversation, "why": {}, "moved": kept, "at": NOON}
        connection.execute(insert(merge), row | {"undone_at": NOON + timedelta(hours=2), "undone_why": "c’est Jeanne"})
        later = {"winner_id": PAUL.conversation, "loser_id": 77, "why": {}, "moved": kept, "at": NOON + timedelta(hours=1)}
        connection.execute(insert(merge), later)
        context = {"reason": "asked", "summary": "tournesol", "language": "fr", "transcript": [{"text": "tournesol"}]}
        case = {"conversation_id": PAUL.conversation, "queue": "q", "status": "taken", "context": context, "note": ""}
        connection.execute(insert(cases), case | {"opened_at": NOON + timedelta(hours=1)})

    await database.write(taken_for_her)
    clock.advance(hours=3)
    await forget_jeanne(database, brand, clock)
    assert mentions(await everything(database), JEANNE.telling) == []
    assert len(await rows(database, select(identity).where(identity.c.conversation_id == PAUL.conversation))) == 1


class Pondering:
    """Understands, but only when it is let."""

    def __init__(self) -> None:
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def understand(self, text: str, *, language: str) -> Understanding:
        self.asked.set()
        await self.go_on.wait()
        return Understanding(text=text, language=language, ranking=(IntentGuess("greet", 0.93),), engine="pondering")


async def test_a_worker_that_is_thinking_while_its_customer_is_erased_says_nothing(database: Database, brand: Brand) -> None:
    async with running_house(database) as house:
        first = await house.says("zoe", "bonjour")
        mind: Any = Pondering()
        house.worker.understander = mind
        said = InboundMessage(channel="telegram", external_id="z2", sender="zoe", text="mirabelle", sent_at=house.clock.now())
        await house.door.accept(said)
        async with asyncio.timeout(20):
            await mind.asked.wait()
        receipt = await erase(database, house.clock, brand, by="operator", conversation_id=first.conversation)
        mind.go_on.set()
        again = InboundMessage(channel="telegram", external_id="z3", sender="zoe", text="reine-claude", sent_at=house.clock.now())
        accepted = await house.door.accept(again)
        await house.handled(accepted.message)
        assert receipt.finished
        assert accepted.conversation != first.conversation
        tables = await everything(database)
    assert mentions(tables, ["mirabelle", "bonjour"]) == []
    assert len(mentions({"identity": tables["identity"]}, ["zoe"])) == 1
