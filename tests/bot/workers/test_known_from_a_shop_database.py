"""Somebody only the shop's own database knows writes, and is known in that very turn; without the database the bot works on."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.brand.sources import SqlSource
from bot.customers.recognise import Level
from bot.customers.sources import Order
from bot.storage.database import Database
from bot.storage.schema import contact_point, conversation, profile
from bot.storage.shop_database import ShopDatabase
from bot.workers.bringing import Bringer
from nlu.understanding import Entity
from tests.fakes.house import FakeClock, RunningHouse, running_house
from tests.listeners import silent_port

PHONE = "+33639980101"
RULES = SqlSource.model_validate(
    {
        "kind": "sql",
        "url": "SHOP_URL",
        "table": "clients",
        "columns": {"id": "no", "first_name": "name", "phones": "phone", "loyalty_number": "card"},
        "look_up": {"phone": "phone", "loyalty": "card"},
        "country": "FR",
        "time_out_seconds": 0.3,
    }
)


@asynccontextmanager
async def house_with(database: Database, url: str, folder: Path) -> AsyncIterator[RunningHouse]:
    shop = ShopDatabase("shop", RULES, url, folder=folder)
    bringer = Bringer(database, [shop], Order(sources=("shop", "file")), FakeClock())
    try:
        async with running_house(database, profiles=bringer) as house:
            yield house
    finally:
        await bringer.close()
        await shop.close()


@pytest.fixture
def shop_url(tmp_path: Path) -> str:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as file:
        file.executescript("CREATE TABLE clients (no TEXT, name TEXT, phone TEXT, card TEXT);")
        file.execute("INSERT INTO clients VALUES ('s1', 'Camille', '06 39 98 01 01', 'MO 7294-631')")
        file.commit()
    return f"sqlite:///{tmp_path / 'shop.db'}"


async def rows(database: Database, *columns: Any) -> list[Any]:
    return await database.read(lambda connection: [tuple(row) for row in connection.execute(select(*columns))])


async def test_the_sender_of_a_number_is_known_in_the_turn_of_their_first_message(
    sqlite: Database, shop_url: str, tmp_path: Path
) -> None:
    async with house_with(sqlite, shop_url, tmp_path) as house:
        await house.says("33639980101", "bonjour", channel="whatsapp", data={"aliases": {"phone": PHONE}})
        assert await rows(sqlite, conversation.c.profile_id, conversation.c.level) == [("s1", Level.CHANNEL_VERIFIED)]


async def test_a_shared_contact_is_looked_up(sqlite: Database, shop_url: str, tmp_path: Path) -> None:
    async with house_with(sqlite, shop_url, tmp_path) as house:
        card = {"phone": PHONE, "own": True, "name": "Camille"}
        await house.says("77", kind="contact", data=card)
        assert await rows(sqlite, conversation.c.profile_id) == [("s1",)]


async def test_somebody_elses_card_is_not_even_looked_up(sqlite: Database, shop_url: str, tmp_path: Path) -> None:
    async with house_with(sqlite, shop_url, tmp_path) as house:
        await house.says("77", kind="contact", data={"phone": PHONE, "own": False, "name": "Camille"})
        assert await rows(sqlite, conversation.c.profile_id) == [(None,)]
        assert await rows(sqlite, profile.c.id) == []


async def test_a_loyalty_number_brings_its_profile_and_proves_nothing(sqlite: Database, shop_url: str, tmp_path: Path) -> None:
    async with house_with(sqlite, shop_url, tmp_path) as house:
        house.understander.entities["ma carte est MO 7294-631"] = (
            Entity("loyalty_number", "MO 7294-631", "MO 7294-631", 13, 24),
        )
        await house.says("77", "ma carte est MO 7294-631")
        assert await rows(sqlite, profile.c.id) == [("s1",)]
        assert set(await rows(sqlite, contact_point.c.value)) == {(PHONE,), ("MO7294631",)}
        assert await rows(sqlite, conversation.c.profile_id, conversation.c.level) == [(None, 0)]


@pytest.mark.parametrize("times", [1, 5])
async def test_a_database_that_never_answers_costs_a_message_its_time_out_at_most(
    sqlite: Database, tmp_path: Path, times: int
) -> None:
    async with silent_port() as port, house_with(sqlite, f"postgresql://reader:x@127.0.0.1:{port}/shop", tmp_path) as house:
        begun = time.monotonic()
        for number in range(times):
            await house.says(
                f"3363998010{number}", "bonjour", channel="whatsapp", data={"aliases": {"phone": f"+3363998010{number}"}}
            )
        assert time.monotonic() - begun < 5
        assert await rows(sqlite, conversation.c.profile_id) == [(None,)] * times
