"""Migrations: they make exactly the schema the program expects, on both databases, whoever starts first."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from bot.errors import SettingsError
from bot.storage.database import Database, open_database, parse_url
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
