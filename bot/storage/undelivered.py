"""What did not reach its customer: failed for good, or held until they write. Listed with the reason, sent again on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, bindparam, case, literal_column, or_, select, update

from bot.storage.schema import conversation, delivery, identity, message

State = Literal["failed", "held"]
STATES: tuple[State, ...] = ("failed", "held")


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """One message that is not with its customer. What it says is not here: lists are read by operators."""

    message: int
    conversation: int
    channel: str
    account: str
    state: State
    author: str
    why: str
    since: datetime
    """When it failed, or began to wait."""
    attempts: int
    maybe_taken: bool
    """The customer may have it all the same: sending it again may repeat it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that is to be sent again."""

    message: int
    conversation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of them; None means whatever."""

    state: State | None = None
    channel: str | None = None
    account: str | None = None


EVERYTHING = Wanted()

# An attempt whose answer was lost, or one that the platform took before it said that it failed.
_maybe_taken = or_(delivery.c.repeats > 0, delivery.c.sent_at.is_not(None))
_COLUMNS = (
    delivery.c.message_id,
    delivery.c.conversation_id,
    delivery.c.channel,
    delivery.c.account,
    delivery.c.state,
    message.c.author,
    delivery.c.why,
    delivery.c.ended_at,
    delivery.c.next_at,
    delivery.c.attempts,
    case((_maybe_taken, 1), else_=0).label("maybe_taken"),
)


def undelivered(
    connection: Connection, wanted: Wanted = EVERYTHING, *, limit: int = 100, before: tuple[datetime, int] | None = None
) -> list[Undelivered]:
    """The latest of them first; `before` goes on after the last one of a former list, its `since` and its `message`."""
    found: list[Any] = []
    for state in STATES:
        if wanted.state in (None, state):
            found += connection.execute(_some(state, wanted, before).limit(limit))
    shown = sorted((_shown(row) for row in found), key=lambda one: (one.since, one.message), reverse=True)
    return shown[:limit]


def _some(state: State, wanted: Wanted, before: tuple[datetime, int] | None) -> Select[Any]:
    query = (
        select(*_COLUMNS)
        .join_from(delivery, message, message.c.id == delivery.c.message_id)
        .where(*_conditions(state, wanted))
        .order_by(delivery.c.ended_at.desc(), delivery.c.message_id.desc())
    )
    if before is not None:
        at, last = before
        earlier = or_(delivery.c.ended_at < at, and_(delivery.c.ended_at == at, delivery.c.message_id < last))
        query = query.where(delivery.c.ended_at <= at, earlier)
    return query


def _conditions(state: State, wanted: Wanted) -> list[Any]:
    # Written out, word for word as in the indexes: SQLite uses a partial index for no other condition.
    conditions: list[Any] = [delivery.c.state == literal_column(f"'{state}'")]
    if state == "held":
        conditions.append(delivery.c.state.in_([literal_column("'failed'"), literal_column("'held'")]))
    if wanted.channel is not None:
        conditions.append(delivery.c.channel == wanted.channel)
    if wanted.account is not None:
        conditions.append(delivery.c.account == wanted.account)
    return conditions


def _shown(row: Any) -> Undelivered:
    return Undelivered(
        message=row.message_id,
        conversation=row.conversation_id,
        channel=row.channel,
        account=row.account,
        state=row.state,
        author=row.author,
        why=row.why or "",
        since=row.ended_at or row.next_at,
        attempts=row.attempts,
        maybe_taken=bool(row.maybe_taken),
    )


_AGAIN = update(delivery).values(
    state="pending",
    attempts=0,
    next_at=bindparam("now", type_=delivery.c.next_at.type),
    ended_at=None,
    why=None,
    repeats=delivery.c.repeats + case((_maybe_taken, 1), else_=0),
    claimed_by=None,
    claimed_until=None,
    # The sender may be known by another id than when it was written.
    recipient=select(identity.c.sender).where(identity.c.id == delivery.c.identity_id).scalar_subquery(),
)


def send_again(connection: Connection, message_id: int, now: datetime) -> Sent | None:
    """Have one message sent again, failed or held; None when it is neither, because it is on its way or there already."""
    again = _AGAIN.where(delivery.c.message_id == message_id, delivery.c.state.in_(STATES))
    return next(iter(_send(connection, again, now)), None)


def send_all_again(connection: Connection, wanted: Wanted, now: datetime, *, limit: int = 10_000) -> list[Sent]:
    """Have everything that failed sent again, of one channel or account; what is held waits for its customers all the same."""
    some = select(delivery.c.message_id).where(*_conditions("failed", wanted)).order_by(delivery.c.ended_at).limit(limit)
    return _send(connection, _AGAIN.where(delivery.c.message_id.in_(some), delivery.c.state == "failed"), now)


def _send(connection: Connection, again: Any, now: datetime) -> list[Sent]:
    rows = connection.execute(again.returning(delivery.c.message_id, delivery.c.conversation_id), {"now": now}).all()
    sent = sorted((Sent(*row) for row in rows), key=lambda one: one.message)
    _touch(connection, sent, now)
    return sent


def _touch(connection: Connection, sent: Sequence[Sent], now: datetime) -> None:
    conversations = sorted({one.conversation for one in sent})
    for start in range(0, len(conversations), 500):
        some = conversation.c.id.in_(conversations[start : start + 500])
        connection.execute(update(conversation).where(some).values(touched_at=now))
