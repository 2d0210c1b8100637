"""What a platform sent and we could not read: kept as it came, so that what a customer wrote is not lost with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.schema import unreadable

LONGEST = 64 * 1024
"""Characters kept of one body; platforms send a tenth of that at most."""

_KEEP = {
    "sqlite": sqlite.insert(unreadable).on_conflict_do_nothing(index_elements=["digest"]),
    "postgresql": postgresql.insert(unreadable).on_conflict_do_nothing(index_elements=["digest"]),
}


def keep(connection: Connection, *, channel: str, account: str, bodies: Sequence[str], now: datetime) -> None:
    """Keep bodies in the order they came; one that is there already is left as it is. They hold no NUL: JSON writes it out."""
    for body in bodies:
        row = {
            "digest": hashlib.sha256("\0".join((channel, account, body)).encode()).hexdigest(),
            "channel": channel,
            "account": account,
            "body": body[:LONGEST],
            "length": len(body),
            "received_at": now,
        }
        connection.execute(_KEEP[connection.dialect.name], row)


def kept(connection: Connection) -> Sequence[Row[tuple[str, str, str, str, int, datetime]]]:
    """Every body that is kept, oldest first: `channel`, `account`, `body`, `length`, `received_at`."""
    return connection.execute(select(unreadable).order_by(unreadable.c.received_at, unreadable.c.digest)).all()


def latest(connection: Connection, limit: int) -> Sequence[Any]:
    """The latest bodies first, without what they say: `digest`, `channel`, `account`, `length`, `received_at`."""
    about = (unreadable.c.digest, unreadable.c.channel, unreadable.c.account, unreadable.c.length, unreadable.c.received_at)
    latest_first = (unreadable.c.received_at.desc(), unreadable.c.digest)
    return connection.execute(select(*about).order_by(*latest_first).limit(limit)).all()


def bodies_of(connection: Connection, digest: str) -> Sequence[str]:
    """The bodies whose digest begins so: one, unless the beginning is too short or is none."""
    beginning = unreadable.c.digest.startswith(digest, autoescape=True)
    return connection.execute(select(unreadable.c.body).where(beginning).limit(2)).scalars().all()
