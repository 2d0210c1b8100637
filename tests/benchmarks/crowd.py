"""A crowd of known customers, written straight into a database: made by the database itself, which is quick."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from bot.storage.schema import metadata
from bot.storage.schema.types import micros

MADE_AT = datetime.now(UTC) - timedelta(days=1)
_SERIES = {
    "sqlite": "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {most}) {insert} SELECT {terms} FROM n",
    "postgresql": "{insert} SELECT {terms} FROM generate_series(1, {most}) AS n",
}


def sender_of(number: int) -> str:
    """The WhatsApp id of a customer."""
    return str(33_600_000_000 + number)


def phone_of(number: int) -> str:
    return f"+{sender_of(number)}"


def email_of(number: int) -> str:
    return f"customer{number}@example.org"


def settle(database: Path, customers: int) -> None:
    """Write customers 1 to `customers` into an empty SQLite file."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous=OFF")  # nothing here needs to survive
        for statement in _statements("sqlite", customers):
            connection.execute(statement)
        connection.commit()
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def settle_in(url: str, customers: int) -> None:
    """The same in an empty PostgreSQL database."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        await connection.execute("SET synchronous_commit = off")
        for statement in _statements("postgresql", customers):
            await connection.execute(statement)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _statements(dialect: str, customers: int) -> list[str]:
    made = []
    for table, rows in _rows(dialect).items():
        for given in rows:
            values = _needed(table, dialect) | given
            names = ", ".join(f'"{name}"' for name in values)
            terms = ", ".join(str(term) for term in values.values())
            insert = f'INSERT INTO "{table}" ({names})'
            made.append(_SERIES[dialect].format(most=customers, insert=insert, terms=terms))
    return made


def _needed(table: str, dialect: str) -> dict[str, Any]:
    """A plain value for every column that must have one."""
    plain = {str: "''", bool: "false" if dialect == "postgresql" else "0", float: "0"}
    needed = [column for column in metadata.tables[table].columns if not column.nullable and not column.primary_key]
    return {column.name: plain.get(column.type.python_type, "0") for column in needed}


def _rows(dialect: str) -> Mapping[str, tuple[dict[str, Any], ...]]:
    """For each table its columns as SQL terms of the customer's number `n`."""
    at = str(micros(MADE_AT))
    phone, email = "'+' || (33600000000 + n)", "'customer' || n || '@example.org'"
    facts = (
        """'{"id":"c' || n || '","first_name":"Camille","last_name":"Fournier","phones":["' || """
        f"""{phone} || '"],"emails":["' || {email} || '"],"city":"Lyon","language":"fr"}}'"""
    )
    here = {"conversation_id": "n", "identity_id": "n"}
    return {
        "profile": ({"id": "'c' || n", "facts": facts, "changed_at": at},),
        "contact_point": (
            {"kind": "'phone'", "value": phone, "profile_id": "'c' || n"},
            {"kind": "'email'", "value": email, "profile_id": "'c' || n"},
        ),
        "conversation": (
            {
                "id": "n",
                "state": """'{"greeted":true}'""",
                "owner": "'bot'",
                "language": "'fr'",
                "identity_id": "n",
                "fence": 1,
                "profile_id": "'c' || n",
                "level": 20,
                "handled_at": at,
                "created_at": at,
                "touched_at": f"{at} + n",
            },
        ),
        "identity": (
            {"id": "n", "channel": "'whatsapp'", "sender": "'' || (33600000000 + n)", "conversation_id": "n", "created_at": at},
        ),
        "evidence": (
            {
                **here,
                "id": "n",
                "profile_id": "'c' || n",
                "kind": "'whatsapp_sender'",
                "level": 20,
                "at": at,
                "expires_at": str(micros(MADE_AT + timedelta(days=180))),
            },
        ),
    }
