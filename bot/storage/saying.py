"""Adding what we say to the thread and to the outbox, by the way its customer wants."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert

from bot.customers.wishes import ANSWER, GO, Manners, Verdict
from bot.storage.contacting import Judge, Way
from bot.storage.prepared import Prepared
from bot.storage.schema import delivery, message
from bot.turn import Reply

if TYPE_CHECKING:
    from bot.storage.conversations import Standing

_SAY = Prepared(insert(message).returning(message.c.id))
_DELIVER = Prepared(insert(delivery))


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one message goes out."""

    way: Way
    verdict: Verdict = GO
    unasked: bool = False


def say(
    connection: Connection,
    standing: Standing,
    replies: Sequence[Reply],
    *,
    in_reply_to: Sequence[int],
    at: datetime,
    now: datetime,
    epoch: int,
    manners: Manners,
) -> tuple[int, ...]:
    """Add what we say to the thread and to the outbox, in this order. Returns the messages' numbers.

    `at` never falls behind what was said before, even when the clock does; `now` is when it may be sent. What answers the
    customer goes at once where they wrote. Anything else goes where they would rather have it, after their quiet hours, or is
    withheld with the reason; in the web chat, where nothing stands between, that is not said at all.
    """
    if not replies or standing.identity_id is None or standing.channel is None:
        return ()
    meant = Way(standing.identity_id, standing.channel, standing.account, standing.sender)
    judge: Judge | None = None
    ids = []
    for reply in replies:
        plan = _Plan(meant)
        if reply.purpose != ANSWER:
            judge = judge or Judge.of(connection, standing.id, manners, now)
            plan = _plan(judge, reply.purpose, meant, standing)
        if plan.way.channel == "webchat" and plan.verdict.state == "no":
            continue
        said = _row(standing, reply, plan, in_reply_to, at)
        id_ = _SAY.scalar(connection, said)
        ids.append(id_)
        if plan.way.channel != "webchat":
            _DELIVER.run(connection, _delivery(id_, standing.id, reply, plan, now, epoch))
    return tuple(ids)


def _plan(judge: Judge, purpose: str, meant: Way, standing: Standing) -> _Plan:
    unasked = judge.unasked(purpose)
    way = judge.preferred(purpose, meant, standing.proven if standing.profile_id else 0) if unasked else meant
    return _Plan(way, judge.verdict(way.channel, purpose), unasked)


def _row(standing: Standing, reply: Reply, plan: _Plan, in_reply_to: Sequence[int], at: datetime) -> dict[str, Any]:
    return {
        "conversation_id": standing.id,
        "identity_id": plan.way.identity,
        "channel": plan.way.channel,
        "direction": "out",
        "author": reply.author,
        "author_name": reply.author_name,
        "kind": "text",
        "text": reply.text,
        "data": reply.data or None,
        "at": at,
        "received_at": at,
        "handled_at": at,
        "failures": 0,
        "in_reply_to": [str(id_) for id_ in in_reply_to],
        "trace": dict(reply.trace) or None,
        "purpose": reply.purpose or None,
        "unasked": plan.unasked or None,
    }


def _delivery(message_id: int, conversation_id: int, reply: Reply, plan: _Plan, now: datetime, epoch: int) -> dict[str, Any]:
    verdict = plan.verdict
    return {
        "message_id": message_id,
        "conversation_id": conversation_id,
        "identity_id": plan.way.identity,
        "channel": plan.way.channel,
        "account": plan.way.account,
        "recipient": plan.way.sender,
        "key": uuid.uuid4().hex,
        "state": "withheld" if verdict.state == "no" else "pending",
        "epoch": epoch if reply.author == "bot" else None,
        "attempts": 0,
        "repeats": 0,
        "next_at": verdict.until or now,
        "not_before": verdict.until,
        "why": verdict.why or None,
    }
