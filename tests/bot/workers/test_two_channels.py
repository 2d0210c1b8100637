"""One customer on two channels within a minute: one conversation, in inbox order, each message answered where it came from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot import metrics
from bot.messages import InboundMessage
from bot.storage import inbox, links
from bot.storage.database import Database
from bot.storage.inbox import Accepted
from bot.storage.schema import conversation, delivery, identity, message
from nlu.understanding import Entity
from tests.fakes.house import RunningHouse, running_house

WISH = "un essayage à Lyon"
TOMORROW = "demain"


@dataclass
class Both:
    """A customer of whom the web chat and Telegram are one conversation."""

    house: RunningHouse
    conversation: int

    async def on_the_web(self, text: str = "", **more: Any) -> int:
        return (await self.house.says("session", text, channel="webchat", **more)).message

    async def on_telegram(self, text: str = "", **more: Any) -> int:
        return (await self.house.says("42", text, **more)).message

    async def said_to(self, *messages: int) -> list[tuple[str, str]]:
        """The channel and the response of everything that answers these messages, in order."""
        rows = await self.rows()
        asked = {str(id_) for id_ in messages}
        return [(row.channel, row.trace["response"]) for row in rows if asked & set(row.in_reply_to or ())]

    async def button(self, title: str) -> str:
        """The token of the last button of that title."""
        for row in reversed(await self.rows()):
            for number, choice in enumerate((row.data or {}).get("choices", ())):
                if choice["title"] == title:
                    return f"{row.id}.{number}"
        raise AssertionError(f"no button {title}")

    async def titles(self) -> list[str]:
        rows = await self.rows()
        return [choice["title"] for choice in (rows[-1].data or {}).get("choices", ())]

    async def rows(self) -> Sequence[Any]:
        query = select(message).where(message.c.conversation_id == self.conversation).order_by(message.c.id)
        rows: Sequence[Any] = await self.house.database.read(lambda connection: connection.execute(query).all())
        return rows


@pytest.fixture
async def both(database: Database) -> AsyncIterator[Both]:
    async with running_house(database) as house:
        house.understander.meanings |= {WISH: "book_appointment", "quelle adresse ?": "store_location", "oui": "affirm"}
        house.understander.entities[WISH] = (
            Entity("service", "fitting", "essayage", 3, 11),
            Entity("store", "lyon", "Lyon", 14, 18),
        )
        house.understander.entities[TOMORROW] = (Entity("day", {"offset": 1}, TOMORROW, 0, 6),)
        web = await house.says("session", "bonjour", channel="webchat")
        make = partial(links.make, conversation_id=web.conversation, channel="telegram", now=house.clock.now())
        token = await house.database.write(partial(make, identity_id=await _first_identity(house)))
        await house.says("42", kind="link", data={"token": token})
        yield Both(house, web.conversation)


async def _first_identity(house: RunningHouse) -> int:
    return int(await house.database.read(lambda connection: connection.execute(select(identity.c.id)).scalars().first()) or 0)


async def test_a_question_of_one_channel_is_answered_on_the_other(both: Both) -> None:
    asked = await both.on_the_web(WISH)
    assert await both.said_to(asked) == [("webchat", "utter_ask_appointment_day")]
    answered = await both.on_telegram(TOMORROW)
    assert await both.said_to(answered) == [("telegram", "utter_offer_slots")]
    first = (await both.titles())[0]
    picked = await both.on_the_web(first)
    assert await both.said_to(picked) == [("webchat", "utter_ask_customer_name")]
    assert await both.said_to(await both.on_telegram("Claire Martin")) == [("telegram", "utter_ask_appointment_confirmed")]


async def test_a_button_of_the_older_channel_answers_there(both: Both) -> None:
    await both.on_the_web(WISH)
    await both.on_the_web(TOMORROW)
    token = await both.button((await both.titles())[0])
    aside = await both.on_telegram("quelle adresse ?")
    assert await both.said_to(aside) == [("telegram", "utter_store_location"), ("telegram", "utter_offer_slots")]
    pressed = await both.on_the_web(kind="press", data={"token": token})
    assert await both.said_to(pressed) == [("webchat", "utter_ask_customer_name")]


async def test_changing_channel_in_the_middle_says_where_we_were(both: Both) -> None:
    await both.on_the_web(WISH)
    greeted = await both.on_telegram("bonjour")
    assert await both.said_to(greeted) == [("telegram", "utter_greet_again"), ("telegram", "utter_ask_appointment_day")]
    rows = await both.rows()
    assert rows[-1].text.startswith("Nous en étions au choix du jour pour Lyon Bellecour")
    assert await both.titles() == ["Autre chose"]


async def test_two_messages_at_the_same_moment_are_two_turns_in_inbox_order(both: Both) -> None:
    """Both wait before anybody looks: neither is lost, neither is answered on the other's channel."""
    house = both.house
    await both.on_the_web(WISH)
    said = [
        InboundMessage(channel=channel, external_id=f"{sender}-at-once", sender=sender, text=text, sent_at=house.clock.now())
        for channel, sender, text in (("telegram", "42", TOMORROW), ("webchat", "session", "quelle adresse ?"))
    ]

    def arrive(connection: Connection) -> list[Accepted]:
        return [inbox.accept(connection, inbound=one, now=house.clock.now()) for one in said]

    accepted = await house.database.write(arrive)  # in one commit: both wait before a worker sees either
    house.worker.wake(both.conversation)
    await asyncio.gather(*(house.handled(one.message) for one in accepted))
    day, address = (one.message for one in accepted)
    assert await both.said_to(day) == [("telegram", "utter_offer_slots")]
    assert await both.said_to(address) == [("webchat", "utter_store_location"), ("webchat", "utter_offer_slots")]
    rows = await both.rows()
    order = [row.in_reply_to[0] for row in rows if row.in_reply_to and row.in_reply_to[0] in (str(day), str(address))]
    assert order == sorted(order, key=int), "answered in the order they came in"
    owners = await house.database.read(
        lambda connection: connection.execute(
            select(delivery.c.channel, delivery.c.recipient).where(delivery.c.conversation_id == both.conversation)
        ).all()
    )
    assert {tuple(row) for row in owners} == {("telegram", "42")}, "the web chat fetches its own; nothing of it goes elsewhere"


async def test_one_conversation_remembers_where_the_customer_was_last(both: Both) -> None:
    await both.on_the_web(WISH)
    await both.on_telegram(TOMORROW)
    state, channel = await both.house.database.read(
        lambda connection: tuple(
            connection.execute(
                select(conversation.c.state, identity.c.channel)
                .join(identity, identity.c.id == conversation.c.identity_id)
                .where(conversation.c.id == both.conversation)
            ).one()
        )
    )
    assert channel == "telegram"
    assert '"heard_on":"telegram:' in state


async def test_questions_are_counted_and_none_of_them_twice(both: Both) -> None:
    def counted(name: str, slot: str) -> float:
        return metrics.REGISTRY.get_sample_value(name, {"slot": slot}) or 0.0

    def repeated() -> float:
        found = (s for family in metrics.REGISTRY.collect() for s in family.samples)
        return sum(sample.value for sample in found if sample.name == "filrouge_questions_repeated_total")

    days, names = (counted("filrouge_questions_total", slot) for slot in ("appointment_day", "customer_name"))
    twice = repeated()
    await both.on_the_web(WISH)
    await both.on_telegram(TOMORROW)
    await both.on_the_web((await both.titles())[0])
    assert counted("filrouge_questions_total", "appointment_day") == days + 1
    assert counted("filrouge_questions_total", "customer_name") == names + 1
    assert repeated() == twice
    rows = await both.rows()
    assert [row.trace["asks"] for row in rows if row.trace and "asks" in row.trace] == [
        "appointment_day",
        "appointment_slot",
        "customer_name",
    ]


async def test_a_platform_whose_clock_is_wrong_makes_no_day_pass(both: Both) -> None:
    await both.on_the_web(WISH)
    await both.on_the_web(TOMORROW)
    first = (await both.titles())[0]
    house = both.house
    late = InboundMessage(
        channel="telegram", external_id="late", sender="42", text=first, sent_at=house.clock.now() + timedelta(days=3)
    )
    accepted = await house.door.accept(late)
    await house.handled(accepted.message)
    assert await both.said_to(accepted.message) == [("telegram", "utter_ask_customer_name")]


async def test_days_later_the_clock_of_the_house_tells(both: Both) -> None:
    await both.on_the_web(WISH)
    await both.on_the_web(TOMORROW)
    both.house.clock.advance(days=3)
    back = await both.on_the_web("bonjour")
    assert await both.said_to(back) == [
        ("webchat", "utter_greet_again"),
        ("webchat", "utter_past_appointment_day"),
        ("webchat", "utter_ask_appointment_day"),
    ]
