"""Our messages as calls of Instagram's Send API. Pure: no network, and the time only as it is given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.channels import choices
from bot.channels.instagram.table import PLATFORM, InstagramTable
from bot.channels.meta.page_compose import write, write_private_reply
from bot.messages import OutboundMessage

_TABLE = InstagramTable()


def utf8(text: str) -> int:
    """Length in bytes of UTF-8, the way Instagram counts: most accents are two, most emoji four."""
    return len(text.encode("utf-8", "surrogatepass"))


def write_message(
    message: OutboundMessage, *, table: InstagramTable = _TABLE, now: datetime | None = None, late: bool = False
) -> dict[str, Any]:
    """The body of the call that sends one part; `late` when Instagram itself said that the window has closed.

    Raises:
        OutsideWindow: by `now` the window has closed, and the words are not a person's or even those are too late.
        Refused: Instagram could never take it; the caller should have cut it with `parts_of`.
    """
    return write(
        message,
        forms=table.forms,
        table=table,
        measure=utf8,
        platform=PLATFORM,
        now=now,
        late=late,
        metadata=False,
    )


def parts_of(message: OutboundMessage, *, table: InstagramTable = _TABLE) -> list[OutboundMessage]:
    """The same message in pieces Instagram can show, in order; the last one has the choices."""
    return choices.parts(message, table.forms, table.text, utf8)


def write_private(comment_id: str, text: str, _key: str, *, table: InstagramTable = _TABLE) -> dict[str, Any]:
    """The body of the call that answers a public comment in private; Instagram has no place for a key."""
    return write_private_reply(comment_id, text, "", table=table, measure=utf8, platform=PLATFORM)
