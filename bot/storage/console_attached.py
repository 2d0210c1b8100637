"""What belongs to a message without being its words: files, reactions, a place, a card, and short remarks about it.

A reaction, or the act of taking a message back, is shown at the message it is about while both are on one page, and in its own
place otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from bot.storage import media
from bot.storage.unsending import UNSENT
from handoff.console.attached import ContactCard, FileView, Place, Remark

MOST_CARDS = 10
QUOTED = 90
"""Characters shown of a message that another one quotes."""
_ABOUT_ANOTHER = ("reaction", "unsend", "edit")


@dataclass(frozen=True, slots=True)
class Attached:
    """What goes with the messages of one page."""

    shown_elsewhere: frozenset[int] = frozenset()
    """Messages that are shown at the one they are about, and not in their own place."""
    _files: Mapping[int, Sequence[FileView]] = field(default_factory=dict)
    _reactions: Mapping[int, str] = field(default_factory=dict)
    _edited: frozenset[int] = frozenset()
    _by_name: Mapping[str, Any] = field(default_factory=dict)

    def of(self, row: Any) -> dict[str, Any]:
        """The fields of a `MessageView` that this message has besides its words."""
        data: Mapping[str, Any] = row.data or {}
        if row.direction == "out":
            return self._everybodys(row)
        return self._everybodys(row) | {
            "sort": _words(data.get("type"), 32) if row.kind == "media" or data.get("what") == "media" else "",
            "place": _place(data) if row.kind == "location" or data.get("what") == "location" else None,
            "cards": _cards(data) if row.kind == "contact" or data.get("what") == "contact" else (),
            "remarks": tuple(self._remarks(row, data)),
        }

    def _everybodys(self, row: Any) -> dict[str, Any]:
        reaction = self._reactions.get(row.id)
        return {"files": tuple(self._files.get(row.id, ())), "reactions": (reaction,) if reaction else ()}

    def _remarks(self, row: Any, data: Mapping[str, Any]) -> Iterable[Remark]:
        quoted = self._by_name.get(str(data.get("reply_to") or ""))
        if quoted is not None and quoted.id != row.id:
            yield Remark(name="quoted", text=_excerpt(quoted.text), message=quoted.id)
        if data.get("subject") and row.channel == "email":
            yield Remark(name="subject", text=_words(data["subject"], 250))
        if data.get("story"):
            yield Remark(name="story_reply")
        referral = data if row.kind == "referral" else data.get("referral")
        if isinstance(referral, Mapping):
            told = (referral.get(name) for name in ("headline", "ref", "source"))
            yield Remark(name="referral", text=_words(next(filter(None, told), ""), 120))
        if row.kind == "reaction":
            yield Remark(name="reacted") if data.get("emoji") else Remark(name="unreacted")
        if row.kind == "moved":
            yield Remark(name="moved", text=_words(data.get("was"), 64))
        for name in ("forwarded", "automatic", "like"):
            if data.get(name):
                yield Remark(name=name)
        if row.id in self._edited:
            yield Remark(name="edited")


def attached(connection: Connection, rows: Sequence[Any]) -> Attached:
    """What goes with these messages; each row is a `message` with `delivered_as`, the platform's id of what we sent."""
    by_name = {name: row for row in rows for name in (_name_of(row),) if name and row.kind not in _ABOUT_ANOTHER}
    reactions: dict[int, str] = {}
    elsewhere: set[int] = set()
    edited: set[int] = set()
    for row in sorted(rows, key=lambda row: row.id):
        about = by_name.get(str((row.data or {}).get("of") or "")) if row.kind in _ABOUT_ANOTHER else None
        if about is None:
            continue
        if row.kind == "edit":
            edited.add(about.id)
        elif row.kind == "reaction":
            reactions[about.id] = _words(row.data.get("emoji"), 32)
            elsewhere.add(row.id)
        elif about.kind == UNSENT:
            elsewhere.add(row.id)
    found = media.of_messages(connection, [row.id for row in rows if row.direction == "in"])
    files = {message_id: [_file(file) for file in files] for message_id, files in found.items()}
    return Attached(frozenset(elsewhere), files, reactions, frozenset(edited), by_name)


def _name_of(row: Any) -> str:
    """The platform's id of a message, by which others speak of it."""
    return str((row.provider_id if row.direction == "in" else row.delivered_as) or "")


def _file(file: media.File) -> FileView:
    return FileView(
        id=file.id,
        sort=file.type,
        state=file.state,  # type: ignore[arg-type]  # the same three words
        mime_type=file.mime_type,
        name=file.name,
        size=file.size,
        why=file.why,
    )


def _place(data: Mapping[str, Any]) -> Place | None:
    try:
        latitude, longitude = float(data["latitude"]), float(data["longitude"])
    except (KeyError, TypeError, ValueError):
        return None
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return Place(latitude=round(latitude, 6), longitude=round(longitude, 6), address=_words(data.get("address"), 250))


def _cards(data: Mapping[str, Any]) -> tuple[ContactCard, ...]:
    more = data.get("more")
    cards = [data, *(more if isinstance(more, list) else ())][:MOST_CARDS]
    return tuple(
        ContactCard(name=_words(card.get("name"), 120), phone=_words(card.get("phone"), 64), own=card.get("own") is True)
        for card in cards
        if isinstance(card, Mapping)
    )


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= QUOTED else f"{line[:QUOTED].rstrip()}…"


def _words(value: Any, most: int) -> str:
    return str(value or "")[:most]
