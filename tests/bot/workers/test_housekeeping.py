"""What is over goes away by itself, in one process of all; what still counts stays."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, insert, select

from bot.storage import housekeeping, links, unreadable
from bot.storage.accounts import Browser, keep_account, note_attempt, start_session
from bot.storage.database import Database
from bot.storage.schema import link, login_attempt, session
from bot.storage.schema import unreadable as unreadable_table
from bot.workers.housekeeping import MOST, Housekeeping
from tests.fakes.house import NOON, FakeClock

TABLES = (link, session, login_attempt, unreadable_table)


def rows_of(connection: Connection, table: Table) -> int:
    count: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
    return count


async def left(database: Database) -> dict[str, int]:
    return {table.name: await database.read(partial(rows_of, table=table)) for table in TABLES}


async def live(database: Database, clock: FakeClock, *, name: str) -> None:
    """An hour of a house: a link is made and another used, somebody signs in after a slip, an update cannot be read."""

    def hour(connection: Connection) -> None:
        now = clock.now()
        links.make(connection, conversation_id=1, channel="telegram", now=now)
        connection.execute(link.update().where(link.c.created_at == now).values(used_at=now, used_by=1))
        links.make(connection, conversation_id=1, channel="telegram", now=now)
        keep_account(connection, username=name, role="admin", display_name=name, password_hash="hash", now=now)
        browser = Browser(key=name, username=name, csrf="c", started_at=now, seen_at=now)
        start_session(connection, browser, expires_at=now + timedelta(hours=12))
        note_attempt(connection, name, "192.0.2.1", at=now, within=timedelta(days=99))
        unreadable.keep(connection, channel="telegram", account="", bodies=[name], now=now)

    await database.write(hour)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


async def test_everything_stays_as_long_as_it_counts_and_no_longer(database: Database, clock: FakeClock) -> None:
    keeper = Housekeeping(database, clock, name="a")
    await live(database, clock, name="ines")
    await live(database, clock, name="hugo")
    expected = {"link": 4, "session": 2, "login_attempt": 2, "unreadable": 2}
    for later, gone in (
        (timedelta(hours=1), ()),  # a used link and one that has run out are still told apart
        (timedelta(hours=12, minutes=1), ("session",)),
        (timedelta(days=1, hours=1), ("link", "login_attempt")),
        (timedelta(days=29), ()),
        (timedelta(days=31), ("unreadable",)),
    ):
        clock.time = NOON + later
        expected |= dict.fromkeys(gone, 0)
        assert await keeper.clear_up()
        assert await left(database) == expected, later


async def test_what_is_new_stays_beside_what_goes(database: Database, clock: FakeClock) -> None:
    await live(database, clock, name="ines")
    clock.advance(days=40)
    await live(database, clock, name="hugo")
    await Housekeeping(database, clock, name="a").clear_up()
    assert await left(database) == {"link": 2, "session": 1, "login_attempt": 1, "unreadable": 1}


async def test_many_rows_go_in_small_transactions(database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def many(connection: Connection) -> None:
        row = {"conversation_id": 1, "channel": "telegram", "created_at": NOON, "expires_at": NOON}
        connection.execute(insert(link), [row | {"token_hash": str(number)} for number in range(2 * MOST + 1)])

    rounds: list[int] = []

    def counted(connection: Connection, now: object, most: int) -> dict[str, int]:
        gone = housekeeping.tidy(connection, clock.now(), most)
        rounds.append(gone["link"])
        return gone

    monkeypatch.setattr("bot.workers.housekeeping.tidy", counted)
    await database.write(many)
    clock.advance(days=2)
    await Housekeeping(database, clock, name="a").clear_up()
    assert rounds == [MOST, MOST, 1]


async def test_one_process_does_it_until_it_is_gone(database: Database, clock: FakeClock) -> None:
    first, second = (Housekeeping(database, clock, name=name) for name in ("a", "b"))
    assert await first.clear_up()
    for _ in range(3):
        clock.advance(hours=1)
        assert not await second.clear_up()
        assert await first.clear_up()
    clock.advance(hours=2)  # the first has died
    assert await second.clear_up()
    assert not await first.clear_up()


class AwayAtFirst:
    """A database that cannot be reached for the first two transactions."""

    def __init__(self, database: Database) -> None:
        self._database, self.failures = database, 2

    async def write(self, work: Any) -> Any:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the database is away")
        return await self._database.write(work)


async def test_it_goes_on_after_a_bad_moment_and_gives_its_seat_up_at_the_end(database: Database, clock: FakeClock) -> None:
    await live(database, clock, name="ines")
    clock.advance(days=40)
    away: Any = AwayAtFirst(database)
    running = asyncio.create_task(Housekeeping(away, clock, name="a", every=timedelta(milliseconds=10)).run())
    for _ in range(500):
        if not any((await left(database)).values()):
            break
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not any((await left(database)).values())
    assert await Housekeeping(database, clock, name="b").clear_up()


async def test_what_was_deleted_is_in_no_file_of_the_database_any_more(sqlite: Database, clock: FakeClock) -> None:
    """While it stays open: messages that are taken back must not stand in the log for days."""

    def keep(connection: Connection) -> None:
        unreadable.keep(connection, channel="telegram", account="", bodies=["tournesol " * 500], now=clock.now())

    def files() -> bytes:
        file = Path(str(sqlite.url.database))
        return b"".join(path.read_bytes() for path in file.parent.iterdir() if path.name.startswith(file.name))

    await sqlite.write(keep)
    assert await sqlite.read(partial(rows_of, table=unreadable_table)) == 1
    assert b"tournesol" in files()
    await sqlite.write(lambda connection: connection.execute(unreadable_table.delete()))
    assert await Housekeeping(sqlite, clock, name="one").clear_up()
    assert b"tournesol" not in files()
