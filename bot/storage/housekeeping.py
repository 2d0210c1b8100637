"""Letting go of rows whose time is over, a few at a time, so that no turn waits behind a great clearing up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import Column, Connection, delete, select

from bot.storage import challenge_rows, media
from bot.storage.schema import challenge, link, login_attempt, session, spent_token, unreadable

KEPT: tuple[tuple[Column[str] | Column[int], Column[datetime], timedelta], ...] = (
    # A link opened twice by the same person is told apart from a stale one for a day after it has run out.
    (link.c.token_hash, link.c.expires_at, timedelta(days=1)),
    (session.c.token_hash, session.c.expires_at, timedelta(0)),
    (login_attempt.c.id, login_attempt.c.at, timedelta(days=1)),
    (spent_token.c.token_hash, spent_token.c.at, timedelta(days=1)),
    # How many codes were asked for is counted over a day.
    (challenge.c.id, challenge.c.created_at, timedelta(days=2)),
    (unreadable.c.digest, unreadable.c.received_at, timedelta(days=30)),
)
"""Of each table its key, the time that counts, and how long after it a row is kept."""


def tidy(
    connection: Connection, now: datetime, most: int, *, instead: Mapping[str, timedelta] = MappingProxyType({})
) -> dict[str, int]:
    """Delete at most `most` rows of each table whose time is over; how many those were, by table. Of files, only the bytes go.

    `instead`: by table, how long this brand keeps its rows.
    """
    gone = {}
    for key, at, usual in KEPT:
        kept = instead.get(key.table.name, usual)
        over = select(key).where(at <= now - kept).limit(most)
        gone[key.table.name] = connection.execute(delete(key.table).where(key.in_(over))).rowcount
    gone["codes"] = challenge_rows.let_expire(connection, now, most)
    gone["media"] = media.let_vanish(connection, now, most)
    return gone
