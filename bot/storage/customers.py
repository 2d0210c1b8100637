"""Who the conversations belong to: the evidence for a profile, and joining two threads of one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from bot.customers.recognise import Known, Unknown, recognise_contact
from bot.dialogue.state import DialogueState
from bot.errors import ClaimLost
from bot.storage.conversations import Standing
from bot.storage.profiles import candidates
from bot.storage.schema import (
    appointment,
    case,
    conversation,
    delivery,
    evidence,
    identity,
    media,
    merge,
    message,
    note,
    timer,
)


@dataclass(frozen=True, slots=True)
class Joined:
    """This conversation has become part of another; what waits is handled there."""

    winner: int


def recognise_by_contact(
    connection: Connection,
    standing: Standing,
    *,
    values: Sequence[str],
    own: bool,
    now: datetime,
    kind: Literal["phone", "email"] = "phone",
    by: Literal["contact", "sender"] = "contact",
) -> Known | Unknown | Joined:
    """What a phone number or address tells about the customer of this conversation, written down as evidence.

    `values` are its forms, the usual one first. It came on a contact card they shared, or is the sender's own by the platform's
    word (`by`).

    When the person already has a thread, this one is joined to it and the caller leaves what waits to that thread's turn.
    """
    found = recognise_contact(own=own, candidates=candidates(connection, kind, values) if own else ())
    if isinstance(found, Unknown):
        return found
    if standing.profile_id not in (None, found.profile.id):
        return Unknown("several")  # stronger evidence says it is somebody else; a person must judge that
    other = connection.execute(
        select(conversation.c.id).where(
            conversation.c.profile_id == found.profile.id,
            conversation.c.merged_into.is_(None),
            conversation.c.id != standing.id,
        )
    ).scalar()
    if other is not None:
        join(
            connection,
            winner=other,
            loser=standing.id,
            live=standing.id,
            why={"kind": by, "profile": found.profile.id},
            now=now,
        )
        return Joined(other)
    if standing.profile_id is None or standing.proven < found.level:
        connection.execute(
            update(conversation)
            .where(conversation.c.id == standing.id)
            .values(profile_id=found.profile.id, level=max(standing.level, int(found.level)))
        )
        connection.execute(update(identity).where(identity.c.id == standing.identity_id).values(level=int(found.level)))
        connection.execute(
            insert(evidence),
            {
                "conversation_id": standing.id,
                "identity_id": standing.identity_id,
                "profile_id": found.profile.id,
                "kind": f"{standing.channel}_{by}",
                "level": int(found.level),
                "detail": {kind: values[0]},
                "at": now,
            },
        )
    return found


def join_same_sender(connection: Connection, standing: Standing, other: int, now: datetime) -> Joined | None:
    """Join another conversation of the very same sender, begun under another id; None when they are two known people."""
    there = connection.execute(select(conversation.c.profile_id).where(conversation.c.id == other)).scalar()
    if None not in (there, standing.profile_id) and there != standing.profile_id:
        return None
    winner, loser = (other, standing.id) if there or not standing.profile_id else (standing.id, other)
    join(connection, winner=winner, loser=loser, live=standing.id, why={"kind": "sender"}, now=now)
    return Joined(winner)


def follow(connection: Connection, conversation_id: int) -> int:
    """The conversation an older one has become part of (itself when it has not)."""
    while True:
        merged = connection.execute(select(conversation.c.merged_into).where(conversation.c.id == conversation_id)).scalar()
        if merged is None:
            return conversation_id
        conversation_id = merged


def join(connection: Connection, *, winner: int, loser: int, live: int, why: Mapping[str, Any], now: datetime) -> None:
    """Make two conversations one: the loser's identities, messages, cases, appointments and timers go to the winner.

    `live` names the one whose flow goes on (when it has one). The winner's fencing number rises, so a turn under way there is
    dropped and done again on what is now true; what waits in either inbox is handled in the winner. The ledger row keeps what
    moved.
    """
    rows = {
        row.id: row
        for row in connection.execute(
            select(conversation).where(conversation.c.id.in_((winner, loser))).order_by(conversation.c.id).with_for_update()
        )
    }
    # Found before the rows were locked: another process may have joined one of them elsewhere, or recognised somebody, since.
    if any(row.merged_into is not None for row in rows.values()):
        raise ClaimLost(f"conversation {winner} or {loser} has just become part of another; the turn is tried again")
    if len({row.profile_id for row in rows.values()} - {None}) > 1:
        raise ClaimLost(f"conversations {winner} and {loser} have just turned out to be two people; the turn is tried again")
    states = {
        key: DialogueState.from_json(row.state) if row.state else DialogueState(language=row.language)
        for key, row in rows.items()
    }
    moved: dict[str, Any] = {"loser_state": rows[loser].state, "winner_state": rows[winner].state}
    for table in (identity, message, media, case, appointment, timer, note, evidence):
        ids = connection.execute(
            update(table).where(table.c.conversation_id == loser).values(conversation_id=winner).returning(table.c.id)
        ).scalars()
        moved[f"{table.name}"] = list(ids)  # a plain str: SQLAlchemy names are a subclass
    connection.execute(update(delivery).where(delivery.c.conversation_id == loser).values(conversation_id=winner))
    other = loser if live == winner else winner
    first, second = (live, other) if states[live].stack or not states[other].stack else (other, live)
    state = joined(states[first], states[second])
    timers = [row.timer_at for row in rows.values() if row.timer_at is not None]
    connection.execute(
        update(conversation)
        .where(conversation.c.id == loser)
        .values(
            merged_into=winner, due_at=None, timer_at=None, claimed_by=None, claimed_until=None, fence=conversation.c.fence + 1
        )
    )
    connection.execute(
        update(conversation)
        .where(conversation.c.id == winner)
        .values(
            state=state.to_json(),
            owner=state.owner,
            language=state.language,
            identity_id=rows[live].identity_id or rows[other].identity_id,
            epoch=max(row.epoch for row in rows.values()),
            profile_id=rows[winner].profile_id or rows[loser].profile_id,
            level=max(row.level for row in rows.values()),
            unsure=rows[live].unsure,
            timer_at=min(timers) if timers else None,
            due_at=now,
            claimed_by=None,
            claimed_until=None,
            fence=conversation.c.fence + 1,
            handled_at=max((row.handled_at for row in rows.values() if row.handled_at), default=None),
            touched_at=now,
        )
    )
    connection.execute(insert(merge), {"winner_id": winner, "loser_id": loser, "why": dict(why), "moved": moved, "at": now})


def joined(live: DialogueState, other: DialogueState) -> DialogueState:
    """One dialogue from two: the live one goes on, knowing what the other had learnt; a person who is speaking keeps speaking."""
    ranks = ("bot", "queue", "store", "advisor")
    return replace(
        live,
        slots={**other.slots, **live.slots},
        owner=max(live.owner, other.owner, key=ranks.index),
        paused=live.paused or other.paused,
        greeted=live.greeted or other.greeted,
    )
