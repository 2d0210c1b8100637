"""What `/healthz` knows: it says no when the next message could not be kept."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from bot.clock import SystemClock
from bot.settings import Settings
from bot.storage.database import Database
from bot.wiring import Program


def program(database: Database, folder: Path) -> Program:
    made = Program(Settings(data_dir=folder), folder)
    made.database, made.clock = database, SystemClock(None)
    return made


async def test_a_database_that_takes_writes_is_well_every_time(database: Database, tmp_path: Path) -> None:
    for one in (program(database, tmp_path), program(database, tmp_path)):  # a second process on the same database
        assert await one.health() == {}
        assert await one.health() == {}


async def test_a_database_that_only_answers_questions_is_not_well(sqlite: Database, tmp_path: Path) -> None:
    def run(connection: Connection, statement: str) -> None:
        connection.exec_driver_sql(statement)

    full = "CREATE TRIGGER no_room BEFORE INSERT ON lease BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
    await sqlite.write(partial(run, statement=full))
    assert list(await program(sqlite, tmp_path).health()) == ["database"]
    await sqlite.write(partial(run, statement="DROP TRIGGER no_room"))
    assert await program(sqlite, tmp_path).health() == {}
