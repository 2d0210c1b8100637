"""How somebody becomes known: one door for every proof, whatever it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select, update

from bot.customers.profile import Profile
from bot.customers.recognise import Known, Level, Unknown, recognise_contact
from bot.storage import evidence
from bot.storage.conversations import Standing
from bot.storage.merging import Joined, are_apart, join
from bot.storage.profiles import candidates, profile_from
from bot.storage.schema import conversation
from bot.storage.schema import profile as profiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What somebody has just given for being the person of a profile."""

    kind: str
    """What it is made of: `telegram_contact`, `whatsapp_sender`, `email_code`, `site_token`, `link`, `advisor` ..."""
    level: Level
    detail: Mapping[str, Any] = field(default_factory=dict)
    """For the ledger's sentence. Nothing that opens anything."""
    by: str | None = None
    """The person of the house who decided it."""
    expires_at: datetime | None = None


def recognise(
    connection: Connection, standing: Standing, profile: Profile, proof: Proof, now: datetime, *, spoke: bool = True
) -> Known | Unknown | Joined:
    """Whoever writes in this conversation by its present identity has proved to be the person of `profile`.

    Written down as evidence of that identity. When the person already has a thread, this one is joined to it: `Joined`, and the
    caller leaves everything else to that thread's turn, which hears the same message again. `Unknown("several")` when other
    evidence says that it is somebody else, or a person of the house did: then more is asked for. `Unknown("taken_back")` when a
    person has ended what this very identity had proved, and it comes by itself again.

    `spoke`: whether anything has been said here that goes on; else the person's thread goes on as it stands.
    """
    assert standing.identity_id is not None, "a proof is somebody's"
    if standing.profile_id not in (None, profile.id):
        return Unknown("several")
    if standing.profile_id is None:
        still = _as_it_is(connection, profile)
        if still is None:
            return Unknown("unknown")
        profile = still
    if proof.kind.endswith(evidence.BY_THEMSELVES) and evidence.is_taken_back(connection, standing.identity_id, profile.id):
        return Unknown("taken_back")
    other = holder_of(connection, profile.id, but=standing.id)
    if other is not None and are_apart(connection, other, standing.id):
        return Unknown("several")
    _note(connection, standing, profile.id, proof, now)
    if other is not None:
        why = {**proof.detail, "kind": proof.kind, "level": int(proof.level), "profile": profile.id, "at": now.isoformat()}
        why["identity"], why["channel"] = standing.identity_id, standing.channel
        join(connection, winner=other, loser=standing.id, live=standing.id if spoke else other, why=why, now=now, by=proof.by)
        return Joined(other)
    connection.execute(
        update(conversation)
        .where(conversation.c.id == standing.id)
        .values(profile_id=profile.id, level=max(standing.level, int(proof.level)))
    )
    return Known(profile, Level(max(standing.proven, proof.level)))


def recognise_by_contact(
    connection: Connection,
    standing: Standing,
    *,
    values: Sequence[str],
    own: bool,
    now: datetime,
    kind: Literal["phone", "email"] = "phone",
    by: Literal["contact", "sender"] = "contact",
    expires_at: datetime | None = None,
) -> Known | Unknown | Joined:
    """What a phone number or address tells about the customer of this conversation.

    `values` are its forms, the usual one first. It came on a contact card they shared, or is the sender's own by the platform's
    word (`by`). As `recognise`.
    """
    found = recognise_contact(own=own, candidates=candidates(connection, kind, values) if own else ())
    if isinstance(found, Unknown):
        return found
    proof = Proof(kind=f"{standing.channel}_{by}", level=found.level, detail={kind: values[0]}, expires_at=expires_at)
    return recognise(connection, standing, found.profile, proof, now)


def join_same_sender(connection: Connection, standing: Standing, other: int, now: datetime) -> Joined | None:
    """Join another conversation of the very same sender, begun under another id; None when they are two known people."""
    there = connection.execute(select(conversation.c.profile_id).where(conversation.c.id == other)).scalar()
    if (None not in (there, standing.profile_id) and there != standing.profile_id) or are_apart(connection, other, standing.id):
        return None
    winner, loser = (other, standing.id) if there or not standing.profile_id else (standing.id, other)
    why = {"kind": "sender", "channel": standing.channel, "at": now.isoformat()}
    join(connection, winner=winner, loser=loser, live=standing.id, why=why, now=now)
    return Joined(winner)


def holder_of(connection: Connection, profile_id: str, *, but: int = 0) -> int | None:
    """The conversation of the person this profile is about, when they have one."""
    return connection.execute(
        select(conversation.c.id).where(
            conversation.c.profile_id == profile_id, conversation.c.merged_into.is_(None), conversation.c.id != but
        )
    ).scalar()


def _as_it_is(connection: Connection, person: Profile) -> Profile | None:
    """The profile, or the one it has been joined to, locked: it is joined to no other before this turn is written."""
    named = person.id
    while True:
        row = connection.execute(
            select(profiles.c.merged_into, profiles.c.facts).where(profiles.c.id == named).with_for_update()
        ).first()
        if row is None:
            return None
        if row.merged_into is None:
            return person if named == person.id else profile_from({"first_name": "", "last_name": "", **row.facts, "id": named})
        named = row.merged_into


def _note(connection: Connection, standing: Standing, profile_id: str, proof: Proof, now: datetime) -> None:
    """Write the proof down; one that was given before and still counts only lasts longer."""
    identity_id = standing.identity_id
    assert identity_id is not None
    if evidence.given(connection, identity_id, profile_id, proof.kind, now=now, expires_at=proof.expires_at):
        return
    evidence.give(
        connection,
        conversation_id=standing.id,
        identity_id=identity_id,
        profile_id=profile_id,
        kind=proof.kind,
        level=proof.level,
        now=now,
        by=proof.by,
        detail=proof.detail,
        expires_at=proof.expires_at,
    )
