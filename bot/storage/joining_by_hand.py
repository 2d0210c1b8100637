"""What a person of the house decides: that two conversations are one customer's, or two profiles one person's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.customers.recognise import Level
from bot.customers.sources import EMPTY, Order, Told
from bot.errors import MergeRefused
from bot.storage import evidence
from bot.storage.merging import are_apart, follow, join
from bot.storage.parting import undo
from bot.storage.profile_contacts import hand_points_over, lead_anew
from bot.storage.profile_sources import take
from bot.storage.recognition import holder_of
from bot.storage.schema import apart, conversation, identity, merge, profile, profile_merge
from bot.storage.schema import evidence as proofs

JOINED = "joined"
"""The source of what a profile learnt from those that were joined to it: believed last."""
USUAL = Order()


def join_by_hand(
    connection: Connection, one: int, other: int, *, by: str, why: str, now: datetime, although_apart: bool = False
) -> int:
    """Make two conversations one because somebody says so; returns the number of the ledger's row.

    `although_apart`: also where a person has said before that they are two people. Raises `MergeRefused`: the same already, gone,
    two known people, or kept apart.
    """
    check_joinable(connection, one, other, although_apart=although_apart)
    pair = (apart.c.first_id == min(one, other)) & (apart.c.second_id == max(one, other))
    connection.execute(delete(apart).where(pair))
    query = select(conversation.c.id, conversation.c.profile_id, conversation.c.handled_at).where(
        conversation.c.id.in_((one, other))
    )
    rows = {row.id: row for row in connection.execute(query)}
    winner = next((id_ for id_ in (one, other) if rows[id_].profile_id is not None), min(one, other))
    loser = other if winner == one else one
    if rows[winner].profile_id is not None:
        _vouch(connection, loser, rows[winner].profile_id, by=by, now=now)
    told = {"kind": "advisor", "words": why[:500], "at": now.isoformat()}
    live = _heard_last(rows[winner], rows[loser])
    return join(connection, winner=winner, loser=loser, live=live, why=told, now=now, by=by)


def check_joinable(connection: Connection, one: int, other: int, *, although_apart: bool = False) -> None:
    """Raise `MergeRefused` when these two conversations must stay two."""
    if one == other:
        raise MergeRefused("same", "this is one conversation already")
    rows = connection.execute(
        select(conversation.c.merged_into, conversation.c.profile_id).where(conversation.c.id.in_((one, other)))
    ).all()
    if len(rows) < 2 or any(row.merged_into is not None for row in rows):
        raise MergeRefused("gone", "one of the two has become part of another conversation; reload the page")
    if len({row.profile_id for row in rows} - {None}) > 1:
        raise MergeRefused("two_people", "both are known customers, and not the same; if their profiles are doubles, join those")
    if not although_apart and are_apart(connection, one, other):
        raise MergeRefused("apart", "somebody has said that these are two people; say so again if you know better")


def join_profiles(
    connection: Connection,
    *,
    keep: str,
    drop: str,
    by: str,
    now: datetime,
    why: Mapping[str, Any] | None = None,
    order: Order | None = None,
) -> int:
    """Make two profiles one person's: `drop` is an alias of `keep` for ever, and their conversations become one.

    What `drop` knew fills what `keep` does not know. Returns the number in the ledger of profiles. Raises `MergeRefused`: the
    same, gone, or both proved by somebody, who are two people then.
    """
    if keep == drop:
        raise MergeRefused("same", "this is one profile already")
    query = select(profile).where(profile.c.id.in_(sorted((keep, drop)))).order_by(profile.c.id).with_for_update()
    rows = {row.id: row for row in connection.execute(query)}
    if len(rows) < 2 or any(row.merged_into is not None for row in rows.values()):
        raise MergeRefused("gone", "one of the two profiles is gone or joined to another; reload the page")
    here, there = holder_of(connection, keep), holder_of(connection, drop)
    if here is not None and there is not None:
        _check_two_holders(connection, here, there, keep, drop, now)
    hand_points_over(connection, drop, keep)
    moved: dict[str, Any] = {"conversation": there}
    moved["proofs"] = list(
        connection.execute(
            update(proofs).where(proofs.c.profile_id == drop).values(profile_id=keep).returning(proofs.c.id)
        ).scalars()
    )
    connection.execute(update(profile).where(profile.c.id == drop).values(merged_into=keep, changed_at=now))
    _fill(connection, keep, order, now)
    merge_id = _join_holders(connection, here, there, keep, by=by, now=now) if there is not None else None
    row = {"kept_id": keep, "dropped_id": drop, "why": dict(why or {}), "moved": moved, "merge_id": merge_id, "at": now, "by": by}
    return int(connection.execute(insert(profile_merge).returning(profile_merge.c.id), row).scalar_one())


def part_profiles(connection: Connection, number: int, *, by: str, why: str, now: datetime, order: Order | None = None) -> None:
    """Undo `join_profiles`, and the merge of their conversations with it. Raises `MergeRefused` when there is nothing to undo."""
    row = connection.execute(select(profile_merge).where(profile_merge.c.id == number).with_for_update()).first()
    if row is None or row.undone_at is not None:
        raise MergeRefused("undone" if row is not None else "unknown", "there is nothing to undo; reload the list")
    keep, drop, moved = row.kept_id, row.dropped_id, row.moved
    connection.execute(update(profile).where(profile.c.id == drop).values(merged_into=None, changed_at=now))
    connection.execute(update(proofs).where(proofs.c.id.in_(moved["proofs"])).values(profile_id=drop))
    _fill(connection, keep, order, now)
    theirs = lead_anew(connection, keep, drop)
    since = _give_back_proofs(connection, keep, drop, theirs, row.at)
    if row.merge_id is not None and _still_joined(connection, row.merge_id):
        undo(connection, row.merge_id, by=by, why=why, now=now, of_profiles=True)
    for merge_id in _joined_by(connection, since, keep, row.at):
        undo(connection, merge_id, by=by, why=why, now=now, of_profiles=True)
    homes = {_home(connection, one) for one in since}
    if moved["conversation"] is not None:
        homes.add(follow(connection, moved["conversation"]))
    for home in sorted(homes):
        _known_anew(connection, home, keep, drop, now)
    ended = {"undone_at": now, "undone_by": by, "undone_why": why[:500]}
    connection.execute(update(profile_merge).where(profile_merge.c.id == number).values(ended))


def follow_profile(connection: Connection, profile_id: str) -> str:
    """The profile an older one was joined to (itself when it was not)."""
    while True:
        query = select(profile.c.merged_into).where(profile.c.id == profile_id)
        merged: str | None = connection.execute(query).scalar()
        if merged is None:
            return profile_id
        profile_id = merged


def _check_two_holders(connection: Connection, here: int, there: int, keep: str, drop: str, now: datetime) -> None:
    proven = [
        evidence.proven(connection, _identities(connection, conversation_id), profile_id, now)
        for conversation_id, profile_id in ((here, keep), (there, drop))
    ]
    if min(proven) >= Level.CHANNEL_VERIFIED:
        raise MergeRefused("two_people", "two people have each proved to be one of these two; they stay two")
    if are_apart(connection, here, there):
        raise MergeRefused("apart", "somebody has said that these are two people; join their conversations if you know better")


def _join_holders(connection: Connection, here: int | None, there: int, keep: str, *, by: str, now: datetime) -> int | None:
    """The conversation of the dropped profile is the kept one's from now on."""
    if here is None:
        connection.execute(update(conversation).where(conversation.c.id == there).values(profile_id=keep, touched_at=now))
        return None
    connection.execute(update(conversation).where(conversation.c.id == there).values(profile_id=None))
    query = select(conversation.c.id, conversation.c.handled_at).where(conversation.c.id.in_((here, there)))
    rows = {row.id: row for row in connection.execute(query)}
    why = {"kind": "profiles", "at": now.isoformat()}
    return join(connection, winner=here, loser=there, live=_heard_last(rows[here], rows[there]), why=why, now=now, by=by)


def _heard_last(one: Any, other: Any) -> int:
    later = other.handled_at is not None and (one.handled_at is None or other.handled_at > one.handled_at)
    return int(other.id if later else one.id)


def _vouch(connection: Connection, conversation_id: int, profile_id: str, *, by: str, now: datetime) -> None:
    """An advisor's word: as good as a link, no better."""
    for identity_id in _identities(connection, conversation_id):
        evidence.give(
            connection,
            conversation_id=conversation_id,
            identity_id=identity_id,
            profile_id=profile_id,
            kind="advisor",
            level=Level.LINKED,
            now=now,
            by=by,
        )


def _identities(connection: Connection, conversation_id: int) -> Sequence[int]:
    query = select(identity.c.id).where(identity.c.conversation_id == conversation_id)
    return list(connection.execute(query).scalars())


def _give_back_proofs(
    connection: Connection, keep: str, drop: str, theirs: Sequence[tuple[str, str]], since: datetime
) -> set[int]:
    """What was proved by a number or address of the dropped profile while it was an alias is its own. Returns the identities."""
    rows = connection.execute(select(proofs).where(proofs.c.profile_id == keep, proofs.c.at >= since)).all()
    own = [row for row in rows if any((kind, (row.detail or {}).get(kind)) in theirs for kind in ("phone", "email"))]
    connection.execute(update(proofs).where(proofs.c.id.in_([row.id for row in own])).values(profile_id=drop))
    return {int(row.identity_id) for row in own if row.identity_id is not None}


def _joined_by(connection: Connection, identities: set[int], keep: str, since: datetime) -> list[int]:
    """Merges made since because these identities were taken for the kept person, the latest first."""
    later = select(merge).where(merge.c.at >= since, merge.c.undone_at.is_(None)).order_by(merge.c.id.desc())
    return [
        int(row.id)
        for row in connection.execute(later)
        if row.why.get("profile") == keep and row.why.get("identity") in identities and "before" in row.moved
    ]


def _still_joined(connection: Connection, merge_id: int) -> bool:
    return connection.execute(select(merge.c.undone_at).where(merge.c.id == merge_id)).scalar() is None


def _home(connection: Connection, identity_id: int) -> int:
    return int(connection.execute(select(identity.c.conversation_id).where(identity.c.id == identity_id)).scalar_one())


def _known_anew(connection: Connection, home: int, keep: str, drop: str, now: datetime) -> None:
    """A conversation of the dropped profile is its own again, unless its identities have proved to be the kept one since."""
    whose = connection.execute(select(conversation.c.profile_id).where(conversation.c.id == home)).scalar()
    identities = _identities(connection, home)
    kept, dropped = (evidence.proven(connection, identities, one, now) for one in (keep, drop))
    if whose not in (None, keep) or kept > dropped or holder_of(connection, drop, but=home) is not None:
        return
    named = {"profile_id": drop, "level": int(dropped), "touched_at": now}
    connection.execute(update(conversation).where(conversation.c.id == home).values(named))


def _fill(connection: Connection, keep: str, order: Order | None, now: datetime) -> None:
    """Let a profile know what those that are joined to it know and it does not."""
    facts: dict[str, Any] = {}
    for said in connection.execute(select(profile.c.facts).where(profile.c.merged_into == keep).order_by(profile.c.id)).scalars():
        facts = {**{name: value for name, value in said.items() if name in EMPTY and value}, **facts}
    take(connection, JOINED, [Told(id=keep, facts=facts or None)], order=order, now=now)
