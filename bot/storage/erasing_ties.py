"""What leads to a person who is being erased, and what is known and written of them: all of it in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Table, Text, and_, cast, delete, false, or_, select, update

from bot.storage import erased
from bot.storage.doubling import forget
from bot.storage.person import Person
from bot.storage.schema import (
    apart,
    appointment,
    appointment_cell,
    audit,
    case,
    challenge,
    contact_point,
    conversation,
    evidence,
    identity,
    identity_alias,
    link,
    media,
    merge,
    note,
    profile,
    profile_merge,
    profile_source,
    public_message,
    timer,
    wish,
)

NOWHERE = 0
"""What a conversation that was erased has become part of: no conversation has this number."""
NAMES_A_PROFILE = ("profile", "first", "second")
"""By what the record's details name a profile; nothing in them names a sender."""


def cut_ties(connection: Connection, who: Person, now: datetime) -> Counter[str]:
    """Everything of this person but their messages and files. Returns how many rows of each kind."""
    gone: Counter[str] = Counter()
    public = _public_messages(connection, who.identities)
    gone["public_messages"] = public
    _audit(connection, who)
    gone["merges"] = _merges(connection, who.conversations)
    ids, by = who.conversations, who.identities
    aliases = connection.execute(delete(identity_alias).where(identity_alias.c.identity_id.in_(by))).rowcount
    gone["identities"] = len(by) + aliases
    _identities(connection, by, ids)
    for name, table in (("proofs", evidence), ("codes", challenge), ("wishes", wish)):
        mine = or_(table.c.conversation_id.in_(ids), table.c.identity_id.in_(by))
        gone[name] = _gone(connection, table, mine)
    gone["links"] = _gone(connection, link, or_(link.c.conversation_id.in_(ids), link.c.used_by.in_(by)))
    _gone(connection, timer, timer.c.conversation_id.in_(ids))
    _gone(connection, apart, or_(apart.c.first_id.in_(ids), apart.c.second_id.in_(ids)))
    gone["cases"] = _gone(connection, case, case.c.conversation_id.in_(ids))
    gone["notes"] = _gone(connection, note, note.c.conversation_id.in_(ids))
    booked = select(appointment.c.id).where(appointment.c.conversation_id.in_(ids))
    _gone(connection, appointment_cell, appointment_cell.c.appointment_id.in_(booked))
    gone["appointments"] = _gone(connection, appointment, appointment.c.conversation_id.in_(ids))
    # A file that is being fetched is waited for by nobody any more.
    connection.execute(update(media).where(media.c.conversation_id.in_(ids)).values(state="refused", reference={}))
    gone["conversations"] = _conversations(connection, ids, now)
    return +gone


def let_go_of_profiles(connection: Connection, profile_ids: Sequence[str], now: datetime | None) -> Counter[str]:
    """Everything under these profiles' ids; with `now`, no source brings them back either."""
    gone: Counter[str] = Counter()
    if not profile_ids:
        return gone
    if now is not None:
        erased.remember(connection, profile_ids, now)
    gone["contact_points"] = _gone(connection, contact_point, contact_point.c.profile_id.in_(profile_ids))
    gone["sources"] = _gone(connection, profile_source, profile_source.c.profile_id.in_(profile_ids))
    for table in (evidence, challenge):
        _gone(connection, table, table.c.profile_id.in_(profile_ids))
    either = or_(profile_merge.c.kept_id.in_(profile_ids), profile_merge.c.dropped_id.in_(profile_ids))
    _gone(connection, profile_merge, either)
    gone["likely_doubles"] = sum(forget(connection, profile_id) for profile_id in profile_ids)
    connection.execute(update(conversation).where(conversation.c.profile_id.in_(profile_ids)).values(profile_id=None, level=0))
    gone["profiles"] = _gone(connection, profile, profile.c.id.in_(profile_ids))
    return +gone


def _gone(connection: Connection, table: Table, mine: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(mine)).rowcount


def _conversations(connection: Connection, ids: Sequence[int], now: datetime) -> int:
    """Only the numbers stay: whoever holds a claim, or a page that is still open, finds nobody behind them."""
    nothing: dict[str, Any] = {
        "state": "",
        "owner": "bot",
        "language": "",
        "identity_id": None,
        "due_at": None,
        "timer_at": None,
        "claimed_by": None,
        "claimed_until": None,
        "fence": conversation.c.fence + 1,
        "epoch": conversation.c.epoch + 1,
        "handled_at": None,
        "merged_into": NOWHERE,
        "profile_id": None,
        "level": 0,
        "unsure": False,
        "created_at": now,
        "touched_at": now,
    }
    return connection.execute(update(conversation).where(conversation.c.id.in_(ids)).values(nothing)).rowcount


def _identities(connection: Connection, ids: Sequence[int], conversations: Sequence[int]) -> None:
    last = 0
    if connection.dialect.name == "sqlite":
        # SQLite would give the last number again, and a request that waits for its answers by it would get another's.
        last = connection.execute(select(identity.c.id).order_by(identity.c.id.desc()).limit(1)).scalar() or 0
    connection.execute(delete(identity).where(identity.c.id.in_(ids), identity.c.id != last))
    if last in ids:
        blank = {"channel": "", "account": "", "sender": str(last), "name": None, "blocked_at": None}
        connection.execute(update(identity).where(identity.c.id == last).values(**blank, conversation_id=conversations[0]))


def _public_messages(connection: Connection, identities: Sequence[int]) -> int:
    """What the same sender wrote where everybody reads it."""
    names = select(identity.c.channel, identity.c.account, identity.c.sender).where(identity.c.id.in_(identities))
    former = select(identity_alias.c.channel, identity_alias.c.account, identity_alias.c.alias).where(
        identity_alias.c.identity_id.in_(identities)
    )
    gone = 0
    for channel, account, author in [*connection.execute(names), *connection.execute(former)]:
        same = and_(public_message.c.channel == channel, public_message.c.account == account, public_message.c.author == author)
        gone += _gone(connection, public_message, same)
    return gone


def _audit(connection: Connection, who: Person) -> None:
    """Who did what, and when, stays; what it was about does not."""
    about = audit.c.conversation_id.in_(who.conversations)
    connection.execute(update(audit).where(about).values(details=None))
    ids = set(who.profiles)
    words = cast(audit.c.details, Text)
    quoted = [words.contains(orjson.dumps(one).decode(), autoescape=True) for one in ids]
    rows = connection.execute(select(audit.c.id, audit.c.details).where(or_(false(), *quoted))).all()
    # The same letters may be an outcome or a verb elsewhere: only what is named as a profile is one.
    theirs = [row.id for row in rows if any(row.details.get(name) in ids for name in NAMES_A_PROFILE)]
    connection.execute(update(audit).where(audit.c.id.in_(theirs)).values(details=None))


def _merges(connection: Connection, ids: Sequence[int]) -> int:
    """The ledger keeps its lines; both as they were, and why, are gone, so that none of these can be undone any more."""
    query = select(merge.c.id, merge.c.winner_id, merge.c.loser_id, merge.c.at, merge.c.undone_at)
    rows = connection.execute(query.where(or_(merge.c.winner_id.in_(ids), merge.c.loser_id.in_(ids)))).all()
    numbers = {row.id for row in rows}
    for row in rows:
        if row.undone_at is not None:  # somebody else's thread held their words for that time
            others = {row.winner_id, row.loser_id} - set(ids)
            numbers |= _meanwhile(connection, others, row.at, row.undone_at)
            _cases_meanwhile(connection, others, row.at, row.undone_at)
    nothing: dict[str, Any] = {"why": {}, "moved": {}, "undone_why": None}
    return connection.execute(update(merge).where(merge.c.id.in_(numbers)).values(nothing)).rowcount


def _meanwhile(connection: Connection, others: Iterable[int], since: datetime, until: datetime) -> set[int]:
    """Merges of these others in that time: what they kept of them has the words of whoever was with them."""
    found: set[int] = set()
    waiting = set(others)
    seen: set[int] = set()
    while waiting:
        seen |= waiting
        query = select(merge.c.id, merge.c.winner_id, merge.c.loser_id).where(
            or_(merge.c.winner_id.in_(waiting), merge.c.loser_id.in_(waiting)), merge.c.at >= since, merge.c.at <= until
        )
        rows = connection.execute(query).all()
        found |= {row.id for row in rows}
        waiting = {id_ for row in rows for id_ in (row.winner_id, row.loser_id)} - seen
    return found


def _cases_meanwhile(connection: Connection, others: Iterable[int], since: datetime, until: datetime) -> None:
    """Cases opened for these others in that time were handed over with a transcript of both."""
    within = and_(case.c.conversation_id.in_(list(others)), case.c.opened_at >= since, case.c.opened_at <= until)
    for row in connection.execute(select(case.c.id, case.c.context).where(within)).all():
        context = {**row.context, "transcript": [], "summary": "", "slots": {}, "profile": {}}
        connection.execute(update(case).where(case.c.id == row.id).values(context=context))
