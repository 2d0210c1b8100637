"""What has changed since somebody last looked, for pages that follow along."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from bot.storage.schema import IS_OPEN, case, conversation, merge

MOST = 500


def touched_since(connection: Connection, at: datetime) -> list[tuple[int, datetime]]:
    """The conversations that changed at or after `at`, with the time of their last change, latest first."""
    rows = connection.execute(
        select(conversation.c.id, conversation.c.touched_at)
        .where(conversation.c.touched_at >= at)
        .order_by(conversation.c.touched_at.desc())
        .limit(MOST)
    )
    return [(row.id, row.touched_at) for row in rows]


def open_case_marks(connection: Connection) -> frozenset[tuple[int, int, str, str | None]]:
    """Every open case, as far as a list of them would look different: id, conversation, status, who has it."""
    rows = connection.execute(select(case.c.id, case.c.conversation_id, case.c.status, case.c.advisor).where(IS_OPEN))
    return frozenset((row.id, row.conversation_id, row.status, row.advisor) for row in rows)


def formerly(connection: Connection, conversations: Collection[int]) -> list[int]:
    """Conversations that have become part of these: a page may still be open under their number."""
    found: set[int] = set()
    wanted = set(conversations)
    while wanted:
        losers = connection.execute(select(merge.c.loser_id).where(merge.c.winner_id.in_(sorted(wanted)))).scalars()
        wanted = set(losers) - found  # a merge that was undone may have been made again the other way round
        found |= wanted
    return sorted(found)
