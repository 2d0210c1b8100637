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
from bot.storage.schema import case, conversation, correction, message

UNSENT = "unsent"
"""The kind of a message that was taken back."""

_TAKE_PLACE = {
    "sqlite": sqlite.insert(message).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(message).on_conflict_do_nothing(),
}


def unsend(connection: Connection, *, key: str, of: str, place: Mapping[str, Any], now: datetime) -> None:
    """Forget the message with this external key, which the platform calls `of`, and what it was edited to.

    `place` is the row that keeps it out when it has not come yet.
    """
    found = connection.execute(_FOUND.where(message.c.external_key == key)).first()
    if found is None:
        row = {**place, "external_key": key, "kind": UNSENT, "text": "", "data": None, "handled_at": now}
        connection.execute(_TAKE_PLACE[connection.dialect.name], row)
    else:
        _forget(connection, found, now)
    sender = place["identity_id"]
    for edited in connection.execute(_FOUND.where(message.c.identity_id == sender, message.c.kind == "edit")).all():
        if (edited.data or {}).get("of") == of:
            _forget(connection, edited, now)


def forget_edit(connection: Connection, message_id: int, *, key: str, now: datetime) -> None:
    """Forget an edit that comes after its message, of this external key, was taken back."""
    if connection.execute(select(message.c.kind).where(message.c.external_key == key)).scalar() == UNSENT:
        _forget(connection, connection.execute(_FOUND.where(message.c.id == message_id)).one(), now)


_FOUND = select(
    message.c.id, message.c.conversation_id, message.c.received_at, message.c.text, message.c.data, message.c.handled_at
).where(message.c.direction == "in")


def _forget(connection: Connection, found: Any, now: datetime) -> None:
    connection.execute(update(message).where(message.c.id == found.id).values(kind=UNSENT, text="", data=None, trace=None))
    connection.execute(delete(correction).where(correction.c.message_id == found.id))
    media.forget(connection, [found.id])
    if found.text:
        _forget_in_cases(connection, found.conversation_id, found.received_at, found.text)
    if found.handled_at is None:
        # A turn under way has read the words already: it is dropped, and done again without them.
        connection.execute(
            update(conversation)
            .where(conversation.c.id == found.conversation_id, conversation.c.claimed_until.is_not(None))
            .values(fence=conversation.c.fence + 1, claimed_by=None, claimed_until=None, due_at=now)
        )


def _forget_in_cases(connection: Connection, conversation_id: int, at: datetime, text: str) -> None:
    """What an advisor was handed over keeps the line's place and time, not its words; nor does the summary quote them."""
    rows = connection.execute(select(case.c.id, case.c.context).where(case.c.conversation_id == conversation_id)).all()
    for case_id, context in rows:
        lines = context.get("transcript") or []
        kept = [
            {**line, "text": ""} if line.get("text", "").endswith(text) and line.get("at") == at.isoformat() else line
            for line in lines
        ]
        summary = str(context.get("summary") or "")
        # A word or two may stand there for another reason.
        without = summary.replace(text, "…") if len(text.split()) > 2 else summary
        if kept != lines or without != summary:
            changed = {**context, "transcript": kept, "summary": without}
            connection.execute(update(case).where(case.c.id == case_id).values(context=changed))
