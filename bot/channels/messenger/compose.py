"""Our messages as calls of Messenger's Send API. Pure: no network, and the time only as it is given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.channels import choices
from bot.channels.messenger.table import PLATFORM, MessengerTable
from bot.channels.meta.page_compose import write, write_private_reply
from bot.channels.texts import utf16
from bot.messages import OutboundMessage

_TABLE = MessengerTable()


def write_message(
    message: OutboundMessage, *, table: MessengerTable = _TABLE, now: datetime | None = None, late: bool = False
) -> dict[str, Any]:
    """The body of the call that sends one part; `late` when Messenger itself said that the window has closed.

    Raises:
        OutsideWindow: by `now` the window has closed, and the words are not a person's or even those are too late.
        Refused: Messenger could never take it; the caller should have cut it with `parts_of`.
    """
    return write(
        message,
        forms=table.forms,
        table=table,
        measure=utf16,
        platform=PLATFORM,
        now=now,
        late=late,
        metadata=True,
    )


def parts_of(message: OutboundMessage, *, table: MessengerTable = _TABLE) -> list[OutboundMessage]:
    """The same message in pieces Messenger can show, in order; the last one has the choices."""
    return choices.parts(message, table.forms, table.text, utf16)


def write_private(comment_id: str, text: str, key: str, *, table: MessengerTable = _TABLE) -> dict[str, Any]:
    """The body of the call that answers a public comment in private."""
    return write_private_reply(comment_id, text, key, table=table, measure=utf16, platform=PLATFORM)
