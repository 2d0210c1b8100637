"""Promise 5: once linked or recognised, one person has one thread, with the flow, the cases and the appointments in it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.customers.profile import Profile
from bot.customers.recognise import Known, Level, Unknown
from bot.dialogue.state import DialogueState, Frame, SlotValue
from bot.errors import ClaimLost
from bot.messages import InboundMessage
from bot.storage import conversations, inbox, links, merging, profiles, recognition
from bot.storage.conversations import Standing
from bot.storage.database import Database
from bot.storage.inbox import Accepted, Claim
from bot.storage.merging import Joined
from bot.storage.schema import conversation, evidence, identity, link, merge, message
from bot.turn import Turn

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=("+33639980101",))


async def write(database: Database, channel: str, sender: str, text: str = "bonjour", *, number: int = 1) -> Accepted:
    said = InboundMessage(channel=channel, external_id=f"{sender}/{number}", sender=sender, text=text, sent_at=NOON)
    return await database.write(partial(inbox.accept, inbound=said, now=NOON))


async def claim(database: Database, wanted: int, at: datetime = NOON) -> Claim:
    unit = partial(inbox.claim, worker="w", now=at, until=at + timedelta(seconds=10), limit=1, wanted=[wanted])
    (claimed,) = await database.write(unit)
    return claimed


async def in_turn(database: Database, claimed: Claim, who: int, do: Any) -> Any:
    def unit(connection: Connection) -> Any:
        return do(connection, conversations.lock(connection, claimed, who, NOON))

    return await database.write(unit)


async def keep_state(database: Database, accepted: Accepted, state: DialogueState) -> None:
    claimed = await claim(database, accepted.conversation)

    def save(connection: Connection, standing: Standing) -> None:
        turn = Turn(state=state, traces={accepted.message: {}}, spoke_from=accepted.identity)
        conversations.write_turn(connection, claimed, standing, turn, now=NOON, rest=False)

    await in_turn(database, claimed, accepted.identity, save)


async def column(database: Database, query: Any) -> list[Any]:
    return await database.read(lambda connection: list(connection.execute(query).scalars()))


def opening(token: str, at: datetime = NOON) -> Any:
    return lambda connection, standing: links.open_link(connection, standing, token, at)


async def test_a_link_brings_the_other_channel_to_the_very_question(database: Database) -> None:
    on_the_web = await write(database, "webchat", "session")
    booking = DialogueState(
        stack=(Frame("book_appointment", "ask_slot"),), asked="appointment_slot", slots={"store": SlotValue("lyon", "customer")}
    )
    await keep_state(database, on_the_web, booking)
    make = partial(links.make, conversation_id=on_the_web.conversation, channel="telegram", now=NOON)
    token = await database.write(make)
    assert len(token) <= 64

    on_telegram = await write(database, "telegram", "42", "/start")
    claimed = await claim(database, on_telegram.conversation)
    assert await in_turn(database, claimed, on_telegram.identity, opening(token)) == Joined(on_the_web.conversation)

    goes_on = await claim(database, on_the_web.conversation)
    assert [one.id for one in goes_on.arrivals] == [on_telegram.message]
    assert await in_turn(database, goes_on, on_telegram.identity, opening(token)) == "here"
    state = await in_turn(database, goes_on, on_telegram.identity, lambda _, standing: conversations.dialogue_state(standing))
    assert (state.asked, state.slots["store"].value) == ("appointment_slot", "lyon")
    assert await column(database, select(identity.c.conversation_id)) == [on_the_web.conversation] * 2


async def test_a_link_opens_once_for_one_person_and_not_for_long(database: Database) -> None:
    on_the_web = await write(database, "webchat", "session")
    make = partial(links.make, conversation_id=on_the_web.conversation, channel="telegram", now=NOON)
    token, late = await database.write(make), await database.write(make)
    first, second = await write(database, "telegram", "42"), await write(database, "telegram", "43")
    await in_turn(database, await claim(database, first.conversation), first.identity, opening(token))
    stranger = await claim(database, second.conversation)
    assert await in_turn(database, stranger, second.identity, opening(token)) == "refused"
    assert await in_turn(database, stranger, second.identity, opening("guess")) == "refused"
    an_hour_later = NOON + timedelta(hours=1)
    assert await in_turn(database, stranger, second.identity, opening(late, an_hour_later)) == "refused"
    assert token not in await column(database, select(link.c.token_hash))


async def test_a_turn_under_way_in_a_joined_conversation_writes_nothing(database: Database) -> None:
    on_the_web, on_telegram = await write(database, "webchat", "session"), await write(database, "telegram", "42")
    under_way = await claim(database, on_the_web.conversation)
    make = partial(links.make, conversation_id=on_the_web.conversation, channel="telegram", now=NOON)
    token = await database.write(make)
    await in_turn(database, await claim(database, on_telegram.conversation), on_telegram.identity, opening(token))
    with pytest.raises(ClaimLost):
        await in_turn(database, under_way, on_the_web.identity, lambda _connection, _standing: None)
    again = await claim(database, on_the_web.conversation)
    assert [one.id for one in again.arrivals] == [on_the_web.message, on_telegram.message]


async def share(database: Database, accepted: Accepted, phone: str, *, own: bool = True, at: datetime = NOON) -> Any:
    claimed = await claim(database, accepted.conversation, at)
    return await in_turn(
        database,
        claimed,
        accepted.identity,
        lambda connection, standing: recognition.recognise_by_contact(connection, standing, values=(phone,), own=own, now=at),
    )


async def test_a_contact_of_ones_own_recognises_its_owner(database: Database) -> None:
    await database.write(partial(profiles.import_profiles, profiles=[CAMILLE]))
    accepted = await write(database, "telegram", "42")
    assert await share(database, accepted, "+33639980101") == Known(CAMILLE, Level.CHANNEL_VERIFIED)
    assert await column(database, select(conversation.c.profile_id)) == ["c1"]
    assert await column(database, select(evidence.c.kind)) == ["telegram_contact"]


@pytest.mark.parametrize(("phone", "own", "why"), [("+33639980101", False, "not_own"), ("+33639980199", True, "unknown")])
async def test_a_contact_that_proves_nothing_reveals_nothing(database: Database, phone: str, own: bool, why: str) -> None:
    await database.write(partial(profiles.import_profiles, profiles=[CAMILLE]))
    accepted = await write(database, "telegram", "42")
    assert await share(database, accepted, phone, own=own) == Unknown(why)
    assert await column(database, select(conversation.c.profile_id)) == [None]


async def test_a_number_shared_by_a_family_names_nobody(database: Database) -> None:
    family = [CAMILLE, replace(CAMILLE, id="c2", first_name="Jules")]
    await database.write(partial(profiles.import_profiles, profiles=family))
    accepted = await write(database, "telegram", "42")
    assert await share(database, accepted, "+33639980101") == Unknown("several")


async def test_a_person_recognised_on_a_second_channel_has_one_thread(database: Database) -> None:
    await database.write(partial(profiles.import_profiles, profiles=[CAMILLE]))
    first, second = await write(database, "telegram", "42"), await write(database, "telegram", "43")
    await share(database, first, "+33639980101")
    later = NOON + timedelta(minutes=1)
    assert await share(database, second, "+33639980101", at=later) == Joined(first.conversation)
    assert await column(database, select(message.c.conversation_id)) == [first.conversation] * 2
    ledger = await column(database, select(merge.c.moved))
    assert ledger[0]["identities"] == [second.identity]
    assert (await write(database, "telegram", "43", number=2)).conversation == first.conversation


async def test_two_conversations_recognised_at_once_become_one(database: Database) -> None:
    await database.write(partial(profiles.import_profiles, profiles=[CAMILLE]))
    accepted = [await write(database, "telegram", str(n)) for n in range(4)]
    results = await asyncio.gather(*(share(database, one, "+33639980101") for one in accepted), return_exceptions=True)
    # Whoever was not first is joined at once, or fails on the unique key and is tried again by its worker.
    later = NOON + timedelta(minutes=1)
    for one, result in zip(accepted, results, strict=True):
        if isinstance(result, Exception):
            await share(database, one, "+33639980101", at=later)
    alive = select(conversation.c.id).where(conversation.c.merged_into.is_(None))
    assert len(await column(database, alive)) == 1


async def test_what_arrives_for_a_conversation_that_was_joined_reaches_the_winner(database: Database) -> None:
    on_the_web, on_telegram = await write(database, "webchat", "session"), await write(database, "telegram", "42")
    make = partial(links.make, conversation_id=on_the_web.conversation, channel="telegram", now=NOON)
    token = await database.write(make)
    claimed = await claim(database, on_telegram.conversation)
    results = await asyncio.gather(
        in_turn(database, claimed, on_telegram.identity, opening(token)),
        *(write(database, "telegram", "42", number=n) for n in range(2, 12)),
    )
    assert results[0] == Joined(on_the_web.conversation)
    assert set(await column(database, select(message.c.conversation_id))) == {on_the_web.conversation}


async def test_nothing_is_joined_to_a_conversation_that_has_just_become_part_of_another(database: Database) -> None:
    first, second, third = [(await write(database, "telegram", sender)).conversation for sender in ("1", "2", "3")]

    def into(winner: int, loser: int) -> Any:
        return partial(merging.join, winner=winner, loser=loser, live=loser, why={"kind": "test"}, now=NOON)

    await database.write(into(first, second))
    # Another process had found `second` before that was committed.
    with pytest.raises(ClaimLost):
        await database.write(into(second, third))
    again = await write(database, "telegram", "3", number=2)  # its customer is still heard
    assert again.conversation == third
