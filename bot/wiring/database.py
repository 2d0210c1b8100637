"""The database a server stands on: opened, brought up to date, and held alone where it is a file."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection

from bot import metrics
from bot.clock import Clock
from bot.errors import SettingsError
from bot.settings import Settings
from bot.signals import Signals
from bot.storage import fetching, inbox, leases, outbox
from bot.storage.corrections import pending_corrections
from bot.storage.database import Database, PostgresDatabase, durability, open_database, parse_url
from bot.storage.elsewhere import Elsewhere
from bot.storage.upgrade import upgrade
from nlu.understanding import Example

log = structlog.get_logger(__name__)

Start = Callable[[str, Coroutine[Any, Any, None]], None]
"""Runs a task of this name for as long as the server does."""


async def open_for_serving(url: str, clock: Clock, board: Signals, closing: contextlib.AsyncExitStack, start: Start) -> Database:
    """The database in this version's schema: alone on it where it is a file, in touch with the others where it is not."""
    before, now = await upgrade(url)
    if before != now:
        log.info("database_upgraded", before=before, now=now)
    database = open_database(url)
    closing.push_async_callback(database.close)
    if isinstance(database, PostgresDatabase):
        elsewhere = Elsewhere(database.url, board)
        board.elsewhere = elsewhere.pass_on
        start("elsewhere", elsewhere.run())
    else:
        closing.enter_context(alone(Path(str(database.url.database))))
        await database.write(partial(release_all, now=clock.now()))
    for name, value in (await database.write(durability)).items():
        metrics.DATABASE_SETTING.labels(name, value).set(1)
    return database


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a SQLite file for this server alone. Raises `SettingsError` when another server has it."""
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingsError(
                f"another server is using {path}; stop it, or set FILROUGE_DATABASE_URL to a PostgreSQL, "
                "which any number of servers can share"
            ) from None
        yield
    finally:
        os.close(lock)


def release_all(connection: Connection, now: datetime) -> None:
    """Take back whatever a former server on this SQLite file was holding when it ended."""
    inbox.release_all(connection, now)
    outbox.release_all(connection, now)
    fetching.release_all(connection, now)
    leases.leave_all(connection, now)


def really_write(connection: Connection, name: str, now: datetime) -> None:
    """Write something nobody reads: a database on a full disk still answers questions."""
    leases.hold(connection, name="health", holder=name, now=now, until=now)


async def corrections_of(settings: Settings) -> Sequence[Example]:
    """What community managers corrected, wherever the server they used runs; nothing when there is no database yet."""
    if not there_is_a_database(settings.database):
        return ()
    await upgrade(settings.database)
    database = open_database(settings.database)
    try:
        return await database.read(pending_corrections)
    finally:
        await database.close()


def there_is_a_database(url: str) -> bool:
    """Whether a SQLite file is there yet; a server always counts as there."""
    parsed = parse_url(url)
    return parsed.get_backend_name() != "sqlite" or Path(str(parsed.database)).exists()
