"""Everything we keep of one person, read a page at a time, without what opens anything: no code, no seed, no token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, and_, func, or_, select

from bot.dialogue.state import DialogueState
from bot.storage.media import HELD
from bot.storage.person import Person
from bot.storage.schema import (
    appointment,
    audit,
    case,
    challenge,
    contact_point,
    conversation,
    delivery,
    evidence,
    identity,
    identity_alias,
    link,
    media,
    media_content,
    merge,
    message,
    note,
    profile,
    profile_source,
    public_message,
    wish,
)

Rows = list[dict[str, Any]]
OPENS = frozenset({"token", "secret", "seed", "password", "file_id"})
"""Names of values that open something, wherever they stand."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of theirs whose bytes are here."""

    id: int
    message: int
    name: str
    mime_type: str


def about(connection: Connection, who: Person, *, notes: bool = True) -> dict[str, Rows]:
    """All but the messages and the files, by kind, as plain data with aware times."""
    ids, by = list(who.conversations), list(who.identities)
    found = {
        "profile": _profile(connection, who),
        "sources": _read(connection, profile_source, profile_source.c.profile_id.in_(who.profiles), ("source", "facts", "at")),
        "contact_points": _read(connection, contact_point, contact_point.c.profile_id.in_(who.profiles), ("kind", "value")),
        "identities": _identities(connection, by),
        "slots": _slots(connection, who),
        "wishes": _read(
            connection, wish, wish.c.conversation_id.in_(ids), ("kind", "channel", "purpose", "value", "at", "by", "proof")
        ),
        "proofs": _read(
            connection,
            evidence,
            or_(evidence.c.conversation_id.in_(ids), evidence.c.identity_id.in_(by)),
            ("kind", "level", "detail", "by", "at", "expires_at", "revoked_at", "revoked_by"),
        ),
        "codes": _read(
            connection,
            challenge,
            or_(challenge.c.conversation_id.in_(ids), challenge.c.profile_id.in_(who.profiles)),
            ("kind", "reason", "created_at", "ended_at", "outcome"),
        ),
        "links": _read(connection, link, link.c.conversation_id.in_(ids), ("channel", "created_at", "expires_at", "used_at")),
        "cases": _read(
            connection,
            case,
            case.c.conversation_id.in_(ids),
            ("queue", "status", "context", "opened_at", "taken_at", "ended_at", *(("note",) if notes else ())),
        ),
        "notes": _read(connection, note, note.c.conversation_id.in_(ids), ("author", "text", "at")) if notes else [],
        "appointments": _read(
            connection,
            appointment,
            appointment.c.conversation_id.in_(ids),
            ("store", "service", "local_start", "zone", "minutes", "name", "phone", "note", "status", "created_at"),
        ),
        "merges": _read(
            connection,
            merge,
            # Of one that was undone the other half is about another person.
            and_(merge.c.winner_id.in_(ids), merge.c.undone_at.is_(None)),
            ("winner_id", "loser_id", "why", "at", "by"),
        ),
        "public": _public(connection, by),
        "audit": _read(connection, audit, audit.c.conversation_id.in_(ids), ("by", "act", "details", "at")),
    }
    for row in found["cases"]:
        row["context"].pop("transcript", None)  # the thread itself is there
    return {name: [_closed(row) for row in rows] for name, rows in found.items()}


def last_message(connection: Connection, who: Person) -> int:
    """The number of their latest message; what comes while an archive is made is left out of it."""
    query = select(func.max(message.c.id)).where(message.c.conversation_id.in_(who.conversations))
    return connection.execute(query).scalar() or 0


def messages(connection: Connection, who: Person, *, after: int, until: int, limit: int) -> Rows:
    """The next messages of the thread, with what was understood and what became of them."""
    query = (
        select(
            message.c.id,
            message.c.at,
            message.c.channel,
            message.c.direction,
            message.c.author,
            message.c.author_name,
            message.c.kind,
            message.c.text,
            message.c.data,
            message.c.trace,
            delivery.c.state,
            delivery.c.recipient,
            delivery.c.delivered_at,
            delivery.c.read_at,
        )
        .join_from(message, delivery, delivery.c.message_id == message.c.id, isouter=True)
        .where(message.c.conversation_id.in_(who.conversations), message.c.id > after, message.c.id <= until)
        .where(message.c.kind != "act")
        .order_by(message.c.id)
        .limit(limit)
    )
    return [_closed(dict(row._mapping)) for row in connection.execute(query)]


def kept_files(connection: Connection, who: Person, *, until: int) -> list[KeptFile]:
    """Their files, without the bytes."""
    rows = connection.execute(
        select(media.c.id, media.c.message_id, media.c.name, media.c.mime_type)
        .where(media.c.conversation_id.in_(who.conversations), media.c.state.in_(HELD), media.c.message_id <= until)
        .order_by(media.c.id)
    )
    return [KeptFile(row.id, row.message_id, row.name or "", row.mime_type or "") for row in rows]


def piece(connection: Connection, media_id: int, place: int) -> bytes | None:
    """One piece of a file, a megabyte at most; None behind the last."""
    where = and_(media_content.c.media_id == media_id, media_content.c.place == place)
    found = connection.execute(select(media_content.c.content).where(where)).scalar()
    return None if found is None else bytes(found)


def _read(connection: Connection, table: Any, mine: Any, names: Sequence[str]) -> Rows:
    columns: list[Column[Any]] = [table.c[name] for name in names]
    return [dict(row._mapping) for row in connection.execute(select(*columns).where(mine).order_by(*table.primary_key))]


def _profile(connection: Connection, who: Person) -> Rows:
    rows = connection.execute(select(profile.c.facts).where(profile.c.id.in_(who.profiles)).order_by(profile.c.id)).scalars()
    return [dict(facts) for facts in rows]


def _identities(connection: Connection, ids: Sequence[int]) -> Rows:
    aliases: dict[int, list[str]] = {}
    query = select(identity_alias.c.identity_id, identity_alias.c.alias).where(identity_alias.c.identity_id.in_(ids))
    for row in connection.execute(query.order_by(identity_alias.c.alias)):
        aliases.setdefault(row.identity_id, []).append(row.alias)
    rows = connection.execute(select(identity).where(identity.c.id.in_(ids)).order_by(identity.c.id))
    return [
        {
            "channel": row.channel,
            "account": row.account,
            # That of a web chat is the digest of what its browser signs in with.
            "sender": "" if row.channel == "webchat" else row.sender,
            "name": row.name,
            "also": aliases.get(row.id, []),
            "created_at": row.created_at,
            "blocked_at": row.blocked_at,
        }
        for row in rows
    ]


def _slots(connection: Connection, who: Person) -> Rows:
    query = select(conversation.c.state).where(conversation.c.id == who.conversation)
    state = connection.execute(query).scalar()
    if not state:
        return []
    return [
        {"slot": name, "value": slot.value, "source": slot.source} for name, slot in DialogueState.from_json(state).slots.items()
    ]


def _public(connection: Connection, ids: Sequence[int]) -> Rows:
    found: Rows = []
    query = select(identity.c.channel, identity.c.account, identity.c.sender).where(identity.c.id.in_(ids))
    for channel, account, sender in connection.execute(query).all():
        mine = (
            public_message.c.channel == channel,
            public_message.c.account == account,
            public_message.c.author == sender,
        )
        found += _read(connection, public_message, and_(*mine), ("channel", "text", "at", "removed_at", "replied_at"))
    return found


def _closed(value: Any) -> Any:
    """The same without what opens anything."""
    if isinstance(value, Mapping):
        return {str(name): _closed(part) for name, part in value.items() if name not in OPENS}
    if isinstance(value, list | tuple):
        return [_closed(part) for part in value]
    return value
