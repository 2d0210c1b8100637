"""Promise 6 across channels: a link joins two conversations, but proves nothing of whoever made it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest

from bot.customers.profile import Profile
from bot.storage import links, profiles
from bot.storage.database import Database
from bot.storage.threads import messages
from bot.workers.turn_unit import Way
from nlu.understanding import Entity
from tests.fakes.house import RunningHouse, running_house

CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=("+33639980101",))


@pytest.fixture
async def house(database: Database) -> AsyncIterator[RunningHouse]:
    await database.write(partial(profiles.import_profiles, profiles=[CAMILLE]))
    async with running_house(database) as house:
        house.understander.meanings |= {
            "mes rendez-vous ?": "check_appointment",
            "un essayage demain à Lyon": "book_appointment",
            "le premier": "choose_option",
            "oui": "affirm",
            "je préfère Telegram": "change_channel",
        }
        house.understander.entities["un essayage demain à Lyon"] = (
            Entity("service", "fitting", "essayage", 3, 11),
            Entity("day", {"offset": 1}, "demain", 12, 18),
            Entity("store", "lyon", "Lyon", 21, 25),
        )
        house.understander.entities["le premier"] = (Entity("number", 1, "premier", 3, 10),)
        yield house


async def spoken(house: RunningHouse, conversation: int, channel: str) -> str:
    rows = await house.database.read(partial(messages, conversation_id=conversation))
    return " | ".join(row["text"] for row in rows if row["channel"] == channel and row["direction"] == "out")


async def test_a_link_sent_to_somebody_else_tells_its_maker_nothing(house: RunningHouse) -> None:
    stranger = await house.says("stranger", "bonjour", channel="webchat")
    make = partial(links.make, conversation_id=stranger.conversation, channel="telegram", now=house.clock.now())
    token = await house.database.write(make)
    known = await house.says("42", "bonjour")
    await house.says("42", kind="contact", data={"phone": "+33639980101", "own": True})
    assert "Camille" in await spoken(house, known.conversation, "telegram")

    for words in ("un essayage demain à Lyon", "le premier", "oui"):
        await house.says("42", words)
    assert "au nom de Camille Fournier" in await spoken(house, known.conversation, "telegram")

    await house.says("42", kind="link", data={"token": token})
    joined = await house.says("stranger", "mes rendez-vous ?", channel="webchat")
    for words in ("un essayage demain à Lyon", "le premier"):
        await house.says("stranger", words, channel="webchat")
    assert joined.conversation == known.conversation, "one thread, as the known person asked for by opening the link"
    said = await spoken(house, known.conversation, "webchat")
    assert "Camille" not in said
    assert "Fournier" not in said
    assert "Je ne vois pas de rendez-vous" in said
    assert "À quel nom" in said


async def test_a_customer_known_only_on_telegram_is_told_where_to_ask_and_taken_there(house: RunningHouse) -> None:
    offered: list[str] = []

    def address(token: str) -> str:
        offered.append(token)
        return f"https://t.me/orvelle?start={token}"

    house.worker.ways = {"telegram": Way("Telegram", address)}
    known = await house.says("42", "bonjour")
    await house.says("42", kind="contact", data={"phone": "+33639980101", "own": True})
    for words in ("un essayage demain à Lyon", "le premier", "oui"):
        await house.says("42", words)

    on_the_web = await house.says("visitor", "mes rendez-vous ?", channel="webchat")
    said = await spoken(house, on_the_web.conversation, "webchat")
    assert "Je ne vois pas de rendez-vous" in said
    assert "sur Telegram" in said
    assert "Lyon" not in said

    await house.says("visitor", "je préfère Telegram", channel="webchat")
    await house.says("42", kind="link", data={"token": offered[-1]})
    await house.says("42", "mes rendez-vous ?")
    told = await spoken(house, known.conversation, "telegram")
    assert "Vous êtes attendu" in told.rpartition("Vous voilà")[2]


async def test_somebody_unknown_on_telegram_is_asked_for_their_contact_and_somebody_known_is_not(house: RunningHouse) -> None:
    unknown = await house.says("42", "mes rendez-vous ?")
    assert "partagez votre contact" in await spoken(house, unknown.conversation, "telegram")
    await house.says("42", kind="contact", data={"phone": "+33639980101", "own": True})
    await house.says("42", "mes rendez-vous ?")
    said = await spoken(house, unknown.conversation, "telegram")
    assert "Merci Camille" in said
    assert "à votre nom" in said.rpartition("Merci Camille")[2]
    assert said.count("partagez votre contact") == 1


async def test_who_has_proved_it_on_one_channel_is_still_known_there(house: RunningHouse) -> None:
    on_the_web = await house.says("visitor", "bonjour", channel="webchat")
    make = partial(links.make, conversation_id=on_the_web.conversation, channel="telegram", now=house.clock.now())
    token = await house.database.write(make)
    await house.says("42", kind="link", data={"token": token})
    await house.says("42", kind="contact", data={"phone": "+33639980101", "own": True})
    await house.says("visitor", "bonjour", channel="webchat")
    await house.says("42", "bonjour")
    thread = await house.thread(on_the_web.conversation)
    assert any(fact.name == "customer_name" for fact in thread.slots), "what is known waits for its own channel"
