"""A prepared statement does what the same statement does through SQLAlchemy, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.storage.database import Database
from bot.storage.prepared import Prepared
from bot.storage.schema import Instant, message

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
ROW: dict[str, Any] = {
    "conversation_id": 1,
    "channel": "rest",
    "direction": "in",
    "author": "customer",
    "kind": "text",
    "external_key": "rest//1",
    "text": "bonjour",
    "data": {"é": [1, None]},
    "at": NOON,
    "received_at": NOON,
    "failures": 0,
    "missed": True,
}
SAY = Prepared(insert(message).returning(message.c.id, message.c.at, message.c.missed))
READ = select(message.c.text, message.c.data, message.c.at, message.c.handled_at, message.c.missed).where(
    message.c.id == bindparam("id"), message.c.channel == "rest"
)
HANDLE = Prepared(
    update(message)
    .where(message.c.id == bindparam("b_id"), message.c.handled_at.is_(None))
    .values(handled_at=bindparam("b_at", type_=Instant), failures=message.c.failures + 1, trace=None)
)


async def test_rows_have_the_schemas_values(database: Database) -> None:
    def work(connection: Connection) -> None:
        written = SAY.first(connection, ROW)
        assert written is not None
        assert written[1:] == (NOON, True)
        plain = tuple(connection.execute(READ, {"id": written[0]}).one())
        assert Prepared(READ).all(connection, {"id": written[0]}) == [plain] == [("bonjour", {"é": [1, None]}, NOON, None, True)]
        assert Prepared(READ).first(connection, {"id": -1}) is None
        assert Prepared(READ).scalar(connection, {"id": -1}) is None

    await database.write(work)


async def test_changed_rows_are_counted(database: Database) -> None:
    def work(connection: Connection) -> list[int]:
        identifier = SAY.scalar(connection, ROW)
        return [HANDLE.run(connection, {"b_id": identifier, "b_at": NOON}) for _ in range(2)]

    assert await database.write(work) == [1, 0]


async def test_an_error_is_sqlalchemys_and_has_no_words_of_customers(database: Database) -> None:
    await database.write(lambda connection: SAY.run(connection, ROW))
    with pytest.raises(IntegrityError) as refused:
        await database.write(lambda connection: SAY.run(connection, {**ROW, "text": "mon secret"}))
    assert "mon secret" not in str(refused.value)


async def test_a_forgotten_parameter_is_named(database: Database) -> None:
    with pytest.raises(AssertionError, match="b_at"):
        await database.write(lambda connection: HANDLE.run(connection, {"b_id": 1}))


async def test_a_list_of_unknown_length_is_refused(database: Database) -> None:
    some = Prepared(select(message.c.id).where(message.c.id.in_(bindparam("ids", expanding=True))))
    with pytest.raises(AssertionError, match="expanding"):
        await database.read(lambda connection: some.all(connection, {"ids": [1, 2]}))
