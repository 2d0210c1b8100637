"""One turn of one conversation: from what was heard to what is said and what changed. Pure but for the actions it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from bot.dialogue.events import Act, ActionFinished, Event, Say, Understood
from bot.dialogue.named import named
from bot.dialogue.responses import Rendered
from bot.dialogue.state import Choice, DialogueState, Owner
from bot.dialogue.step import Dialogue
from nlu.times import resolve_day
from nlu.understanding import Entity, Understanding

MAX_ACTIONS = 25
"""Actions one event may lead to: a flow that loops through actions without ever asking anything is stopped here."""
SHARE_CONTACT = "share_contact"
"""A button with this intent asks the platform for the customer's own contact, where the platform can."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that happened in the conversation."""

    message: int | None
    """The inbox message it came with; None for a timer."""
    events: tuple[Event, ...] = ()
    trace: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[Reply, ...] = ()
    """Words a person wrote, passed on as they are."""
    says: tuple[Say, ...] = ()
    """Notices that do not depend on where the dialogue stands."""
    owner: Owner | None = None
    """Who must speak from now on, where a person decided it and the dialogue has nothing to say about it."""
    then: tuple[Reply, ...] = ()
    """What is said after all that."""
    purpose: str = ""
    """What is said because of it is for, as `bot.customers.wishes` names it; empty: it answers what was just written."""
    language: str = ""
    """The language the customer wants to be spoken to from now on."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One message for the customer, ready for their channel."""

    text: str
    author: Literal["bot", "system", "advisor"] = "bot"
    author_name: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    """`choices` (title, set, intent, url, aliases) and `ask_contact`."""
    trace: Mapping[str, Any] = field(default_factory=dict)
    question: bool = False
    purpose: str = ""
    """What it is for, as `bot.customers.wishes` names it; empty: it answers what was just written."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn changes."""

    state: DialogueState
    replies: tuple[Reply, ...] = ()
    traces: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """Of each inbox message this turn handled."""
    missed: int = 0
    """Messages the bot did not understand."""
    spoke_from: int | None = None
    """The identity the customer wrote from."""
    timers_changed: bool = False


Perform = Callable[[Act, DialogueState], ActionFinished]
Render = Callable[[Say, DialogueState, int], Rendered]


def take_turn(
    dialogue: Dialogue, state: DialogueState, heard: Sequence[Heard], *, perform: Perform, render: Render
) -> tuple[DialogueState, tuple[Reply, ...]]:
    """Step the dialogue through everything heard, in order, and write the replies.

    When several messages came before an answer, only the last open question is asked; what was asked before it is settled or
    asked again by the dialogue itself.
    """
    replies: list[Reply] = []
    for one in heard:
        first = len(replies)
        if one.language:
            state = replace(state, language=one.language)
        replies.extend(one.answers)
        replies.extend(_written(say, render(say, state, len(replies))) for say in one.says)
        for event in one.events:
            before = len(replies)
            state = _settle(dialogue, state, event, replies, perform, render)
            replies[before:] = [_explained(reply, one.trace) for reply in replies[before:]]
        replies.extend(one.then)
        if one.owner is not None:
            state = replace(state, owner=one.owner, noted=False)
        if one.purpose:
            replies[first:] = [replace(reply, purpose=one.purpose) for reply in replies[first:]]
    if state.owner in ("advisor", "store"):
        # One voice: what the bot was about to say when a person took over is not said any more.
        replies = [reply for reply in replies if reply.author != "bot"]
    last_question = max((n for n, reply in enumerate(replies) if reply.question), default=-1)
    return state, tuple(reply for n, reply in enumerate(replies) if not reply.question or n == last_question)


def _settle(
    dialogue: Dialogue, state: DialogueState, event: Event, replies: list[Reply], perform: Perform, render: Render
) -> DialogueState:
    """Step until the dialogue waits for the customer again."""
    pending: Event | None = event
    for _ in range(MAX_ACTIONS):
        if pending is None:
            return state
        state, effects = dialogue.step(state, pending)
        pending = None
        for effect in effects:
            if isinstance(effect, Say):
                replies.append(_written(effect, render(effect, state, len(replies))))
            else:
                pending = perform(effect, state)
    raise RuntimeError(f"flow {state.stack[-1].flow if state.stack else '?'} keeps running actions without asking anything")


def _written(say: Say, rendered: Rendered) -> Reply:
    data: dict[str, Any] = {}
    shown = [choice for choice in rendered.choices if choice.intent != SHARE_CONTACT]
    if shown:
        data["choices"] = [_plain(choice) for choice in shown]
    for choice in rendered.choices:
        if choice.intent == SHARE_CONTACT:
            data["ask_contact"] = choice.title
    return Reply(
        text=rendered.text,
        author=say.author,
        data=data,
        trace={"response": say.response, "step": say.origin} | _asked(say),
        question=say.question,
    )


def _asked(say: Say) -> dict[str, Any]:
    """What a question asks for, and whether that was known already, so that being asked twice shows."""
    if not (say.question and say.slot):
        return {}
    return {"asks": say.slot} | ({"asking": say.asking} if say.asking != "new" else {})


def questions_in(replies: Sequence[Reply]) -> tuple[tuple[str, str], ...]:
    """Of each question put for a slot: the slot, and whether it is "new", asked "again" although known, or to "confirm"."""
    return tuple((str(reply.trace["asks"]), str(reply.trace.get("asking", "new"))) for reply in replies if "asks" in reply.trace)


def _plain(choice: Choice) -> dict[str, Any]:
    plain: dict[str, Any] = {"title": choice.title}
    if choice.set:
        plain["set"] = dict(choice.set)
    if choice.intent:
        plain["intent"] = choice.intent
    if choice.url:
        plain["url"] = choice.url
    if choice.aliases:
        plain["aliases"] = list(choice.aliases)
    return plain


def choice_from(plain: Mapping[str, Any]) -> Choice:
    """A choice as it was kept with the message that offered it."""
    return Choice(
        title=plain["title"],
        set=plain.get("set", {}),
        intent=plain.get("intent"),
        url=plain.get("url", ""),
        aliases=tuple(plain.get("aliases", ())),
    )


def _explained(reply: Reply, trace: Mapping[str, Any]) -> Reply:
    """The reply with what was understood of the message it answers, so that every answer explains itself."""
    if reply.author == "advisor" or not trace:
        return reply
    return replace(reply, trace={**trace, **reply.trace})


def meaning_of(understanding: Understanding, *, now: datetime, zone: str) -> Understood:
    """An understanding as the dialogue hears it: days become dates in the zone they were said about.

    `now` is aware UTC; `zone` the IANA zone of the store (or brand) the message is about.
    """

    def read(entity: Entity) -> Any:
        if entity.name != "day":
            return entity.value
        first, last = resolve_day(entity.value, now.astimezone(ZoneInfo(zone)).date())
        return first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"

    said = named(understanding, read)
    return Understood(understanding, said.values, now.isoformat(), said.either)


def meanings_of(understanding: Understanding, *, now: datetime, zone: str) -> tuple[Understood, ...]:
    """One event a wish: what the dialogue hears of a message, in the order it was said."""
    first, *others = understanding.wishes or (understanding,)
    heard = meaning_of(replace(first, tone=understanding.tone, distress=understanding.distress), now=now, zone=zone)
    return (heard, *(replace(meaning_of(other, now=now, zone=zone), follows=True) for other in others))


def trace_of(understanding: Understanding, meaning: Understood, *, ms: float) -> dict[str, Any]:
    """What the community manager sees of how a message was understood."""
    left_open = {name: [option.words for option in options] for name, options in meaning.either.items()}
    return {
        "intent": understanding.intent,
        "confidence": round(understanding.confidence, 4),
        "understood": understanding.understood,
        "threshold": round(understanding.threshold, 4),
        "ranking": [[guess.name, round(guess.confidence, 4)] for guess in understanding.ranking[:4]],
        "entities": [
            {"entity": e.name, "value": e.value, "text": e.text, "start": e.start, "end": e.end, "source": e.source}
            | ({"role": e.role} if e.role else {})
            for e in understanding.entities
        ],
        "values": dict(meaning.values),
        **_noticed(understanding),
        **({"either": left_open} if left_open else {}),
        "language": understanding.language,
        "engine": understanding.engine,
        "ms": round(ms, 2),
    }


def _noticed(understanding: Understanding) -> dict[str, Any]:
    """What the trace tells beside the ranking; what is as usual is left out."""
    told = {
        "answer": understanding.answer,
        "wishes": [wish.intent for wish in understanding.wishes],
        "refuses": understanding.refuses,
        "tone": understanding.tone if understanding.tone != "neutral" else "",
        "insult": understanding.insult,
        "distress": understanding.distress,
        "faq": understanding.faq,
        "faq_likeness": understanding.faq_likeness,
    }
    return {name: value for name, value in told.items() if value}
