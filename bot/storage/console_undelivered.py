"""The console's page of what did not reach its customer, with names, words and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from bot.storage.console_lists import SHOWN, read_mark, write_mark
from bot.storage.console_people import name_of
from bot.storage.console_words import why_held, why_unsent
from bot.storage.schema import conversation, identity, message, profile
from bot.storage.undelivered import Undelivered, undelivered
from handoff.console.views import UndeliveredPage, UndeliveredRow


def undelivered_page(
    connection: Connection, *, page: str | None, limit: int, language: str, reader_language: str
) -> UndeliveredPage:
    """One page, the latest first. `language` is that of made-up names, `reader_language` that of the reasons."""
    found = undelivered(connection, limit=limit + 1, before=read_mark(page))
    shown = found[:limit]
    about = _about(connection, [one.message for one in shown])
    return UndeliveredPage(
        rows=[_row(one, about[one.message], language, reader_language) for one in shown],
        next=write_mark(shown[-1].since, shown[-1].message) if len(found) > limit else None,
    )


def _about(connection: Connection, messages: Sequence[int]) -> dict[int, Any]:
    if not messages:
        return {}
    rows = connection.execute(
        select(
            message.c.id,
            message.c.text,
            conversation.c.state,
            conversation.c.language,
            conversation.c.level,
            profile.c.facts,
            identity.c.name.label("handle"),
        )
        .join_from(message, conversation, conversation.c.id == message.c.conversation_id)
        .join(profile, profile.c.id == conversation.c.profile_id, isouter=True)
        .join(identity, identity.c.id == message.c.identity_id, isouter=True)
        .where(message.c.id.in_(messages))
    )
    return {row.id: row for row in rows}


def _row(one: Undelivered, about: Any, language: str, reader_language: str) -> UndeliveredRow:
    why = why_held(one.why, reader_language) if one.state == "held" else why_unsent(one.why, reader_language)
    return UndeliveredRow(
        message=one.message,
        conversation=one.conversation,
        customer=name_of(about, one.conversation, language),
        channel=one.channel,
        account=one.account,
        author=one.author,
        text=about.text[:SHOWN],
        state=one.state,
        why=why,
        since=one.since,
        maybe_taken=one.maybe_taken,
    )
