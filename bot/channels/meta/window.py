"""Whether a customer's contact window is still open, by our own clock. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.channels.meta.table import MetaTable
from bot.messages import OutboundMessage

_PEOPLE = ("advisor", "store")


def closed(message: OutboundMessage, table: MetaTable, now: datetime | None) -> bool:
    """Whether free words are late; never when nobody knows when the window ends."""
    if message.window_ends is None or now is None:
        return False
    return now >= message.window_ends - timedelta(seconds=table.window_margin_seconds)


def by_a_person(message: OutboundMessage) -> bool:
    """Whether somebody wrote these very words, rather than a program."""
    return message.author in _PEOPLE
