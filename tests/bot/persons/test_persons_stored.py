"""What the console of persons stands on: the same acts, with the real storage behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from bot.customers.doubling.reasons import Reason
from bot.customers.doubling.search import Likely
from bot.customers.profile import Profile
from bot.customers.recognise import Level
from bot.storage import doubling, evidence, media
from bot.storage.database import Database
from bot.storage.profiles import import_profiles
from bot.storage.schema import challenge, conversation, message
from handoff.console.person_ports import PersonOutcome
from tests.fakes.house import NOON, RunningHouse, running_house

CAMILLE = Profile(id="c1", first_name="Camille", last_name="Martin", phones=("+33639980101",), city="Lyon")
CAMYLLE = Profile(id="c2", first_name="Camille", last_name="Martyn", phones=("+33639980101",), city="Paris")


@pytest.fixture
async def house(database: Database) -> AsyncIterator[RunningHouse]:
    async with running_house(database) as running:
        await database.write(partial(import_profiles, profiles=[CAMILLE, CAMYLLE]))
        yield running


async def known(house: RunningHouse, number: int, identity: int, profile: str = "c1", **more: Any) -> int:
    """Somebody proves to be a profile's person."""

    def unit(connection: Connection) -> int:
        connection.execute(update(conversation).where(conversation.c.id == number).values(profile_id=profile, level=20))
        return evidence.give(
            connection,
            conversation_id=number,
            identity_id=identity,
            profile_id=profile,
            kind="telegram_contact",
            level=Level.CHANNEL_VERIFIED,
            now=house.clock.now(),
            detail={"phone": "+33639980101"},
            **more,
        )

    return await house.database.write(unit)


async def level_of(house: RunningHouse, number: int) -> int:
    query = select(conversation.c.level).where(conversation.c.id == number)
    level: int = await house.database.read(lambda connection: connection.execute(query).scalar_one())
    return level


async def test_a_proof_is_told_taken_back_and_counts_no_longer(house: RunningHouse) -> None:
    said = await house.says("camille", "bonjour")
    proof = await known(house, said.conversation, said.identity, expires_at=NOON + timedelta(days=9))
    persons = house.ports.persons
    (shown,) = (await persons.file(said.conversation, language="fr")).proofs
    assert shown.words == "Même numéro que dans la fiche, partagé sur Telegram et garanti par la plateforme le 27 novembre"
    assert (shown.level, shown.ended, shown.until) == ("channel", "", NOON + timedelta(days=9))
    other = await house.says("noe", "bonjour")
    assert (await persons.revoke(other.conversation, proof, by="lea")).reason == "unknown"
    assert (await persons.revoke(said.conversation, proof, by="lea")).conversation == said.conversation
    assert (await persons.revoke(said.conversation, proof, by="lea")).reason == "unknown"
    (shown,) = (await persons.file(said.conversation, language="en")).proofs
    assert (shown.ended, shown.ended_by) == ("revoked", "lea")
    assert await level_of(house, said.conversation) == Level.NONE


async def test_two_conversations_are_compared_joined_and_parted(house: RunningHouse) -> None:
    camille, guest = await house.says("camille", "bonjour"), await house.says("visitor", "hello", channel="rest")
    await known(house, camille.conversation, camille.identity)
    persons, pair = house.ports.persons, (guest.conversation, camille.conversation)
    compared = await persons.compare(*pair, language="fr")
    assert compared is not None
    assert (compared.goes_on, compared.refusal, compared.other.customer.name) == (camille.conversation, "", "Camille Martin")
    assert ("customer", "hello") in compared.one.lines
    assert await persons.compare(camille.conversation, 999, language="fr") is None
    done = await persons.join(*pair, by="lea", why="vue en magasin", although_apart=False)
    assert done == PersonOutcome(conversation=camille.conversation)
    (line,) = (await persons.file(camille.conversation, language="fr")).joins
    assert (line.sort, line.other, line.can_undo, line.leaves) == ("conversations", str(guest.conversation), True, ["REST"])
    assert line.words.endswith(": vue en magasin")
    again = await persons.join(*pair, by="lea", why="x", although_apart=False)
    assert again.reason == "same"
    stranger = await house.says("noe", "bonjour")
    for number in (stranger.conversation, 999):
        assert (await persons.undo(number, line.id, "conversations", by="lea", why="x")).reason == "unknown"
    assert (await persons.undo(camille.conversation, line.id, "conversations", by="lea", why="deux sœurs")).reason == ""
    assert (await persons.undo(camille.conversation, line.id, "conversations", by="lea", why="encore")).reason == "undone"
    assert (await persons.undo(camille.conversation, 999, "conversations", by="lea", why="?")).reason == "unknown"
    (line,) = (await persons.file(camille.conversation, language="fr")).joins
    assert (line.can_undo, line.undone_by, line.undone_why) == (False, "lea", "deux sœurs")
    compared = await persons.compare(*pair, language="fr")
    assert compared is not None
    assert compared.refusal == "apart"
    assert (await persons.join(*pair, by="lea", why="x", although_apart=False)).reason == "apart"
    assert (await persons.join(*pair, by="lea", why="non, une", although_apart=True)).reason == ""


async def test_two_known_people_are_told_apart(house: RunningHouse) -> None:
    one, other = await house.says("camille", "bonjour"), await house.says("camylle", "bonjour")
    await known(house, one.conversation, one.identity)
    await known(house, other.conversation, other.identity, "c2")
    persons = house.ports.persons
    compared = await persons.compare(one.conversation, other.conversation, language="en")
    assert compared is not None
    assert compared.refusal == "two_people"
    assert (
        await persons.join(one.conversation, other.conversation, by="lea", why="x", although_apart=True)
    ).reason == "two_people"


async def proposed(house: RunningHouse) -> int:
    reasons = (Reason("phone_same", 8.0), Reason("place_other", -1.0))
    likely = Likely(first_id="c1", second_id="c2", probability=0.93, reasons=reasons)
    await house.database.write(partial(doubling.put_forward, likely=[likely], now=house.clock.now()))
    (row,) = (await house.ports.persons.doubles("open", language="fr")).rows
    return row.id


async def test_a_double_is_shown_field_by_field_and_a_rejection_is_remembered(house: RunningHouse) -> None:
    said = await house.says("camille", "bonjour")
    await known(house, said.conversation, said.identity)
    number = await proposed(house)
    persons = house.ports.persons
    (row,) = (await persons.doubles("open", language="fr")).rows
    assert row.reasons == [("même téléphone", True), ("autre lieu", False)]
    assert {field.name: field.same for field in row.fields}.items() >= {"first_name": True, "last_name": False}.items()
    assert (row.first_conversation, row.second_conversation) == (said.conversation, None)
    assert (await persons.reject(number, by="lea")).reason == ""
    assert (await persons.doubles("open", language="fr")).rows == []
    (row,) = (await persons.doubles("rejected", language="en")).rows
    assert (row.decided_by, row.reasons[0][0]) == ("lea", "same telephone")
    assert (await persons.reject(999, by="lea")).reason == "unknown"


async def test_accepted_doubles_are_one_profile_until_that_is_undone(house: RunningHouse) -> None:
    said = await house.says("camille", "bonjour")
    await known(house, said.conversation, said.identity)
    persons, number = house.ports.persons, await proposed(house)
    assert await persons.accept(number, by="lea", keep="c1") == PersonOutcome(conversation=said.conversation)
    assert (await persons.accept(number, by="lea")).reason == "undone"
    (line,) = (await persons.file(said.conversation, language="fr")).joins
    assert (line.sort, line.other, line.words) == (
        "profiles",
        "c2",
        "Fiches jugées être celles d’une même personne par lea le 27 novembre",
    )
    stranger = await house.says("noe", "bonjour")
    assert (await persons.undo(stranger.conversation, line.id, "profiles", by="lea", why="x")).reason == "unknown"
    assert (
        await persons.undo(said.conversation, line.id, "profiles", by="lea", why="jumelles")
    ).conversation == said.conversation
    (line,) = (await persons.file(said.conversation, language="fr")).joins
    assert (line.can_undo, line.undone_why) == (False, "jumelles")


async def test_what_happened_stands_in_the_thread_where_it_happened(house: RunningHouse) -> None:
    camille, guest = await house.says("camille", "bonjour"), await house.says("visitor", "hello", channel="rest")
    await known(house, camille.conversation, camille.identity)

    def code(connection: Connection) -> None:
        row = {"conversation_id": camille.conversation, "identity_id": camille.identity, "profile_id": "c1", "kind": "sms"}
        row |= {"reason": "orders", "claim_hash": "h", "tries": 1, "created_at": house.clock.now(), "expires_at": NOON}
        connection.execute(insert(challenge), {**row, "outcome": "right"})
        connection.execute(insert(challenge), {**row, "profile_id": None, "outcome": "wrong"})

    await house.database.write(code)
    await house.ports.persons.join(camille.conversation, guest.conversation, by="lea", why="vue en magasin", although_apart=False)
    await house.says("visitor", "bonjour", channel="rest")
    thread = await house.thread(camille.conversation)
    told = [(one.author, one.text) for one in thread.messages if one.author in ("event", "customer")]
    assert [text for author, text in told if author == "event" and not text.startswith("Reconnu. Décision")] == [
        "Continue sur REST.",
        "Reconnu. Même numéro que dans la fiche, partagé sur Telegram et garanti par la plateforme le 27 novembre.",
        "Code envoyé par SMS ; il a été tapé juste.",
        "Conversations réunies. Décision de lea le 27 novembre : vue en magasin.",
    ]
    assert told[-1] == ("customer", "bonjour")
    keys = [one.key for one in thread.messages if one.author == "event"]
    assert len(set(keys)) == len(keys)
    english = await house.thread(camille.conversation, "en")
    assert "Code sent by SMS; it was typed right." in [one.text for one in english.messages]


async def test_events_are_on_the_page_of_their_time(house: RunningHouse) -> None:
    said = await house.says("camille", "bonjour")
    for _ in range(5):
        await house.says("camille", "bonjour")
    await known(house, said.conversation, said.identity)
    for _ in range(5):
        await house.says("camille", "bonjour")
    latest = await house.thread(said.conversation, limit=4)
    assert latest.more
    assert "event" not in [one.author for one in latest.messages]
    pages, found = latest, 0
    for _ in range(20):
        found += sum(one.author == "event" for one in pages.messages)
        if not pages.more:
            break
        assert pages.messages[0].author != "event"
        pages = await house.thread(said.conversation, before=pages.messages[0].id, limit=4)
    assert found == 1


async def test_a_customer_is_handed_their_archive_and_erased_from_the_console(house: RunningHouse) -> None:
    said = await house.says("camille", "bonjour")
    await known(house, said.conversation, said.identity)
    persons = house.ports.persons
    archive = await persons.archive(said.conversation, by="ada")
    assert archive is not None
    assert archive.name.startswith(f"person-{said.conversation}-")
    assert b"".join([piece async for piece in archive.pieces]).startswith(b"PK")
    assert await persons.archive(999, by="ada") is None
    done = await persons.erase(said.conversation, by="ada", cancel_appointments=False)
    receipt = await persons.receipt(done.receipt)
    assert receipt is not None
    assert (receipt.finished, receipt.by, receipt.counts["profiles"]) == (True, "ada", 1)
    assert await house.thread(said.conversation) is None
    assert (await persons.erase(said.conversation, by="ada", cancel_appointments=False)).reason == "unknown"
    assert await persons.receipt("none") is None
    again = await house.says("camille", "bonjour")
    assert again.conversation != said.conversation
    left = await house.database.read(partial(media.of_conversation, conversation_id=said.conversation))
    assert left == {}
    query = select(message.c.text).where(message.c.conversation_id == said.conversation, message.c.text != "")
    assert await house.database.read(lambda connection: connection.execute(query).all()) == []
