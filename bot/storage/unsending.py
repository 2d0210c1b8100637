"""A message taken back by whoever wrote it: its words, its files and what was made of them are really gone.

It may be taken back before it has reached us (platforms do not keep their order): then its place is taken, and it is not let in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage import media
from bot.storage.schema import case, correction, message

UNSENT = "unsent"
"""The kind of a message that was taken back."""

_TAKE_PLACE = {
    "sqlite": sqlite.insert(message).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(message).on_conflict_do_nothing(),
}


def unsend(connection: Connection, *, key: str, place: Mapping[str, Any], now: datetime) -> None:
    """Forget the message with this external key; `place` is the row that keeps it out when it has not come yet."""
    found = connection.execute(
        select(message.c.id, message.c.conversation_id, message.c.received_at, message.c.text).where(
            message.c.external_key == key, message.c.direction == "in"
        )
    ).first()
    if found is None:
        row = {**place, "external_key": key, "kind": UNSENT, "text": "", "data": None, "handled_at": now}
        connection.execute(_TAKE_PLACE[connection.dialect.name], row)
        return
    connection.execute(update(message).where(message.c.id == found.id).values(kind=UNSENT, text="", data=None, trace=None))
    connection.execute(delete(correction).where(correction.c.message_id == found.id))
    media.forget(connection, [found.id])
    if found.text:
        _forget_in_cases(connection, found.conversation_id, found.received_at, found.text)


def _forget_in_cases(connection: Connection, conversation_id: int, at: datetime, text: str) -> None:
    """What an advisor was handed over keeps the line's place and time, not its words."""
    rows = connection.execute(select(case.c.id, case.c.context).where(case.c.conversation_id == conversation_id)).all()
    for case_id, context in rows:
        lines = context.get("transcript") or []
        kept = [
            {**line, "text": ""} if line.get("text", "").endswith(text) and line.get("at") == at.isoformat() else line
            for line in lines
        ]
        if kept != lines:
            connection.execute(update(case).where(case.c.id == case_id).values(context={**context, "transcript": kept}))
