"""Where else a customer may be written to, when the window of the channel their words were meant for has closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, literal_column, select, update

from bot.customers.wishes import UNBOUND, Manners
from bot.messages import Limits
from bot.storage.contacting import Judge, purpose_of
from bot.storage.evidence import strongest
from bot.storage.held import goes_elsewhere
from bot.storage.last_acts import last_acts
from bot.storage.outbox import PULLED
from bot.storage.schema import Instant, conversation, delivery, identity, message

MARGIN = timedelta(minutes=5)
"""A window that closes so soon is taken to be closed: the words still have to get there."""
SEEN_LATELY = timedelta(minutes=10)
"""Who wrote in the web chat so lately is taken to be still there."""

PROMPTED = "; a template has asked them to write"
"""How the reason of a message ends that is held, once a template was sent in its place."""

Served = Mapping[tuple[str, str], Limits]
"""The accounts something can be sent by, each (channel, account) with what it can do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One identity by which a customer can be reached."""

    identity: int
    channel: str
    account: str = ""
    recipient: str = ""
    level: int = 0
    """Of the evidence it has given of being that customer."""
    blocked: bool = False
    last_act: datetime | None = None
    """When the customer last wrote from it."""
    newest: int = 0
    """The number of the latest message there: a web chat asks for those above it."""


@dataclass(frozen=True, slots=True)
class Aside:
    """What becomes of words that meet a closed window."""

    moved: Reach | None = None
    """Where they go instead; written down already."""
    may_prompt: bool = False
    """Whether a template may ask the customer to write: none has been sent since they last did, and the words are worth it."""


def choose(
    meant: Reach, others: Sequence[Reach], *, message_id: int, recognised: bool, served: Served, now: datetime
) -> Reach | None:
    """The best of the customer's other identities for words that may not reach them by `meant`; None when there is none.

    It must be free to be written to now and at least as well proven, if the conversation is a known person's (`recognised`).
    Channels that ring come first, then whichever the customer used last.
    """
    fit = [
        one
        for one in others
        if one.identity != meant.identity
        and not one.blocked
        and (one.level >= meant.level or not recognised)
        and _is_open(one, message_id=message_id, served=served, now=now)
    ]
    return max(fit, key=lambda one: (one.channel not in PULLED, _since(one), one.identity), default=None)


def _is_open(one: Reach, *, message_id: int, served: Served, now: datetime) -> bool:
    if one.channel == "webchat":
        # Whoever looks there now, and has not yet been shown anything later.
        return one.last_act is not None and now - one.last_act < SEEN_LATELY and one.newest < message_id
    limits = served.get((one.channel, one.account))
    if one.channel in PULLED or limits is None:
        return False
    window = limits.window_of(one.recipient)
    return window is None or (one.last_act is not None and now < one.last_act + window - MARGIN)


def _since(one: Reach) -> float:
    return one.last_act.timestamp() if one.last_act is not None else 0.0


_MEANT = (
    select(
        delivery.c.message_id,
        delivery.c.conversation_id,
        delivery.c.identity_id,
        delivery.c.channel,
        message.c.author,
        message.c.in_reply_to,
        message.c.trace,
        message.c.purpose,
        message.c.data,
        message.c.at,
        conversation.c.profile_id,
    )
    .join_from(delivery, message, message.c.id == delivery.c.message_id)
    .join(conversation, conversation.c.id == delivery.c.conversation_id)
    .where(
        delivery.c.message_id == bindparam("message"),
        delivery.c.state == "sending",
        delivery.c.claimed_by == bindparam("worker"),
    )
    .with_for_update(of=delivery)
)
_REACHES = (
    select(identity, strongest(identity.c.id, conversation.c.profile_id, bindparam("now", type_=Instant)).label("level"))
    .join(conversation, conversation.c.id == identity.c.conversation_id)
    .where(identity.c.conversation_id == bindparam("conversation"))
    .order_by(identity.c.id)
)
_NEWEST = select(func.max(message.c.id)).where(message.c.identity_id == bindparam("identity"))
_PROMPTED = (
    select(message.c.trace)
    .join_from(delivery, message, message.c.id == delivery.c.message_id)
    .where(
        delivery.c.identity_id == bindparam("identity"),
        # Word for word as in the index: SQLite uses a partial index for no other condition.
        delivery.c.state.in_([literal_column("'failed'"), literal_column("'held'")]),
    )
)


def step_aside(
    connection: Connection,
    message_id: int,
    *,
    worker: str,
    served: Served,
    now: datetime,
    manners: Manners = UNBOUND,
) -> Aside | None:
    """Find other words' way for a claimed message that meets a closed window, and send it there if there is one.

    None when the message is this worker's no more.
    """
    row = connection.execute(_MEANT, {"message": message_id, "worker": worker}).first()
    if row is None:
        return None
    if not goes_elsewhere(row.author, row.in_reply_to):
        return Aside()
    reaches = _reaches(connection, row.conversation_id, now)
    meant = next((one for one in reaches if one.identity == row.identity_id), None)
    if meant is None:
        return Aside()
    judge = Judge.of(connection, row.conversation_id, manners, now)
    purpose = purpose_of(row.purpose, row.data)
    # Where they want nothing of the kind, now or ever, is no other way.
    reaches = [one for one in reaches if one is meant or judge.verdict(one.channel, purpose, written_at=row.at).state == "go"]
    best = choose(meant, reaches, message_id=message_id, recognised=row.profile_id is not None, served=served, now=now)
    if best is not None:
        _move(connection, row, best, now)
        return Aside(moved=best)
    return Aside(may_prompt=not _prompted(connection, meant, row.trace))


def note_prompt(connection: Connection, message_id: int, template: str, now: datetime) -> None:
    """Write down that a template has asked the customer of this message to write."""
    trace = connection.execute(select(message.c.trace).where(message.c.id == message_id)).scalar()
    told = {**(trace or {}), "template": {"name": template, "at": now.isoformat()}}
    connection.execute(update(message).where(message.c.id == message_id).values(trace=told))


def _reaches(connection: Connection, conversation_id: int, now: datetime) -> list[Reach]:
    rows = connection.execute(_REACHES, {"conversation": conversation_id, "now": now}).all()
    acts = last_acts(connection, [row.id for row in rows])
    return [
        Reach(
            identity=row.id,
            channel=row.channel,
            account=row.account,
            recipient=row.sender,
            level=row.level or 0,
            blocked=row.blocked_at is not None,
            last_act=acts.get(row.id),
            newest=connection.execute(_NEWEST, {"identity": row.id}).scalar() or 0 if row.channel == "webchat" else 0,
        )
        for row in rows
    ]


def _prompted(connection: Connection, meant: Reach, own: Mapping[str, Any] | None) -> bool:
    """Whether a template was sent since the customer last wrote there: one for each time the window is closed."""
    traces = [own, *connection.execute(_PROMPTED, {"identity": meant.identity}).scalars()]
    times = [datetime.fromisoformat(trace["template"]["at"]) for trace in traces if trace and "template" in trace]
    return any(meant.last_act is None or at > meant.last_act for at in times)


def _move(connection: Connection, row: Any, best: Reach, now: datetime) -> None:
    # In the web chat a message is there once it is written: whoever looks is shown it.
    shown = best.channel == "webchat"
    connection.execute(
        update(delivery)
        .where(delivery.c.message_id == row.message_id)
        .values(
            identity_id=best.identity,
            channel=best.channel,
            account=best.account,
            recipient=best.recipient,
            state="sent" if shown else "pending",
            sent_at=now if shown else None,
            attempts=0,
            next_at=now,
            provider_id=None,
            why=None,
            claimed_by=None,
            claimed_until=None,
        )
    )
    trace = {**(row.trace or {}), "moved": {"from": row.channel, "to": best.channel, "why": "the window was closed"}}
    connection.execute(
        update(message).where(message.c.id == row.message_id).values(identity_id=best.identity, channel=best.channel, trace=trace)
    )
