"""The numbers, addresses and cards that lead to a profile, as they follow from its facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.customers.fields import loyalty_key
from bot.storage.schema import contact_point, profile

Point = tuple[str, str]
"""Kind of contact and its value."""
LONGEST_POINT = 255

_LEAD = {
    "sqlite": sqlite.insert(contact_point).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(contact_point).on_conflict_do_nothing(),
}
_PART = delete(contact_point).where(
    contact_point.c.kind == bindparam("b_kind"),
    contact_point.c.value == bindparam("b_value"),
    contact_point.c.profile_id == bindparam("b_profile"),
)


def points_of(facts: Mapping[str, Any]) -> list[Point]:
    """What leads to a profile with these facts, each once."""
    points = [("phone", value) for value in facts.get("phones") or ()]
    points += [("email", value) for value in facts.get("emails") or ()]
    loyalty = loyalty_key(facts.get("loyalty_number") or "")
    if loyalty:
        points.append(("loyalty", loyalty))
    return [point for point in dict.fromkeys(points) if len(point[1]) <= LONGEST_POINT]


def add_points(connection: Connection, facts: Mapping[str, Mapping[str, Any]]) -> None:
    """See to it that everything in these facts, by profile, leads to it; not of profiles that were joined to another."""
    rows = [
        {"kind": kind, "value": value, "profile_id": id_}
        for id_, owner in _owners(connection, facts).items()
        for kind, value in points_of(facts[id_])
        if owner == id_
    ]
    if rows:
        connection.execute(_LEAD[connection.dialect.name], rows)


def move_points(connection: Connection, changed: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
    """Write the contact points that facts gained and take away those they lost; `changed`: facts before and after, by profile."""
    gained: list[tuple[str, Point]] = []
    lost: list[tuple[str, Point]] = []
    for id_, (before, after) in changed.items():
        old, new = points_of(before), points_of(after)
        gained += [(id_, point) for point in new if point not in old]
        lost += [(id_, point) for point in old if point not in new]
    owners = _owners(connection, {id_ for id_, _ in (*gained, *lost)})
    # A profile that was joined to another leads there: what that one still has itself stays.
    kept = _own_points(connection, {owners[id_] for id_, _ in lost if owners[id_] != id_})
    over = [
        {"b_kind": kind, "b_value": value, "b_profile": owners[id_]}
        for id_, (kind, value) in lost
        if (kind, value) not in kept.get(owners[id_], ())
    ]
    if over:
        connection.execute(_PART, over)
    if gained:
        rows = [{"kind": kind, "value": value, "profile_id": owners[id_]} for id_, (kind, value) in gained]
        connection.execute(_LEAD[connection.dialect.name], rows)


def hand_points_over(connection: Connection, drop: str, keep: str) -> None:
    """What led to one profile leads to the other, to which it has been joined."""
    points = _led_to(connection, drop)
    connection.execute(delete(contact_point).where(contact_point.c.profile_id == drop))
    rows = [{"kind": kind, "value": value, "profile_id": keep} for kind, value in points]
    if rows:
        connection.execute(_LEAD[connection.dialect.name], rows)


def lead_anew(connection: Connection, keep: str, drop: str) -> list[Point]:
    """Two profiles that were one are two again: what leads to each follows from what it says itself, and those joined to it.

    Returns what leads to `drop` and not to `keep`.
    """
    ends = {one: _end(connection, one) for one in (keep, drop)}
    led: dict[str, list[Point]] = {}
    for one, end in ends.items():
        facts = [points_of(said) for said in _said(connection, end)]
        led[one] = list(dict.fromkeys(point for points in facts for point in points))
    for one, end in ends.items():
        stray = [point for point in _led_to(connection, end) if point not in led[one]]
        if stray:
            rows = [{"b_kind": kind, "b_value": value, "b_profile": end} for kind, value in stray]
            connection.execute(_PART, rows)
        if led[one]:
            rows = [{"kind": kind, "value": value, "profile_id": end} for kind, value in led[one]]
            connection.execute(_LEAD[connection.dialect.name], rows)
    return [point for point in led[drop] if point not in led[keep]]


def _led_to(connection: Connection, profile_id: str) -> list[Point]:
    query = select(contact_point.c.kind, contact_point.c.value).where(contact_point.c.profile_id == profile_id)
    return [(row.kind, row.value) for row in connection.execute(query)]


def _end(connection: Connection, profile_id: str) -> str:
    return _owners(connection, [profile_id])[profile_id]


def _said(connection: Connection, profile_id: str) -> list[Mapping[str, Any]]:
    """The facts of a profile and of all that are joined to it, directly or not."""
    waiting, found = [profile_id], []
    while waiting:
        rows = connection.execute(
            select(profile.c.id, profile.c.facts, profile.c.merged_into).where(
                profile.c.id.in_(waiting) | profile.c.merged_into.in_(waiting)
            )
        ).all()
        found += [row.facts for row in rows if row.id in waiting]
        waiting = [row.id for row in rows if row.id not in waiting]
    return found


def _owners(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """For each profile the one its contacts lead to: itself, or the one it was joined to."""
    owners = {id_: id_ for id_ in ids}
    waiting = set(owners.values())
    while waiting:
        rows = connection.execute(
            select(profile.c.id, profile.c.merged_into).where(profile.c.id.in_(waiting), profile.c.merged_into.is_not(None))
        )
        joined: dict[str, str] = {row.id: row.merged_into for row in rows}
        owners = {id_: joined.get(owner, owner) for id_, owner in owners.items()}
        waiting = set(joined.values())
    return owners


def _own_points(connection: Connection, ids: Iterable[str]) -> dict[str, list[Point]]:
    wanted = list(ids)
    if not wanted:
        return {}
    rows = connection.execute(select(profile.c.id, profile.c.facts).where(profile.c.id.in_(wanted)))
    return {row.id: points_of(row.facts) for row in rows}
