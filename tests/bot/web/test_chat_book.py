"""The web chat's book: what a session wrote and was told, over our own inbox and thread. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from bot import signals
from bot.channels.webchat.translate import client_id, external_id
from bot.customers.profile import Profile
from bot.messages import InboundMessage
from bot.storage import links
from bot.storage.database import Database
from bot.storage.profiles import import_profiles
from bot.web.chat_book import StoredChatBook
from bot.web.chat_port import ChatLine
from handoff.console.views import ConversationFilter
from tests.fakes.house import RunningHouse, running_house

CAMILLE = Profile(id="c1", first_name="Camille", last_name="Martin", phones=("+33639980101",))
LENA, NOE = "a" * 64, "b" * 64


@dataclass
class Chat:
    """A chat page: what it sent and what it shows."""

    house: RunningHouse
    book: StoredChatBook
    session: str = LENA
    sent: list[str] = field(default_factory=list)

    async def says(self, text: str = "", **more: Any) -> None:
        self.sent.append(f"{len(self.sent)}")
        await self.book.accept(
            InboundMessage(
                channel="webchat",
                external_id=external_id(self.session, self.sent[-1]),
                sender=self.session,
                text=text,
                sent_at=self.house.clock.now(),
                **more,
            )
        )

    async def lines(self, after: int = 0) -> list[ChatLine]:
        return list(await self.book.since(self.session, after))

    async def answered(self, after: int = 0) -> list[ChatLine]:
        """The lines above `after`, once we have said something."""
        for _ in range(200):
            lines = await self.lines(after)
            if any(line.direction == "out" for line in lines):
                return lines
            await self.book.wait(self.session, max((line.number for line in lines), default=after), 0.5)
        raise AssertionError("no answer")

    async def conversation(self) -> int:
        return (await self.house.ports.desk.conversations(ConversationFilter())).rows[0].id


def book_of(house: RunningHouse, **more: Any) -> StoredChatBook:
    async def telegram(token: str) -> str:
        return f"https://t.me/orvelle?start={token}"

    return StoredChatBook(house.door, house.database, house.board, house.clock, house.house.brand, {"telegram": telegram}, **more)


@pytest.fixture
async def chat(database: Database) -> AsyncIterator[Chat]:
    async with running_house(database) as house:
        yield Chat(house, book_of(house))


async def test_a_session_reads_its_own_lines_by_number(chat: Chat) -> None:
    assert await chat.lines() == []
    await chat.says("bonjour")
    mine, *ours = await chat.answered()
    assert (mine.direction, mine.author, mine.text, client_id(mine.external_id)) == ("in", "customer", "bonjour", "0")
    assert [(line.direction, line.author, line.external_id) for line in ours] == [("out", "bot", "")]
    assert ours[0].buttons[0].token == f"{ours[0].number}.0"
    assert await chat.lines(mine.number) == ours
    assert await chat.lines(ours[-1].number) == []
    assert [line.number for line in await chat.book.since(LENA, 0, limit=1)] == [mine.number]
    assert await Chat(chat.house, chat.book, NOE).lines() == [], "nobody reads another session"


async def test_a_page_that_sends_again_says_it_once(chat: Chat) -> None:
    await chat.says("bonjour")
    chat.sent.clear()
    await chat.says("bonjour")
    await chat.answered()
    assert [line.text for line in await chat.lines() if line.direction == "in"] == ["bonjour"]


async def test_a_pressed_button_shows_what_stood_on_it(chat: Chat) -> None:
    await chat.says("bonjour")
    asked = (await chat.answered())[-1]
    await chat.says("n'importe quoi", kind="press", data={"token": asked.buttons[1].token})
    pressed = (await chat.lines(asked.number))[0]
    assert pressed.text == asked.buttons[1].title
    await chat.says("un vieux bouton", kind="press", data={"token": "4711.0"})
    lines = await chat.lines(asked.number)
    assert [line.text for line in lines if line.direction == "in"][-1] == "un vieux bouton"


async def test_an_advisor_is_named(chat: Chat) -> None:
    await chat.says("un conseiller svp")
    last = (await chat.answered())[-1].number
    conversation = await chat.conversation()
    await chat.house.does("ines", "take", conversation)
    await chat.house.does("ines", "note", conversation, "Cliente fidèle")
    await chat.house.does("ines", "answer", conversation, "Bonjour !")
    told = await chat.lines(last)
    assert [(line.author, line.name, line.text) for line in told] == [
        ("system", "", "Inès vous répond."),
        ("advisor", "Inès", "Bonjour !"),
    ], "notes are not for customers"


async def test_waiting_ends_with_news_and_not_before(chat: Chat) -> None:
    silent = asyncio.create_task(chat.book.wait(LENA, 0, 20))
    await asyncio.sleep(0.05)
    assert not silent.done()
    await chat.says("bonjour")
    await asyncio.wait_for(silent, 2)
    newest = (await chat.answered())[-1].number

    again = asyncio.create_task(chat.book.wait(LENA, newest, 20))
    await Chat(chat.house, chat.book, NOE).says("bonjour")
    await asyncio.sleep(0.1)
    assert not again.done(), "what others write is no news"
    await chat.says("bonjour")
    await asyncio.wait_for(again, 2)

    newest = (await chat.answered(newest))[-1].number
    await chat.book.wait(LENA, newest, 0.05)
    assert await chat.lines(newest) == []


async def test_an_answer_of_another_process_is_seen_although_its_signal_is_lost(database: Database) -> None:
    async with running_house(database) as there, running_house(database) as here:
        here.board = signals.Signals()
        away = Chat(here, book_of(here, look_every=0.05))
        waiting = asyncio.create_task(away.book.wait(LENA, 0, 20))
        await asyncio.sleep(0.1)
        await Chat(there, book_of(there)).says("bonjour")
        await asyncio.wait_for(waiting, 2)


async def test_a_link_goes_on_elsewhere_once_there_is_something_to_go_on_with(chat: Chat) -> None:
    assert list(chat.book.channels()) == ["telegram"]
    assert await chat.book.link(LENA, "telegram") == "https://t.me/orvelle?start="
    assert await chat.book.link(LENA, "whatsapp") is None

    await chat.says("bonjour")
    await chat.answered()
    url = await chat.book.link(LENA, "telegram")
    assert url is not None
    token = url.partition("start=")[2]
    assert 40 <= len(token) <= 64
    assert url != await chat.book.link(LENA, "telegram"), "each link opens once"

    await chat.house.says("42", kind="link", data={"token": token})
    thread = await chat.house.thread(1)
    assert [channel for channel, _ in thread.customer.identities] == ["webchat", "telegram"]
    assert thread.messages[-1].channel == "telegram"


async def test_a_session_keeps_its_lines_when_its_thread_is_joined_to_another(chat: Chat) -> None:
    await chat.house.database.write(partial(import_profiles, profiles=[CAMILLE]))
    contact = {"phone": "+33639980101", "own": True, "name": None}
    known = await chat.house.says("42", kind="contact", data=contact)
    await chat.says("bonjour")
    before = await chat.answered()
    made_by = {"conversation_id": known.conversation, "identity_id": known.identity}
    make = partial(links.make, **made_by, channel="webchat", now=chat.house.clock.now())
    await chat.says(kind="link", data={"token": await chat.house.database.write(make)})
    after = await chat.answered(before[-1].number)
    assert await chat.lines() == before + after
    assert (await chat.house.thread(known.conversation)).messages[-1].channel == "webchat"
    await chat.house.says("42", "bonjour")
    assert await chat.lines() == before + after, "what is said elsewhere stays there"


async def test_the_page_greets_in_every_language_of_the_brand(chat: Chat) -> None:
    brand = chat.book.brand
    assert brand.languages == ("fr", "en")
    assert set(brand.greeting) == {"fr", "en"}
    assert all("Maison Orvelle" in words for words in brand.greeting.values())
