"""One-time links by which a customer goes on with the same conversation on another channel.

Only the hash of a token is kept; a token is random, opened once, by one identity, and soon too old.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from bot.customers.recognise import Level
from bot.storage import evidence
from bot.storage.conversations import Standing
from bot.storage.merging import Joined, are_apart, follow, join
from bot.storage.schema import conversation, identity, link

LIFETIME = timedelta(minutes=30)


def make(connection: Connection, *, conversation_id: int, channel: str, now: datetime, identity_id: int | None = None) -> str:
    """A new token for this conversation, at most 64 characters of A-Z a-z 0-9 _ - (Telegram's limit for /start).

    `identity_id`: who asks for it; what they have proved counts, up to a point, for whoever opens it.
    """
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(link),
        {
            "token_hash": _hash(token),
            "conversation_id": conversation_id,
            "identity_id": identity_id,
            "channel": channel,
            "created_at": now,
            "expires_at": now + LIFETIME,
        },
    )
    return token


def open_link(
    connection: Connection, standing: Standing, token: str, now: datetime, *, counts_for: timedelta | None = None
) -> Joined | Literal["here", "refused"]:
    """What opening a link does to the conversation of whoever opened it.

    `Joined`: it is now part of the link's conversation, whose turn goes on with this message. "here": it is that conversation.
    "refused": unknown, too old, opened by somebody else, or of another known person. `counts_for`: how long a link says who
    opened it, on this channel.
    """
    row = connection.execute(select(link).where(link.c.token_hash == _hash(token)).with_for_update()).first()
    if row is None or row.channel != standing.channel:
        return "refused"
    target = follow(connection, row.conversation_id)
    if row.used_at is not None:
        return "here" if row.used_by == standing.identity_id and target == standing.id else "refused"
    if now >= row.expires_at:
        return "refused"
    use = update(link).where(link.c.token_hash == row.token_hash).values(used_at=now, used_by=standing.identity_id)
    if target == standing.id:
        connection.execute(use)
        return "here"
    profile_there = connection.execute(select(conversation.c.profile_id).where(conversation.c.id == target)).scalar()
    if profile_there is not None and standing.profile_id not in (None, profile_there):
        return "refused"
    if are_apart(connection, target, standing.id) or not _still_speaks_for(connection, row, target, profile_there, now):
        return "refused"
    if profile_there is not None and evidence.is_taken_back(connection, standing.identity_id or 0, profile_there):
        return "refused"
    connection.execute(use)
    if profile_there is not None:
        _vouch(connection, row, standing, profile_there, now, None if counts_for is None else now + counts_for)
    # The thread of the known person stays; between two unknown ones, the one the link came from.
    winner, loser = (standing.id, target) if standing.profile_id and not profile_there else (target, standing.id)
    why = {"kind": "link", "channel": standing.channel, "at": now.isoformat()}
    if winner == target:
        why["made_by"] = row.identity_id
    join(connection, winner=winner, loser=loser, live=target, why=why, now=now)
    # Who opened it is there for certain; who made it may be anybody, and is not who is spoken to unasked.
    connection.execute(update(conversation).where(conversation.c.id == winner).values(identity_id=standing.identity_id))
    connection.execute(update(identity).where(identity.c.id == standing.identity_id).values(linked_from=row.identity_id))
    return Joined(winner)


def trusted(connection: Connection, standing: Standing) -> frozenset[int] | None:
    """The identities whose every word whoever writes in this turn may know; None when there is nobody to be kept from them.

    A link is a gift of its maker's: who opens it may know what the maker said, and what those said whose links the maker had
    opened. Nobody has shown the maker anything: whoever was made to open a link of theirs stays a stranger to them, until the
    maker proves to be the person of the thread.
    """
    if standing.proven >= Level.LINKED or standing.identity_id is None:
        return None
    known = standing.profile_id is not None
    if not standing.linked:
        return frozenset({standing.identity_id}) if known else None
    query = select(identity.c.id, identity.c.linked_from).where(identity.c.conversation_id == standing.id)
    came_from: dict[int, int | None] = {row.id: row.linked_from for row in connection.execute(query)}
    if not known and not any(maker in came_from for maker in came_from.values()):
        return None  # those they had to do with have left
    found: list[int] = []
    one: int | None = standing.identity_id
    while one in came_from and one not in found:
        found.append(one)
        one = came_from[one]
    return frozenset(found)


def is_known(connection: Connection, token: str) -> bool:
    """Whether this is the token of a link of ours, used or not."""
    return connection.execute(select(link.c.created_at).where(link.c.token_hash == _hash(token))).first() is not None


def _still_speaks_for(connection: Connection, row: Any, target: int, profile_id: str | None, now: datetime) -> bool:
    """Whether the maker is still part of the thread the link leads to and, where that is a known one, has proved to be them."""
    if row.identity_id is None:
        return profile_id is None
    home = connection.execute(select(identity.c.conversation_id).where(identity.c.id == row.identity_id)).scalar()
    if home != target:
        return False
    return profile_id is None or evidence.proven(connection, [row.identity_id], profile_id, now) >= Level.LINKED


def _vouch(
    connection: Connection, row: Any, standing: Standing, profile_id: str, now: datetime, expires_at: datetime | None
) -> None:
    """A link made where the person is known says who opens it, as far as a link can that may have been given away.

    It says so no longer than its maker has proved it, and not to an identity of which a person has taken back what it had proved.
    """
    if standing.identity_id is not None and evidence.is_taken_back(connection, standing.identity_id, profile_id):
        return
    ends = [end for end in (expires_at, evidence.ends(connection, row.identity_id, profile_id, now)) if end is not None]
    evidence.give(
        connection,
        conversation_id=standing.id,
        identity_id=standing.identity_id,
        profile_id=profile_id,
        kind=evidence.LINK,
        level=Level.LINKED,
        now=now,
        detail={"made_by": row.identity_id},
        expires_at=min(ends, default=None),
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
