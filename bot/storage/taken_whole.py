"""What was last taken whole, by its digest, so that a start with nothing new has nothing to do."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.customers.sources import Order
from bot.storage.schema import taken_whole

ORDER = "order"
"""The name under which the declared order is kept."""
COMBINED_AS = 1
"""Rises when profiles follow from their sources in another way: they are then combined anew."""


def _over(make: Any) -> Any:
    statement = make(taken_whole)
    new = {name: statement.excluded[name] for name in ("digest", "said", "at")}
    return statement.on_conflict_do_update(index_elements=["name"], set_=new)


_NOTE = {"sqlite": _over(sqlite.insert), "postgresql": _over(postgresql.insert)}


def last_digest(connection: Connection, name: str) -> str | None:
    """Of what was taken last under this name; None when nothing was."""
    found: str | None = connection.execute(select(taken_whole.c.digest).where(taken_whole.c.name == name)).scalar()
    return found


def note_digest(connection: Connection, name: str, digest: str, now: datetime) -> None:
    """This was taken whole."""
    connection.execute(_NOTE[connection.dialect.name], {"name": name, "digest": digest, "said": None, "at": now})


def digest_of(order: Order) -> str:
    """By which one declared order is told from another."""
    return hashlib.sha256(orjson.dumps([COMBINED_AS, _plain(order)])).hexdigest()


def declare(connection: Connection, order: Order, now: datetime, *, applied: bool) -> None:
    """From now on whoever names no other order combines by this one. `applied`: what was there before is combined by it, too."""
    row = {"name": ORDER, "digest": digest_of(order) if applied else "", "said": _plain(order), "at": now}
    connection.execute(_NOTE[connection.dialect.name], row)


def declared(connection: Connection) -> Order:
    """The order the profiles are combined by; the usual one before anything was declared."""
    said = connection.execute(select(taken_whole.c.said).where(taken_whole.c.name == ORDER)).scalar()
    if said is None:
        return Order()
    fields = {name: tuple(names) for name, names in said["fields"]}
    return Order(sources=tuple(said["sources"]), fields=fields, newest=frozenset(said["newest"]))


def _plain(order: Order) -> dict[str, Any]:
    return {"sources": order.sources, "fields": sorted(order.fields.items()), "newest": sorted(order.newest)}
