"""A web chat session's own lines: what its customer wrote there and what was said back, by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from bot.storage.conversations import pressed
from bot.storage.schema import identity, message

CHANNEL = "webchat"


@dataclass(frozen=True, slots=True)
class Session:
    """Whom a web chat session belongs to."""

    identity: int
    conversation: int


def find_session(connection: Connection, session: str) -> Session | None:
    """The session's identity; None while nothing was written from it."""
    row = connection.execute(
        select(identity.c.id, identity.c.conversation_id).where(
            identity.c.channel == CHANNEL, identity.c.account == "", identity.c.sender == session
        )
    ).first()
    return None if row is None else Session(row.id, row.conversation_id)


def lines_since(connection: Connection, session: str, *, after: int, limit: int) -> Sequence[Any]:
    """Messages numbered above `after`, oldest first: `id`, `at`, `direction`, `author`, `author_name`, `text`, `data`, ...

    Numbers rise in the order of commits, because whoever adds to a conversation holds its row.
    """
    found = find_session(connection, session)
    if found is None:
        return ()
    return connection.execute(
        select(
            message.c.id,
            message.c.at,
            message.c.direction,
            message.c.author,
            message.c.author_name,
            message.c.kind,
            message.c.text,
            message.c.data,
            message.c.provider_id,
        )
        .where(message.c.identity_id == found.identity, message.c.id > after, message.c.kind != "act")
        .order_by(message.c.id)
        .limit(limit)
    ).all()


def look(connection: Connection, session: str, after: int) -> tuple[int | None, bool]:
    """The session's identity, if it has one yet, and whether there is a line numbered above `after`."""
    found = find_session(connection, session)
    if found is None:
        return None, False
    newer = select(message.c.id).where(message.c.identity_id == found.identity, message.c.id > after, message.c.kind != "act")
    return found.identity, connection.execute(newer.limit(1)).first() is not None


def title_of(connection: Connection, session: str, token: str) -> str:
    """What stands on one of the session's buttons; empty when it has no such button."""
    found = find_session(connection, session)
    choice = pressed(connection, found.conversation, token) if found is not None else None
    return str(choice["title"]) if choice is not None else ""
