"""What a message costs does not grow with what is there already: on its way no statement looks through a whole table."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from bot.messages import Limits, OutboundMessage, Receipt
from bot.storage import inbox, outbox
from bot.storage.database import Database
from bot.storage.held import release_held
from bot.storage.prepared import Prepared
from bot.storage.receipts import note
from bot.storage.schema import delivery, message, metadata
from bot.storage.undelivered import Wanted, undelivered
from bot.web.rest import RestDoor, read_request
from bot.workers.deliveries import DeliveryWorker
from tests.fakes.house import RunningHouse, running_house

PARTIAL = {
    index.name
    for table in metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}
"""Indexes of the few rows something must still be done about; looking through one of those is what it is for."""

GROWING = set(metadata.tables) - {"session", "account"}
"""Tables with more rows the more customers there are; colleagues are few."""
Said = dict[str, Any]
"""Statements as the driver gets them, each with the values it was last given."""


class Platform:
    """A channel that takes everything."""

    name = "telegram"
    limits = Limits(text=4096, buttons=8)

    async def send(self, message: OutboundMessage) -> str:
        return "id"


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[Said]:
    said: Said = {}

    def heard(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        said[statement] = values[0] if many else values

    execute = Prepared._execute

    def prepared(self: Prepared, connection: Connection, parameters: Any) -> Any:
        ready, cursor = execute(self, connection, parameters)
        said[ready.sql] = ready.values(parameters)
        return ready, cursor

    monkeypatch.setattr(Prepared, "_execute", prepared)
    event.listen(Engine, "before_cursor_execute", heard)
    yield said
    event.remove(Engine, "before_cursor_execute", heard)


async def live(running: RunningHouse) -> None:
    """A customer of each channel writes, is answered, presses a button and comes back."""
    delivery = DeliveryWorker(running.database, Platform(), running.clock, running.board, name="test", poll_seconds=0.05)
    running.worker.deliver = {"telegram": (delivery,)}
    delivering = asyncio.create_task(delivery.run())
    rest = RestDoor(running.door, running.database, running.board, running.clock, token=None, wait_seconds=5)
    for text in ("bonjour", "hello", "un conseiller svp", "oui"):
        await rest._answers(read_request(b'{"sender": "ana", "message": "%s"}' % text.encode(), running.clock))
        await running.says("ben", text)
        await running.says("chloe", text, channel="webchat")
    await asyncio.sleep(0.2)  # everything is delivered meanwhile, and the workers have looked around once more
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)


def looks_through(connection: Connection, statement: str, values: Any) -> list[str]:
    """The tables a statement goes through row by row, as SQLite plans it."""
    plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    scans = [re.fullmatch(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step) for step in plan]
    return [scan[0] for scan in scans if scan and scan[1] in GROWING and scan[2] not in PARTIAL]


async def test_no_statement_on_a_messages_way_looks_through_a_table(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(monkeypatch) as said:
        async with running_house(sqlite) as running:
            await live(running)
    told = {sql: values for sql, values in said.items() if sql.startswith(("SELECT", "UPDATE", "DELETE", "WITH"))}
    assert len(told) > 10
    found = await sqlite.read(lambda connection: {sql: looks_through(connection, sql, values) for sql, values in told.items()})
    assert not {sql: scans for sql, scans in found.items() if scans}


async def test_what_waits_in_a_conversation_is_found_without_reading_its_thread(sqlite: Database) -> None:
    waiting = inbox._WAITING_ONE._statement
    sql = str(waiting.compile(dialect=SQLiteDialect()))
    plan = await sqlite.read(lambda connection: connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (1,)).all())
    assert "ix_message_inbox" in plan[0][3]


NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


STATES = {1: "failed", 2: "held"}


def deliveries(connection: Connection) -> None:
    """A ledger in which hardly anything is open any more, over several channels and accounts."""
    rows = [
        {
            "message_id": number,
            "conversation_id": number % 50,
            "identity_id": number % 50,
            "channel": ("whatsapp", "telegram")[number % 2],
            "account": ("", "fr", "be")[number % 3],
            "recipient": str(number % 50),
            "key": str(number),
            "state": "pending" if number % 400 == 0 else STATES.get(number % 400, "sent"),
            "provider_id": f"p-{number}",
            "sent_at": NOON,
            "read_at": NOON if number % 100 else None,
            "ended_at": NOON if number % 400 in STATES else None,
            "attempts": 0,
            "repeats": 0,
            "next_at": NOON,
        }
        for number in range(1, 8001)
    ]
    connection.execute(insert(delivery), rows)
    said = {"channel": "whatsapp", "direction": "out", "author": "bot", "kind": "text", "text": "bonjour", "failures": 0}
    said |= {"at": NOON, "received_at": NOON}
    connection.execute(
        insert(message), [{"id": row["message_id"], "conversation_id": row["conversation_id"], **said} for row in rows]
    )
    connection.exec_driver_sql("ANALYZE")


SOON = NOON + timedelta(seconds=30)
HERE: Any = {"channel": "whatsapp", "account": "fr", "at": NOON}
ASKED: dict[str, tuple[Any, str]] = {
    "what is due": (
        partial(
            outbox.claim_due, channel="whatsapp", account="fr", worker="w", now=NOON, until=SOON, limit=10, limits=Platform.limits
        ),
        "ix_delivery_heads",
    ),
    "when something is due": (partial(outbox.next_due, channel="whatsapp", account="fr"), "ix_delivery_heads"),
    "a receipt by key": (partial(note, receipts=[Receipt(state="sent", key="6", **HERE)], now=NOON), "uq_delivery_key"),
    "a receipt by id": (
        partial(note, receipts=[Receipt(state="sent", provider_id="p-6", **HERE)], now=NOON),
        "ix_delivery_provider",
    ),
    "everything read": (partial(note, receipts=[Receipt(state="read", recipient="6", **HERE)], now=NOON), "ix_delivery_unread"),
    "everything delivered": (
        partial(note, receipts=[Receipt(state="delivered", recipient="6", **HERE)], now=NOON),
        "ix_delivery_unread",
    ),
    "what is held": (partial(release_held, identity_id=6, now=NOON), "ix_delivery_unsent"),
    "what failed": (partial(undelivered, wanted=Wanted(state="failed")), "ix_delivery_failed"),
    "what waits": (partial(undelivered, wanted=Wanted(state="held")), "ix_delivery_unsent"),
}


@pytest.mark.parametrize("asked", ASKED)
async def test_what_is_asked_of_the_ledger_is_found_by_its_own_index(
    database: Database, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    await database.write(deliveries)
    unit, index = ASKED[asked]
    with listening(monkeypatch) as said:
        await database.write(unit)
    (sql, values), *_ = said.items()

    def plan(connection: Connection) -> str:
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        rows = connection.exec_driver_sql(f"{explain} {sql}", values).all()
        return "\n".join(str(row[-1]) for row in rows)

    told = (await database.read(plan)).replace("sqlite_autoindex_delivery_1", "uq_delivery_key")
    assert index in told
    assert not re.search(r"SCAN (first_one|next_one|head|delivery)(?! USING)|Seq Scan on delivery", told), told
