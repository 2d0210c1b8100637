"""What the brand knows of its customers: one row per profile, and the numbers and addresses that lead to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.customers.profile import Profile
from bot.storage.schema import contact_point, profile

_lite, _pg = sqlite.insert(profile), postgresql.insert(profile)
_UPSERT = {
    "sqlite": _lite.on_conflict_do_update(index_elements=["id"], set_={"facts": _lite.excluded.facts}),
    "postgresql": _pg.on_conflict_do_update(index_elements=["id"], set_={"facts": _pg.excluded.facts}),
}


def import_profiles(connection: Connection, profiles: Iterable[Profile]) -> int:
    """Write profiles over those of the same id, with their contact points. Returns how many."""
    upsert = _UPSERT[connection.dialect.name]
    rows = list(profiles)
    if not rows:
        return 0
    connection.execute(upsert, [{"id": row.id, "facts": facts_to(row)} for row in rows])
    connection.execute(delete(contact_point).where(contact_point.c.profile_id.in_([row.id for row in rows])))
    points = [{"kind": "phone", "value": phone, "profile_id": row.id} for row in rows for phone in dict.fromkeys(row.phones)]
    points += [{"kind": "email", "value": mail, "profile_id": row.id} for row in rows for mail in dict.fromkeys(row.emails)]
    if points:
        connection.execute(insert(contact_point), points)
    return len(rows)


def stored_facts(connection: Connection, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The facts of the profiles with these ids, as they are kept."""
    rows = connection.execute(select(profile.c.id, profile.c.facts).where(profile.c.id.in_(ids)))
    return {row.id: row.facts for row in rows}


def facts_to(row: Profile) -> dict[str, Any]:
    """A profile as it is kept."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(row).items()}


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
    led_to = select(contact_point.c.profile_id).where(contact_point.c.kind == kind, contact_point.c.value.in_(values))
    rows = connection.execute(select(profile.c.facts).where(profile.c.id.in_(led_to)).order_by(profile.c.id)).scalars()
    return [profile_from(facts) for facts in rows]
