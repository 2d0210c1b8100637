"""Bringing a database to this version's schema, by Alembic, once whatever the number of processes that start together."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path

from asyncpg import PostgresError
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from bot.errors import SettingsError
from bot.storage.database import parse_url, sqlite_engine

MIGRATIONS = Path(__file__).parent / "migrations"
TRIES = 5


class NewerDatabase(Exception):
    """The database has a revision this version of the program does not know."""


@cache
def newest() -> str:
    """The revision this version of the program needs: the last of the numbers its migrations' files begin with."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def upgrade_connection(connection: Connection) -> str | None:
    """Upgrade within the caller's transaction; returns the revision the database had before."""
    before = _revision(connection)
    if before != newest():
        from bot.storage.migrate import migrate  # here: a start with nothing to do is to be quick

        migrate(connection)
    return before


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


async def upgrade(url: str) -> tuple[str | None, str]:
    """Bring the database to this version's schema; returns (revision before, revision now). Harmless when repeated.

    Raises `SettingsError` when the database cannot be reached, opened or written, or is of a newer version.
    """
    parsed = parse_url(url)
    try:
        if parsed.get_backend_name() == "sqlite":
            return await asyncio.to_thread(_upgrade_sqlite, url), newest()
        return await _upgrade_postgres(parsed)
    except NewerDatabase as error:
        where = parsed.render_as_string(hide_password=True)
        raise SettingsError(f"{where} was written by a newer version of filrouge ({error}); install that version") from None
    except (OSError, DBAPIError, PostgresError) as error:
        where, why = parsed.render_as_string(hide_password=True), _first_line(error)
        raise SettingsError(
            f"the database {where} cannot be used: {why}; see that it is there and may be written, "
            "or correct FILROUGE_DATABASE_URL or FILROUGE_DATA_DIR"
        ) from None


def _first_line(error: BaseException) -> str:
    inner = getattr(error, "orig", None) or error
    return (str(inner).strip() or type(inner).__name__).splitlines()[0]


async def _upgrade_postgres(parsed: URL) -> tuple[str | None, str]:
    from sqlalchemy.ext.asyncio import create_async_engine  # here: SQLite does without, and it takes a while to load

    engine = create_async_engine(parsed, hide_parameters=True, connect_args={"timeout": 10})
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
