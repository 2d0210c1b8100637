"""One person over everything we keep: their conversations that became one, their identities, their profiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from bot.storage.joining_by_hand import follow_profile
from bot.storage.merging import follow
from bot.storage.recognition import holder_of
from bot.storage.schema import (
    challenge,
    contact_point,
    conversation,
    identity,
    identity_alias,
    merge,
    message,
    profile,
    profile_merge,
)

CODES_BY = ("email", "sms")
"""Channels on which an address gets a thread by being sent a code."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody we keep something of."""

    conversation: int | None
    """The thread they have; None for a profile nobody has written as."""
    conversations: tuple[int, ...]
    """With those that became part of it, and those opened to send a code to an address of theirs."""
    identities: tuple[int, ...]
    profile: str | None
    profiles: tuple[str, ...]
    """With those that were joined to it."""


def of_conversation(connection: Connection, conversation_id: int) -> Person | None:
    """Whoever this conversation belongs to; None when there is no such conversation."""
    home = follow(connection, conversation_id)
    row = connection.execute(select(conversation.c.profile_id).where(conversation.c.id == home)).first()
    return None if row is None else _whole(connection, home, row.profile_id)


def of_profile(connection: Connection, profile_id: str) -> Person | None:
    """Whoever this profile, or the one it was joined to, is about; None when there is no such profile."""
    kept = follow_profile(connection, profile_id)
    if connection.execute(select(profile.c.id).where(profile.c.id == kept)).first() is None:
        return None
    return _whole(connection, holder_of(connection, kept), kept)


def of_sender(connection: Connection, channel: str, sender: str) -> Person | None:
    """Whoever writes as `sender` on `channel`, or did under a former id; phones with or without their plus sign."""
    spellings = sorted({sender, sender.lower(), sender.lstrip("+"), f"+{sender.lstrip('+')}"})
    direct = select(identity.c.conversation_id).where(identity.c.channel == channel, identity.c.sender.in_(spellings))
    aliases = (
        select(identity.c.conversation_id)
        .join(identity_alias, identity_alias.c.identity_id == identity.c.id)
        .where(identity_alias.c.channel == channel, identity_alias.c.alias.in_(spellings))
    )
    for query in (direct, aliases):
        found = connection.execute(query.order_by(identity.c.id.desc())).scalar()
        if found is not None:
            return of_conversation(connection, found)
    return None


def _whole(connection: Connection, home: int | None, profile_id: str | None) -> Person:
    profiles = _with_dropped(connection, profile_id) if profile_id is not None else ()
    joined = _with_joined(connection, [home]) if home is not None else ()
    conversations = (*joined, *(one for one in _only_sent_codes(connection, profiles) if one not in joined))
    of_them = select(identity.c.id).where(identity.c.conversation_id.in_(conversations)).order_by(identity.c.id)
    return Person(
        conversation=home,
        conversations=conversations,
        identities=tuple(connection.execute(of_them).scalars()),
        profile=profile_id,
        profiles=profiles,
    )


def _with_joined(connection: Connection, ids: Iterable[int]) -> tuple[int, ...]:
    found: set[int] = set()
    waiting = set(ids)
    while waiting:
        found |= waiting
        query = select(merge.c.loser_id).where(merge.c.winner_id.in_(waiting), merge.c.undone_at.is_(None))
        waiting = set(connection.execute(query).scalars()) - found
    return tuple(sorted(found))


def _with_dropped(connection: Connection, profile_id: str) -> tuple[str, ...]:
    found: set[str] = set()
    waiting = {profile_id}
    while waiting:
        found |= waiting
        query = select(profile_merge.c.dropped_id).where(
            profile_merge.c.kept_id.in_(waiting), profile_merge.c.undone_at.is_(None)
        )
        waiting = set(connection.execute(query).scalars()) - found
    return tuple(sorted(found))


def _only_sent_codes(connection: Connection, profiles: Sequence[str]) -> list[int]:
    """Threads of these profiles' own addresses in which nobody has written: they are there for a code somebody asked for.

    An address that leads to somebody else, too, or was sent a code of theirs, is left to them.
    """
    if not profiles:
        return []
    another = contact_point.alias()
    others = select(another.c.profile_id).where(
        another.c.kind == contact_point.c.kind,
        another.c.value == contact_point.c.value,
        another.c.profile_id.not_in(profiles),
    )
    own = select(contact_point.c.value).where(contact_point.c.profile_id.in_(profiles), ~others.exists())
    sent = select(message.c.conversation_id, challenge.c.profile_id).join_from(
        challenge, message, message.c.id == challenge.c.message_id
    )
    places = set(connection.execute(sent.where(challenge.c.profile_id.in_(profiles))).scalars())
    values = list(connection.execute(own).scalars())
    here = select(identity.c.conversation_id).where(identity.c.channel.in_(CODES_BY), identity.c.sender.in_(values))
    places |= set(connection.execute(here).scalars())
    foreign = sent.where(message.c.conversation_id == conversation.c.id, challenge.c.profile_id.not_in(profiles))
    written = select(message.c.id).where(message.c.conversation_id == conversation.c.id, message.c.direction == "in")
    silent = select(conversation.c.id).where(
        conversation.c.id.in_(places),
        conversation.c.profile_id.is_(None),
        conversation.c.merged_into.is_(None),
        conversation.c.handled_at.is_(None),
        ~or_(foreign.exists(), written.exists()),
    )
    return list(connection.execute(silent.order_by(conversation.c.id)).scalars())
