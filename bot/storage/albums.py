"""Files that come one after another and are one thing to whoever sends them: an album, a mail with attachments, five pictures."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select

from bot.storage.inbox import Arrival
from bot.storage.schema import message

BREATH = timedelta(seconds=20)
"""Two files of one sort with less than this between them are sent in one go."""
_BACK = 20
"""Messages looked at; no platform's album is larger."""


def goes_on(connection: Connection, conversation_id: int, arrival: Arrival) -> bool:
    """Whether a file only goes on with what the customer sent just before, so that one answer is enough for both."""
    before = connection.execute(
        select(message.c.kind, message.c.data, message.c.received_at)
        .where(message.c.conversation_id == conversation_id, message.c.id < arrival.id, message.c.direction == "in")
        .order_by(message.c.id.desc())
        .limit(_BACK)
    ).all()
    album = arrival.data.get("album")
    if album and any((row.data or {}).get("album") == album for row in before):
        return True
    last = next(iter(before), None)
    return (
        last is not None
        and last.kind == arrival.kind
        and (last.data or {}).get("type") == arrival.data.get("type")
        and arrival.received_at - last.received_at < BREATH
    )
