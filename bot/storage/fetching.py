"""Fetching files one after another: which wait, who is at them, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, literal_column, select, update

from bot.storage.media import has_room, pieces_of, put_pieces, short
from bot.storage.schema import conversation, media, media_content

_IS_WAITING = media.c.state == literal_column("'waiting'")
"""Written out, word for word as in the index: SQLite uses a partial index for no other condition."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file to be fetched, claimed by this worker."""

    id: int
    message: int
    conversation: int
    reference: Mapping[str, Any]
    """What the channel said of it: `type`, with `file_id` or `url`, and `mime_type`, `name`, `sha256` where it told them."""
    attempts: int
    """This one included."""


def claim_waiting(
    connection: Connection, *, channel: str, account: str, now: datetime, until: datetime, limit: int
) -> list[Waiting]:
    """Take files to fetch, those that have waited longest first; they are this worker's until `until`."""
    due = (
        select(media.c.id)
        .where(_IS_WAITING, media.c.next_at <= now, media.c.channel == channel, media.c.account == account)
        .order_by(media.c.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    rows = connection.execute(
        update(media)
        .where(media.c.id.in_(select(due.c.id)), _IS_WAITING)
        .values(next_at=until, attempts=media.c.attempts + 1)
        .returning(media.c.id, media.c.message_id, media.c.conversation_id, media.c.reference, media.c.attempts)
    ).all()
    return [Waiting(*row) for row in sorted(rows, key=lambda row: row.id)]


def put(connection: Connection, media_id: int, piece: bytes, *, place: int) -> bool:
    """Write one piece of a file that is not whole yet, in order; False when nobody waits for it any more."""
    if connection.execute(select(media.c.id).where(media.c.id == media_id, _IS_WAITING).with_for_update()).first() is None:
        return False
    if place == 0:  # a worker before us may have been stopped half-way
        _drop(connection, media_id)
    put_pieces(connection, media_id, [piece], first=place)
    return True


def keep(
    connection: Connection, media_id: int, content: bytes, mime_type: str, *, now: datetime, name: str = "", written: int = 0
) -> int | None:
    """Keep a file whose first pieces are `written` already; the conversation to tell of it, or None when nobody waits for it.

    Not everything is kept of a sender who never stops: beyond `MOST_BYTES` of a conversation the file is refused as "too_many".
    """
    row = connection.execute(
        select(media.c.conversation_id, media.c.name, media.c.reference, media.c.next_at)
        .where(media.c.id == media_id, _IS_WAITING)
        .with_for_update()
    ).first()
    if row is None:
        return None
    if not has_room(connection, row.conversation_id, len(content)):
        return refuse(connection, media_id, "too_many", now=now)
    named, until = short(name, 255) or row.name, row.reference.get("until")
    connection.execute(
        update(media)
        .where(media.c.id == media_id)
        .values(
            state="fleeting" if until else "kept",
            next_at=datetime.fromisoformat(until) if until else row.next_at,
            mime_type=mime_type[:120],
            name=named,
            size=len(content),
            reference={},
        )
    )
    if not written:
        _drop(connection, media_id)
    put_pieces(connection, media_id, pieces_of(content)[written:], first=written)
    return _changed(connection, row.conversation_id, now)


def refuse(connection: Connection, media_id: int, why: str, *, now: datetime) -> int | None:
    """Never fetch a file again; the conversation to tell of it, or None when nobody waits for it any more."""
    told = connection.execute(
        update(media)
        .where(media.c.id == media_id, _IS_WAITING)
        .values(state="refused", why=why[:500], reference={})
        .returning(media.c.conversation_id)
    ).scalar()
    if told is None:
        return None
    _drop(connection, media_id)
    return _changed(connection, told, now)


def later(connection: Connection, media_id: int, next_at: datetime) -> None:
    """Give a claimed file back, to be tried again at `next_at`."""
    connection.execute(update(media).where(media.c.id == media_id, _IS_WAITING).values(next_at=next_at))


def release_all(connection: Connection, now: datetime) -> int:
    """Give every claim back. Only for a process that knows it is alone on the database (SQLite's file lock)."""
    return connection.execute(update(media).where(_IS_WAITING, media.c.next_at > now).values(next_at=now)).rowcount


def _drop(connection: Connection, media_id: int) -> None:
    connection.execute(delete(media_content).where(media_content.c.media_id == media_id))


def _changed(connection: Connection, conversation_id: int, now: datetime) -> int:
    """Let pages that look for themselves see that something has changed there; a signal to them may be lost."""
    connection.execute(update(conversation).where(conversation.c.id == conversation_id).values(touched_at=now))
    return conversation_id
