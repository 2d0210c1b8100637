"""What a system pushes to us is taken once, whatever happens to the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.customers.sources import Change, Order, Told
from bot.storage.profile_sources import preview, take
from bot.storage.schema import conversation, spent_token

_SPEND = {
    "sqlite": sqlite.insert(spent_token).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(spent_token).on_conflict_do_nothing(),
}
_MOVED = frozenset({"new", "changed", "deleted"})


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a push."""

    changes: list[Change]
    conversations: tuple[int, ...]
    """Whose profile has changed."""


def take_push(connection: Connection, source: str, signature: str, told: Sequence[Told], *, order: Order, now: datetime) -> Taken:
    """Write a push that was signed like this. The same one again writes nothing, even where its versions would let it."""
    key = hashlib.sha256(f"crm/{source}/{signature}".encode()).hexdigest()
    spent = connection.execute(_SPEND[connection.dialect.name], {"token_hash": key, "body_hash": key, "at": now})
    if spent.rowcount == 0:
        return Taken(preview(connection, source, told), ())
    changes = take(connection, source, told, order=order, now=now)
    moved = [change.id for change in changes if change.outcome in _MOVED]
    whose = select(conversation.c.id).where(conversation.c.profile_id.in_(moved), conversation.c.merged_into.is_(None))
    return Taken(changes, tuple(connection.execute(whose).scalars()) if moved else ())
