"""Erasing one person: everything that leads to them at once, what they said in small pieces after, and a receipt at the end.

`begin` is one transaction: nobody can find, write to or recognise them any more, and a turn under way has lost its claim. What is
long (words, files) goes with `step`, a transaction a piece; the row of `erasure` is the mark by which anybody can go on after a
kill, and becomes the receipt, which says nothing of who it was.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, tuple_, update

from bot.errors import PersonRefused
from bot.storage import accounts
from bot.storage.erasing_ties import cut_ties, let_go_of_profiles
from bot.storage.person import Person, of_conversation, of_profile
from bot.storage.schema import (
    appointment,
    conversation,
    correction,
    delivery,
    erasure,
    media,
    media_content,
    message,
    note,
)

PIECES = 16
"""Pieces of files (a megabyte at most each) deleted in one transaction."""
MESSAGES = 200
"""Messages deleted in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is left of an erasure: that it was done, and how much it was."""

    number: str
    at: datetime
    by: str
    finished: bool
    """False: begun; nobody can find them any more, but words of theirs are still being deleted."""
    counts: Mapping[str, int]
    """Rows by kind of data."""
    backups_until: datetime
    """Until when backups of the operator may still hold them."""
    unreadable_until: datetime
    """Until when an update nobody could read, and so nobody could attribute, is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeps:
    """How long something of an erased person may still be elsewhere."""

    backups: timedelta
    unreadable: timedelta


def begin(
    connection: Connection,
    *,
    conversation_id: int | None = None,
    profile_id: str | None = None,
    by: str,
    now: datetime,
    keeps: Keeps,
    cancel_appointments: bool = False,
    asked: bool = True,
) -> Receipt:
    """Erase whoever a conversation or profile is of: they are unknown from now on, and `step` deletes the rest.

    `asked`: False when only their time is over; then no receipt is kept, and what was taught with their words stays taught.

    Raises `PersonRefused`: "unknown" when there is nobody, "appointments" when some are still to come and must not be cancelled.
    """
    who = _locked(connection, conversation_id, profile_id)
    coming = select(appointment.c.id).where(
        appointment.c.conversation_id.in_(who.conversations), appointment.c.status == "booked", appointment.c.starts_at > now
    )
    cancelled = connection.execute(coming).scalars().all()
    if cancelled and not cancel_appointments:
        why = f"{len(cancelled)} appointments are still to come; cancel them, or erase with --cancel-appointments"
        raise PersonRefused("appointments", why)
    said = select(message.c.id).where(message.c.conversation_id.in_(who.conversations))
    taught = connection.execute(select(correction.c.id).where(correction.c.message_id.in_(said))).scalars().all()
    counts: Counter[str] = Counter()
    counts.update(cut_ties(connection, who, now))
    counts.update(let_go_of_profiles(connection, who.profiles, now))
    if cancelled:
        counts["appointments_cancelled"] = len(cancelled)
    number = f"{now:%Y%m%d}-{secrets.token_hex(4)}"
    mark = {
        "conversations": list(who.conversations),
        "profiles": list(who.profiles),
        "taught": list(taught) if asked else [],
        "asked": asked,
        "counts": dict(counts),
        "backups_until": (now + keeps.backups).isoformat(),
        "unreadable_until": (now + keeps.unreadable).isoformat(),
    }
    connection.execute(insert(erasure), {"receipt": number, "at": now, "by": by, "details": mark})
    if asked:
        # By the receipt's number: the record says that somebody was erased, not who.
        accounts.record(connection, at=now, by=by, act="person_erased", conversation=None, details={"receipt": number})
    return receipt(connection, number)


def step(connection: Connection, number: str) -> bool:
    """Delete one more piece of an erasure that was begun; False when only `end` is left to do."""
    mark = _mark(connection, number)
    if mark is None:
        return False
    ids = mark["conversations"]
    gone: Counter[str] = Counter()
    theirs = select(media.c.id).where(media.c.conversation_id.in_(ids))
    key = tuple_(media_content.c.media_id, media_content.c.place)
    pieces = select(media_content.c.media_id, media_content.c.place).where(media_content.c.media_id.in_(theirs)).limit(PIECES)
    found: Sequence[Any] = connection.execute(pieces).all()
    if found:
        connection.execute(delete(media_content).where(key.in_([tuple(row) for row in found])))
    else:
        gone = _delete_messages(connection, ids)
        if not gone:
            return False
    _count(connection, number, mark, gone)
    return True


def taught(connection: Connection, number: str) -> list[Any]:
    """The training lines made of their words: rows of `correction`, to be taken out of the files before `end`."""
    mark = _mark(connection, number)
    if mark is None:
        return []
    return list(connection.execute(select(correction).where(correction.c.id.in_(mark["taught"])).order_by(correction.c.id)))


def end(connection: Connection, number: str) -> Receipt:
    """Make the mark of an erasure of which nothing is left to delete its receipt. Harmless when repeated."""
    mark = _mark(connection, number)
    if mark is None:
        return receipt(connection, number)
    gone = _leave_numbers(connection, mark["conversations"])
    gone["training_lines"] = connection.execute(delete(correction).where(correction.c.id.in_(mark["taught"]))).rowcount
    # Somebody may have been recognised by one of the profiles in the very moment it went.
    let_go_of_profiles(connection, mark["profiles"], None)
    counts = {name: count for name, count in (Counter(mark["counts"]) + gone).items() if count}
    kept = {"counts": counts, **{name: mark[name] for name in ("backups_until", "unreadable_until")}}
    connection.execute(update(erasure).where(erasure.c.receipt == number).values(details=kept))
    told = receipt(connection, number)
    if not mark["asked"]:
        connection.execute(delete(erasure).where(erasure.c.receipt == number))
    return told


def unfinished(connection: Connection) -> list[str]:
    """The numbers of erasures that were begun and not ended, oldest first."""
    rows = connection.execute(select(erasure.c.receipt, erasure.c.details).order_by(erasure.c.at))
    return [row.receipt for row in rows if "conversations" in row.details]


def receipt(connection: Connection, number: str) -> Receipt:
    """One receipt. Raises `PersonRefused` when there is none of this number."""
    row = connection.execute(select(erasure).where(erasure.c.receipt == number)).first()
    if row is None:
        raise PersonRefused("unknown", f"there is no receipt {number}; `filrouge person receipts` shows which there are")
    return _receipt(row)


def receipts(connection: Connection, limit: int = 100) -> list[Receipt]:
    """The latest receipts first."""
    return [_receipt(row) for row in connection.execute(select(erasure).order_by(erasure.c.at.desc()).limit(limit))]


def _receipt(row: Any) -> Receipt:
    return Receipt(
        number=row.receipt,
        at=row.at,
        by=row.by,
        finished="conversations" not in row.details,
        counts=row.details["counts"],
        backups_until=datetime.fromisoformat(row.details["backups_until"]),
        unreadable_until=datetime.fromisoformat(row.details["unreadable_until"]),
    )


def _locked(connection: Connection, conversation_id: int | None, profile_id: str | None) -> Person:
    """Who it is once nobody else can change it: a turn that had begun is waited for, and may have joined somebody."""
    before: Person | None = None
    while True:
        if conversation_id is not None:
            who = of_conversation(connection, conversation_id)
        else:
            who = of_profile(connection, profile_id or "")
        if who is None:
            raise PersonRefused("unknown", "we keep nothing of such a person; `filrouge thread` shows who writes as whom")
        if who == before:
            return who
        lock = select(conversation.c.id).where(conversation.c.id.in_(who.conversations)).order_by(conversation.c.id)
        connection.execute(lock.with_for_update()).all()
        before = who


def _mark(connection: Connection, number: str) -> Any:
    details = connection.execute(select(erasure.c.details).where(erasure.c.receipt == number).with_for_update()).scalar()
    return details if details is not None and "conversations" in details else None


def _count(connection: Connection, number: str, mark: Mapping[str, Any], gone: Counter[str]) -> None:
    counts = dict(Counter(mark["counts"]) + gone)
    connection.execute(update(erasure).where(erasure.c.receipt == number).values(details={**mark, "counts": counts}))


def _delete_messages(connection: Connection, ids: Sequence[int]) -> Counter[str]:
    wanted = select(message.c.id).where(message.c.conversation_id.in_(ids), message.c.id != _last(connection, message))
    found: Sequence[int] = connection.execute(wanted.limit(MESSAGES)).scalars().all()
    gone: Counter[str] = Counter()
    if not found:
        return gone
    files = delete(media).where(media.c.message_id.in_(found), media.c.id != _last(connection, media))
    gone["files"] = connection.execute(files).rowcount
    for table in (delivery, note):
        connection.execute(delete(table).where(table.c.message_id.in_(found)))
    gone["messages"] = connection.execute(delete(message).where(message.c.id.in_(found))).rowcount
    return gone


def _last(connection: Connection, table: Table) -> int:
    """The number SQLite would give again to somebody else's row if it were free; 0 on PostgreSQL, which never does."""
    if connection.dialect.name != "sqlite":
        return 0
    return int(connection.execute(select(table.c.id).order_by(table.c.id.desc()).limit(1)).scalar() or 0)


def _leave_numbers(connection: Connection, ids: Sequence[int]) -> Counter[str]:
    """Of the very last message and file only the number stays: a worker that knows it must not meet another's behind it."""
    gone: Counter[str] = Counter()
    blank: dict[str, Any] = {
        "identity_id": None,
        "author_name": None,
        "kind": "unsent",
        "external_key": None,
        "provider_id": None,
        "text": "",
        "data": None,
        "in_reply_to": None,
        "trace": None,
        "missed": None,
    }
    gone["messages"] = connection.execute(update(message).where(message.c.conversation_id.in_(ids)).values(blank)).rowcount
    nothing: dict[str, Any] = {
        "reference": {},
        "state": "refused",
        "type": "file",
        "mime_type": None,
        "name": None,
        "size": None,
        "why": None,
    }
    gone["files"] = connection.execute(update(media).where(media.c.conversation_id.in_(ids)).values(nothing)).rowcount
    for table in (delivery, note):
        connection.execute(delete(table).where(table.c.conversation_id.in_(ids)))
    return gone
