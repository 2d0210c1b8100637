"""The likely doubles: profiles read for the search, its proposals, and what a person decided about each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from bot.customers.doubling.reasons import Reason, kept, read_back, stronger
from bot.customers.profile import Profile
from bot.storage.profiles import profile_from
from bot.storage.schema import doubling_run, likely_double, profile

if TYPE_CHECKING:
    from bot.customers.doubling.search import Likely

State = Literal["open", "accepted", "rejected"]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Double:
    """Two profiles that may be one person's, side by side."""

    id: int
    first: Profile
    second: Profile
    probability: float
    reasons: tuple[Reason, ...]
    """The most telling first; `bot.customers.doubling.in_words` says them."""
    state: State
    found_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    doubles: tuple[Double, ...]
    """The most probable first."""
    next: str | None
    """What to ask for to go on; None at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One search that is over."""

    began_at: datetime
    profiles: int
    compared: int
    found: int
    learnt: Mapping[str, Any] | None = None
    """`Mixture.to_json` of one that compared everything."""


@dataclass(frozen=True, slots=True)
class Read:
    """One profile as the search reads it."""

    profile: Profile
    changed_at: datetime | None


def count_profiles(connection: Connection) -> int:
    """How many profiles there are to read, roughly: aliases are counted, too."""
    return connection.execute(select(func.count()).select_from(profile)).scalar_one()


def profiles_after(connection: Connection, *, after: str, limit: int) -> list[Read]:
    """The next profiles in the order of their ids, aliases and emptied ones left out; none at the end."""
    rows = connection.execute(
        select(profile.c.facts, profile.c.changed_at)
        .where(profile.c.id > after, profile.c.merged_into.is_(None))
        .order_by(profile.c.id)
        .limit(limit)
    )
    return [Read(profile_from(row.facts), row.changed_at) for row in rows if row.facts.get("id")]


def keep_run(connection: Connection, run: Run, *, ended_at: datetime) -> None:
    """Write a search down; those before one that compared everything are over."""
    if run.learnt is not None:
        connection.execute(delete(doubling_run).where(doubling_run.c.began_at < run.began_at))
    row = {"began_at": run.began_at, "ended_at": ended_at, "profiles": run.profiles, "compared": run.compared}
    learnt = None if run.learnt is None else dict(run.learnt)
    connection.execute(insert(doubling_run), row | {"found": run.found, "learnt": learnt})


def last_run(connection: Connection, *, whole: bool = False) -> Run | None:
    """The latest search; with `whole`, the latest that compared everything."""
    wanted = select(doubling_run).order_by(doubling_run.c.id.desc()).limit(1)
    row = connection.execute(wanted.where(doubling_run.c.learnt.is_not(None)) if whole else wanted).first()
    if row is None:
        return None
    return Run(began_at=row.began_at, profiles=row.profiles, compared=row.compared, found=row.found, learnt=row.learnt)


def put_forward(connection: Connection, likely: Sequence[Likely], *, now: datetime) -> int:
    """Propose these pairs, a few hundred at most. Returns how many are newly open.

    One that is open is brought up to date. One a person has judged stays so, unless something strong speaks for it now that
    did not then. One whose profiles are gone or joined meanwhile is left out.
    """
    there = _there(connection, {id_ for one in likely for id_ in (one.first_id, one.second_id)})
    known = _known(connection, [(one.first_id, one.second_id) for one in likely])
    opened = 0
    for one in likely:
        if there.get(one.first_id) and there.get(one.second_id):
            opened += _propose(connection, one, known.get((one.first_id, one.second_id)), now)
    return opened


def _propose(connection: Connection, one: Likely, row: Any, now: datetime) -> bool:
    """Write one pair down, `row` being what is known of it. Whether it is newly open."""
    values: dict[str, Any] = {"probability": one.probability, "reasons": kept(one.reasons)}
    if row is None:
        ids = {"first_id": one.first_id, "second_id": one.second_id}
        connection.execute(insert(likely_double), ids | values | {"state": "open", "found_at": now})
        return True
    judged = row.state != "open"  # and if accepted, parted again: both would not be there otherwise
    if judged and not stronger(read_back(row.reasons), one.reasons):
        return False
    if judged:
        values |= {"state": "open", "found_at": now, "decided_at": None, "decided_by": None}
    elif row.reasons == values["reasons"]:
        return False  # nothing to write: most are as they were
    connection.execute(update(likely_double).where(likely_double.c.id == row.id).values(values))
    return bool(judged)


def withdraw(connection: Connection, *, after: int, limit: int, found: Set[Pair], among: Set[str] | None) -> int | None:
    """Take back open proposals that no longer hold, looking at `limit` rows behind the id `after`.

    `found` are the pairs that do hold; `among` are the profiles that were compared with all (None: everybody). Of profiles that
    are gone nothing is kept, whatever was decided. Returns the last row's id, None when there are no more.
    """
    rows = connection.execute(
        select(likely_double.c.id, likely_double.c.first_id, likely_double.c.second_id, likely_double.c.state)
        .where(likely_double.c.id > after)
        .order_by(likely_double.c.id)
        .limit(limit)
    ).all()
    there = _there(connection, {id_ for row in rows for id_ in (row.first_id, row.second_id)})
    gone, over = [], []
    for row in rows:
        pair = (row.first_id, row.second_id)
        if not there.keys() >= set(pair):
            gone.append(row.id)
        elif not all(there[id_] for id_ in pair) or (pair not in found and (among is None or not among.isdisjoint(pair))):
            over.append(row.id)
    connection.execute(delete(likely_double).where(likely_double.c.id.in_(gone)))
    # What has been decided is remembered; somebody may have decided it since it was read.
    connection.execute(delete(likely_double).where(likely_double.c.id.in_(over), likely_double.c.state == "open"))
    return rows[-1].id if rows else None


def forget(connection: Connection, profile_id: str) -> int:
    """Nothing is known any more of doubles of this profile. Returns how many rows went."""
    mine = or_(likely_double.c.first_id == profile_id, likely_double.c.second_id == profile_id)
    return connection.execute(delete(likely_double).where(mine)).rowcount


def page(connection: Connection, *, state: State = "open", limit: int = 40, after: str | None = None) -> Page:
    """Some of them, the most probable first, behind those of an earlier page."""
    query = (
        select(likely_double)
        .where(likely_double.c.state == state)
        .order_by(likely_double.c.probability.desc(), likely_double.c.id.desc())
    )
    mark = _read_mark(after)
    if mark is not None:
        probability, last = mark
        same = and_(likely_double.c.probability == probability, likely_double.c.id < last)
        query = query.where(or_(likely_double.c.probability < probability, same))
    rows = connection.execute(query.limit(limit + 1)).all()
    shown = rows[:limit]
    facts = _facts(connection, {id_ for row in shown for id_ in (row.first_id, row.second_id)})
    more = f"{shown[-1].probability!r}_{shown[-1].id}" if len(rows) > limit else None
    return Page(doubles=tuple(_double(row, facts) for row in shown), next=more)


def one(connection: Connection, double_id: int) -> Double | None:
    """One of them, whatever was decided."""
    row = connection.execute(select(likely_double).where(likely_double.c.id == double_id)).first()
    return None if row is None else _double(row, _facts(connection, (row.first_id, row.second_id)))


def count_open(connection: Connection) -> int:
    """How many wait for somebody to judge them."""
    wanted = select(func.count()).select_from(likely_double).where(likely_double.c.state == "open")
    return connection.execute(wanted).scalar_one()


def _read_mark(after: str | None) -> tuple[float, int] | None:
    probability, _, last = (after or "").partition("_")
    try:
        return float(probability), int(last)
    except ValueError:
        return None


def _there(connection: Connection, ids: Collection[str]) -> dict[str, bool]:
    """Which of these profiles there are, and whether each is somebody's, not an alias."""
    rows = connection.execute(select(profile.c.id, profile.c.merged_into).where(profile.c.id.in_(sorted(ids))))
    return {row.id: row.merged_into is None for row in rows}


def _known(connection: Connection, pairs: Sequence[Pair]) -> dict[Pair, Any]:
    """The rows there are of these pairs, locked."""
    firsts = sorted({first for first, _ in pairs})
    rows = connection.execute(
        select(likely_double).where(likely_double.c.first_id.in_(firsts)).order_by(likely_double.c.id).with_for_update()
    )
    wanted = set(pairs)
    return {(row.first_id, row.second_id): row for row in rows if (row.first_id, row.second_id) in wanted}


def _facts(connection: Connection, ids: Iterable[str]) -> dict[str, Profile]:
    rows = connection.execute(select(profile.c.id, profile.c.facts).where(profile.c.id.in_(sorted(ids))))
    return {row.id: profile_from(row.facts) for row in rows}


def _double(row: Any, profiles: Mapping[str, Profile]) -> Double:
    first, second = (profiles.get(id_) or Profile(id=id_, first_name="", last_name="") for id_ in (row.first_id, row.second_id))
    return Double(
        id=row.id,
        first=first,
        second=second,
        probability=row.probability,
        reasons=read_back(row.reasons),
        state=row.state,
        found_at=row.found_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )
