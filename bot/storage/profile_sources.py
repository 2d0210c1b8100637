"""What each source says of each profile, and the profile as it follows from them in the declared order.

Whatever changes is written in one transaction: the saying of the source, the combined facts, and the contacts that lead to
the profile. Rows of `profile` are locked first, in the order of their ids, so that two sources that speak at once both count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.customers.sources import EMPTY, Change, Order, Saying, Told, change_by, combined, saying_after
from bot.storage import erased
from bot.storage.profile_contacts import add_points, move_points
from bot.storage.schema import Instant, Json, contact_point, conversation, profile, profile_source
from bot.storage.taken_whole import declared

_SOURCE_KEY = ["profile_id", "source"]


def _over(make: Any) -> Any:
    statement = make(profile_source)
    new = {name: statement.excluded[name] for name in ("facts", "version", "at")}
    return statement.on_conflict_do_update(index_elements=_SOURCE_KEY, set_=new)


_SAY = {"sqlite": _over(sqlite.insert), "postgresql": _over(postgresql.insert)}
_BEGIN = {
    "sqlite": sqlite.insert(profile).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(profile).on_conflict_do_nothing(),
}
_CHANGE = (
    update(profile)
    .where(profile.c.id == bindparam("b_id"))
    .values(facts=bindparam("b_facts", type_=Json), changed_at=bindparam("b_at", type_=Instant))
)


def preview(connection: Connection, source: str, told: Sequence[Told]) -> list[Change]:
    """What taking this would change, entry by entry."""
    ids = [one.id for one in told]
    before, kept_out = _sayings(connection, ids, source), erased.among(connection, ids)
    return [
        Change(id=one.id, outcome="erased") if one.id in kept_out else change_by(one, next(iter(before.get(one.id, ())), None))
        for one in told
    ]


def take(connection: Connection, source: str, told: Sequence[Told], *, order: Order | None = None, now: datetime) -> list[Change]:
    """Write what `source` tells of these profiles, each id once; returns what that changed, entry by entry.

    They are combined by `order`, or else by the one that was declared at the last start.

    Repeated, or older than what the source has told already, nothing is written.
    """
    changes = preview(connection, source, told)
    # Most of what is told again is the same: that costs one reading, and no lock.
    wanted = [one for one, change in zip(told, changes, strict=True) if _writes(one, change)]
    if not wanted:
        return changes
    ids = sorted(one.id for one in wanted)
    facts = _lock(connection, ids)
    # Once more, now that nobody else can erase them: their person may have gone while we waited.
    kept_out = erased.among(connection, ids)
    if kept_out:
        connection.execute(delete(profile).where(profile.c.id.in_(kept_out)))
        facts = {id_: those for id_, those in facts.items() if id_ not in kept_out}
    sayings = _sayings(connection, ids)
    decided: dict[str, Change] = {id_: Change(id=id_, outcome="erased") for id_ in kept_out}
    rows = []
    for one in wanted:
        if one.id in kept_out:
            continue
        said = sayings.setdefault(one.id, [])
        before = next((saying for saying in said if saying.source == source), None)
        decided[one.id] = change_by(one, before)
        after = saying_after(source, one, before, now)
        if after is not None:
            sayings[one.id] = [saying for saying in said if saying is not before] + [after]
            rows.append(_row(one.id, after))
    if rows:
        connection.execute(_SAY[connection.dialect.name], rows)
    _combine(connection, facts, sayings, order or declared(connection), now)
    return [decided.get(change.id, change) for change in changes]


def combine_anew(connection: Connection, *, order: Order, now: datetime, after: str, limit: int) -> str | None:
    """Combine `limit` profiles again, those behind the id `after`; returns the last one's id, None when there are no more.

    A profile from before there were sources becomes what the customer file says.
    """
    ids: list[str] = list(
        connection.execute(select(profile.c.id).where(profile.c.id > after).order_by(profile.c.id).limit(limit)).scalars()
    )
    if not ids:
        return None
    facts = _lock(connection, ids)
    sayings = _sayings(connection, ids)
    old = {id_: Saying(source="file", facts=_said_in(facts[id_]), at=now) for id_ in facts if id_ not in sayings and facts[id_]}
    if old:
        connection.execute(_SAY[connection.dialect.name], [_row(id_, saying) for id_, saying in old.items()])
        sayings |= {id_: [saying] for id_, saying in old.items()}
    _combine(connection, facts, sayings, order, now)
    add_points(connection, {id_: combined(id_, said, order) or {} for id_, said in sayings.items()})
    return ids[-1]


def said_of(connection: Connection, profile_id: str) -> list[Saying]:
    """What every source says of one profile."""
    return _sayings(connection, [profile_id]).get(profile_id, [])


def told_by(connection: Connection, source: str, kind: str, values: Sequence[str]) -> list[str]:
    """The ids of the profiles `source` has told of that a contact leads to."""
    statement = (
        select(contact_point.c.profile_id)
        .join(profile_source, profile_source.c.profile_id == contact_point.c.profile_id)
        .where(
            contact_point.c.kind == kind,
            contact_point.c.value.in_(values),
            profile_source.c.source == source,
            profile_source.c.facts.is_not(None),
        )
        .distinct()
    )
    return sorted(connection.execute(statement).scalars())


def _writes(told: Told, change: Change) -> bool:
    if change.outcome in ("same", "unknown"):
        return told.version is not None  # a later count of the same is kept, so that an older one is known as such
    return change.outcome not in ("older", "mixed", "erased")


def _said_in(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name in EMPTY and value}


def _row(id_: str, saying: Saying) -> dict[str, Any]:
    facts = None if saying.facts is None else dict(saying.facts)
    return {"profile_id": id_, "source": saying.source, "facts": facts, "version": saying.version, "at": saying.at}


def _sayings(connection: Connection, ids: Iterable[str], source: str | None = None) -> dict[str, list[Saying]]:
    statement = select(profile_source).where(profile_source.c.profile_id.in_(list(ids)))
    if source is not None:
        statement = statement.where(profile_source.c.source == source)
    found: dict[str, list[Saying]] = {}
    for id_, name, facts, version, at in connection.execute(statement):
        found.setdefault(id_, []).append(Saying(source=name, facts=facts, at=at, version=version))
    return found


def _lock(connection: Connection, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The facts of these profiles, which are there from now on and changed by nobody else before we are done."""
    connection.execute(_BEGIN[connection.dialect.name], [{"id": id_, "facts": {}} for id_ in ids])
    rows = connection.execute(
        select(profile.c.id, profile.c.facts).where(profile.c.id.in_(ids)).order_by(profile.c.id).with_for_update()
    )
    return {row.id: row.facts for row in rows}


def _combine(
    connection: Connection,
    facts: Mapping[str, Mapping[str, Any]],
    sayings: Mapping[str, Sequence[Saying]],
    order: Order,
    now: datetime,
) -> None:
    """Write what follows from the sayings over the facts as they were."""
    now_facts = {id_: combined(id_, sayings.get(id_, ()), order) for id_ in facts}
    gone = {id_ for id_, now_are in now_facts.items() if now_are is None}
    changed = {id_: now_are for id_, now_are in now_facts.items() if now_are is not None and now_are != facts[id_]}
    if gone:
        _let_go(connection, {id_: facts[id_] for id_ in gone}, now)
    if changed:
        rows = [{"b_id": id_, "b_facts": now_are, "b_at": now} for id_, now_are in changed.items()]
        connection.execute(_CHANGE, rows)
        move_points(connection, {id_: (facts[id_], now_are) for id_, now_are in changed.items()})


def _let_go(connection: Connection, gone: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
    """Profiles that no source has any more. Where a thread or a join knows of one, it stays, empty, to say that it was."""
    ids = sorted(gone)
    move_points(connection, {id_: (before, {}) for id_, before in gone.items()})
    holders = select(conversation.c.profile_id).where(conversation.c.profile_id.in_(ids))
    kept = select(profile.c.merged_into).where(profile.c.merged_into.in_(ids))
    dropped = select(profile.c.id).where(profile.c.id.in_(ids), profile.c.merged_into.is_not(None))
    known = {id_ for query in (holders, kept, dropped) for id_ in connection.execute(query).scalars()}
    connection.execute(delete(profile).where(profile.c.id.in_([id_ for id_ in ids if id_ not in known])))
    if known:
        connection.execute(_CHANGE, [{"b_id": id_, "b_facts": {"id": id_, **EMPTY}, "b_at": now} for id_ in sorted(known)])
