"""What came in and is not handled yet: accepted once, claimed by one worker at a time, handled in order.

`accept` locks the conversation's row before it numbers the message, so numbers rise in the order of commits within a
conversation, whatever the number of processes. `claim` gives a conversation to one worker until a time; its fencing number rises
with each claim and a turn can only be written under the number it was claimed with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.messages import InboundMessage
from bot.storage import echoes, identities, media
from bot.storage.held import release_held
from bot.storage.outbox import PULLED
from bot.storage.prepared import Prepared
from bot.storage.schema import Instant, conversation, identity, message
from bot.storage.unsending import forget_edit, unsend

MAX_KEY = 400
BATCH = 20
"""Most messages of one conversation handled in one turn."""
SPEAKING = frozenset({"text", "press", "contact", "link", "media", "location"})
"""Kinds by which a customer speaks to us: what had to wait for that may leave."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that is ours now: it is committed, and the platform may be told so."""

    message: int
    conversation: int
    identity: int
    fresh: bool
    """False when the platform had already sent this one."""
    owner: str
    """Who owned the conversation when it arrived."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message waiting in the inbox of a claimed conversation."""

    id: int
    identity: int | None
    channel: str
    author: str
    author_name: str | None
    kind: str
    text: str
    data: Mapping[str, Any]
    at: datetime
    received_at: datetime
    failures: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A conversation that is this worker's until `until`, with what waits there (at most `BATCH`, oldest first)."""

    conversation: int
    fence: int
    until: datetime
    language: str
    arrivals: tuple[Arrival, ...]
    more: bool
    """Whether there is more waiting than was taken."""


_HOME = select(identity.c.id, identity.c.conversation_id, conversation.c.fence).join_from(
    identity, conversation, conversation.c.id == identity.c.conversation_id
)
_FIND = Prepared(
    _HOME.where(
        identity.c.channel == bindparam("channel"),
        identity.c.account == bindparam("account"),
        identity.c.sender == bindparam("sender"),
    )
)
_FIND_OTHER = Prepared(_HOME.where(identity.c.id == bindparam("identity")))
_now = bindparam("now", type_=Instant)
_touch = (
    update(conversation)
    .where(conversation.c.id == bindparam("conversation"), conversation.c.merged_into.is_(None))
    # A claimed conversation is due at the claim's end. It must no longer be, whatever the clock says of that end: any other
    # time tells the turn under way that something has arrived since.
    .values(
        due_at=case(
            (
                (conversation.c.due_at < _now)
                & (conversation.c.claimed_until.is_(None) | (conversation.c.due_at != conversation.c.claimed_until)),
                conversation.c.due_at,
            ),
            else_=_now,
        ),
        touched_at=_now,
    )
    .returning(conversation.c.owner)
)
_TOUCH = Prepared(_touch)
# Whatever takes a sender out of a conversation raises its fence. A look at `identity` here would not do: PostgreSQL, once it has
# waited for the conversation's row, looks at that row again, but at all others as they were before.
_TOUCH_HOME = Prepared(_touch.where(conversation.c.fence == bindparam("fence")))
_PUT = Prepared(
    {
        "sqlite": sqlite.insert(message).on_conflict_do_nothing().returning(message.c.id),
        "postgresql": postgresql.insert(message).on_conflict_do_nothing().returning(message.c.id),
    }
)
_NEW_IDENTITY = Prepared(
    {
        "sqlite": sqlite.insert(identity).on_conflict_do_nothing().returning(identity.c.id),
        "postgresql": postgresql.insert(identity).on_conflict_do_nothing().returning(identity.c.id),
    }
)
_NEW_CONVERSATION = Prepared(insert(conversation).returning(conversation.c.id))
_SEEN = select(message.c.id, message.c.conversation_id).where(message.c.external_key == bindparam("key"))


def external_key(channel: str, account: str, external_id: str) -> str:
    """The unique key by which a repeated webhook is recognised."""
    key = f"{channel}/{account}/{external_id}"
    return key if len(key) <= MAX_KEY else f"{channel}/{hashlib.sha256(key.encode()).hexdigest()}"


def clean(text: str) -> str:
    """Text as both databases can keep it: no NUL (PostgreSQL has none), no half of a surrogate pair."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _clean_data(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): _clean_data(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clean_data(part) for part in value]
    return str(value) if isinstance(value, int) and abs(value) >= 2**63 else value


def accept(
    connection: Connection,
    inbound: InboundMessage,
    now: datetime,
    *,
    language: str = "fr",
    files: Mapping[int, bytes] | None = None,
) -> Accepted:
    """Put one message in its sender's conversation, which is opened if there is none yet. Harmless when repeated.

    `files`: the bytes of what came with it, by their place, where they came along.
    """
    sender = {"channel": inbound.channel, "account": inbound.account, "sender": clean(inbound.sender)}
    while True:
        found = _FIND.first(connection, sender)
        if found is None and inbound.channel not in PULLED:
            other = identities.find_other(connection, inbound)
            found = _FIND_OTHER.first(connection, {"identity": other[0]}) if other is not None else None
        if found is None:
            found = _open_conversation(connection, inbound, now, language)
            if found is None:
                continue  # the same new sender was opened by another process meanwhile
        identity_id, conversation_id, fence = found
        if echoes.is_unnamed(inbound) and (own := echoes.ours(connection, inbound, identity_id, now)) is not None:
            return Accepted(own, conversation_id, identity_id, False, "")
        owner = _TOUCH_HOME.scalar(connection, {"conversation": conversation_id, "fence": fence, "now": now})
        if owner is not None:
            break
        # Between the two statements the conversation was merged, or parted, or its sender moved out, and now lives elsewhere; or
        # a worker has claimed it.
    external_id = clean(inbound.external_id)
    key = external_key(inbound.channel, inbound.account, external_id)
    values = {
        "conversation_id": conversation_id,
        "identity_id": identity_id,
        "channel": inbound.channel,
        "direction": "in",
        "author": _author(inbound),
        "author_name": clean(inbound.sender_name)[:120] if inbound.sender_name else None,
        "kind": inbound.kind,
        "external_key": key,
        "provider_id": external_id[:255],
        "text": clean(inbound.text),
        "data": _clean_data(inbound.data) or None,
        "at": inbound.sent_at,
        "received_at": now,
        "failures": 0,
    }
    message_id = _PUT.scalar(connection, values)
    if message_id is None:
        seen = connection.execute(_SEEN, {"key": key}).one()
        return Accepted(seen[0], seen[1], identity_id, False, owner)
    accepted = Accepted(message_id, conversation_id, identity_id, True, owner)
    if inbound.channel not in PULLED or files:
        _follow_up(connection, inbound, accepted, values, now, files)
    return accepted


def _author(inbound: InboundMessage) -> str:
    """Whose words these are: an echo is somebody of the brand, or another of its programs."""
    by = inbound.data.get("by") if inbound.kind in ("echo", "standby") else None
    # An echo that names nobody and is not ours is a person's: no program of the brand's would be silent about itself.
    return {"person": "advisor", "unknown": "advisor", "app": "system"}.get(str(by), "customer")


def _follow_up(
    connection: Connection,
    inbound: InboundMessage,
    accepted: Accepted,
    row: Mapping[str, Any],
    now: datetime,
    files: Mapping[int, bytes] | None,
) -> None:
    """What a message of a platform changes besides being in the inbox."""
    media.expect(connection, accepted.message, accepted.conversation, inbound, now, files)
    identities.remember(connection, inbound, accepted.identity, identities.other_ids(inbound))
    if inbound.kind in SPEAKING:
        identities.reachable_again(connection, accepted.identity, inbound.channel)
        release_held(connection, accepted.identity, now)
    elif inbound.kind in ("unsend", "edit") or (inbound.kind == "echo" and "of" in inbound.data):
        of = clean(str(inbound.data.get("of", "")))
        key = external_key(inbound.channel, inbound.account, of)
        if inbound.kind == "edit":
            forget_edit(connection, accepted.message, key=key, now=now)
        else:
            unsend(connection, key=key, of=of, place=row, now=now)


def accept_act(
    connection: Connection,
    *,
    conversation_id: int,
    key: str,
    by: str,
    name: str,
    data: Mapping[str, Any],
    text: str,
    now: datetime,
) -> Accepted | None:
    """Put an advisor's act in a conversation, in order with what the customer writes. None when there is no such conversation."""
    while True:
        owner = _TOUCH.scalar(connection, {"conversation": conversation_id, "now": now})
        if owner is not None:
            break
        merged = connection.execute(select(conversation.c.merged_into).where(conversation.c.id == conversation_id)).scalar()
        if merged is None:
            return None
        conversation_id = merged
    external = external_key("console", "", key)
    row = {
        "conversation_id": conversation_id,
        "channel": "console",
        "direction": "in",
        "author": "advisor",
        "author_name": name,
        "kind": "act",
        "external_key": external,
        "text": text,
        "data": {**data, "by": by},
        "at": now,
        "received_at": now,
        "failures": 0,
    }
    message_id = _PUT.scalar(connection, row)
    if message_id is None:
        seen = connection.execute(_SEEN, {"key": external}).one()
        return Accepted(seen[0], seen[1], 0, False, owner)
    return Accepted(message_id, conversation_id, 0, True, owner)


def _open_conversation(
    connection: Connection, inbound: InboundMessage, now: datetime, language: str
) -> tuple[int, int, int] | None:
    fresh = {
        "state": "",
        "owner": "bot",
        "epoch": 0,
        "language": inbound.language or language,
        "fence": 0,
        "level": 0,
        "unsure": False,
        "created_at": now,
        "touched_at": now,
    }
    conversation_id = _NEW_CONVERSATION.scalar(connection, fresh)
    identity_id = _NEW_IDENTITY.scalar(
        connection,
        {
            "channel": inbound.channel,
            "account": inbound.account,
            "sender": clean(inbound.sender),
            "conversation_id": conversation_id,
            "name": clean(inbound.sender_name)[:255] if inbound.sender_name else None,
            "created_at": now,
        },
    )
    if identity_id is None:
        connection.execute(delete(conversation).where(conversation.c.id == conversation_id))
        return None
    return identity_id, conversation_id, 0


_free = (conversation.c.due_at <= _now) & (conversation.c.claimed_until.is_(None) | (conversation.c.claimed_until <= _now))
_due = (
    select(conversation.c.id)
    .where(_free)
    .order_by(conversation.c.due_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_wanted = (
    select(conversation.c.id)
    .where(conversation.c.id.in_(bindparam("wanted", expanding=True)), _free)
    .with_for_update(skip_locked=True)
    .cte("wanted_rows")
)
_until = bindparam("until", type_=Instant)
_CLAIM = update(conversation).values(
    claimed_by=bindparam("worker"),
    claimed_until=_until,
    # Due again when the claim runs out, so a worker that dies leaves nothing behind; what arrives meanwhile makes it due at once.
    due_at=_until,
    fence=conversation.c.fence + 1,
)
_CLAIMED = (conversation.c.id, conversation.c.fence, conversation.c.language)
_CLAIM_DUE = _CLAIM.where(conversation.c.id.in_(select(_due.c.id))).returning(*_CLAIMED)
_CLAIM_WANTED = _CLAIM.where(conversation.c.id.in_(select(_wanted.c.id))).returning(*_CLAIMED)
_CLAIM_ONE = Prepared(_CLAIM.where(conversation.c.id == bindparam("wanted"), _free).returning(*_CLAIMED))
_WAITING_ANYWHERE = (
    select(
        message.c.conversation_id,
        message.c.id,
        message.c.identity_id,
        message.c.channel,
        message.c.author,
        message.c.author_name,
        message.c.kind,
        message.c.text,
        message.c.data,
        message.c.at,
        message.c.received_at,
        message.c.failures,
    )
    .where(message.c.handled_at.is_(None))
    .order_by(message.c.id)
)
_WAITING = _WAITING_ANYWHERE.where(message.c.conversation_id.in_(bindparam("conversations", expanding=True)))
_WAITING_ONE = Prepared(_WAITING_ANYWHERE.where(message.c.conversation_id == bindparam("conversation")))


def claim(
    connection: Connection, *, worker: str, now: datetime, until: datetime, limit: int, wanted: Sequence[int] | None = None
) -> list[Claim]:
    """Take conversations in which something is due: those of `wanted`, or whichever have waited longest."""
    if wanted is not None and len(wanted) == 1:
        found = _CLAIM_ONE.all(connection, {"worker": worker, "now": now, "until": until, "wanted": wanted[0]})
        return [_claimed(row, until, _WAITING_ONE.all(connection, {"conversation": row[0]})) for row in found]
    if wanted is None:
        rows = connection.execute(_CLAIM_DUE, {"worker": worker, "now": now, "until": until, "limit": limit}).all()
    else:
        rows = connection.execute(
            _CLAIM_WANTED, {"worker": worker, "now": now, "until": until, "wanted": list(wanted)[:limit]}
        ).all()
    if not rows:
        return []
    waiting: dict[int, list[Any]] = {row[0]: [] for row in rows}
    for row in connection.execute(_WAITING, {"conversations": list(waiting)}):
        waiting[row[0]].append(row)
    return [_claimed(row, until, waiting[row[0]]) for row in rows]


def _claimed(row: Any, until: datetime, waiting: Sequence[Any]) -> Claim:
    arrivals = tuple(_arrival(arrived) for arrived in waiting[:BATCH])
    return Claim(row[0], row[1], until, row[2], arrivals, more=len(waiting) > BATCH)


def _arrival(row: Any) -> Arrival:
    _, id_, identity_id, channel, author, author_name, kind, text, data, at, received_at, failures = row
    return Arrival(id_, identity_id, channel, author, author_name, kind, text, data or {}, at, received_at, failures)


def release_all(connection: Connection, now: datetime) -> int:
    """Give every claim back. Only for a process that knows it is alone on the database (SQLite's file lock)."""
    return connection.execute(
        update(conversation)
        .where(conversation.c.claimed_until.is_not(None))
        .values(claimed_until=None, claimed_by=None, due_at=now)
    ).rowcount


def release(connection: Connection, claim: Claim, due_at: datetime) -> None:
    """Give one claim back unfinished, to be tried again at `due_at`."""
    connection.execute(
        update(conversation)
        .where(conversation.c.id == claim.conversation, conversation.c.fence == claim.fence)
        .values(claimed_until=None, claimed_by=None, due_at=due_at)
    )


def count_failure(connection: Connection, message_ids: Sequence[int]) -> None:
    """Note that handling these messages raised, so that a poisonous one does not block its conversation for ever."""
    connection.execute(update(message).where(message.c.id.in_(message_ids)).values(failures=message.c.failures + 1))


def handled(connection: Connection, message_id: int) -> bool:
    """Whether the turn of this message is committed."""
    return connection.execute(select(message.c.handled_at).where(message.c.id == message_id)).scalar() is not None
