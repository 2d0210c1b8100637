"""Migrations: they make exactly the schema the program expects, on both databases, whoever starts first."""

from __future__ import annotations

import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from bot.errors import SettingsError
from bot.storage.database import Database, open_database, parse_url, sqlite_engine
from bot.storage.schema import metadata
from bot.storage.upgrade import newest, upgrade


async def test_the_migrations_make_the_schema_of_the_code(database: Database) -> None:
    def difference(connection: Connection) -> list[object]:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
        return [one for one in found if "filrouge_upgrade" not in str(one)]  # where upgrades wait for each other

    assert await database.read(difference) == []


async def test_processes_that_start_together_upgrade_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    results = await asyncio.gather(*(upgrade(url) for _ in range(4)))
    assert sorted(before or "" for before, _ in results) == ["", newest(), newest(), newest()]


def test_connections_that_open_a_new_file_in_the_same_instant_all_open_it(tmp_path: Path) -> None:
    """SQLite refuses the second switch to the write-ahead log at once, whatever its patience: one round in thirty meets it."""

    def open_one(path: Path, together: threading.Barrier) -> str:
        together.wait()
        with sqlite_engine(parse_url(f"sqlite:///{path}")).connect() as connection:
            return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as threads:
            for number in range(300):
                together = threading.Barrier(4)
                opened = [threads.submit(open_one, tmp_path / f"{number}.db", together) for _ in range(4)]
                assert [one.result() for one in opened] == ["wal"] * 4
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize(
    ("given", "inside"),
    [
        ("sqlite:////srv/f.db", "sqlite:////srv/f.db"),
        ("sqlite+aiosqlite:////srv/f.db", "sqlite:////srv/f.db"),
        ("postgresql://u:p@h/n", "postgresql+asyncpg://u:p@h/n"),
        ("postgresql+asyncpg://u:p@h/n", "postgresql+asyncpg://u:p@h/n"),
        ("postgresql://u@/n?host=/run/postgresql", "postgresql+asyncpg://u@/n?host=%2Frun%2Fpostgresql"),
    ],
)
def test_database_urls_are_taken_whatever_driver_they_name(given: str, inside: str) -> None:
    assert parse_url(given).render_as_string(hide_password=False) == inside


@pytest.mark.parametrize("url", ["mysql://h/n", "nonsense", "sqlite://", "sqlite:///:memory:"])
def test_a_database_that_cannot_keep_a_thread_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="FILROUGE_DATABASE_URL"):
        open_database(url)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://shop:hunter2@127.0.0.1:1/shop", "127.0.0.1"),
        ("postgresql://shop:hunter2@no-such-host.invalid/shop", "no-such-host.invalid"),
        ("sqlite:////proc/nowhere/filrouge.db", "FILROUGE_DATA_DIR"),
    ],
)
async def test_a_database_that_is_not_there_is_told_without_its_password(url: str, told: str) -> None:
    with pytest.raises(SettingsError, match="cannot be used") as caught:
        await upgrade(url)
    assert told in str(caught.value)
    assert "hunter2" not in str(caught.value)


async def test_a_database_that_has_no_such_user_or_name_is_told(postgres_url: str) -> None:
    with pytest.raises(SettingsError, match="no_such_database"):
        await upgrade(make_url(postgres_url).set(database="no_such_database").render_as_string(hide_password=False))


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "filrouge.db").write_text("a shopping list")
    with pytest.raises(SettingsError, match="not a database"):
        await upgrade(f"sqlite:///{tmp_path / 'filrouge.db'}")


async def test_a_database_of_a_newer_version_is_left_alone(database: Database) -> None:
    def from_the_future(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await database.write(from_the_future)
    with pytest.raises(SettingsError, match="newer version"):
        await upgrade(database.url.render_as_string(hide_password=False))
