"""What the brand knows of its customers: one row per profile, and the numbers and addresses that lead to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.customers.profile import Profile
from bot.customers.sources import FILE, Order, Told, facts_of, kept
from bot.storage.prepared import Prepared
from bot.storage.profile_sources import take
from bot.storage.schema import EPOCH, contact_point, profile

_LED_TO = Prepared(
    select(profile.c.id, profile.c.facts)
    .join_from(contact_point, profile, profile.c.id == contact_point.c.profile_id)
    .where(contact_point.c.kind == bindparam("kind"), contact_point.c.value == bindparam("value"))
)


def import_profiles(
    connection: Connection,
    profiles: Iterable[Profile],
    *,
    order: Order | None = None,
    now: datetime = EPOCH,
) -> int:
    """Write what the customer file says of these profiles, each id once, with their contact points. Returns how many."""
    told = [Told(id=row.id, facts=facts_of(row)) for row in profiles]
    take(connection, FILE, told, order=order, now=now)
    return len(told)


def stored_facts(connection: Connection, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The facts of the profiles with these ids, as they are kept."""
    rows = connection.execute(select(profile.c.id, profile.c.facts).where(profile.c.id.in_(ids)))
    return {row.id: row.facts for row in rows}


facts_to = kept
"""A profile as it is kept."""


def profile_from(facts: Mapping[str, Any]) -> Profile:
    """A profile as it was kept; a field this version does not know is left out."""
    known = {field.name for field in fields(Profile)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in facts.items() if name in known
    }
    for name in ("birthday", "created"):
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    return Profile(**values)


def candidates(connection: Connection, kind: str, values: Sequence[str]) -> list[Profile]:
    """The profiles a phone number (E.164, in every form of it) or e-mail address (lower case) leads to."""
    found: dict[str, Mapping[str, Any]] = {}
    for value in dict.fromkeys(values):  # one or two: a number has few forms
        found |= dict(_LED_TO.all(connection, {"kind": kind, "value": value}))
    return [profile_from(facts) for _, facts in sorted(found.items())]
