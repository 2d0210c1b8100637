"""What happened to a conversation itself, as lines of its thread: joins, proofs, codes, another channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from bot.customers.ledger import channel_name
from bot.storage.console_people import people
from bot.storage.console_person import Reader, merge_in_words, proof_in_words
from bot.storage.schema import challenge, evidence, identity, merge
from handoff.console.views import MessageView

MOST = 100
"""Of each kind on one page."""
_WORDS: Mapping[str, tuple[str, str]] = {
    "joined": ("Conversations réunies. {why}", "Conversations joined. {why}"),
    "parted": ("Conversations séparées par {by}.", "Conversations parted by {by}."),
    "proved": ("Reconnu. {why}", "Recognised. {why}"),
    "revoked": ("Preuve retirée par {by}. {why}", "Proof taken back by {by}. {why}"),
    "code": ("Code envoyé par {channel}.", "Code sent by {channel}."),
    "code_right": ("Code envoyé par {channel} ; il a été tapé juste.", "Code sent by {channel}; it was typed right."),
    "code_wrong": (
        "Code envoyé par {channel} ; il n’a pas été tapé juste.",
        "Code sent by {channel}; it was not typed right.",
    ),
    "code_expired": ("Code envoyé par {channel} ; il a expiré.", "Code sent by {channel}; it ran out."),
    "moved": ("Continue sur {channel}.", "Goes on on {channel}."),
}


def with_events(
    connection: Connection,
    conversation_id: int,
    views: Sequence[MessageView],
    *,
    reader: Reader,
    since: datetime | None,
    until: datetime | None,
) -> list[MessageView]:
    """The messages of one page with what happened between them.

    `since` is when the page begins (None: it is the first), `until` when the one after it does (None: it is the last).
    """
    events = [event for event in _all(connection, conversation_id, reader) if _within(event.at, since, until)]
    events += _moves(views, reader)
    placed = [_behind(event, views) if not event.id else event for event in events]
    # Behind the message it came after; of several there, by time.
    return sorted([*views, *placed], key=lambda view: (view.id, view.author == "event", view.at))


def _within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)


def _behind(event: MessageView, views: Sequence[MessageView]) -> MessageView:

    before = [view.id for view in views if view.at <= event.at]
    return replace(event, id=max(before, default=0))


def _moves(views: Sequence[MessageView], reader: Reader) -> Iterator[MessageView]:
    """Where the customer goes on writing on another channel."""
    channel, last = "", 0
    for view in sorted(views, key=lambda view: view.id):
        if view.author == "customer" and view.channel:
            if channel and view.channel != channel:
                words = _say("moved", reader, channel=channel_name(view.channel, reader.language))
                yield MessageView(id=last, key=f"moved-{view.id}", at=view.at, channel="", author="event", text=words)
            channel = view.channel
        last = view.id


def _all(connection: Connection, conversation_id: int, reader: Reader) -> list[MessageView]:
    joins = connection.execute(
        select(merge)
        .where(or_(merge.c.winner_id == conversation_id, merge.c.loser_id == conversation_id))
        .order_by(merge.c.id.desc())
        .limit(MOST)
    ).all()
    given = connection.execute(
        select(evidence, identity.c.channel)
        .join_from(evidence, identity, identity.c.id == evidence.c.identity_id, isouter=True)
        .where(evidence.c.conversation_id == conversation_id)
        .order_by(evidence.c.id.desc())
        .limit(MOST)
    ).all()
    codes = connection.execute(
        select(challenge)
        # Where nobody is known by what was claimed nothing was sent, whatever the customer was told.
        .where(challenge.c.conversation_id == conversation_id, challenge.c.profile_id.is_not(None))
        .order_by(challenge.c.id.desc())
        .limit(MOST)
    ).all()
    names = people(connection, [*(row.by for row in (*joins, *given)), *_enders(joins, given)], reader.names)
    return [*_joins(joins, reader, names), *_proofs(given, reader, names), *_codes(codes, reader)]


def _enders(joins: Sequence[Any], given: Sequence[Any]) -> list[str | None]:
    return [row.undone_by for row in joins] + [row.revoked_by for row in given]


def _joins(rows: Sequence[Any], reader: Reader, names: Mapping[str, str]) -> Iterator[MessageView]:
    for row in rows:
        yield _event(f"joined-{row.id}", row.at, _say("joined", reader, why=merge_in_words(row, reader, names) + "."))
        if row.undone_at is not None:
            by = names.get(row.undone_by or "", row.undone_by or "?")
            yield _event(f"parted-{row.id}", row.undone_at, _say("parted", reader, by=by))


def _proofs(rows: Sequence[Any], reader: Reader, names: Mapping[str, str]) -> Iterator[MessageView]:
    for row in rows:
        why = proof_in_words(row, reader, names) + "."
        yield _event(f"proved-{row.id}", row.at, _say("proved", reader, why=why))
        if row.revoked_at is not None:
            by = names.get(row.revoked_by or "", row.revoked_by or "?")
            yield _event(f"revoked-{row.id}", row.revoked_at, _say("revoked", reader, by=by, why=why))


def _codes(rows: Sequence[Any], reader: Reader) -> Iterator[MessageView]:
    for row in rows:
        key = f"code_{row.outcome}" if f"code_{row.outcome}" in _WORDS else "code"
        yield _event(f"code-{row.id}", row.created_at, _say(key, reader, channel=channel_name(row.kind, reader.language)))


def _event(key: str, at: datetime, words: str) -> MessageView:
    return MessageView(id=0, key=key, at=at, channel="", author="event", text=words)


def _say(key: str, reader: Reader, **values: str) -> str:
    return _WORDS[key][reader.language == "en"].format(**values)
