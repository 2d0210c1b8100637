"""Who a conversation's customer is, as the console shows it: the proofs and the ledger, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select, update

from bot.customers.ledger import channel_name, reason
from bot.customers.recognise import Level
from bot.storage import evidence as proofs
from bot.storage.console_people import people
from bot.storage.merging import follow
from bot.storage.person import of_conversation
from bot.storage.schema import conversation, evidence, identity, merge, profile_merge
from handoff.console.person_views import JoinView, PersonFile, ProofView
from handoff.console.person_views import Level as LevelName

LEVELS: Mapping[int, LevelName] = {
    Level.NONE: "none",
    Level.CLAIMED: "claimed",
    Level.LINKED: "linked",
    Level.CHANNEL_VERIFIED: "channel",
    Level.CHALLENGE_VERIFIED: "challenge",
    Level.AUTHENTICATED: "authenticated",
}
MOST = 30
"""Of each, on one card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom sentences are made."""

    language: str
    zone: str
    now: datetime
    names: Mapping[str, str]
    """Usernames of the brand's people to their names."""

    def because(self, why: Mapping[str, Any], at: datetime, by: str | None) -> str:
        """One proof or merge in words."""
        today = self.now.astimezone(ZoneInfo(self.zone)).date()
        return reason(why, at=at, by=by, language=self.language, zone=self.zone, today=today)


def person_file(connection: Connection, conversation_id: int, reader: Reader) -> PersonFile:
    """The proofs given in this conversation, and what it was joined from, the latest first."""
    who = of_conversation(connection, conversation_id)
    if who is None or who.conversation is None:
        return PersonFile()
    given = _proofs(connection, who.conversation)
    joined, same = _merges(connection, who.conversations), _profile_merges(connection, who.profiles)
    names = people(connection, [name for row in (*given, *joined, *same) for name in _names_in(row)], reader.names)
    by_hand = {row.merge_id for row in same if row.undone_at is None}
    identities = _channels(connection, who.conversation)
    lines = [_join(row, reader, names, identities) for row in joined if row.id not in by_hand]
    lines += [_profile_join(row, reader, names) for row in same]
    return PersonFile(
        proofs=[_proof(row, reader, names) for row in given],
        joins=sorted(lines, key=lambda line: line.at, reverse=True),
    )


def revoke_one(connection: Connection, conversation_id: int, proof: int, *, by: str, now: datetime) -> bool:
    """Let one proof count no longer; False when it is none of this conversation's, or has ended already."""
    home = follow(connection, conversation_id)
    row = connection.execute(
        select(conversation.c.id, conversation.c.profile_id).where(conversation.c.id == home).with_for_update()
    ).first()
    mine = (evidence.c.id == proof, evidence.c.conversation_id == home, proofs.live(now))
    ended = update(evidence).where(*mine).values(revoked_at=now, revoked_by=by)
    if row is None or connection.execute(ended).rowcount == 0:
        return False
    here = select(identity.c.id).where(identity.c.conversation_id == home)
    ids = list(connection.execute(here).scalars())
    level = proofs.proven(connection, ids, row.profile_id, now) if row.profile_id else Level.NONE
    connection.execute(update(conversation).where(conversation.c.id == home).values(level=int(level), touched_at=now))
    # A turn under way has read what that proof opened: it is done again without.
    connection.execute(
        update(conversation)
        .where(conversation.c.id == home, conversation.c.claimed_until.is_not(None))
        .values(fence=conversation.c.fence + 1, claimed_by=None, claimed_until=None, due_at=now)
    )
    return True


def is_of(connection: Connection, conversation_id: int, join: int, sort: str) -> bool:
    """Whether a line of the ledger ("conversations", or of "profiles") is about this conversation's customer."""
    who = of_conversation(connection, conversation_id)
    if who is None:
        return False
    if sort == "conversations":
        mine = merge.c.winner_id.in_(who.conversations) | merge.c.loser_id.in_(who.conversations)
        return connection.execute(select(merge.c.id).where(merge.c.id == join, mine)).first() is not None
    same = profile_merge.c.kept_id.in_(who.profiles) | profile_merge.c.dropped_id.in_(who.profiles)
    return connection.execute(select(profile_merge.c.id).where(profile_merge.c.id == join, same)).first() is not None


def _names_in(row: Any) -> Sequence[str | None]:
    return [row.by, getattr(row, "revoked_by", None), getattr(row, "undone_by", None)]


def _proofs(connection: Connection, conversation_id: int) -> Sequence[Any]:
    return connection.execute(
        select(evidence, identity.c.channel)
        .join_from(evidence, identity, identity.c.id == evidence.c.identity_id, isouter=True)
        .where(evidence.c.conversation_id == conversation_id)
        .order_by(evidence.c.id.desc())
        .limit(MOST)
    ).all()


def _merges(connection: Connection, ids: Sequence[int]) -> Sequence[Any]:
    either = or_(merge.c.winner_id.in_(ids), merge.c.loser_id.in_(ids))
    return connection.execute(select(merge).where(either).order_by(merge.c.id.desc()).limit(MOST)).all()


def _profile_merges(connection: Connection, ids: Sequence[str]) -> Sequence[Any]:
    either = or_(profile_merge.c.kept_id.in_(ids), profile_merge.c.dropped_id.in_(ids))
    return connection.execute(select(profile_merge).where(either).order_by(profile_merge.c.id.desc()).limit(MOST)).all()


def _channels(connection: Connection, conversation_id: int) -> dict[int, str]:
    query = select(identity.c.id, identity.c.channel).where(identity.c.conversation_id == conversation_id)
    return {row.id: row.channel for row in connection.execute(query)}


def proof_in_words(row: Any, reader: Reader, names: Mapping[str, str]) -> str:
    """What somebody has given to prove who they are."""
    why = {**(row.detail or {}), "kind": row.kind, "channel": row.channel}
    return _sentence(reader.because(why, row.at, names.get(row.by or "", row.by)))


def merge_in_words(row: Any, reader: Reader, names: Mapping[str, str]) -> str:
    """Why two conversations became one; an emptied line of the ledger says only when."""
    told = reader.because(row.why or {"kind": "-"}, row.at, names.get(row.by or "", row.by))
    words = row.why.get("words")
    return _sentence(f"{told} : {words}" if words else told)


def _proof(row: Any, reader: Reader, names: Mapping[str, str]) -> ProofView:
    over = row.expires_at is not None and row.expires_at <= reader.now
    return ProofView(
        id=row.id,
        words=proof_in_words(row, reader, names),
        level=LEVELS.get(row.level, "none"),
        at=row.at,
        until=row.expires_at,
        ended="revoked" if row.revoked_at is not None else "expired" if over else "",
        ended_by=names.get(row.revoked_by or "", row.revoked_by or ""),
    )


def _join(row: Any, reader: Reader, names: Mapping[str, str], identities: Mapping[int, str]) -> JoinView:
    leaves = sorted({identities[id_] for id_ in row.moved.get("identities", ()) if id_ in identities})
    return JoinView(
        id=row.id,
        sort="conversations",
        words=merge_in_words(row, reader, names),
        at=row.at,
        other=str(row.loser_id),
        leaves=[channel_name(channel, reader.language) for channel in leaves],
        can_undo=row.undone_at is None and "before" in row.moved,
        undone_at=row.undone_at,
        undone_by=names.get(row.undone_by or "", row.undone_by or ""),
        undone_why=row.undone_why or "",
    )


def _profile_join(row: Any, reader: Reader, names: Mapping[str, str]) -> JoinView:
    told = reader.because({"kind": "profiles"}, row.at, names.get(row.by, row.by))
    return JoinView(
        id=row.id,
        sort="profiles",
        words=_sentence(told),
        at=row.at,
        other=row.dropped_id,
        can_undo=row.undone_at is None,
        undone_at=row.undone_at,
        undone_by=names.get(row.undone_by or "", row.undone_by or ""),
        undone_why=row.undone_why or "",
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
