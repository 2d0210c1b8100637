"""Two conversations that are one person's become one; the ledger keeps what is needed to undo it exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, or_, select, update

from bot.dialogue.joining import joined
from bot.dialogue.state import DialogueState
from bot.errors import ClaimLost
from bot.storage import wishes
from bot.storage.schema import (
    apart,
    appointment,
    case,
    challenge,
    conversation,
    delivery,
    evidence,
    identity,
    link,
    media,
    merge,
    message,
    note,
    timer,
    wish,
)

BY_IDENTITY: Sequence[Table] = (message, case, appointment, evidence, challenge, wish)
"""Rows of a conversation that know by which identity they came; one without an identity is known to the ledger alone."""
BESIDE: Sequence[Table] = (media, note, timer)
"""Rows of a conversation that belong to other rows."""
_BEFORE = ("state", "owner", "language", "identity_id", "epoch", "profile_id", "level", "unsure", "handled_at")


@dataclass(frozen=True, slots=True)
class Joined:
    """This conversation has become part of another; what waits is handled there."""

    winner: int


def follow(connection: Connection, conversation_id: int) -> int:
    """The conversation an older one has become part of (itself when it has not)."""
    while True:
        merged = connection.execute(select(conversation.c.merged_into).where(conversation.c.id == conversation_id)).scalar()
        if merged is None:
            return conversation_id
        conversation_id = merged


def are_apart(connection: Connection, one: int, other: int) -> bool:
    """Whether a person has said that these are the conversations of two people."""
    pair = (apart.c.first_id == min(one, other)) & (apart.c.second_id == max(one, other))
    return connection.execute(select(apart.c.at).where(pair)).first() is not None


def join(
    connection: Connection, *, winner: int, loser: int, live: int, why: Mapping[str, Any], now: datetime, by: str | None = None
) -> int:
    """Make two conversations one: everything of the loser's goes to the winner. Returns the number of the ledger's row.

    `live` names the one whose flow goes on (when it has one). The winner's fencing number rises, so a turn under way there is
    dropped and done again on what is now true; what waits in either inbox is handled in the winner. `why` is for the ledger: the
    kind of evidence and what it was about.

    Raises `ClaimLost` when either has changed hands meanwhile, or they turn out to be two known people, or to be kept apart.
    """
    rows = _locked(connection, winner, loser)
    before = {name: _before(rows[id_]) for name, id_ in (("winner", winner), ("loser", loser))}
    moved: dict[str, Any] = {"before": before, **_move(connection, loser, winner)}
    moved["apart"] = _stay_apart(connection, winner, loser)
    other = loser if live == winner else winner
    states = {id_: state_of(row) for id_, row in rows.items()}
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
    row = {"winner_id": winner, "loser_id": loser, "why": dict(why), "moved": moved, "at": now, "by": by}
    number = int(connection.execute(insert(merge).returning(merge.c.id), row).scalar_one())
    wishes.take_stricter(connection, winner, wish_ids=moved["wishes"], merge_id=number, now=now)
    return number


def _locked(connection: Connection, winner: int, loser: int) -> dict[int, Any]:
    assert winner != loser, "a conversation is never joined with itself"
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
    if are_apart(connection, winner, loser):
        raise ClaimLost(
            f"a person has just said that conversations {winner} and {loser} are of two people; the turn is tried again"
        )
    return rows


def _before(row: Any) -> dict[str, Any]:
    kept = {name: getattr(row, name) for name in _BEFORE}
    return {**kept, "handled_at": row.handled_at.isoformat() if row.handled_at else None}


def state_of(row: Any) -> DialogueState:
    """The dialogue of a conversation's row."""
    return DialogueState.from_json(row.state) if row.state else DialogueState(language=row.language)


def _move(connection: Connection, loser: int, winner: int) -> dict[str, Any]:
    """Hand every row over. Returns the identities, and of the other tables the rows that name no identity."""
    here = {"conversation_id": winner}
    moved: dict[str, Any] = {}
    identities = update(identity).where(identity.c.conversation_id == loser).values(here).returning(identity.c.id)
    moved["identities"] = list(connection.execute(identities).scalars())
    for table in BY_IDENTITY:
        rows = connection.execute(
            update(table).where(table.c.conversation_id == loser).values(here).returning(table.c.id, table.c.identity_id)
        ).all()
        moved[str(table.name)] = [row.id for row in rows if row.identity_id is None]
        if table is wish:
            moved["wishes"] = [row.id for row in rows]
    for table in BESIDE:
        ids = connection.execute(update(table).where(table.c.conversation_id == loser).values(here).returning(table.c.id))
        moved[str(table.name)] = list(ids.scalars()) if table is timer else []
    for table in (delivery, link):
        connection.execute(update(table).where(table.c.conversation_id == loser).values(here))
    return moved


def _stay_apart(connection: Connection, winner: int, loser: int) -> list[int]:
    """Whoever was kept apart from the loser is now kept apart from the winner. Returns those who were not yet."""
    rows = connection.execute(select(apart).where(or_(apart.c.first_id == loser, apart.c.second_id == loser))).all()
    others = [(row.first_id if row.second_id == loser else row.second_id, row) for row in rows]
    new = [(other, row) for other, row in others if other != winner and not are_apart(connection, winner, other)]
    for other, row in new:
        keep_apart(connection, winner, other, by=row.by, now=row.at, merge_id=row.merge_id)
    return [other for other, _ in new]


def keep_apart(connection: Connection, one: int, other: int, *, by: str, now: datetime, merge_id: int | None = None) -> None:
    """Nothing joins these two by itself any more."""
    if not are_apart(connection, one, other):
        row = {"first_id": min(one, other), "second_id": max(one, other), "merge_id": merge_id, "at": now, "by": by}
        connection.execute(insert(apart), row)
