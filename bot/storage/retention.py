"""Letting go of customers' data whose time is over, kind by kind and in small pieces.

Each kind is found by reading on from a place (`due`), apart from the transaction that lets go of what was found (`let_go`) and
looks once more: somebody may have taken the case up again meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, or_, select, update

from bot.storage import erasing
from bot.storage.schema import (
    IS_OPEN,
    appointment,
    appointment_cell,
    audit,
    case,
    challenge,
    conversation,
    delivery,
    evidence,
    media,
    media_content,
    merge,
    message,
    note,
    profile_merge,
    public_message,
    unreadable,
)

LOOKED_AT = 2_000
"""Rows looked at in one go when what is over is searched for."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is over among some rows."""

    ids: tuple[int, ...]
    next: int | None
    """Where to go on; None when everything was looked at."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of data with a time of its own."""

    name: str
    """As `brand.yml` has it, without `_days`."""
    table: Table
    over: Callable[[datetime], ColumnElement[bool]]
    """Whether a row's time was over by an instant."""
    forget: Callable[[Connection, Sequence[int]], int]
    """Let go of these rows; returns how many those were."""
    most: int = 200
    """Rows let go of in one transaction."""


def due(connection: Connection, kind: Kind, *, before: datetime, after: int, looked_at: int = LOOKED_AT) -> Found:
    """What is over among the next rows behind the number `after`."""
    number = kind.table.c.id
    last = select(number).where(number > after).order_by(number).limit(looked_at).subquery()
    until = connection.execute(select(func.max(last.c.id))).scalar()
    if until is None:
        return Found((), None)
    query = select(number).where(number > after, number <= until, kind.over(before)).order_by(number)
    return Found(tuple(connection.execute(query).scalars()), int(until))


def let_go(connection: Connection, kind: Kind, ids: Sequence[int], *, before: datetime) -> int:
    """Let go of these rows, of those that are still over; returns how many those were."""
    query = select(kind.table.c.id).where(kind.table.c.id.in_(ids), kind.over(before))
    still = connection.execute(query).scalars().all()
    return kind.forget(connection, still) if still else 0


def _deleted(table: Table) -> Callable[[Connection, Sequence[int]], int]:
    def forget(connection: Connection, ids: Sequence[int]) -> int:
        return connection.execute(delete(table).where(table.c.id.in_(ids))).rowcount

    return forget


def _messages_over(before: datetime) -> ColumnElement[bool]:
    in_hand = exists().where(case.c.conversation_id == message.c.conversation_id, IS_OPEN)
    on_its_way = exists().where(delivery.c.message_id == message.c.id, delivery.c.state.in_(("pending", "sending", "held")))
    return and_(message.c.received_at <= before, message.c.handled_at.is_not(None), ~in_hand, ~on_its_way)


def _forget_messages(connection: Connection, ids: Sequence[int]) -> int:
    # The very last number stays taken: SQLite would give it again, and who asks for "what came after it" would miss that.
    last = connection.execute(select(func.max(message.c.id))).scalar()
    ids = [id_ for id_ in ids if id_ != last]
    files = connection.execute(select(media.c.id).where(media.c.message_id.in_(ids))).scalars().all()
    connection.execute(delete(media_content).where(media_content.c.media_id.in_(files)))
    connection.execute(delete(media).where(media.c.id.in_(files)))
    connection.execute(delete(delivery).where(delivery.c.message_id.in_(ids)))
    return connection.execute(delete(message).where(message.c.id.in_(ids))).rowcount


def _media_over(before: datetime) -> ColumnElement[bool]:
    came = select(message.c.received_at).where(message.c.id == media.c.message_id).scalar_subquery()
    return and_(media.c.state == "kept", came <= before)


def _forget_media(connection: Connection, ids: Sequence[int]) -> int:
    connection.execute(delete(media_content).where(media_content.c.media_id.in_(ids)))
    gone: dict[str, Any] = {"state": "refused", "why": "kept_no_longer", "size": None}
    return connection.execute(update(media).where(media.c.id.in_(ids)).values(gone)).rowcount


def _forget_traces(connection: Connection, ids: Sequence[int]) -> int:
    return connection.execute(update(message).where(message.c.id.in_(ids)).values(trace=None)).rowcount


def _anonymous_over(before: datetime) -> ColumnElement[bool]:
    # Nobody's any more: an open case, an appointment to come or something that waits keeps it.
    in_hand = exists().where(case.c.conversation_id == conversation.c.id, IS_OPEN)
    awaited = exists().where(
        appointment.c.conversation_id == conversation.c.id, appointment.c.status == "booked", appointment.c.starts_at > before
    )
    known = or_(conversation.c.profile_id.is_not(None), conversation.c.merged_into.is_not(None))
    return and_(conversation.c.touched_at <= before, ~known, conversation.c.due_at.is_(None), ~in_hand, ~awaited)


def _nothing(_connection: Connection, _ids: Sequence[int]) -> int:
    return 0


def _states_over(before: datetime) -> ColumnElement[bool]:
    in_hand = exists().where(case.c.conversation_id == conversation.c.id, IS_OPEN)
    idle = and_(conversation.c.touched_at <= before, conversation.c.due_at.is_(None), conversation.c.owner == "bot", ~in_hand)
    return and_(idle, conversation.c.state != "")


def _forget_states(connection: Connection, ids: Sequence[int]) -> int:
    """What they had told us; they are still known, and begin anew."""
    return connection.execute(update(conversation).where(conversation.c.id.in_(ids)).values(state="", handled_at=None)).rowcount


def _forget_ledger(connection: Connection, ids: Sequence[int]) -> int:
    """What both were like before: the line stays, and can be undone no more."""
    return connection.execute(update(merge).where(merge.c.id.in_(ids)).values(moved={})).rowcount


def _proofs_over(before: datetime) -> ColumnElement[bool]:
    return or_(evidence.c.expires_at <= before, evidence.c.revoked_at <= before)


def _forget_appointments(connection: Connection, ids: Sequence[int]) -> int:
    connection.execute(delete(appointment_cell).where(appointment_cell.c.appointment_id.in_(ids)))
    return connection.execute(delete(appointment).where(appointment.c.id.in_(ids))).rowcount


def forget_stranger(connection: Connection, conversation_id: int, *, before: datetime, now: datetime) -> str | None:
    """Begin to erase somebody nobody knows (`erasing.step` and `end` go on); None when they have come back, or are known."""
    still = select(conversation.c.id).where(conversation.c.id == conversation_id, _anonymous_over(before)).with_for_update()
    if connection.execute(still).first() is None:
        return None
    keeps = erasing.Keeps(backups=timedelta(0), unreadable=timedelta(0))
    return erasing.begin(connection, conversation_id=conversation_id, by="", now=now, keeps=keeps, asked=False).number


ANONYMOUS = Kind("anonymous", conversation, _anonymous_over, _nothing)
"""Whole persons: they are erased, see `bot.storage.erasing`."""
KINDS: tuple[Kind, ...] = (
    Kind("media", media, _media_over, _forget_media, most=4),  # each may be as large as twenty transactions
    Kind("messages", message, _messages_over, _forget_messages),
    Kind("messages", conversation, _states_over, _forget_states),
    Kind("messages", merge, lambda before: and_(merge.c.at <= before, merge.c.moved != {}), _forget_ledger),
    Kind("messages", profile_merge, lambda before: profile_merge.c.undone_at <= before, _deleted(profile_merge)),
    Kind("traces", message, lambda before: and_(message.c.received_at <= before, message.c.trace.is_not(None)), _forget_traces),
    Kind("appointments", appointment, lambda before: appointment.c.starts_at <= before, _forget_appointments),
    Kind("ended_cases", case, lambda before: case.c.ended_at <= before, _deleted(case)),
    Kind("ended_cases", note, lambda before: note.c.at <= before, _deleted(note)),
    Kind("codes", challenge, lambda before: challenge.c.created_at <= before, _deleted(challenge)),
    Kind("proofs", evidence, _proofs_over, _deleted(evidence)),
    Kind("public", public_message, lambda before: public_message.c.at <= before, _deleted(public_message)),
    Kind("audit", audit, lambda before: audit.c.at <= before, _deleted(audit)),
)
"""In this order: files before the messages they came with."""


def unreadable_before(connection: Connection, before: datetime) -> int:
    """How many unreadable updates are that old; the hourly clearing up lets go of those."""
    query = select(func.count()).select_from(unreadable).where(unreadable.c.received_at <= before)
    return connection.execute(query).scalar_one()


def limits(days: Mapping[str, int], now: datetime) -> dict[str, datetime]:
    """For each kind of a brand's rules (`messages_days`, ...) the instant before which it is over."""
    return {name.removesuffix("_days"): now - timedelta(days=number) for name, number in days.items()}
