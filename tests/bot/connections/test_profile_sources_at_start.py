"""At a start the brand's files are one source among others: read when they changed, and never over what a CRM has pushed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

import bot
from bot.brand import Brand, load_brand
from bot.connections.sources import (
    check_databases,
    check_each,
    combine_as_declared,
    crm_doors,
    open_sources,
    order_of,
    settle_profiles,
)
from bot.customers.profile import Profile
from bot.customers.sources import Order, Told, version_of
from bot.errors import BrandError, SettingsError
from bot.signals import Signals
from bot.storage.database import Database
from bot.storage.profile_sources import take
from bot.storage.profiles import import_profiles
from bot.storage.schema import profile, profile_source
from bot.storage.taken_whole import declare, declared
from tests.fakes.house import FakeClock

DEMO = Path(bot.__file__).parent / "demo"
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
FILE = "id,first_name,last_name,phones,city\nc1,Camille,Fournier,+33639980101,Lyon\nc2,Zoé,Kerbellec,,\n"
SOURCES = """
sources:
  shop:
    kind: sql
    url: SHOP_URL
    table: clients
    columns: {id: no, first_name: name, phones: phone}
    look_up: {phone: phone}
  crm: {kind: crm, secret: CRM_SECRET}
order:
  default: [crm, shop, file]
"""
HELD = {"SHOP_URL": "sqlite:////nowhere/shop.db", "CRM_SECRET": "x" * 32}


def brand_in(folder: Path, *, customers: str = FILE, sources: str = SOURCES) -> Brand:
    for name in ("brand.yml", "stores.yml"):
        (folder / name).write_text((DEMO / name).read_text())
    (folder / "customers.csv").write_text(customers)
    (folder / "sources.yml").write_text(sources)
    return load_brand(folder)


async def cities(database: Database) -> dict[str, str]:
    rows = await database.read(lambda connection: list(connection.execute(select(profile.c.facts)).scalars()))
    return {facts["id"]: facts["city"] for facts in rows}


async def test_the_customer_file_is_read_once_until_it_changes(database: Database, tmp_path: Path) -> None:
    clock = FakeClock(NOON)
    assert await settle_profiles(database, brand_in(tmp_path), clock) == 2
    assert await settle_profiles(database, brand_in(tmp_path), clock) == 0
    assert await settle_profiles(database, brand_in(tmp_path, customers=FILE.replace("Lyon", "Arras")), clock) == 2
    assert await cities(database) == {"c1": "Arras", "c2": ""}


async def test_what_a_crm_has_pushed_is_not_undone_by_a_start(database: Database, tmp_path: Path) -> None:
    brand, clock = brand_in(tmp_path), FakeClock(NOON)
    await settle_profiles(database, brand, clock)
    told = [Told(id="c1", facts={"city": "Lille"}, version=version_of(1))]
    await database.write(partial(take, source="crm", told=told, order=order_of(brand.sources), now=NOON))
    await settle_profiles(database, brand_in(tmp_path, customers=FILE.replace("Fournier", "Fournel")), clock)
    assert (await cities(database))["c1"] == "Lille"


async def test_an_empty_cell_says_nothing_and_another_source_does(database: Database, tmp_path: Path) -> None:
    brand = brand_in(tmp_path, sources=SOURCES.replace("[crm, shop, file]", "[file, crm, shop]"))
    await settle_profiles(database, brand, FakeClock(NOON))
    told = [Told(id=id_, facts={"city": "Lille"}, version=version_of(1)) for id_ in ("c1", "c2")]
    await database.write(partial(take, source="crm", told=told, order=order_of(brand.sources), now=NOON))
    assert await cities(database) == {"c1": "Lyon", "c2": "Lille"}


async def test_another_declared_order_holds_from_the_next_start_on(database: Database, tmp_path: Path) -> None:
    brand, clock = brand_in(tmp_path), FakeClock(NOON)
    await settle_profiles(database, brand, clock)
    told = [Told(id="c1", facts={"city": "Lille"}, version=version_of(1))]
    await database.write(partial(take, source="crm", told=told, order=order_of(brand.sources), now=NOON))
    other = brand_in(tmp_path, sources=SOURCES + "  city: [file]\n")
    await settle_profiles(database, other, clock)
    assert (await cities(database))["c1"] == "Lyon"


async def test_whoever_names_no_order_writes_by_the_declared_one(database: Database, tmp_path: Path) -> None:
    brand, clock = brand_in(tmp_path), FakeClock(NOON)
    await settle_profiles(database, brand, clock)
    assert await database.read(declared) == order_of(brand.sources)
    told = [Told(id="c1", facts={"city": "Lille"}, version=version_of(1))]
    await database.write(partial(take, source="crm", told=told, now=NOON))
    await database.write(partial(take, source="file", told=[Told(id="c1", facts={"city": "Nice"})], now=NOON))
    assert (await cities(database))["c1"] == "Lille"


async def test_an_order_that_was_applied_half_is_applied_again(database: Database, tmp_path: Path) -> None:
    brand, clock = brand_in(tmp_path), FakeClock(NOON)
    await settle_profiles(database, brand, clock)
    told = [Told(id="c1", facts={"city": "Lille"}, version=version_of(1))]
    await database.write(partial(take, source="crm", told=told, now=NOON))
    other = brand_in(tmp_path, sources=SOURCES + "  city: [file]\n")
    await database.write(partial(declare, order=order_of(other.sources), now=NOON, applied=False))  # and then the power went
    await settle_profiles(database, other, clock)
    assert (await cities(database))["c1"] == "Lyon"


async def test_an_import_is_not_undone_by_a_file_that_did_not_change(database: Database, tmp_path: Path) -> None:
    brand, clock = brand_in(tmp_path), FakeClock(NOON)
    await settle_profiles(database, brand, clock)
    moved = Profile(id="c1", first_name="Camille", last_name="Fournier", city="Nice")
    await database.write(partial(import_profiles, profiles=[moved]))
    await settle_profiles(database, brand, clock)
    assert (await cities(database))["c1"] == "Nice"


async def test_an_import_for_another_brand_does_not_change_whom_to_believe(database: Database, tmp_path: Path) -> None:
    brand, clock = brand_in(tmp_path), FakeClock(NOON)
    await settle_profiles(database, brand, clock)
    await combine_as_declared(database, order_of(brand.sources), clock, changed=False)
    with pytest.raises(SettingsError, match="--brand"):
        await combine_as_declared(database, Order(), clock, changed=False)


async def test_every_source_says_of_itself_whether_it_answers(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as file:
        file.executescript(
            "CREATE TABLE clients (no TEXT, name TEXT, phone TEXT); INSERT INTO clients VALUES ('1', 'Camille', '+33639980101')"
        )
    held = {**HELD, "SHOP_URL": f"sqlite:///{tmp_path / 'shop.db'}"}
    said = {one.source: (one.right, one.says) for one in await check_each(brand_in(tmp_path), held)}
    assert said == {
        "file": (True, "customers.csv is there"),
        "shop": (True, "answers; found by phone; one of its profiles has first_name, phones"),
        "crm": (True, "has its secret; it pushes to /webhooks/crm/crm"),
    }
    assert "Camille" not in str(said)
    away = {one.source: one for one in await check_each(brand_in(tmp_path), HELD)}
    assert (away["shop"].right, away["shop"].says) == (False, "there is no connection: OperationalError")


async def test_a_wrong_line_stops_the_start_with_its_number(database: Database, tmp_path: Path) -> None:
    with pytest.raises(BrandError) as wrong:
        await settle_profiles(database, brand_in(tmp_path, customers=FILE + "c3,,Morvan,,\n"), FakeClock(NOON))
    assert (Path(wrong.value.file).name, wrong.value.line) == ("customers.csv", 4)


async def test_a_file_before_there_were_sources_stays_what_the_file_says(database: Database, tmp_path: Path) -> None:
    facts = {"id": "c9", "first_name": "Old", "last_name": "One", "phones": ["+33639980109"]}
    await database.write(lambda connection: connection.execute(insert(profile), {"id": "c9", "facts": facts}) and None)
    await settle_profiles(database, brand_in(tmp_path), FakeClock(NOON))
    said = await database.read(
        lambda connection: connection.execute(
            select(profile_source.c.source, profile_source.c.facts).where(profile_source.c.profile_id == "c9")
        ).all()
    )
    assert [(row.source, row.facts["first_name"]) for row in said] == [("file", "Old")]


@pytest.mark.parametrize(
    ("held", "line", "advice"),
    [
        ({**HELD, "SHOP_URL": ""}, 5, "SHOP_URL is not set; put the address of the database of 'shop'"),
        ({**HELD, "CRM_SECRET": ""}, 9, "CRM_SECRET is not set; put the secret of 'crm'"),
        ({**HELD, "CRM_SECRET": "short"}, 9, "fewer than 16 characters"),
    ],
)
def test_what_the_environment_lacks_is_told_with_the_line_that_names_it(
    tmp_path: Path, held: dict[str, str], line: int, advice: str
) -> None:
    with pytest.raises(BrandError) as wrong:
        open_sources(brand_in(tmp_path), held)
    assert (wrong.value.line, Path(wrong.value.file).name) == (line, "sources.yml")
    assert advice in wrong.value.problem


def test_an_address_that_is_none_is_told_without_repeating_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as wrong:
        open_sources(brand_in(tmp_path), {**HELD, "SHOP_URL": "secret@host"})
    assert "secret" not in str(wrong.value)


async def test_a_mapping_that_does_not_fit_stops_the_start_and_a_database_that_is_away_does_not(tmp_path: Path) -> None:
    brand = brand_in(tmp_path)
    away = open_sources(brand, HELD)
    await check_databases(away.databases)
    await away.close()
    with closing(sqlite3.connect(tmp_path / "shop.db")) as file:
        file.executescript("CREATE TABLE clients (no TEXT, nom TEXT, phone TEXT)")
    there = open_sources(brand, {**HELD, "SHOP_URL": f"sqlite:///{tmp_path / 'shop.db'}"})
    with pytest.raises(BrandError, match="there is no column 'name'") as wrong:
        await check_databases(there.databases)
    assert wrong.value.line == 7
    await there.close()


def test_every_crm_has_a_door_of_its_own(tmp_path: Path, sqlite: Any) -> None:
    doors = crm_doors(brand_in(tmp_path), {"crm": "x" * 32}, sqlite, Signals(), FakeClock(NOON))
    assert [door.path for door in doors] == ["/webhooks/crm/crm"]
