"""A database of the brand's is read through its mapping: on PostgreSQL and SQLite, in time, and never written."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.brand.sources import SqlSource
from bot.brand.sources_file import read_sources
from bot.errors import BrandError, SettingsError, SourceAway
from bot.storage.shop_database import ShopDatabase
from tests.databases import Postgres, waited
from tests.listeners import silent_port

TABLES = """
CREATE TABLE clients (
  client_no {number} PRIMARY KEY, "Prénom" {text}, nom {text}, mobile {text}, home {text}, courriel {text}, carte {text},
  optin {flag}, born {day}, shop {text}
);
INSERT INTO clients VALUES
  (1, 'Camille', 'Fournier', '06 39 98 01 01', NULL, 'camille@courriel.example', 'MO-729 4631', {yes}, '1980-02-29', 'lyon'),
  (2, 'Zoé', 'Kerbellec', '+33639980102', '0033139980102', 'Zoe@Courriel.example', 'MO2', NULL, NULL, 'nowhere'),
  (3, 'Max', 'Kerbellec', NULL, '01.39.98.01.02', '', NULL, {no}, NULL, NULL),
  (4, 'Robert''); DROP TABLE clients;--', 'Tables', 'call me', NULL, NULL, NULL, NULL, NULL, NULL);
"""
LITE = {"number": "INTEGER", "text": "TEXT", "flag": "INTEGER", "day": "TEXT", "yes": "1", "no": "0"}
PG = {"number": "bigint", "text": "varchar(80)", "flag": "boolean", "day": "date", "yes": "true", "no": "false"}
YML = """
sources:
  shop:
    kind: sql
    url: SHOP_URL
    table: clients
    country: FR
    columns:
      id: client_no
      first_name: Prénom
      last_name: nom
      phones: [mobile, home]
      emails: courriel
      loyalty_number: carte
      consents_to_marketing: optin
      birthday: born
      home_store: shop
    look_up:
      phone: [mobile, home]
      email: courriel
      loyalty: carte
order:
  default: [shop, file]
"""
Opened = Callable[..., ShopDatabase]


@pytest.fixture
def postgres_shop(postgres: Postgres) -> Iterator[str]:
    url = postgres.create_empty()

    async def fill() -> None:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        await connection.execute(TABLES.format(**PG))
        await connection.close()

    waited(fill())
    yield url
    postgres.drop(url)


@pytest.fixture
def sqlite_shop(tmp_path: Path) -> str:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as file:
        file.executescript(TABLES.format(**LITE))
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture(params=["sqlite_shop", pytest.param("postgres_shop", marks=pytest.mark.postgres)])
def shop_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    """Open the shop's database with the mapping above, changed by pairs of (before, after)."""
    there: list[ShopDatabase] = []

    def open_(url: str, *changes: tuple[str, str]) -> ShopDatabase:
        yml = YML
        for before, after in changes:
            assert before in yml
            yml = yml.replace(before, after, 1)
        (tmp_path / "sources.yml").write_text(yml)
        rules = read_sources(tmp_path).sources["shop"]
        assert isinstance(rules, SqlSource)
        there.append(ShopDatabase("shop", rules, url, folder=tmp_path, stores={"lyon"}))
        return there[-1]

    yield open_
    for one in there:
        await one.close()


async def test_a_number_is_found_however_it_is_written_there(shop_url: str, opened: Opened) -> None:
    shop = opened(shop_url)
    (camille,) = await shop.look_up("phone", ["+33639980101"])
    assert camille.id == "1"
    assert camille.facts == {
        "first_name": "Camille",
        "last_name": "Fournier",
        "phones": ["+33639980101"],
        "emails": ["camille@courriel.example"],
        "loyalty_number": "MO-729 4631",
        "consents_to_marketing": True,
        "birthday": "1980-02-29",
        "home_store": "lyon",
    }
    assert {one.id for one in await shop.look_up("phone", ["+33139980102"])} == {"2", "3"}


async def test_what_is_empty_or_cannot_be_read_says_nothing(shop_url: str, opened: Opened) -> None:
    shop = opened(shop_url)
    found = {one.id: one.facts for one in await shop.look_up("phone", ["+33139980102"])}
    assert found["3"] == {
        "first_name": "Max",
        "last_name": "Kerbellec",
        "phones": ["+33139980102"],
        "consents_to_marketing": False,
    }
    assert "home_store" not in (found["2"] or {}), "no store of ours is called nowhere"


async def test_addresses_and_loyalty_numbers_lead_to_their_owner(shop_url: str, opened: Opened) -> None:
    shop = opened(shop_url)
    assert [one.id for one in await shop.look_up("email", ["camille@courriel.example"])] == ["1"]
    assert [one.id for one in await shop.look_up("loyalty", ["mo2"])] == ["2"]
    assert await shop.look_up("email", ["zoe@courriel.example"]) == [], "it has capital letters there"
    capitals = opened(shop_url, ("country: FR", "country: FR\n    emails_in_capitals: true"))
    assert [one.id for one in await capitals.look_up("email", ["zoe@courriel.example"])] == ["2"]


async def test_ids_that_are_no_longer_there_are_told_as_gone(shop_url: str, opened: Opened) -> None:
    found = {one.id: one.facts for one in await opened(shop_url).by_id(["2", "77"])}
    assert found["77"] is None
    assert (found["2"] or {})["first_name"] == "Zoé"


async def test_a_query_may_stand_for_a_table(shop_url: str, opened: Opened) -> None:
    query = "query: SELECT c.*, 'a:b' AS said FROM clients c WHERE c.nom <> 'Kerbellec';"
    shop = opened(shop_url, ("table: clients", query))
    await shop.check()
    assert [one.id for one in await shop.look_up("phone", ["+33639980101"])] == ["1"]
    assert await shop.look_up("phone", ["+33139980102"]) == []


async def test_a_right_mapping_passes_and_shows_the_names_of_fields_only(shop_url: str, opened: Opened) -> None:
    shop = opened(shop_url)
    await shop.check()
    sample = await shop.sample()
    assert sample is not None
    assert set(sample.fields) >= {"first_name", "phones", "emails"}


@pytest.mark.parametrize(
    ("change", "line", "advice"),
    [
        (("last_name: nom", "last_name: noms"), 11, "there is no column 'noms'; did you mean 'nom'?"),
        (("table: clients", "table: customers"), 6, "the database refuses this"),
        (("phones: [mobile, home]", "phones: [mobile, home, fax]"), 12, "there is no column 'fax'"),
        (("table: clients", "query: SELECT client_no FROM clients"), 10, "there is no column 'Prénom'; there are: client_no"),
        (("table: clients", "query: DELETE FROM clients"), 6, "the database refuses this"),
        (("table: clients", "table: 'clients; DROP TABLE clients'"), 6, "the database refuses this"),
        (("last_name: nom", "last_name: 'nom FROM clients; DROP TABLE clients; --'"), 11, "there is no column"),
        (("last_name: nom", "last_name: '\"nom\"'"), 11, "there is no column"),
    ],
)
async def test_a_wrong_mapping_is_shown_with_its_line(
    shop_url: str, opened: Opened, change: tuple[str, str], line: int, advice: str
) -> None:
    shop = opened(shop_url, change)
    with pytest.raises(BrandError) as wrong:
        await shop.check()
    assert advice in wrong.value.problem
    assert (Path(wrong.value.file).name, wrong.value.line) == ("sources.yml", line)
    assert len(await opened(shop_url).look_up("phone", ["+33639980101"])) == 1, "nothing was dropped"


@pytest.mark.postgres
async def test_a_number_looked_for_in_a_column_of_numbers_is_told_at_the_start(postgres_shop: str, opened: Opened) -> None:
    shop = opened(postgres_shop, ("loyalty_number: carte", "loyalty_number: client_no"), ("loyalty: carte", "loyalty: client_no"))
    with pytest.raises(BrandError, match="refuses this") as wrong:
        await shop.check()
    assert wrong.value.line == 21


INJECTIONS = [
    "' OR '1'='1",
    "'; DROP TABLE clients; --",
    "+33639980101' UNION SELECT * FROM clients --",
    "%",
    "\\'; --",
    ":x",
    "$1",
    "?",
    "{country}",
]


@pytest.mark.parametrize("value", INJECTIONS)
@pytest.mark.parametrize("kind", ["phone", "email", "loyalty"])
async def test_what_is_looked_for_is_a_value_and_never_sql(shop_url: str, opened: Opened, kind: Any, value: str) -> None:
    shop = opened(shop_url)
    assert await shop.look_up(kind, [value]) == []
    (camille,) = await shop.look_up("phone", ["+33639980101"])
    assert camille.id == "1"


async def test_a_nasty_name_comes_as_the_name_it_is(shop_url: str, opened: Opened) -> None:
    (robert,) = await opened(shop_url).by_id(["4"])
    assert robert.facts == {"first_name": "Robert'); DROP TABLE clients;--", "last_name": "Tables"}


async def test_nothing_can_be_written_there(shop_url: str, opened: Opened) -> None:
    shop = opened(shop_url)
    for statement in ("DELETE FROM clients", "UPDATE clients SET nom = ''", "CREATE TABLE x (y integer)"):
        with pytest.raises(DBAPIError):
            await shop._engine.ask(lambda connection, said=statement: connection.execute(text(said)))
    assert len(await shop.look_up("phone", ["+33639980101"])) == 1


async def test_a_file_that_is_not_there_is_not_made(opened: Opened, tmp_path: Path) -> None:
    shop = opened(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(SourceAway, match="no connection"):
        await shop.look_up("phone", ["+33639980101"])
    assert not (tmp_path / "none.db").exists()


SLOW = ("country: FR", "country: FR\n    time_out_seconds: 0.3")


@pytest.mark.postgres
async def test_a_slow_answer_is_not_waited_for(postgres_shop: str, opened: Opened) -> None:
    query = "query: SELECT c.*, pg_sleep(20) FROM clients c"
    shop = opened(postgres_shop, SLOW, ("table: clients", query))
    begun = time.monotonic()
    answers = await asyncio.gather(*(shop.look_up("phone", ["+33639980101"]) for _ in range(8)), return_exceptions=True)
    assert time.monotonic() - begun < 2
    assert {type(one) for one in answers} == {SourceAway}


async def test_a_slow_query_in_a_file_ends_in_time(sqlite_shop: str, opened: Opened) -> None:
    endless = "query: WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT c.* FROM clients c, n WHERE n < 0"
    shop = opened(sqlite_shop, SLOW, ("table: clients", endless))
    begun = time.monotonic()
    with pytest.raises(SourceAway):
        await shop.look_up("phone", ["+33639980101"])
    assert time.monotonic() - begun < 2


async def test_a_server_that_never_answers_is_not_waited_for(opened: Opened) -> None:
    async with silent_port() as port:
        shop = opened(f"postgresql://reader:secret@127.0.0.1:{port}/shop", SLOW)
        begun = time.monotonic()
        with pytest.raises(SourceAway) as away:
            await shop.look_up("phone", ["+33639980101"])
        assert time.monotonic() - begun < 2
        assert "secret" not in str(away.value)


async def test_a_server_that_is_not_there_is_told_without_its_address(opened: Opened, unused_tcp_port: int) -> None:
    shop = opened(f"postgresql://reader:secret@127.0.0.1:{unused_tcp_port}/shop")
    with pytest.raises(SourceAway, match="no connection") as away:
        await shop.check()
    assert "secret" not in str(away.value)


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("postgres secret", "SHOP_URL is not a database URL"),
        ("sqlite://", "names no file"),
        ("nosuch://reader:secret@host/shop", "SHOP_URL: nothing installed here"),
        ("mysql+pymysql://reader:secret@host/shop", "install its driver"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_by_its_variable(opened: Opened, url: str, advice: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        opened(url)
    assert advice in str(wrong.value)
    assert "secret" not in str(wrong.value)
