"""What Telegram sends and nobody here can read is kept as it came, by webhook and by polling, and holds nobody up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.telegram import translate
from bot.channels.telegram.transport import SECRET_HEADER, TelegramChannel
from bot.connections.line import Ground
from bot.connections.telegram import PATH, TelegramWebhook, polling
from bot.storage import unreadable
from bot.storage.database import Database
from bot.web.webhook_door import WebhookDoor
from tests.fakes.house import RunningHouse, running_house
from tests.fakes.telegram_server import FakeTelegram

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
BAD = {"message": {"from": {"id": 7}, "chat": "?", "text": "où est ma commande \ud83d \x00 ?"}}
"""Half a character and a NUL: JSON can write them, PostgreSQL cannot keep them as they are."""


@pytest.fixture
async def house(database: Database) -> AsyncIterator[RunningHouse]:
    async with running_house(database) as running:
        yield running


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        yield made


@pytest.fixture
async def channel(telegram: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    made = TelegramChannel(telegram.token, root=telegram.root, timeout=2.0)
    await made.start()
    yield made
    await made.close()


async def kept(house: RunningHouse) -> list[str]:
    return [row.body for row in await house.database.read(unreadable.kept)]


async def test_polling_keeps_it_and_goes_on(house: RunningHouse, telegram: FakeTelegram, channel: TelegramChannel) -> None:
    bad = telegram.push(dict(BAD))
    ground = Ground(database=house.database, door=house.door, clock=house.clock, name="test", seat_seconds=15.0)
    asking = asyncio.create_task(polling(channel, ground))
    try:
        telegram.says("7", "bonjour")
        await telegram.until(lambda: not telegram.pending)  # forgotten there once it is committed here
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    assert [json.loads(body)["raw"] for body in await kept(house)] == [bad]


class Webhook:
    def __init__(self, client: TestClient[Any, Any]) -> None:
        self._client = client

    async def gets(self, body: bytes) -> int:
        async with self._client.post(PATH, data=body, headers={SECRET_HEADER: "s3cret"}) as answer:
            return answer.status


@pytest.fixture
async def webhook(house: RunningHouse, channel: TelegramChannel) -> AsyncIterator[Webhook]:
    app = web.Application()
    WebhookDoor(house.door, TelegramWebhook(transport=channel, secret="s3cret"), house.clock).add_to(app)
    async with TestClient(TestServer(app)) as client:
        yield Webhook(client)


async def test_the_webhook_keeps_it_once_and_lets_telegram_go_on(house: RunningHouse, webhook: Webhook) -> None:
    body = '{"update_id": 5,  "message": {"text": "où \\u0000 ?"}}'
    assert [await webhook.gets(body.encode()) for _ in range(2)] == [200, 200]
    assert [json.loads(one)["raw"] for one in await kept(house)] == [json.loads(body)]


async def test_an_update_that_finds_a_fault_in_our_reading_is_kept_too(
    house: RunningHouse, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: Any) -> Any:
        raise KeyError("a field nobody thought could be missing")

    monkeypatch.setitem(translate._READERS, "message", faulty)
    assert await webhook.gets(b'{"update_id": 5, "message": {}}') == 200
    assert [json.loads(one)["raw"] for one in await kept(house)] == [{"update_id": 5, "message": {}}]


async def test_what_is_not_for_us_is_not_kept(house: RunningHouse, webhook: Webhook) -> None:
    assert await webhook.gets(b'{"update_id": 5, "poll": {}}') == 200
    assert await webhook.gets(b"no update at all") == 400
    assert await kept(house) == []


async def test_a_body_beyond_all_measure_is_kept_as_far_as_it_is_of_use(database: Database) -> None:
    keep = partial(unreadable.keep, channel="telegram", account="", now=NOON)
    await database.write(partial(keep, bodies=["é" * 200_000, "a"]))
    rows = await database.read(unreadable.kept)
    assert sorted((len(row.body), row.length) for row in rows) == [(1, 1), (unreadable.LONGEST, 200_000)]
