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
from bot.storage.carried import FLEETING, carried_files
from bot.storage.schema import media, media_content

MOST_BYTES = 1_000_000_000
"""Bytes of one conversation that are kept; a sender who floods us gets no further."""
HELD = ("kept", "fleeting")
"""States in which the bytes are here."""
PIECE = 1_000_000
"""Bytes of a file in one row: as much as is written while others wait."""
_FETCHED_BY = ("file_id", "url", "mime_type", "sha256")

_INSERT = {
    "sqlite": sqlite.insert(media).on_conflict_do_nothing().returning(media.c.id),
    "postgresql": postgresql.insert(media).on_conflict_do_nothing().returning(media.c.id),
}


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
    """Of one that was refused: a code of `bot.channels.files.WhyRefused`, "over" for a story of yesterday's, or what the platform
    said."""


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
            "type": short(file.get("type"), 32) or "file",
            "mime_type": short(file.get("mime_type"), 120) or None,
            "name": short(file.get("name") or file.get("filename"), 255) or None,
            "attempts": 0,
            "next_at": now,
        }
        if isinstance(part := file.get("part"), int):
            _keep_part(connection, row, (contents or {}).get(part))
            continue
        reference = {name: file[name] for name in _FETCHED_BY if isinstance(file.get(name), str)}
        if file.get("fleeting"):
            reference["until"] = (inbound.sent_at + FLEETING).isoformat()
        row |= {"state": "waiting", "reference": reference | {"type": row["type"], "name": row["name"] or ""}}
        waiting += connection.execute(_INSERT[connection.dialect.name], row).first() is not None
    return waiting


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
        select(media.c.conversation_id, media.c.name, media.c.size).where(media.c.id == media_id, media.c.state.in_(HELD))
    ).first()
    return row and About(row.conversation_id, row.name or "", row.size or 0)


def open(connection: Connection, media_id: int) -> Opened | None:  # noqa: A001  opened as `media.open(...)`
    """A kept file with its bytes; None when there is none."""
    row = connection.execute(
        select(media.c.mime_type, media.c.name, media.c.conversation_id).where(media.c.id == media_id, media.c.state.in_(HELD))
    ).first()
    if row is None:
        return None
    pieces = connection.execute(
        select(media_content.c.content).where(media_content.c.media_id == media_id).order_by(media_content.c.place)
    ).scalars()
    return Opened(b"".join(bytes(piece) for piece in pieces), row.mime_type or "", row.name or "", row.conversation_id)


def pieces_of(content: bytes) -> list[bytes]:
    """A file as its rows hold it; an empty one is one empty piece."""
    return [content[start : start + PIECE] for start in range(0, len(content), PIECE)] or [b""]


def put_pieces(connection: Connection, media_id: int, pieces: Sequence[bytes], *, first: int = 0) -> None:
    """Write pieces of a file, the first of them in this place."""
    rows = [{"media_id": media_id, "place": place, "content": piece} for place, piece in enumerate(pieces, start=first)]
    connection.execute(insert(media_content), rows)


def forget(connection: Connection, message_ids: Sequence[int]) -> int:
    """Let go of the files of these messages for good, bytes and rows; how many there were."""
    ids = connection.execute(delete(media).where(media.c.message_id.in_(message_ids)).returning(media.c.id)).scalars().all()
    if ids:
        connection.execute(delete(media_content).where(media_content.c.media_id.in_(ids)))
    return len(ids)


def let_vanish(connection: Connection, now: datetime, most: int) -> int:
    """Let go of the bytes of stories whose time is over, at most `most`; how many those were."""
    over = (
        select(media.c.id)
        .where(media.c.state == literal_column("'fleeting'"), media.c.next_at <= now)
        .order_by(media.c.next_at)
        .limit(most)
    )
    ids = connection.execute(over).scalars().all()
    if ids:
        connection.execute(delete(media_content).where(media_content.c.media_id.in_(ids)))
        connection.execute(update(media).where(media.c.id.in_(ids)).values(state="refused", why="over", size=None))
    return len(ids)


def has_room(connection: Connection, conversation_id: int, size: int) -> bool:
    """Whether so many bytes more are kept of this conversation."""
    kept = select(func.coalesce(func.sum(media.c.size), 0)).where(
        media.c.conversation_id == conversation_id, media.c.state.in_(HELD)
    )
    return int(connection.execute(kept).scalar_one()) + size <= MOST_BYTES


def short(value: Any, most: int) -> str:
    """A word of a platform's as both databases can keep it."""
    return str(value or "").replace("\x00", "").encode("utf-8", "replace").decode()[:most]


def _keep_part(connection: Connection, row: Mapping[str, Any], content: bytes | None) -> None:
    """Make the row of a file whose bytes came along, with them."""
    put = _INSERT[connection.dialect.name]
    if content is None or not has_room(connection, row["conversation_id"], len(content)):
        connection.execute(put, {**row, "state": "refused", "why": "unknown_type" if content is None else "too_many"})
        return
    claimed = row["mime_type"] or ""
    known = {"mime_type": type_of(content, claimed) or _plain(claimed), "size": len(content)}
    made = connection.execute(put, {**row, **known, "state": "kept"}).scalar()
    if made is not None:
        put_pieces(connection, made, pieces_of(content))


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
        file = File(
            row.id,
            row.message_id,
            "kept" if row.state in HELD else row.state,
            row.type,
            row.mime_type or "",
            row.name or "",
            row.size,
            row.why or "",
        )
        found.setdefault(file.message, []).append(file)
    return found
