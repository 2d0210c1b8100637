"""Proofs that somebody is the person of a profile: given once, never changed, at an end by their date or a person's word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, bindparam, func, insert, or_, select, update

from bot.customers.recognise import Level
from bot.storage.prepared import Prepared
from bot.storage.schema import evidence, link

LINK = "link"
"""The kind of what a one-time link says; its `detail` names the identity that made it (`made_by`)."""


def live(at: Any) -> ColumnElement[bool]:
    """That a row counts at this instant (a datetime, or a parameter that will be one)."""
    return evidence.c.revoked_at.is_(None) & or_(evidence.c.expires_at.is_(None), evidence.c.expires_at > at)


CUSTOMER, CUSTOMER_FILE = "customer", "customer_file"
"""Who ends a proof besides the house's people: whoever gave it, and what the brand knows when it says otherwise."""

BY_THEMSELVES = ("_sender", "_contact", "link")
"""Ends of the kinds that come again with the next message, card or tap; codes, tokens and a person's word do not."""

_proves = evidence.c.level >= int(Level.LINKED)
"""That a row is worth more than somebody's word, which opens nothing and keeps nothing open."""


def strongest(identity: ColumnElement[int], profile: ColumnElement[str | None], at: Any) -> ScalarSelect[int]:
    """The level an identity of another table's row has proved for a profile, as part of a larger query; null for none."""
    return (
        select(func.max(evidence.c.level))
        .where(evidence.c.identity_id == identity, evidence.c.profile_id == profile, _proves, live(at))
        .correlate_except(evidence)
        .scalar_subquery()
    )


def vouched_until(
    identity_id: ColumnElement[int], channel: ColumnElement[str], profile: ColumnElement[str | None], at: Any
) -> Any:
    """Until when the platform's word for an identity's own number counts, as part of a larger query; null for never."""
    rows = (evidence.c.identity_id == identity_id, evidence.c.profile_id == profile, evidence.c.kind == channel + "_sender")
    return select(func.max(evidence.c.expires_at)).where(*rows, live(at)).correlate_except(evidence).scalar_subquery()


def give(
    connection: Connection,
    *,
    conversation_id: int,
    identity_id: int | None,
    profile_id: str,
    kind: str,
    level: Level,
    now: datetime,
    by: str | None = None,
    detail: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Write a proof down and return its number. `detail` must hold nothing that opens anything."""
    row = {
        "conversation_id": conversation_id,
        "identity_id": identity_id,
        "profile_id": profile_id,
        "kind": kind,
        "level": int(level),
        "detail": dict(detail or {}) or None,
        "by": by,
        "at": now,
        "expires_at": expires_at,
    }
    return int(connection.execute(insert(evidence).returning(evidence.c.id), row).scalar_one())


def proven(connection: Connection, identities: Sequence[int], profile_id: str, now: datetime) -> Level:
    """The strongest level any of these identities has proved for this profile, and that still counts."""
    found = connection.execute(
        select(func.max(evidence.c.level)).where(
            evidence.c.identity_id.in_(identities), evidence.c.profile_id == profile_id, _proves, live(now)
        )
    ).scalar()
    return Level(found or 0)


def given(
    connection: Connection, identity_id: int, profile_id: str, kind: str, *, now: datetime, expires_at: datetime | None
) -> bool:
    """Whether this very proof was given before and still counts; from now on it counts until `expires_at`."""
    same = (evidence.c.identity_id == identity_id, evidence.c.profile_id == profile_id, evidence.c.kind == kind)
    return connection.execute(update(evidence).where(*same, live(now)).values(expires_at=expires_at)).rowcount > 0


_ENDS = Prepared(
    select(evidence.c.expires_at).where(
        evidence.c.identity_id == bindparam("identity"),
        evidence.c.kind == bindparam("kind"),
        evidence.c.revoked_at.is_(None),
    )
)


def lapsed(connection: Connection, identity_id: int, kind: str, now: datetime) -> bool:
    """Whether this identity once gave such a proof, and it has run out since."""
    ends = [row[0] for row in _ENDS.all(connection, {"identity": identity_id, "kind": kind})]
    return bool(ends) and all(end is not None and end <= now for end in ends)


def over(connection: Connection, identity_id: int, profile_id: str, now: datetime) -> bool:
    """Whether this identity has proved to be the person of this profile before, and none of it counts any more."""
    rows = select(live(now)).where(evidence.c.identity_id == identity_id, evidence.c.profile_id == profile_id, _proves)
    counts = list(connection.execute(rows).scalars())
    return bool(counts) and not any(counts)


def is_taken_back(connection: Connection, identity_id: int, profile_id: str) -> bool:
    """Whether somebody of the house has ended what a platform or a link said of this identity, and nothing better came since."""
    rows = connection.execute(
        select(evidence.c.kind, evidence.c.at, evidence.c.revoked_at, evidence.c.revoked_by).where(
            evidence.c.identity_id == identity_id, evidence.c.profile_id == profile_id, _proves
        )
    ).all()
    by_itself = [row for row in rows if row.kind.endswith(BY_THEMSELVES)]
    ended = [row.revoked_at for row in by_itself if row.revoked_by not in (None, CUSTOMER, CUSTOMER_FILE)]
    return bool(ended) and not any(row.at > max(ended) and row.revoked_at is None for row in rows if row not in by_itself)


def end_claims(connection: Connection, identity_id: int | None, profile_id: str, now: datetime) -> None:
    """Let what this identity has only said of itself be over: it has proved it since."""
    said = (evidence.c.identity_id == identity_id, evidence.c.profile_id == profile_id, ~_proves, live(now))
    connection.execute(update(evidence).where(*said).values(expires_at=now))


def revoke(
    connection: Connection, *, identities: Sequence[int], profile_id: str | None, now: datetime, by: str
) -> tuple[int, ...]:
    """End what these identities have proved, for one profile or (None) for any. Returns the numbers of the proofs.

    What others know by links of theirs ends with it, and links that nobody has opened yet open nothing any more.
    """
    counts = (evidence.c.revoked_at.is_(None), *(() if profile_id is None else (evidence.c.profile_id == profile_id,)))
    query = update(evidence).where(*counts).values(revoked_at=now, revoked_by=by)
    linked = connection.execute(
        select(evidence.c.id, evidence.c.identity_id, evidence.c.detail).where(
            *counts, evidence.c.kind == LINK, evidence.c.profile_id.in_(_profiles_of(connection, identities))
        )
    ).all()
    ended = list(connection.execute(query.where(evidence.c.identity_id.in_(identities)).returning(evidence.c.id)).scalars())
    makers: set[int] = set(identities)
    while following := [row for row in linked if row.id not in ended and (row.detail or {}).get("made_by") in makers]:
        numbers = [row.id for row in following]
        connection.execute(query.where(evidence.c.id.in_(numbers)))
        ended += numbers
        makers |= {row.identity_id for row in following}
    end_links(connection, sorted(makers), now)
    return tuple(ended)


def end_links(connection: Connection, identities: Sequence[int], now: datetime) -> None:
    """Nobody comes by a one-time link of these identities any more."""
    open_ = (link.c.identity_id.in_(identities), link.c.used_at.is_(None), link.c.expires_at > now)
    connection.execute(update(link).where(*open_).values(expires_at=now))


def ends(connection: Connection, identity_id: int, profile_id: str, now: datetime) -> datetime | None:
    """When the last of what this identity has proved for this profile, and still counts, runs out; None for never."""
    rows = select(evidence.c.expires_at).where(
        evidence.c.identity_id == identity_id,
        evidence.c.profile_id == profile_id,
        evidence.c.level >= int(Level.LINKED),
        live(now),
    )
    found = list(connection.execute(rows).scalars())
    return None if None in found else max((end for end in found if end is not None), default=now)


def _profiles_of(connection: Connection, identities: Sequence[int]) -> Sequence[str]:
    rows = select(evidence.c.profile_id).where(evidence.c.identity_id.in_(identities), evidence.c.profile_id.is_not(None))
    return list(connection.execute(rows.distinct()).scalars())
