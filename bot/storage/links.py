"""One-time links by which a customer goes on with the same conversation on another channel.

Only the hash of a token is kept; a token is random, opened once, by one identity, and soon too old.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from bot.storage.conversations import Standing
from bot.storage.customers import Joined, follow, join
from bot.storage.schema import conversation, link

LIFETIME = timedelta(minutes=30)


def make(connection: Connection, *, conversation_id: int, channel: str, now: datetime) -> str:
    """A new token for this conversation, at most 64 characters of A-Z a-z 0-9 _ - (Telegram's limit for /start)."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(link),
        {
            "token_hash": _hash(token),
            "conversation_id": conversation_id,
            "channel": channel,
            "created_at": now,
            "expires_at": now + LIFETIME,
        },
    )
    return token


def open_link(connection: Connection, standing: Standing, token: str, now: datetime) -> Joined | Literal["here", "refused"]:
    """What opening a link does to the conversation of whoever opened it.

    `Joined`: it is now part of the link's conversation, whose turn goes on with this message. "here": it is that conversation.
    "refused": unknown, too old, opened by somebody else, or of another known person.
    """
    row = connection.execute(select(link).where(link.c.token_hash == _hash(token)).with_for_update()).first()
    if row is None or row.channel != standing.channel:
        return "refused"
    target = follow(connection, row.conversation_id)
    if row.used_at is not None:
        return "here" if row.used_by == standing.identity_id and target == standing.id else "refused"
    if now > row.expires_at:
        return "refused"
    use = update(link).where(link.c.token_hash == row.token_hash).values(used_at=now, used_by=standing.identity_id)
    if target == standing.id:
        connection.execute(use)
        return "here"
    profile_there = connection.execute(select(conversation.c.profile_id).where(conversation.c.id == target)).scalar()
    if profile_there is not None and standing.profile_id not in (None, profile_there):
        return "refused"
    connection.execute(use)
    # The thread of the known person stays; between two unknown ones, the one the link came from.
    winner, loser = (standing.id, target) if standing.profile_id and not profile_there else (target, standing.id)
    join(connection, winner=winner, loser=loser, live=target, why={"kind": "link", "channel": standing.channel}, now=now)
    return Joined(winner)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
