"""Files that came with messages: expected with the message, fetched afterwards, kept with the conversation.

A row is made in the transaction that accepts the message, so that no file is forgotten; its bytes come later, in a row apart.
While it waits, `next_at` is when it may be tried, or, for one that is being fetched, when that claim has run out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.file_types import type_of
from bot.messages import InboundMessage
from bot.storage.carried import carried_files
from bot.storage.schema import media, media_content

MOST_BYTES = 1_000_000_000
"""Bytes of one conversation that are kept; a sender who floods us gets no further."""

_FETCHED_BY = ("file_id", "url", "mime_type", "sha256")

_INSERT = {
    "sqlite": sqlite.insert(media).on_conflict_do_nothing().returning(media.c.id),
    "postgresql": postgresql.insert(media).on_conflict_do_nothing().returning(media.c.id),
}
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


@dataclass(frozen=True, slots=True)
class File:
    """A file as a thread names it."""

    id: int
    message: int
    state: str
    """`waiting`, `kept` or `refused`."""
    type: str
    """What the customer's application calls it: photo, voice, document, ..."""
    mime_type: str
    """What its bytes are; of one that waits, what its sender says. Empty when nobody knows."""
    name: str
    size: int | None
    why: str
    """Of one that was refused: a code of `bot.channels.files.WhyRefused`, or what the platform said."""


@dataclass(frozen=True, slots=True)
class About:
    """A kept file, without its bytes."""

    conversation: int
    """The conversation it belongs to now."""
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with its bytes."""

    content: bytes
    mime_type: str
    """What its bytes are; empty when they are of nothing we know."""
    name: str
    conversation: int
    """The conversation it belongs to now."""


def expect(
    connection: Connection,
    message_id: int,
    conversation_id: int,
    inbound: InboundMessage,
    now: datetime,
    contents: Mapping[int, bytes] | None = None,
) -> int:
    """Make a row for every file that `inbound` carries, and return how many are still to be fetched. Harmless when repeated.

    `contents`: the bytes of files that came along, by the `part` the message names them by; those are kept at once. A part that
    is named and was not handed over is shown as refused.
    """
    waiting = 0
    for place, file in enumerate(carried_files(inbound, now)):
        row = {
            "message_id": message_id,
            "place": place,
            "conversation_id": conversation_id,
            "channel": inbound.channel,
            "account": inbound.account,
            "reference": {},
            "type": _text(file.get("type"), 32) or "file",
            "mime_type": _text(file.get("mime_type"), 120) or None,
            "name": _text(file.get("name") or file.get("filename"), 255) or None,
            "attempts": 0,
            "next_at": now,
        }
        if "part" in file:
            _keep_part(connection, row, (contents or {}).get(file["part"]))
            continue
        reference = {name: file[name] for name in _FETCHED_BY if isinstance(file.get(name), str)}
        row |= {"state": "waiting", "reference": reference | {"type": row["type"], "name": row["name"] or ""}}
        waiting += connection.execute(_INSERT[connection.dialect.name], row).first() is not None
    return waiting


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


def keep(connection: Connection, media_id: int, content: bytes, mime_type: str, *, name: str = "") -> int | None:
    """Keep the bytes of a file; the conversation to tell of it, or None when nobody waits for it any more.

    Not everything is kept of a sender who never stops: beyond `MOST_BYTES` of a conversation the file is refused as "too_many".
    """
    row = connection.execute(
        select(media.c.conversation_id, media.c.name).where(media.c.id == media_id, _IS_WAITING).with_for_update()
    ).first()
    if row is None:
        return None
    if not _has_room(connection, row.conversation_id, len(content)):
        return refuse(connection, media_id, "too_many")
    named = _text(name, 255) or row.name
    connection.execute(
        update(media)
        .where(media.c.id == media_id)
        .values(state="kept", mime_type=mime_type[:120], name=named, size=len(content), why=None, reference={})
    )
    connection.execute(insert(media_content), {"media_id": media_id, "content": content})
    conversation: int = row.conversation_id
    return conversation


def refuse(connection: Connection, media_id: int, why: str) -> int | None:
    """Never fetch a file again; the conversation to tell of it, or None when nobody waits for it any more."""
    return connection.execute(
        update(media)
        .where(media.c.id == media_id, _IS_WAITING)
        .values(state="refused", why=why[:500], reference={})
        .returning(media.c.conversation_id)
    ).scalar()


def later(connection: Connection, media_id: int, next_at: datetime) -> None:
    """Give a claimed file back, to be tried again at `next_at`."""
    connection.execute(update(media).where(media.c.id == media_id, _IS_WAITING).values(next_at=next_at))


def of_messages(connection: Connection, message_ids: Sequence[int]) -> dict[int, list[File]]:
    """The files of these messages, by message, in the order they came."""
    if not message_ids:
        return {}
    return _by_message(connection, media.c.message_id.in_(message_ids))


def of_conversation(connection: Connection, conversation_id: int) -> dict[int, list[File]]:
    """Every file of a conversation, by message, in the order they came."""
    return _by_message(connection, media.c.conversation_id == conversation_id)


def about(connection: Connection, media_id: int) -> About | None:
    """What is known of a kept file without its bytes; None when there is none."""
    row = connection.execute(
        select(media.c.conversation_id, media.c.name, media.c.size).where(media.c.id == media_id, media.c.state == "kept")
    ).first()
    return row and About(row.conversation_id, row.name or "", row.size or 0)


def open(connection: Connection, media_id: int) -> Opened | None:  # noqa: A001  opened as `media.open(...)`
    """A kept file with its bytes; None when there is none."""
    row = connection.execute(
        select(media_content.c.content, media.c.mime_type, media.c.name, media.c.conversation_id)
        .join(media, media.c.id == media_content.c.media_id)
        .where(media.c.id == media_id)
    ).first()
    return row and Opened(bytes(row.content), row.mime_type or "", row.name or "", row.conversation_id)


def forget(connection: Connection, message_ids: Sequence[int]) -> int:
    """Let go of the files of these messages for good, bytes and rows; how many there were."""
    ids = connection.execute(delete(media).where(media.c.message_id.in_(message_ids)).returning(media.c.id)).scalars().all()
    if ids:
        connection.execute(delete(media_content).where(media_content.c.media_id.in_(ids)))
    return len(ids)


def _keep_part(connection: Connection, row: Mapping[str, Any], content: bytes | None) -> None:
    """Make the row of a file whose bytes came along, with them."""
    put = _INSERT[connection.dialect.name]
    if content is None or not _has_room(connection, row["conversation_id"], len(content)):
        connection.execute(put, {**row, "state": "refused", "why": "unknown_type" if content is None else "too_many"})
        return
    claimed = row["mime_type"] or ""
    known = {"mime_type": type_of(content, claimed) or _plain(claimed), "size": len(content)}
    made = connection.execute(put, {**row, **known, "state": "kept"}).scalar()
    if made is not None:
        connection.execute(insert(media_content), {"media_id": made, "content": content})


def _has_room(connection: Connection, conversation_id: int, size: int) -> bool:
    kept = select(func.coalesce(func.sum(media.c.size), 0)).where(
        media.c.conversation_id == conversation_id, media.c.state == "kept"
    )
    return int(connection.execute(kept).scalar_one()) + size <= MOST_BYTES


def _plain(claimed: str) -> str:
    """Text has no bytes to know it by; nothing else is believed."""
    return "text/plain" if claimed.startswith("text/") else ""


def _by_message(connection: Connection, which: Any) -> dict[int, list[File]]:
    shown = (
        media.c.id,
        media.c.message_id,
        media.c.state,
        media.c.type,
        media.c.mime_type,
        media.c.name,
        media.c.size,
        media.c.why,
    )
    found: dict[int, list[File]] = {}
    for row in connection.execute(select(*shown).where(which).order_by(media.c.message_id, media.c.place)):
        file = File(row.id, row.message_id, row.state, row.type, row.mime_type or "", row.name or "", row.size, row.why or "")
        found.setdefault(file.message, []).append(file)
    return found


def _text(value: Any, most: int) -> str:
    """A word of a platform's as both databases can keep it."""
    return str(value or "").replace("\x00", "").encode("utf-8", "replace").decode()[:most]
