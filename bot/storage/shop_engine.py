"""The way to a database that is not ours: read only, few hands, and an answer in time whatever it does."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from bot.errors import SettingsError, SourceAway

T = TypeVar("T")
Work = Callable[[Connection], T]

HANDS = 4
"""Questions asked at once. One that hangs keeps its hand until the driver lets go."""
RECYCLE_SECONDS = 300
READ_ONLY = {"postgresql": "SET TRANSACTION READ ONLY", "oracle": "SET TRANSACTION READ ONLY"}
"""Said first in every transaction."""
READ_ONLY_SESSION = {"mysql": "SET SESSION TRANSACTION READ ONLY", "mariadb": "SET SESSION TRANSACTION READ ONLY"}
"""Said once to every connection."""


class ShopEngine:
    """Runs small readings. An answer that comes too late is thrown away."""

    def __init__(self, url: str, *, variable: str, seconds: float) -> None:
        """`variable` is where the address was found: it is named in errors, the address never is."""
        self._seconds = seconds
        self._hands = asyncio.Semaphore(HANDS)
        self._under_way: set[asyncio.Task[Any]] = set()
        parsed = _parsed(url, variable)
        self.backend = parsed.get_backend_name()
        try:
            if parsed.get_dialect().is_async:
                self._run = self._asking(parsed)
            else:
                self._run = self._threaded(parsed)
        except (ModuleNotFoundError, NoSuchModuleError) as error:
            missing = getattr(error, "name", None) or parsed.drivername
            raise SettingsError(
                f"{variable}: nothing installed here speaks to such a database ({missing} is missing); "
                "install its driver, or write one that is there after the +, as in mysql+pymysql://"
            ) from None

    async def ask(self, work: Work[T]) -> T:
        """Run `work` in a read-only transaction.

        Raises `SourceAway` when there is no connection, or no answer within the time-out. What the database itself refuses is
        raised as SQLAlchemy's `DBAPIError`.
        """
        task = asyncio.create_task(self._with_a_hand(work))
        self._under_way.add(task)
        task.add_done_callback(self._let_go)
        # Not awaited under a time-out: a driver may take its time even to give up.
        done, _ = await asyncio.wait({task}, timeout=self._seconds)
        if not done:
            task.cancel()
            raise SourceAway(f"no answer within {self._seconds:g} s")
        return task.result()

    async def close(self) -> None:
        """Let go of the connections; what hangs is left to itself."""
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=1)
        await self._dispose()

    def _let_go(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved: whoever asked may have gone

    async def _with_a_hand(self, work: Work[T]) -> T:
        async with self._hands:
            try:
                result: T = await self._run(work)
            except _NotThere as error:
                raise SourceAway(f"there is no connection: {error}") from None
            return result

    def _asking(self, url: URL) -> Callable[[Work[Any]], Coroutine[Any, Any, Any]]:
        """For drivers that wait by themselves."""
        from sqlalchemy.ext.asyncio import create_async_engine  # here: most brands have no such source, and it takes a while

        arguments: dict[str, Any] = {}
        if url.get_driver_name() == "asyncpg":
            arguments = {"timeout": self._seconds, "command_timeout": self._seconds}
        engine = create_async_engine(url, **_pool(self._seconds), connect_args=arguments)
        _read_only_session(engine.sync_engine)
        self._dispose = engine.dispose

        async def run(work: Work[Any]) -> Any:
            try:
                connection = await engine.connect()
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                raise _NotThere(_why(error)) from None
            except Exception as error:  # noqa: BLE001 - drivers raise their own while connecting
                raise _NotThere(type(error).__name__) from None
            try:
                return await connection.run_sync(self._read, work)
            finally:
                await connection.close()

        return run

    def _threaded(self, url: URL) -> Callable[[Work[Any]], Coroutine[Any, Any, Any]]:
        """For drivers that block: a thread for each question, which nobody waits for when the program ends."""
        engine = _sqlite(url, self._seconds) if url.get_backend_name() == "sqlite" else create_engine(url, **_pool(self._seconds))
        _read_only_session(engine)

        async def dispose(close: bool = True) -> None:
            engine.dispose(close)

        self._dispose = dispose

        def read(work: Work[Any]) -> Any:
            try:
                connection = engine.connect()
            except (SQLAlchemyError, OSError) as error:
                raise _NotThere(_why(error)) from None
            with connection:
                return self._read(connection, work)

        async def run(work: Work[Any]) -> Any:
            loop = asyncio.get_running_loop()
            answer: asyncio.Future[Any] = loop.create_future()
            threading.Thread(target=_answer, args=(loop, answer, partial(read, work)), name="filrouge-shop", daemon=True).start()
            try:
                return await asyncio.shield(answer)
            except asyncio.CancelledError:
                # The hand is only free again when the thread is: whoever asked has gone already.
                await asyncio.wait({answer})
                raise

        return run

    def _read(self, connection: Connection, work: Work[Any]) -> Any:
        said_first = READ_ONLY.get(self.backend)
        if said_first is not None:
            connection.execute(text(said_first))
        if self.backend == "postgresql":
            # The server stops, too: nobody would read an answer that comes later.
            limit = func.set_config("statement_timeout", str(int(self._seconds * 1000)), True)
            connection.execute(select(limit))
        return work(connection)


class _NotThere(Exception):
    """There is no connection."""


def _parsed(url: str, variable: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError(
            f"{variable} is not a database URL; write for example postgresql://reader:password@host/name"
        ) from None
    backend = parsed.get_backend_name()
    if backend in ("postgresql", "postgres") and "+" not in parsed.drivername:
        return parsed.set(drivername="postgresql+asyncpg")
    if backend == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise SettingsError(f"{variable} names no file; write sqlite:////folder/shop.db")
        return parsed.set(drivername="sqlite")
    return parsed


def _pool(seconds: float) -> dict[str, Any]:
    return {
        "pool_size": HANDS,
        "max_overflow": 0,
        "pool_timeout": seconds,
        "pool_pre_ping": True,  # theirs is restarted without telling us
        "pool_recycle": RECYCLE_SECONDS,
        "hide_parameters": True,  # an error would carry customers' numbers into the log
    }


def _sqlite(url: URL, seconds: float) -> Engine:
    """A file that is opened for reading only, and never made."""
    reading = url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})
    engine = create_engine(reading, **_pool(seconds), connect_args={"check_same_thread": False, "timeout": seconds})

    @event.listens_for(engine, "connect")
    def only_read(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "checkout")
    def end_in_time(connection: Any, _record: object, _proxy: object) -> None:
        until = time.monotonic() + seconds
        connection.set_progress_handler(lambda: time.monotonic() > until, 20_000)

    return engine


def _read_only_session(engine: Engine) -> None:
    said = READ_ONLY_SESSION.get(engine.dialect.name)
    if said is None:
        return

    @event.listens_for(engine, "connect")
    def only_read(connection: Any, _record: object) -> None:
        with contextlib.closing(connection.cursor()) as cursor:
            cursor.execute(said)


def _answer(loop: asyncio.AbstractEventLoop, answer: asyncio.Future[Any], read: Callable[[], Any]) -> None:
    result: Any = None
    error: BaseException | None = None
    try:
        result = read()
    except BaseException as raised:  # noqa: BLE001 - handed to whoever asked
        error = raised

    def settle() -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(result)
        else:
            answer.set_exception(error)
            answer.exception()  # retrieved: whoever asked may have gone

    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is waiting any more
        loop.call_soon_threadsafe(settle)


def _why(error: BaseException) -> str:
    """What a driver says, without the address it was given."""
    inner = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return type(inner).__name__
