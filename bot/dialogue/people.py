"""What the bot does when a person takes the conversation, gives it back or does not come, and when it learns who writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue.events import CaseGivenBack, MovedHere, NotRecognised, Pressed, Recognised, TimerFired, Understood, Vouched
from bot.dialogue.flow import Run
from bot.dialogue.returning import time_went_by
from bot.dialogue.rewinding import rewind
from bot.dialogue.standard import (
    ACTION_WITHDRAW,
    DISTRESSED,
    FETCHES_A_PERSON,
    IN_DANGER,
    NOTE_SLOT,
    TIMER,
    UNANSWERED,
)
from bot.dialogue.walk import advance, begin, drop_chain
from bot.dialogue.working import Working

_SHORT_NO = 5
"""Words: a longer "no" in the queue is more likely something for the advisor than a farewell to them."""


def heard_while_waiting(w: Working, event: Understood | Pressed) -> None:
    """The customer writes while nobody has taken the case yet: it is passed on, unless they no longer want to wait."""
    danger = isinstance(event, Understood) and event.meaning.distress == "danger"
    if danger and IN_DANGER in w.domain.responses:
        w.say(IN_DANGER, author="system")
        w.change(noted=True)
    elif _gives_up_waiting(event):
        w.act(ACTION_WITHDRAW)
    else:
        note_for_advisor(w)


def in_distress(w: Working, distress: str) -> bool:
    """Somebody is in danger or in distress: a careful word, and a person. Whether the brand has a flow for it."""
    flow = DISTRESSED.get(distress, "")
    if w.flows.get(flow) is None:
        return False
    while any(frame.flow == flow for frame in w.state.stack):
        drop_chain(w)
    w.change(misses=0, choices=(), clarifying=(), lead="", later=())
    begin(w, flow)
    advance(w)
    return True


def note_for_advisor(w: Working) -> None:
    """Tell the customer, once a wait, that what they write will be read."""
    if not w.state.noted:
        w.change(noted=True)
        w.say("utter_noted_for_advisor", author="system")


def taken(w: Working, by: str) -> None:
    while any(_fetches_a_person(w, frame.flow) for frame in w.state.stack):
        drop_chain(w)
    w.change(owner="advisor", asked=None, choices=(), clarifying=(), lead="", noted=False)
    w.say("utter_case_taken", {"advisor": by}, author="system")


def given_back(w: Working, event: CaseGivenBack) -> None:
    """The bot is back, knows what was agreed, and goes on where it was interrupted."""
    w.change(owner="bot", misses=0, noted=False, lead="")
    time_went_by(w, event.at, event.today)
    w.put({**event.slots, NOTE_SLOT: event.line.strip() or None}, "advisor", event.at)
    line = event.line.strip()
    w.say("utter_welcome_back" if line else "utter_welcome_back_plain", {"line": line, "advisor": event.by})
    _resume(w)


def closed(w: Working) -> None:
    w.change(owner="bot", misses=0, noted=False)
    while w.top is not None:
        drop_chain(w)
    w.change(asked=None, choices=(), clarifying=(), lead="")
    w.say("utter_case_closed")


def unanswered(w: Working) -> None:
    """Nobody came in time: say so, and let the customer choose what to do."""
    if w.state.owner != "queue":
        return
    w.say("utter_handoff_unanswered", author="system")
    w.change(owner="bot", noted=False, misses=0, lead="", asked=None, choices=())
    if all(frame.flow != UNANSWERED for frame in w.state.stack):
        begin(w, UNANSWERED)
    advance(w)


def resumed(w: Working) -> None:
    """A community manager lets the bot speak again."""
    w.change(paused=False)
    if w.speaks:
        _resume(w)


def recognised(w: Working, event: Recognised) -> None:
    _learn(w, event.facts, event.at)
    if event.first_name:
        w.say("utter_recognised", {"first_name": event.first_name})
    else:
        w.say("utter_recognised_unnamed")
    _go_on(w)


def vouched(w: Working, event: Vouched) -> None:
    _learn(w, event.facts, event.at)


def not_recognised(w: Working, event: NotRecognised) -> None:
    _learn(w, event.facts, event.at)
    w.say(f"utter_not_recognised_{event.why}")
    _go_on(w)


def moved(w: Working, event: MovedHere) -> None:
    """The customer goes on on another channel: say where we were, and ask again what was open."""
    values = {"channel": event.channel}
    if w.state.owner == "queue":
        w.say("utter_moved_here_waiting", values, author="system")
    elif w.state.clarifying and w.state.choices:
        w.say("utter_moved_here", values)
        w.say("utter_clarify", choices=w.state.choices, question=True)
    elif w.top is not None and w.topic():
        w.change(lead="utter_moved_here_question", back=len(w.state.stack))
        _go_on(w)
    else:
        w.say("utter_moved_here", values)
        _go_on(w)


def timer(w: Working, event: TimerFired) -> None:
    """A notice that fell due is said whoever owns the conversation; a flow of that name only when the bot does."""
    name = TIMER + event.kind
    if name in w.domain.responses:
        w.say(name, event.data, author="system")
    flow = f"timer_{event.kind}"
    if w.speaks and flow in w.flows.by_id and all(frame.flow != flow for frame in w.state.stack):
        w.change(choices=(), lead="")
        begin(w, flow)
        w.put({name: value for name, value in event.data.items() if name in w.domain.slots}, "flow")
        advance(w)


def _fetches_a_person(w: Working, flow: str) -> bool:
    return any(isinstance(step, Run) and step.action in FETCHES_A_PERSON for step in w.flows.by_id[flow].steps.values())


def _gives_up_waiting(event: Understood | Pressed) -> bool:
    if isinstance(event, Pressed):
        return event.choice is not None and event.choice.intent == "cancel"
    meaning = event.meaning
    if not meaning.understood or meaning.entities or meaning.insult:
        return False
    return meaning.intent == "cancel" or (meaning.intent == "deny" and len(meaning.text.split()) <= _SHORT_NO)


def _learn(w: Working, facts: Mapping[str, Any], at: str) -> None:
    """What a profile knows fills only what the customer has not said."""
    new = {name: value for name, value in facts.items() if name in w.domain.slots and w.value(name) is None}
    w.put(new, "profile", at)


def _resume(w: Working) -> None:
    if w.top is not None and w.topic():
        w.change(lead="utter_resume")
    _go_on(w)


def _go_on(w: Working) -> None:
    rewind(w)
    advance(w)
