"""What must go out: one ledger row for each message, with one idempotency key for all attempts to deliver it.

A row goes pending -> sending -> sent, or ends failed or withheld (with the reason), never silently. What may not leave until its
customer writes is `held`, with the reason too. A row found `sending` after its claim ran out belongs to a worker that died:
nobody knows whether the platform took it. It is sent once more, marked and counted in `repeats`; where the platform honours
the key, that is still one message for the customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, and_, bindparam, case, func, literal_column, or_, select, update

from bot.customers.wishes import GO, UNBOUND, Manners, Verdict
from bot.messages import Button, Limits, OutboundMessage
from bot.storage.contacting import HAS_WISHES, verdicts
from bot.storage.held import release_held as release_held  # the rest of the outbox's doings with what waits
from bot.storage.last_acts import last_acts
from bot.storage.prepared import Prepared
from bot.storage.schema import Instant, conversation, delivery, identity, message

PULLED = frozenset({"rest", "webchat"})
"""Channels on which the customer's side fetches what waits for it; no worker delivers there."""


@dataclass(frozen=True, slots=True)
class Due:
    """One message this worker is to deliver now."""

    message: int
    conversation: int
    outbound: OutboundMessage
    attempts: int
    withheld: str = ""
    """Why it must not be sent after all; empty when it may."""
    challenge: int = 0
    """Whose code takes its place in the text at the moment of sending; 0 for a message without one."""
    later: datetime | None = None
    """When it may be sent, if not yet; `why` says what it waits for."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended."""

    message: int
    state: Literal["sent", "pending", "failed", "withheld", "held"]
    provider_id: str | None = None
    why: str | None = None
    next_at: datetime | None = None
    """When to try again, for `pending`; None: as soon as may be."""
    not_before: datetime | None = None
    """The end of the quiet hours it waits for: what comes after it does not wait behind it."""
    maybe_taken: bool = False
    """The platform may already have taken it: the next attempt is a possible repeat."""
    customer_gone: bool = False
    sent_at: datetime | None = None
    """When the call began: not later than the platform's own time of the message, by which it tells what was read."""
    counts: bool = True
    """Whether this was an attempt at this message; False when the platform or our account was at fault."""


_now = bindparam("now", type_=Instant)
_ready = or_(
    and_(delivery.c.state == "pending", delivery.c.next_at <= _now),
    and_(delivery.c.state == "sending", delivery.c.claimed_until <= _now),
)


def _here(row: Any) -> Any:
    return and_(row.c.channel == bindparam("on_channel"), row.c.account == bindparam("on_account"))


def _is_open(row: Any) -> Any:
    # Written out, word for word as in the index: SQLite uses a partial index for no other condition.
    return row.c.state.in_([literal_column("'pending'"), literal_column("'sending'")])


# The recipients for whom anything is open, found one after another by the index: a recipient with a thousand messages behind the
# first costs as much as one with none.
_first, _next, _head = (delivery.alias(name) for name in ("first_one", "next_one", "head"))
_recipients = (select(func.min(_first.c.identity_id).label("identity_id")).where(_is_open(_first), _here(_first))).cte(
    "recipients", recursive=True
)
_recipients = _recipients.union_all(
    select(
        select(func.min(_next.c.identity_id))
        .where(_is_open(_next), _here(_next), _next.c.identity_id > _recipients.c.identity_id)
        .scalar_subquery()
    ).where(_recipients.c.identity_id.is_not(None))
)
_due = (
    select(delivery.c.message_id)
    .join_from(_recipients, delivery, delivery.c.identity_id == _recipients.c.identity_id)
    .where(
        # One after another to the same recipient, in the order they were written.
        delivery.c.message_id
        == select(func.min(_head.c.message_id))
        .where(
            _is_open(_head),
            _here(_head),
            _head.c.identity_id == _recipients.c.identity_id,
            or_(_head.c.not_before.is_(None), _head.c.not_before <= _now),
        )
        .scalar_subquery(),
        _ready,
    )
    .order_by(delivery.c.message_id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=delivery)
    .cte("due")
)
_CLAIM = (
    update(delivery)
    .where(delivery.c.message_id.in_(select(_due.c.message_id)))
    .values(
        repeats=delivery.c.repeats + case((delivery.c.state == "sending", 1), else_=0),
        state="sending",
        attempts=delivery.c.attempts + 1,
        claimed_by=bindparam("worker"),
        claimed_until=bindparam("until", type_=Instant),
    )
    .returning(delivery.c.message_id)
)
_TO_SEND = (
    select(
        message.c.id,
        delivery.c.conversation_id,
        message.c.author,
        message.c.text,
        message.c.data,
        message.c.purpose,
        message.c.at,
        HAS_WISHES.label("has_wishes"),
        delivery.c.identity_id,
        delivery.c.channel,
        delivery.c.account,
        delivery.c.recipient,
        delivery.c.key,
        delivery.c.attempts,
        delivery.c.epoch,
        conversation.c.owner,
        conversation.c.epoch.label("epoch_now"),
        conversation.c.language,
        identity.c.blocked_at,
    )
    .join_from(delivery, message, message.c.id == delivery.c.message_id)
    .join(conversation, conversation.c.id == delivery.c.conversation_id)
    .join(identity, identity.c.id == delivery.c.identity_id)
    .where(delivery.c.message_id.in_(bindparam("messages", expanding=True)))
    .order_by(message.c.id)
)


def claim_due(
    connection: Connection,
    *,
    channel: str,
    account: str = "",
    worker: str,
    now: datetime,
    until: datetime,
    limit: int,
    limits: Limits | None = None,
    manners: Manners = UNBOUND,
) -> list[Due]:
    """Take messages that may be sent now by one account of `channel`: for each recipient only the oldest.

    By the channel's `limits` it is told until when the recipients' windows are open. What the customers want of us is asked
    anew, as anything may have been said since a message was written; `manners` are the house's own.
    """
    claimed = connection.execute(
        _CLAIM, {"on_channel": channel, "on_account": account, "worker": worker, "now": now, "until": until, "limit": limit}
    ).scalars()
    ids = list(claimed)
    if not ids:
        return []
    rows = connection.execute(_TO_SEND, {"messages": ids}).all()
    ends = _window_ends(connection, rows, limits) if limits is not None and limits.window_hours else {}
    told = verdicts(connection, rows, manners, now)
    return [_obeying(_due_from(row, ends.get(row.identity_id)), told.get(row.id, GO)) for row in rows]


def _window_ends(connection: Connection, rows: Sequence[Any], limits: Limits) -> dict[int, datetime]:
    windows = {row.identity_id: window for row in rows if (window := limits.window_of(row.recipient)) is not None}
    return {id_: at + windows[id_] for id_, at in last_acts(connection, list(windows)).items()}


def _obeying(due: Due, verdict: Verdict) -> Due:
    if verdict.state == "no":
        return replace(due, withheld=due.withheld or verdict.why)
    return replace(due, later=verdict.until, why=verdict.why) if verdict.state == "later" else due


def _due_from(row: Any, window_ends: datetime | None) -> Due:
    withheld = ""
    if row.blocked_at is not None:
        withheld = "the customer has blocked this channel"
    elif row.epoch is not None and row.epoch != row.epoch_now and row.owner in ("advisor", "store"):
        withheld = "a person has taken the conversation over since the bot wrote this"
    data = row.data or {}
    outbound = OutboundMessage(
        channel=row.channel,
        account=row.account,
        recipient=row.recipient,
        text=row.text,
        key=row.key,
        buttons=buttons_of(row.id, data),
        ask_contact=data.get("ask_contact", ""),
        language=row.language,
        author=row.author,
        window_ends=window_ends,
    )
    return Due(row.id, row.conversation_id, outbound, row.attempts, withheld, data.get("challenge", 0))


def buttons_of(message_id: int, data: dict[str, Any]) -> tuple[Button, ...]:
    """The buttons under a message of ours, with the opaque tokens that come back when one is pressed."""
    return tuple(
        Button(title=choice["title"], url=choice.get("url", ""), token="" if choice.get("url") else f"{message_id}.{number}")
        for number, choice in enumerate(data.get("choices", ()))
    )


_SETTLE = (
    update(delivery)
    .where(delivery.c.message_id == bindparam("b_message"), delivery.c.claimed_by == bindparam("b_worker"))
    .values(
        state=bindparam("b_state"),
        provider_id=func.coalesce(bindparam("b_provider_id"), delivery.c.provider_id),
        why=bindparam("b_why"),
        next_at=func.coalesce(bindparam("b_next_at", type_=Instant), delivery.c.next_at),
        not_before=func.coalesce(bindparam("b_not_before", type_=Instant), delivery.c.not_before),
        sent_at=bindparam("b_sent_at", type_=Instant),
        ended_at=bindparam("b_ended_at", type_=Instant),
        attempts=delivery.c.attempts - bindparam("b_uncounted"),
        repeats=delivery.c.repeats + bindparam("b_repeat"),
        claimed_until=None,
    )
)
_BLOCK = (
    update(identity)
    .where(
        identity.c.id.in_(select(delivery.c.identity_id).where(delivery.c.message_id == bindparam("b_message"))),
        identity.c.blocked_at.is_(None),
    )
    .values(blocked_at=_now)
)
_TOUCH = (
    update(conversation)
    .where(
        conversation.c.id.in_(
            select(delivery.c.conversation_id).where(delivery.c.message_id.in_(bindparam("messages", expanding=True)))
        )
    )
    .values(touched_at=_now)
)


def settle(connection: Connection, outcomes: Sequence[Outcome], *, worker: str, now: datetime) -> None:
    """Write down how attempts ended. What another worker took over meanwhile is left to it."""
    rows = [
        {
            "b_message": outcome.message,
            "b_worker": worker,
            "b_state": outcome.state,
            "b_provider_id": outcome.provider_id,
            "b_why": outcome.why[:500] if outcome.why else None,
            "b_next_at": outcome.next_at,
            "b_not_before": outcome.not_before,
            "b_sent_at": (outcome.sent_at or now) if outcome.state == "sent" else None,
            "b_ended_at": now if outcome.state in ("failed", "held") else None,
            "b_uncounted": 0 if outcome.counts else 1,
            "b_repeat": 1 if outcome.maybe_taken and outcome.state == "pending" else 0,
        }
        for outcome in outcomes
    ]
    if rows:
        connection.execute(_SETTLE, rows)
    for outcome in outcomes:
        if outcome.customer_gone:
            connection.execute(_BLOCK, {"b_message": outcome.message, "now": now})
    unsent = [outcome.message for outcome in outcomes if outcome.state in ("failed", "withheld", "held")]
    if unsent:
        connection.execute(_TOUCH, {"messages": unsent, "now": now})


def release_all(connection: Connection, now: datetime) -> int:
    """Let go of what a worker that died was sending: it is sent once more at once, marked as a possible repeat.

    Only for a process that knows it is alone on the database (SQLite's file lock).
    """
    sending = update(delivery).where(delivery.c.state == "sending")
    return connection.execute(sending.values(claimed_until=now)).rowcount


_NEXT = select(func.min(case((delivery.c.state == "pending", delivery.c.next_at), else_=delivery.c.claimed_until))).where(
    _is_open(delivery), _here(delivery)
)


def next_due(connection: Connection, channel: str, account: str = "") -> datetime | None:
    """When something is next to be tried by this account of the channel, so that nobody need ask before."""
    return connection.execute(_NEXT, {"on_channel": channel, "on_account": account}).scalar()


_STILL = Prepared(
    select(delivery.c.message_id).where(
        delivery.c.message_id == bindparam("message"), delivery.c.state == "sending", delivery.c.claimed_by == bindparam("worker")
    )
)


def still_to_send(connection: Connection, message_id: int, worker: str) -> bool:
    """Whether a claimed message is still to be sent: a receipt may have told meanwhile that a former attempt arrived."""
    return _STILL.scalar(connection, {"message": message_id, "worker": worker}) is not None


_HAND = Prepared(
    update(delivery)
    .where(
        delivery.c.channel == "rest",
        delivery.c.identity_id == bindparam("identity"),
        _is_open(delivery),
        delivery.c.state == "pending",
    )
    .values(state="sent", sent_at=_now, handed_with=bindparam("request"), attempts=delivery.c.attempts + 1)
)
_HANDED = Prepared(
    select(message.c.id, message.c.text, message.c.data, message.c.author)
    .join_from(delivery, message, message.c.id == delivery.c.message_id)
    .where(delivery.c.handed_with == bindparam("request"))
    .order_by(message.c.id)
)


class Handed(NamedTuple):
    """A message as the answer to a request carries it."""

    id: int
    text: str
    data: dict[str, Any] | None
    author: str


def hand_over(connection: Connection, *, identity_id: int, request: int, fresh: bool, now: datetime, take: bool) -> list[Handed]:
    """What the answer to this request carries: all that waits for its sender (when `take`), or what it already carried.

    `fresh` is False for a repeated request, which gets what it got before and takes nothing more, if it got anything.

    Committed before the answer is written, so nothing is ever handed twice; a client that lost the answer repeats its request
    with the same id and gets the same messages.
    """
    if not fresh:
        already = _handed(connection, request)
        if already:
            return already
    if take:
        _HAND.run(connection, {"identity": identity_id, "request": request, "now": now})
    return _handed(connection, request)


def _handed(connection: Connection, request: int) -> list[Handed]:
    return [Handed(*row) for row in _HANDED.all(connection, {"request": request})]
