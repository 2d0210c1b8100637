"""A sender who may be somebody else than before gets a conversation of their own; the former one stays where it belongs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, literal_column, select, update

from bot.storage import evidence
from bot.storage.conversations import Standing
from bot.storage.merging import Joined
from bot.storage.schema import conversation, delivery, identity, media, message

WHY = "whoever this goes to may no longer be who it was written for"


def move_out(connection: Connection, standing: Standing, now: datetime) -> Joined:
    """Let the identity of this turn go on in a new conversation, with what waits of theirs. Nothing said before comes along.

    The caller leaves everything else to the new conversation's turn.
    """
    fresh = {
        "state": "",
        "owner": "bot",
        "epoch": 0,
        "language": standing.language,
        "identity_id": standing.identity_id,
        "due_at": now,
        "fence": 0,
        "level": 0,
        "unsure": False,
        "created_at": now,
        "touched_at": now,
    }
    opened = int(connection.execute(insert(conversation).returning(conversation.c.id), fresh).scalar_one())
    there, who = {"conversation_id": opened}, standing.identity_id
    connection.execute(update(identity).where(identity.c.id == who).values(there))
    waiting = (message.c.conversation_id == standing.id) & (message.c.identity_id == who) & message.c.handled_at.is_(None)
    ids = list(connection.execute(update(message).where(waiting).values(there).returning(message.c.id)).scalars())
    connection.execute(update(media).where(media.c.message_id.in_(ids)).values(there))
    evidence.end_links(connection, [who] if who is not None else [], now)
    unsent = delivery.c.state.in_([literal_column(f"'{state}'") for state in ("pending", "held")])
    connection.execute(update(delivery).where(delivery.c.identity_id == who, unsent).values(state="withheld", why=WHY))
    others = select(identity.c.id).where(identity.c.conversation_id == standing.id).order_by(identity.c.id.desc()).limit(1)
    connection.execute(
        update(conversation)
        .where(conversation.c.id == standing.id)
        .values(
            identity_id=others.scalar_subquery(),
            claimed_by=None,
            claimed_until=None,
            due_at=now,
            fence=conversation.c.fence + 1,
        )
    )
    return Joined(opened)
