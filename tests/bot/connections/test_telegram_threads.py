"""What customers of Telegram do besides writing, and what becomes of it in their thread, business chats included."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.telegram.transport import TelegramChannel
from bot.connections.exchange import Exchange
from bot.connections.line import Ground
from bot.connections.telegram import PATH, telegram_line
from bot.storage.database import Database
from tests.fakes.house import RunningHouse, running_house
from tests.fakes.open_lines import OpenLines
from tests.fakes.telegram_server import FakeTelegram

CAMILLE = "5100200300"
BUSINESS = f"business:bc-77:{CAMILLE}"
SECRET = "a-word-of-our-own"
PHOTO = b"\xff\xd8\xff\xe0 a sole that comes off " * 50
SECRET_WORDS = "ma carte fidélité se termine par quatre mille deux"


@dataclass
class Telegram:
    """The customer's telephone, and everything that is running on our side."""

    fake: FakeTelegram
    lines: OpenLines
    ids: list[int] = field(default_factory=list)

    @property
    def house(self) -> RunningHouse:
        return self.lines.house

    async def quiet(self) -> None:
        await self.fake.until(lambda: not self.fake.pending)
        await self.lines.quiet()

    async def posts(self, kind: str, **content: Any) -> int:
        """An update is made, and handled; returns the id of the message it is about."""
        message_id: int = content.pop("message_id", 0) or 900 + len(self.ids)
        self.ids.append(message_id)
        person = self.fake.chat(CAMILLE).user
        about = {"message_id": message_id, "chat": {"id": int(CAMILLE), "type": "private"}, "from": person, "date": 1795251600}
        self.fake.push({kind: about | content})
        await self.quiet()
        return message_id

    async def in_business(self, kind: str = "business_message", **content: Any) -> int:
        return await self.posts(kind, business_connection_id="bc-77", **content)

    async def said(self, sender: str = CAMILLE) -> list[tuple[str, str]]:
        return await self.lines.said("telegram", sender)

    def shown(self) -> list[str]:
        return self.fake.shown(CAMILLE)


@pytest.fixture
async def telegram(sqlite: Database) -> AsyncIterator[Telegram]:
    async with contextlib.AsyncExitStack() as stack:
        fake = await stack.enter_async_context(FakeTelegram())
        fake.connections.add("bc-77")
        fake.chat(CAMILLE)
        house = await stack.enter_async_context(running_house(sqlite))
        channel = TelegramChannel(fake.token, root=fake.root, per_second=1000)
        channel.limits = replace(channel.limits, per_recipient_per_second=0.0)
        line = telegram_line(channel, webhook_url="https://bot.example/webhooks/telegram", secret=SECRET)
        door = replace(house.door, came=lambda *told: exchange.came(*told))
        ground = Ground(database=sqlite, door=door, clock=house.clock, name="test", seat_seconds=3)
        exchange = Exchange([line], ground, house.board, settle_seconds=0.2, language="fr", open_way=lambda *_: None)
        app = web.Application()
        await exchange.start(app)
        stack.push_async_callback(exchange.close)
        house.worker.deliver = {delivery.channel_name: (delivery,) for delivery in exchange.deliveries}
        tasks = [asyncio.create_task(work, name=name) for name, work in exchange.work()]
        stack.push_async_callback(_stop, tasks)
        server = await stack.enter_async_context(TestServer(app))
        await channel.set_webhook(str(server.make_url(PATH)), SECRET)
        yield Telegram(fake, OpenLines(house, {}, server, exchange))
        fake.webhook = None


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_picture_is_fetched_kept_and_answered(telegram: Telegram) -> None:
    telegram.fake.files["AgAC"] = ("photos/file_7.jpg", PHOTO)
    await telegram.posts("message", photo=[{"file_id": "AgAC", "width": 960, "height": 1280, "file_size": len(PHOTO)}])
    rows = await telegram.lines.rows("SELECT m.state, m.type, c.content FROM media m JOIN media_content c ON c.media_id = m.id")
    assert rows == [("kept", "photo", PHOTO)]
    assert len(telegram.shown()) == 1


async def test_a_file_telegram_has_no_longer_is_told_as_gone(telegram: Telegram) -> None:
    await telegram.posts("message", document={"file_id": "BQAC-gone", "file_name": "facture.pdf", "mime_type": "application/pdf"})
    ((state, name),) = await telegram.lines.rows("SELECT state, name FROM media")
    assert (state, name) == ("refused", "facture.pdf")


async def test_new_words_for_old_ones_are_heard(telegram: Telegram) -> None:
    written = await telegram.posts("message", text="bnojour")
    await telegram.posts("edited_message", message_id=written, text="bonjour", edit_date=1795251660)
    assert len(telegram.shown()) == 2
    assert telegram.shown()[0] != telegram.shown()[1]


async def test_an_emoji_under_a_message_says_nothing(telegram: Telegram) -> None:
    await telegram.posts("message", text="bonjour")
    telegram.fake.reacts(CAMILLE, telegram.fake.sent[-1].message_id, "❤")
    await telegram.quiet()
    assert len(telegram.shown()) == 1


async def test_the_same_update_over_again_is_one_message(telegram: Telegram) -> None:
    update = telegram.fake.says(CAMILLE, "bonjour")
    await telegram.quiet()
    for _ in range(2):
        telegram.fake.redeliver(update)
        await telegram.quiet()
    # The same message under another number, as after a week of silence, neither.
    telegram.fake.push({"message": update["message"]})
    await telegram.quiet()
    assert [author for author, _ in await telegram.said()] == ["customer", "bot"]


async def test_what_nobody_can_read_holds_nothing_up(telegram: Telegram) -> None:
    await telegram.posts("message", hologram={"beam": True})
    await telegram.posts("message", text="bonjour")
    assert len(telegram.shown()) == 1
    ((body,),) = await telegram.lines.rows("SELECT body FROM unreadable")
    assert "hologram" in body


async def test_a_business_chat_is_answered_in_its_own_name(telegram: Telegram) -> None:
    await telegram.in_business(text="bonjour")
    (answer,) = telegram.fake.sent
    assert (answer.chat, answer.business) == (CAMILLE, "bc-77")
    await telegram.posts("message", text="bonjour")
    assert [sent.business for sent in telegram.fake.sent] == ["bc-77", ""]
    assert await telegram.said(BUSINESS) == await telegram.said(CAMILLE)


@pytest.mark.parametrize("first", ["the words", "the taking back"])
async def test_what_is_deleted_in_a_business_chat_is_gone(telegram: Telegram, first: str) -> None:
    deleted = {"business_connection_id": "bc-77", "chat": {"id": int(CAMILLE), "type": "private"}, "message_ids": [61]}
    if first == "the words":
        await telegram.in_business(message_id=61, text=SECRET_WORDS)
    telegram.fake.push({"deleted_business_messages": deleted})
    await telegram.quiet()
    if first == "the taking back":
        await telegram.in_business(message_id=61, text=SECRET_WORDS)
    rows = await telegram.lines.rows("SELECT text, coalesce(data, ''), coalesce(trace, '') FROM message")
    assert "quatre mille" not in str(rows)


async def test_the_owner_who_answers_makes_the_bot_step_back(telegram: Telegram) -> None:
    await telegram.in_business(text="bonjour")
    owner = {"id": 5100299000, "is_bot": False, "first_name": "Nadia"}
    telegram.fake.push(
        {
            "business_message": {
                "message_id": 990,
                "business_connection_id": "bc-77",
                "chat": {"id": int(CAMILLE), "type": "private"},
                "from": owner,
                "date": 1795251800,
                "text": "Je m'en occupe.",
            }
        }
    )
    await telegram.quiet()
    await telegram.in_business(text="bonjour")
    assert len(telegram.shown()) == 1, "somebody answers; the bot is quiet"
    assert ("advisor", "Je m'en occupe.") in await telegram.said(BUSINESS)


async def test_a_business_chat_that_has_grown_cold_holds_the_answer_until_they_write(telegram: Telegram) -> None:
    telegram.fake.fail(status=403, description="Forbidden: BUSINESS_PEER_USAGE_MISSING")
    telegram.fake.push(
        {
            "business_message": {
                "message_id": 61,
                "business_connection_id": "bc-77",
                "chat": {"id": int(CAMILLE), "type": "private"},
                "from": telegram.fake.chat(CAMILLE).user,
                "date": 1795251600,
                "text": "bonjour",
            }
        }
    )
    state = "SELECT state FROM delivery ORDER BY message_id LIMIT 1"
    await telegram.lines.eventually(lambda: telegram.lines.rows(state), lambda rows: rows == [("held",)], "held")
    await telegram.in_business(text="bonjour")
    assert await telegram.lines.rows(state) == [("sent",)]
