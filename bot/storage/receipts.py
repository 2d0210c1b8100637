"""What platforms tell afterwards of messages of ours: noted in the ledger, in whatever order and however often it is told.

A row never goes backwards: read implies delivered, and what was delivered has not failed. What is told by a message's own key
also settles one whose answer was lost, so that it is not sent again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from bot.errors import CustomerGone, OutsideWindow, TryLater
from bot.messages import Receipt, key_of
from bot.storage.prepared import Prepared
from bot.storage.schema import Instant, conversation, delivery, identity

MOST_ATTEMPTS = 5
"""Attempts after which a message that the platform takes and then cannot deliver is given up: each may have cost money."""
FIRST_WAIT = timedelta(seconds=60)
LOOK_BACK = timedelta(days=7)
"""How far back "everything until then was delivered" is taken to reach."""
_SILENT = "the platform did not say why"


@dataclass(frozen=True, slots=True)
class Noted:
    """What a body's receipts changed."""

    conversations: frozenset[int]
    """In which something is shown differently now."""
    unknown: int = 0
    """Receipts about nothing we know: of another program's messages, or of one whose sending is not written down yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the ledger, as far as receipts change it."""

    state: str
    attempts: int
    provider_id: str | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    ended_at: datetime | None = None
    next_at: datetime | None = None
    why: str | None = None


def after(entry: Entry, receipt: Receipt, now: datetime) -> Entry:
    """The row as it stands once `receipt` is known; the very same when that changes nothing. Pure."""
    part = key_of(receipt.key) != receipt.key
    if part and receipt.provider_id and receipt.provider_id == entry.provider_id:
        part = False  # the last part: with it everything was taken
    if receipt.state == "failed":
        return _failed(entry, receipt, now, part=part)
    if part:
        return entry  # the other parts may still be missing
    if receipt.state == "sent":
        return _sent(entry, receipt)
    return replace(
        entry,
        state="sent",
        provider_id=entry.provider_id or receipt.provider_id or None,
        sent_at=entry.sent_at or receipt.at,
        delivered_at=min(entry.delivered_at or receipt.at, receipt.at),
        read_at=min(entry.read_at or receipt.at, receipt.at) if receipt.state == "read" else entry.read_at,
        ended_at=None,
        why=None,
    )


def _sent(entry: Entry, receipt: Receipt) -> Entry:
    """The platform has it: news only of an attempt whose answer was lost, or is still on its way."""
    if entry.state not in ("pending", "sending") or _known_failed(entry, receipt):
        return entry
    return replace(
        entry,
        state="sent",
        provider_id=receipt.provider_id or entry.provider_id,
        sent_at=receipt.at,
        ended_at=None,
        why=None,
    )


def _failed(entry: Entry, receipt: Receipt, now: datetime, *, part: bool) -> Entry:
    if entry.delivered_at is not None or entry.state not in ("pending", "sending", "sent"):
        return entry
    if receipt.provider_id and entry.provider_id and receipt.provider_id != entry.provider_id and not part:
        return entry  # an earlier attempt's
    if part:
        if entry.state != "sent":
            return entry  # the call that sends the parts is not over: it tells by itself
        failure = receipt.failure or _SILENT
        why = f"part {receipt.key.rpartition('/')[2]} did not arrive: {failure}"
        # The other parts may have arrived: a person decides whether all are sent again.
        state = "held" if isinstance(receipt.failure, OutsideWindow) else "failed"
        return replace(entry, state=state, ended_at=now, why=why)
    if entry.state == "sending" and entry.attempts > 1:
        return entry  # an earlier attempt's, or this one's, which tells by itself
    if _known_failed(entry, receipt):
        return entry
    known = replace(
        entry,
        provider_id=receipt.provider_id or entry.provider_id,
        sent_at=entry.sent_at or receipt.at,
        ended_at=now,
        why=str(receipt.failure or _SILENT),
    )
    if isinstance(receipt.failure, OutsideWindow):
        return replace(known, state="held")
    if isinstance(receipt.failure, TryLater):
        if entry.attempts >= MOST_ATTEMPTS:
            return replace(known, state="failed", why=f"given up after {entry.attempts} attempts: {known.why}")
        wait = receipt.failure.wait
        pause = FIRST_WAIT * 2**entry.attempts if wait is None else timedelta(seconds=wait)
        return replace(known, state="pending", ended_at=None, next_at=now + pause)
    return replace(known, state="failed")


def _known_failed(entry: Entry, receipt: Receipt) -> bool:
    """Whether the attempt this is about is already known to have failed, and another is to follow."""
    # A row that waits after an attempt nobody knows the outcome of has no `sent_at`.
    waits_again = entry.state in ("pending", "sending") and entry.sent_at is not None
    return waits_again and receipt.provider_id in ("", entry.provider_id)


_FIELDS = (
    delivery.c.message_id,
    delivery.c.conversation_id,
    delivery.c.identity_id,
    delivery.c.state,
    delivery.c.attempts,
    delivery.c.provider_id,
    delivery.c.sent_at,
    delivery.c.delivered_at,
    delivery.c.read_at,
    delivery.c.ended_at,
    delivery.c.next_at,
    delivery.c.why,
)
_ROW = (
    select(*_FIELDS)
    .where(delivery.c.channel == bindparam("channel"), delivery.c.account == bindparam("account"))
    .with_for_update()
)
_BY_KEY = Prepared(_ROW.where(delivery.c.key == bindparam("key")))
_BY_ID = Prepared(_ROW.where(delivery.c.provider_id == bindparam("provider_id"), delivery.c.read_at.is_(None)))
_CHANGE = Prepared(
    update(delivery)
    .where(delivery.c.message_id == bindparam("b_message"))
    .values(
        state=bindparam("b_state"),
        provider_id=bindparam("b_provider_id"),
        sent_at=bindparam("b_sent_at", type_=Instant),
        delivered_at=bindparam("b_delivered_at", type_=Instant),
        read_at=bindparam("b_read_at", type_=Instant),
        ended_at=bindparam("b_ended_at", type_=Instant),
        next_at=bindparam("b_next_at", type_=Instant),
        why=bindparam("b_why"),
        # Nobody's any more: a call that is still under way has nothing to add.
        claimed_by=None,
        claimed_until=None,
    )
)
_BLOCK = Prepared(
    update(identity)
    .where(identity.c.id == bindparam("b_identity"), identity.c.blocked_at.is_(None))
    .values(blocked_at=bindparam("b_now", type_=Instant))
)
_TOUCH = Prepared(
    update(conversation)
    .where(conversation.c.id == bindparam("b_conversation"))
    .values(touched_at=bindparam("b_now", type_=Instant))
)

_at = bindparam("b_at", type_=Instant)
_until = (
    update(delivery)
    .where(
        delivery.c.identity_id.in_(
            select(identity.c.id).where(
                identity.c.channel == bindparam("b_channel"),
                identity.c.account == bindparam("b_account"),
                identity.c.sender == bindparam("b_sender"),
            )
        ),
        delivery.c.provider_id.is_not(None),
        delivery.c.read_at.is_(None),
        delivery.c.sent_at <= _at,
        delivery.c.state == "sent",
    )
    .returning(delivery.c.conversation_id)
)
_WATERMARKS = {
    "read": Prepared(_until.values(read_at=_at, delivered_at=func.coalesce(delivery.c.delivered_at, _at))),
    "delivered": Prepared(
        _until.where(delivery.c.delivered_at.is_(None), delivery.c.sent_at >= bindparam("b_from", type_=Instant)).values(
            delivered_at=_at
        )
    ),
}


def note(connection: Connection, receipts: Iterable[Receipt], now: datetime) -> Noted:
    """Write down what became of messages of ours. Told twice, late or of messages nobody knows, it does no harm.

    A receipt finds its message by our key (also the key of one of its parts), else by the platform's id, else it is about
    everything its recipient was sent until then.
    """
    changed: set[int] = set()
    unknown = 0
    for receipt in receipts:
        if not receipt.key and not receipt.provider_id:
            changed.update(_note_until(connection, receipt))
            continue
        rows = _rows_of(connection, receipt)
        unknown += not rows
        for row in rows:
            changed.update(_note_one(connection, row, receipt, now))
    return Noted(frozenset(changed), unknown)


def _rows_of(connection: Connection, receipt: Receipt) -> list[tuple[Any, ...]]:
    here = {"channel": receipt.channel, "account": receipt.account}
    rows: list[tuple[Any, ...]] = []
    if receipt.key:
        rows = _BY_KEY.all(connection, {**here, "key": key_of(receipt.key)})
    if not rows and receipt.provider_id:
        rows = _BY_ID.all(connection, {**here, "provider_id": receipt.provider_id})
    return rows


def _note_one(connection: Connection, row: tuple[Any, ...], receipt: Receipt, now: datetime) -> Iterable[int]:
    message_id, conversation_id, identity_id, *values = row
    before = Entry(**dict(zip((column.key for column in _FIELDS[3:]), values, strict=True)))
    then = after(before, receipt, now)
    if then == before:
        return ()
    _CHANGE.run(
        connection,
        {
            "b_message": message_id,
            "b_state": then.state,
            "b_provider_id": then.provider_id[:255] if then.provider_id else None,
            "b_sent_at": then.sent_at,
            "b_delivered_at": then.delivered_at,
            "b_read_at": then.read_at,
            "b_ended_at": then.ended_at,
            "b_next_at": then.next_at,
            "b_why": then.why[:500] if then.why else None,
        },
    )
    if then.state in ("failed", "held"):
        _TOUCH.run(connection, {"b_conversation": conversation_id, "b_now": now})
        if isinstance(receipt.failure, CustomerGone):
            _BLOCK.run(connection, {"b_identity": identity_id, "b_now": now})
    return (conversation_id,)


def _note_until(connection: Connection, receipt: Receipt) -> Iterable[int]:
    """Everything the recipient was sent until the receipt's time, where the platform tells no more than that."""
    watermark = _WATERMARKS.get(receipt.state)
    if watermark is None or not receipt.recipient:
        return ()
    values = {
        "b_channel": receipt.channel,
        "b_account": receipt.account,
        "b_sender": receipt.recipient,
        "b_at": receipt.at,
    }
    if receipt.state == "delivered":
        values["b_from"] = receipt.at - LOOK_BACK
    return [row[0] for row in watermark.all(connection, values)]
