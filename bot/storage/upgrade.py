"""Bringing a database to this version's schema, by Alembic, once whatever the number of processes that start together."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage.database import parse_url, sqlite_engine

MIGRATIONS = Path(__file__).parent / "migrations"
TRIES = 5


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision this version of the program needs."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    head = ScriptDirectory.from_config(config).get_current_head()
    assert head is not None
    return head


def upgrade_connection(connection: Connection) -> str | None:
    """Upgrade within the caller's transaction; returns the revision the database had before."""
    before = MigrationContext.configure(connection).get_current_revision()
    if before != newest():
        command.upgrade(_config(connection), "head")
    return before


async def upgrade(url: str) -> tuple[str | None, str]:
    """Bring the database to this version's schema; returns (revision before, revision now). Harmless when repeated."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return await asyncio.to_thread(_upgrade_sqlite, url), newest()
    engine = create_async_engine(parsed)
    try:
        for attempt in range(1, TRIES + 1):
            try:
                async with engine.begin() as connection:
                    # Equal processes may start at once: the second waits here until the first has committed.
                    await connection.execute(text("CREATE TABLE IF NOT EXISTS filrouge_upgrade (id integer PRIMARY KEY)"))
                    await connection.execute(text("LOCK TABLE filrouge_upgrade IN EXCLUSIVE MODE"))
                    return await connection.run_sync(upgrade_connection), newest()
            except DBAPIError:
                # Two processes created the lock table in the same instant; one of them must look again.
                if attempt == TRIES:
                    raise
                await asyncio.sleep(0.2 * attempt)
        raise AssertionError("unreachable")
    finally:
        await engine.dispose()


def _upgrade_sqlite(url: str) -> str | None:
    parsed = parse_url(url)
    Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = sqlite_engine(parsed)
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            before = upgrade_connection(connection)
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")
    engine.dispose()
    return before
