"""The threads: loading one under its fencing number, writing a turn, all or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Connection, bindparam, exists, func, select, update

from bot.customers.wishes import UNBOUND, Manners
from bot.dialogue.state import DialogueState
from bot.errors import ClaimLost
from bot.storage.evidence import strongest, vouched_until
from bot.storage.inbox import Claim
from bot.storage.outbox import PULLED
from bot.storage.prepared import Prepared
from bot.storage.saying import say
from bot.storage.schema import Instant, conversation, identity, message, profile
from bot.storage.timers import next_timer
from bot.storage.wordless import WORDLESS, as_line
from bot.turn import Turn
from handoff.case import Line

TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """A conversation as its turn finds it, locked until the turn is written."""

    id: int
    state: str
    owner: str
    epoch: int
    language: str
    due_at: datetime | None
    timer_at: datetime | None
    handled_at: datetime | None
    profile_id: str | None
    level: int
    facts: Mapping[str, Any] | None
    """The profile's facts, for those who may see them."""
    identity_id: int | None
    """Where this turn's answers go: who wrote, or where the customer last wrote from."""
    channel: str | None
    account: str
    sender: str
    merged_into: int | None
    proven: int
    """The level that identity itself has proved for this profile, and that still counts: a `bot.customers.recognise.Level`."""
    speaker: int | None = None
    """Where the customer last wrote from, as far as it is theirs: where whatever nobody asked for just now goes."""
    linked: bool = False
    """Whether some of those who write here came by a one-time link, from here or from elsewhere."""
    vouched_until: datetime | None = None
    """Until when the platform's word counts that the number or address of `identity_id` is that person's own."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a committed turn left behind."""

    conversation: int
    replies: tuple[int, ...]
    channel: str | None
    identity: int | None
    """Whom they were said to."""
    more: bool
    """Whether something else is already due in this conversation."""
    missed: int = 0
    """Messages the bot did not understand."""
    questions: tuple[tuple[str, str], ...] = ()
    """What was asked for, as `bot.turn.questions_in` tells it."""
    handed: Sequence[Any] | None = None
    """What was handed over to the caller who waited for it; None when nobody did."""


_OTHER = identity.alias()
_LOCK = Prepared(
    select(
        conversation.c.id,
        conversation.c.state,
        conversation.c.owner,
        conversation.c.epoch,
        conversation.c.language,
        conversation.c.due_at,
        conversation.c.timer_at,
        conversation.c.handled_at,
        conversation.c.profile_id,
        conversation.c.level,
        profile.c.facts,
        identity.c.id,
        identity.c.channel,
        identity.c.account,
        identity.c.sender,
        conversation.c.merged_into,
        strongest(identity.c.id, conversation.c.profile_id, bindparam("now", type_=Instant)),
        conversation.c.identity_id,
        exists().where(_OTHER.c.conversation_id == conversation.c.id, _OTHER.c.linked_from.is_not(None)).correlate(conversation),
        vouched_until(identity.c.id, identity.c.channel, conversation.c.profile_id, bindparam("now", type_=Instant)),
    )
    .join_from(conversation, profile, profile.c.id == conversation.c.profile_id, isouter=True)
    .join(identity, identity.c.id == func.coalesce(bindparam("identity"), conversation.c.identity_id), isouter=True)
    .where(conversation.c.id == bindparam("conversation"), conversation.c.fence == bindparam("fence"))
    .with_for_update(of=conversation)
)


def lock(connection: Connection, claim: Claim, identity_id: int | None, now: datetime) -> Standing:
    """Load the claimed conversation as it stands at `now`. Raises `ClaimLost` when another worker has claimed it since."""
    row = _LOCK.first(connection, {"conversation": claim.conversation, "fence": claim.fence, "identity": identity_id, "now": now})
    if row is None:
        raise ClaimLost(f"conversation {claim.conversation} was claimed by another worker; nothing to do")
    values = list(row)
    values[13], values[14], values[16] = values[13] or "", values[14] or "", values[16] or 0
    return Standing(*values)


_SAVE = Prepared(
    update(conversation)
    .where(conversation.c.id == bindparam("b_id"), conversation.c.fence == bindparam("b_fence"))
    .values(
        state=bindparam("b_state"),
        owner=bindparam("b_owner"),
        epoch=bindparam("b_epoch"),
        language=bindparam("b_language"),
        identity_id=func.coalesce(bindparam("b_identity"), conversation.c.identity_id),
        due_at=bindparam("b_due", type_=Instant),
        timer_at=bindparam("b_timer", type_=Instant),
        claimed_by=None,
        claimed_until=None,
        handled_at=bindparam("b_now", type_=Instant),
        touched_at=bindparam("b_now", type_=Instant),
        unsure=func.coalesce(bindparam("b_unsure", type_=Boolean), conversation.c.unsure),
    )
)
_HANDLED = Prepared(
    update(message)
    .where(message.c.id == bindparam("b_message"))
    .values(
        handled_at=bindparam("b_at", type_=Instant),
        trace=bindparam("b_trace", type_=message.c.trace.type),
        missed=bindparam("b_missed", type_=Boolean),
    )
)


def write_turn(
    connection: Connection,
    claim: Claim,
    standing: Standing,
    turn: Turn,
    *,
    now: datetime,
    rest: bool,
    manners: Manners = UNBOUND,
) -> Written:
    """Write everything a turn changed and give the claim back.

    `rest`: whether arrivals of this claim are left for another turn. `manners`: when customers may be written to without having
    asked. Raises `ClaimLost` when the claim ran out meanwhile.
    """
    at = now if standing.handled_at is None or now > standing.handled_at else standing.handled_at + TICK
    owner = turn.state.owner
    taken_over = owner in ("advisor", "store") and standing.owner not in ("advisor", "store")
    epoch = standing.epoch + taken_over
    timer_at: datetime | None = standing.timer_at
    if turn.timers_changed:
        timer_at = next_timer(connection, claim.conversation)
    # Anything that arrived since the claim has made the conversation due at another time than the claim's end.
    more = rest or standing.due_at != claim.until
    missed = _missed(standing, turn)
    saved = _SAVE.run(
        connection,
        {
            "b_id": claim.conversation,
            "b_fence": claim.fence,
            "b_state": turn.state.to_json(),
            "b_owner": owner,
            "b_epoch": epoch,
            "b_language": turn.state.language,
            "b_identity": turn.spoke_from,
            "b_due": now if more else timer_at,
            "b_timer": timer_at,
            "b_now": at,
            "b_unsure": next((miss for miss in reversed(missed.values()) if miss is not None), None),
        },
    )
    if saved != 1:
        raise ClaimLost(f"conversation {claim.conversation} was claimed by another worker; nothing was written")
    for id_, trace in turn.traces.items():
        _HANDLED.run(connection, {"b_message": id_, "b_at": at, "b_trace": dict(trace) or None, "b_missed": missed[id_]})
    ids = say(connection, standing, turn.replies, in_reply_to=list(turn.traces), at=at, now=now, epoch=epoch, manners=manners)
    return Written(claim.conversation, ids, standing.channel, standing.identity_id, more)


def _missed(standing: Standing, turn: Turn) -> dict[int, bool | None]:
    """For each message, whether the bot failed to understand it; None where it was not for the bot to understand."""
    spoke = standing.owner == "bot" and not turn.state.paused
    understood = {id_: trace.get("understood") for id_, trace in turn.traces.items()}
    return {id_: not sure if spoke and sure is not None else None for id_, sure in understood.items()}


def needs_delivery(channel: str | None) -> bool:
    """Whether a worker of ours must carry messages to this channel."""
    return channel is not None and channel not in PULLED


def pressed(
    connection: Connection, conversation_id: int, token: str, *, of: Collection[int] | None = None
) -> Mapping[str, Any] | None:
    """The choice a button token stands for; None when it is not one of this conversation's (forged, or of another customer).

    `of`: the identities whose buttons whoever asks may press; None for any of the conversation's.
    """
    message_id, _, number = token.partition(".")
    if not (message_id.isdecimal() and number.isdecimal() and len(message_id) < 19 and len(number) < 4):
        return None
    query = select(message.c.data).where(
        message.c.id == int(message_id), message.c.conversation_id == conversation_id, message.c.direction == "out"
    )
    data = connection.execute(query if of is None else query.where(message.c.identity_id.in_(of))).scalar()
    choices: Sequence[Mapping[str, Any]] = (data or {}).get("choices", ())
    return choices[int(number)] if int(number) < len(choices) else None


def dialogue_state(standing: Standing) -> DialogueState:
    """Where the conversation's dialogue stands; a new conversation speaks the language its platform hinted at."""
    return DialogueState.from_json(standing.state) if standing.state else DialogueState(language=standing.language)


def is_blocked(connection: Connection, identity_id: int) -> bool:
    """Whether this identity does not let us write to it."""
    return connection.execute(select(identity.c.blocked_at).where(identity.c.id == identity_id)).scalar() is not None


def note_press(connection: Connection, message_id: int, title: str) -> None:
    """Give a press the words of the button, so that the thread reads like a conversation."""
    connection.execute(update(message).where(message.c.id == message_id, message.c.text == "").values(text=title))


def forget(connection: Connection, message_id: int, rest: Mapping[str, Any]) -> None:
    """Keep of a message's data only `rest`: what it brought besides has done its work, and nobody should read it again."""
    connection.execute(update(message).where(message.c.id == message_id).values(data=dict(rest)))


_TRANSCRIPT = (
    select(message.c.received_at, message.c.channel, message.c.author, message.c.kind, message.c.text, message.c.data)
    .where(
        message.c.conversation_id == bindparam("conversation"),
        message.c.kind != "act",
        (message.c.text != "") | message.c.kind.in_(WORDLESS),
    )
    .order_by(message.c.id.desc())
    .limit(bindparam("most"))
)


def transcript(connection: Connection, conversation_id: int, most: int) -> tuple[Line, ...]:
    """The last lines of the conversation over all its channels, oldest first; what is no words is named in brackets."""
    rows = connection.execute(_TRANSCRIPT, {"conversation": conversation_id, "most": most}).all()
    return tuple(
        Line(at=at, channel=channel, author=author, text=as_line(kind, text, data))
        for at, channel, author, kind, text, data in reversed(rows)
    )
