"""Sign-ins at the brand's own site as they reach us: each token once, and a browser's session for one person only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.customers.profile import Profile
from bot.customers.sources import Told
from bot.errors import BotError
from bot.storage.evidence import live
from bot.storage.joining_by_hand import follow_profile
from bot.storage.profile_sources import take
from bot.storage.profiles import profile_from
from bot.storage.schema import conversation, evidence, message, profile, spent_token

SOURCE = "site"
"""What the tokens say of a profile nobody else has told of, as a source of profiles."""
PROOF = "site_token"
"""Kind of evidence."""
LATELY = timedelta(minutes=30)
_SPEND = {
    "sqlite": sqlite.insert(spent_token).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(spent_token).on_conflict_do_nothing(),
}


class TokenSpent(BotError):
    """This very token was presented before, by another session."""


class SomebodyElses(BotError):
    """The session is of another person; whoever signs in now gets one of their own."""


def spend(connection: Connection, token_id: str, *, session: str, now: datetime) -> None:
    """Take note that `session` presents this token. It may do so again, when it did not hear our answer; nobody else may.

    Raises `TokenSpent`.
    """
    row = {"token_hash": _hash(f"{SOURCE}:{token_id}"), "body_hash": _hash(session), "at": now}
    if connection.execute(_SPEND[connection.dialect.name], row).rowcount:
        return
    before = connection.execute(select(spent_token.c.body_hash).where(spent_token.c.token_hash == row["token_hash"])).scalar()
    if before != row["body_hash"]:
        raise TokenSpent("this token was used before; ask the shop for a new one each time")


def check_holder(connection: Connection, conversation_id: int, profile_id: str, *, but: int) -> None:
    """Make sure that nobody else is known in this conversation, or about to be (by other messages than `but`).

    Raises `SomebodyElses`. The conversation's row must be locked: two who sign in at once come one after the other.
    """
    known = connection.execute(select(conversation.c.profile_id).where(conversation.c.id == conversation_id)).scalar()
    waiting = connection.execute(
        select(message.c.data).where(
            message.c.conversation_id == conversation_id,
            message.c.handled_at.is_(None),
            message.c.kind == "signin",
            message.c.id != but,
        )
    ).scalars()
    if {known, *((data or {}).get("profile") for data in waiting)} - {None, profile_id}:
        raise SomebodyElses("somebody else is known in this session; a new one begins")


def known_by_site(connection: Connection, signed: str, facts: Mapping[str, Any], now: datetime) -> str | None:
    """The profile of a customer of the site, written down when it is new; returns its id, that of the one it was joined to.

    None for somebody who was erased: the site does not bring them back.
    """
    there = select(profile.c.id).where(profile.c.id == signed)
    if connection.execute(there).first() is None:
        take(connection, SOURCE, [Told(id=signed, facts=facts)], now=now)
        if connection.execute(there).first() is None:
            return None
    return follow_profile(connection, signed)


def renewed_lately(connection: Connection, identity_id: int, profile_id: str, *, until: datetime, now: datetime) -> bool:
    """Whether this browser's proof lasts nearly until then: a new token with every page need not be a message in the thread."""
    ends = connection.execute(
        select(evidence.c.expires_at).where(
            evidence.c.identity_id == identity_id, evidence.c.profile_id == profile_id, evidence.c.kind == PROOF, live(now)
        )
    ).scalars()
    return any(end is not None and timedelta(0) <= until - end < LATELY for end in ends)


def profile_named(connection: Connection, profile_id: str) -> Profile | None:
    """The profile of this id; None when there is none (any more)."""
    named = follow_profile(connection, profile_id)
    facts = connection.execute(select(profile.c.facts).where(profile.c.id == named)).scalar()
    return profile_from({"id": named, "first_name": "", "last_name": "", **facts}) if facts is not None else None


def _hash(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()
