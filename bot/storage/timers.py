"""What must happen later in a conversation: a row that falls due, handled by the same loop as a message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from bot.customers.wishes import PURPOSES, SERVICE
from bot.storage.schema import Instant, timer

HANDOFF = "handoff_timeout"
"""A waiting case's customer must hear that nobody took it."""
STEP_BACK = "step_back"
"""Somebody of the brand answered in the platform's own application: until this falls due the bot is silent."""

_NEXT_TIMER = select(func.min(timer.c.due_at)).where(timer.c.conversation_id == bindparam("conversation"))


def next_timer(connection: Connection, conversation_id: int) -> datetime | None:
    """When the conversation's next timer falls due."""
    return connection.execute(_NEXT_TIMER, {"conversation": conversation_id}).scalar()


_DUE_TIMERS = (
    delete(timer)
    .where(timer.c.conversation_id == bindparam("conversation"), timer.c.due_at <= bindparam("now", type_=Instant))
    .returning(timer.c.id, timer.c.kind, timer.c.data, timer.c.due_at)
)


def take_due(connection: Connection, conversation_id: int, now: datetime) -> list[tuple[str, Mapping[str, Any]]]:
    """Remove the timers of a conversation that fell due, oldest first: (kind, data)."""
    rows = sorted(
        connection.execute(_DUE_TIMERS, {"conversation": conversation_id, "now": now}), key=lambda row: (row[3], row[0])
    )
    return [(row[1], row[2] or {}) for row in rows]


def purpose_of(data: Mapping[str, Any]) -> str:
    """What is said when a timer falls due is for: as its data say (`purpose`), else to serve the customer."""
    purpose = data.get("purpose")
    return purpose if purpose in PURPOSES else SERVICE


def set_timer(
    connection: Connection, conversation_id: int, kind: str, due_at: datetime, data: Mapping[str, Any] | None = None
) -> None:
    """Set a timer of this kind, replacing the former one. `data` may say by `purpose` what for: "reminder", "survey"."""
    drop_timer(connection, conversation_id, kind)
    connection.execute(
        insert(timer), {"conversation_id": conversation_id, "kind": kind, "data": dict(data or {}), "due_at": due_at}
    )


def waits(connection: Connection, conversation_id: int, kind: str) -> bool:
    """Whether a timer of this kind is set."""
    query = select(timer.c.id).where(timer.c.conversation_id == conversation_id, timer.c.kind == kind)
    return connection.execute(query).first() is not None


def drop_timer(connection: Connection, conversation_id: int, kind: str) -> None:
    connection.execute(delete(timer).where(timer.c.conversation_id == conversation_id, timer.c.kind == kind))


def set_again(connection: Connection, conversation_id: int, handoff_due: datetime | None) -> None:
    """Make the timer of a waiting case what the cases of this conversation say now."""
    drop_timer(connection, conversation_id, HANDOFF)
    if handoff_due is not None:
        set_timer(connection, conversation_id, HANDOFF, handoff_due)
