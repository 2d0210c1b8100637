"""Units of work, on SQLite or PostgreSQL, written once.

A unit of work is a plain function of a SQLAlchemy `Connection`: everything one transaction reads and writes, in one hop.
On SQLite one writer thread runs them and commits the ones that are waiting together (group commit, `synchronous=FULL`), so
that durability costs one disk flush for many. On PostgreSQL each has its own transaction on an asyncpg connection. A unit must
be able to run again from its start: after a deadlock PostgreSQL rolls it back and it is tried anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

import structlog
from asyncpg import InterfaceError, PostgresError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot.errors import SettingsError

log = structlog.get_logger(__name__)
T = TypeVar("T")
Work = Callable[[Connection], T]

GROUP = 64
"""Most units committed together: bounds how long the first of them waits for the others."""
RETRIED = ("40001", "40P01")
"""PostgreSQL's codes for a serialisation failure and a deadlock: the unit was rolled back and may run again."""
TRIES = 5
UNAVAILABLE = (SQLAlchemyError, sqlite3.Error, PostgresError, InterfaceError, OSError)
"""What a database that is away, full or starting up raises: beginning and committing raise the drivers' own errors."""
CLOSE_SECONDS = 10
"""How long units under way are waited for when the database is closed."""
BUSY_SECONDS = 15
"""How long a SQLite connection waits for another's lock."""


class Database(Protocol):
    """Where everything durable lives."""

    url: URL

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction and return its result once it is durably committed.

        Whatever `work` raises rolls its writes back and is raised here.
        """
        ...

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which only reads, on a consistent view of what is committed."""
        ...

    async def forget_log(self) -> None:
        """Let go of copies the database keeps for its own sake, in which what was deleted can still be read."""
        ...

    async def close(self) -> None: ...


def open_database(url: str) -> Database:
    """Open the database a `FILROUGE_DATABASE_URL` names; the schema must have been upgraded.

    Takes `sqlite:///`, `sqlite+aiosqlite:///`, `postgresql://` and `postgresql+asyncpg://`. Raises `SettingsError` for others.
    """
    parsed = parse_url(url)
    return SqliteDatabase(parsed) if parsed.get_backend_name() == "sqlite" else PostgresDatabase(parsed)


_KEEPING = {
    "sqlite": ("journal_mode", "synchronous"),
    "postgresql": ("fsync", "full_page_writes", "synchronous_commit"),
}


def durability(connection: Connection) -> dict[str, str]:
    """What this very connection promises about what it commits: the database's own settings by name, as it tells them."""
    dialect = connection.dialect.name
    ask = "PRAGMA" if dialect == "sqlite" else "SHOW"
    return {name: str(connection.exec_driver_sql(f"{ask} {name}").scalar()) for name in _KEEPING[dialect]}


def parse_url(url: str) -> URL:
    """The URL with the driver used inside."""
    try:
        parsed = make_url(url)
    except Exception as error:
        raise SettingsError(
            "FILROUGE_DATABASE_URL is not a database URL; write for example sqlite:///filrouge.db "
            "or postgresql://user:password@host/name"
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise SettingsError(
                "FILROUGE_DATABASE_URL names no file: a thread must survive a restart; write sqlite:///filrouge.db"
            )
        return parsed.set(drivername="sqlite")
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+asyncpg")
    raise SettingsError(f"FILROUGE_DATABASE_URL: {backend!r} is not supported; write sqlite:///... or postgresql://...")


def sqlite_engine(url: URL) -> Engine:
    """A SQLite engine whose transactions we begin ourselves, with durable settings on every connection."""
    engine = create_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,  # an error would carry customers' words into the log
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def durable(connection: sqlite3.Connection, _record: object) -> None:
        cursor = connection.cursor()
        # WAL needs FULL to survive a power cut: NORMAL would only survive a kill.
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        _write_ahead(cursor)
        # What is deleted is overwritten, not left in the file for whoever opens it with another program.
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Turn the write-ahead log on; of two connections that do it to a new file at once, SQLite refuses one without waiting."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


class _Unit:
    __slots__ = ("error", "future", "loop", "result", "work")

    def __init__(self, work: Work[Any], future: asyncio.Future[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.work, self.future, self.loop = work, future, loop
        self.result: Any = None
        self.error: BaseException | None = None


class SqliteDatabase:
    """One file, one writer thread, one reader thread."""

    def __init__(self, url: URL) -> None:
        self.url = url
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        self._engine = sqlite_engine(url)
        self._units: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        self._closed = False
        self._writer = threading.Thread(target=self._write_forever, name="filrouge-writer", daemon=True)
        self._writer.start()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="filrouge-reader")
        self._reading: Connection | None = None

    async def write(self, work: Work[T]) -> T:
        if self._closed:
            raise RuntimeError("the database is closed")
        loop = asyncio.get_running_loop()
        unit = _Unit(work, loop.create_future(), loop)
        self._units.put(unit)
        # Shielded: a caller that gives up does not stop a unit that may already be committed.
        result: T = await asyncio.shield(unit.future)
        return result

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reader, self._read, work)

    async def forget_log(self) -> None:
        """Write the log that is written ahead into the file, and empty it: it has every page as it once was."""

        def checkpoint() -> None:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

        await asyncio.get_running_loop().run_in_executor(self._reader, checkpoint)

    async def close(self) -> None:
        self._closed = True
        self._units.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.get_running_loop().run_in_executor(self._reader, self._close_reading)
        self._reader.shutdown()
        self._engine.dispose()

    def _close_reading(self) -> None:
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def _read(self, work: Work[T]) -> T:
        if self._reading is None:
            self._reading = self._engine.connect()
        self._reading.exec_driver_sql("BEGIN")
        try:
            return work(self._reading)
        finally:
            self._reading.exec_driver_sql("COMMIT")

    def _write_forever(self) -> None:
        connection = self._engine.connect()
        try:
            stopping = False
            while not stopping:
                unit = self._units.get()
                group: list[_Unit] = []
                while True:
                    if unit is None:
                        stopping = True
                        break
                    group.append(unit)
                    if len(group) == GROUP:
                        break
                    try:
                        unit = self._units.get_nowait()
                    except queue.Empty:
                        break
                if group:
                    _commit_together(connection, group)
                    _answer(group)
        finally:
            connection.close()


def _commit_together(connection: Connection, group: Sequence[_Unit]) -> None:
    """Run the units in one transaction, each behind a savepoint of its own, and flush once."""
    raw = connection.connection.driver_connection  # these statements need none of SQLAlchemy's machinery
    assert isinstance(raw, sqlite3.Connection)
    try:
        raw.execute("BEGIN IMMEDIATE")
        for unit in group:
            raw.execute("SAVEPOINT unit")
            try:
                unit.result = unit.work(connection)
            except BaseException as error:  # noqa: BLE001 - handed to the caller, who decides
                unit.error = error
                raw.execute("ROLLBACK TO unit")
            raw.execute("RELEASE unit")
        raw.execute("COMMIT")
    except BaseException as error:  # noqa: BLE001 - a full disk, a lock: nobody's unit was committed
        for unit in group:
            unit.error = unit.error or error
        with contextlib.suppress(Exception):
            raw.execute("ROLLBACK")


def _answer(group: Sequence[_Unit]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Unit]] = {}
    for unit in group:
        by_loop.setdefault(unit.loop, []).append(unit)
    for loop, units in by_loop.items():
        with contextlib.suppress(RuntimeError):  # that loop is closed: nobody is waiting any more
            loop.call_soon_threadsafe(_settle, units)


def _settle(units: Sequence[_Unit]) -> None:
    for unit in units:
        if unit.future.done():
            continue
        if unit.error is None:
            unit.future.set_result(unit.result)
        else:
            unit.future.set_exception(unit.error)
            # Retrieved here so that a caller who has gone away leaves no "never retrieved" warning.
            unit.future.exception()


class PostgresDatabase:
    """Any number of processes on one PostgreSQL; durable by the server's own defaults, which nothing here weakens."""

    def __init__(self, url: URL, *, pool: int = 10) -> None:
        from sqlalchemy.ext.asyncio import create_async_engine  # here: SQLite does without, and it takes a while to load

        self.url = url
        self.engine = create_async_engine(
            url,
            pool_size=pool,
            max_overflow=0,
            pool_timeout=30,
            pool_pre_ping=False,
            hide_parameters=True,
            connect_args={"timeout": 10, "command_timeout": 60},
        )
        self._running: set[asyncio.Task[Any]] = set()

    async def write(self, work: Work[T]) -> T:
        # Shielded: a caller that gives up neither stops a unit half-way nor leaves a connection behind.
        running = asyncio.ensure_future(self._write(work))
        self._running.add(running)
        running.add_done_callback(self._done)
        return await asyncio.shield(running)

    def _done(self, running: asyncio.Task[Any]) -> None:
        self._running.discard(running)
        if not running.cancelled():
            running.exception()  # retrieved, so that a caller who has gone away leaves no warning

    async def _write(self, work: Work[T]) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                async with self.engine.begin() as connection:
                    return await connection.run_sync(work)
            except DBAPIError as error:
                if attempt == TRIES or not _may_retry(error):
                    raise
                log.info("unit_retried", attempt=attempt, code=_sqlstate(error))
                await asyncio.sleep(0.005 * 2**attempt)
        raise AssertionError("unreachable")

    async def read(self, work: Work[T]) -> T:
        return await self.write(work)

    async def forget_log(self) -> None:
        """The server's own vacuum does that."""

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=CLOSE_SECONDS)
        await self.engine.dispose()


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _may_retry(error: DBAPIError) -> bool:
    # A connection found dead before the commit has committed nothing; one that dies during it is raised to the caller.
    return _sqlstate(error) in RETRIED
