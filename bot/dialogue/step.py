"""The dialogue as a function: a state and an event in, the next state and what must be done about it out."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import people
from bot.dialogue.domain import Domain
from bot.dialogue.events import (
    ActionFinished,
    BotPaused,
    BotResumed,
    CaseClosed,
    CaseGivenBack,
    CaseTaken,
    Effect,
    Event,
    HandoffTimedOut,
    Here,
    MovedHere,
    NotRecognised,
    Pressed,
    Recognised,
    Say,
    TimerFired,
    Understood,
    Unreadable,
    Vouched,
)
from bot.dialogue.finished import finished
from bot.dialogue.flow import END, Flows
from bot.dialogue.further import hear_further
from bot.dialogue.hearing import hear
from bot.dialogue.pressing import press
from bot.dialogue.returning import here
from bot.dialogue.standard import CANNOT_READ, READ_LIKE, Policy, check_standard
from bot.dialogue.state import DialogueState
from bot.dialogue.walk import advance
from bot.dialogue.working import Working


class Dialogue:
    """A brand's dialogue, ready to step. Holds no conversation: every state comes in and goes out."""

    def __init__(self, domain: Domain, flows: Flows, policy: Policy | None = None) -> None:
        """Raises `BrandError` when the brand's files lack something the dialogue itself says or does."""
        check_standard(domain, flows)
        self.domain, self.flows, self.policy = domain, flows, policy or Policy()

    def begin(self, language: str = "") -> DialogueState:
        """The state of a conversation in which nothing has been said."""
        known = language if language in self.domain.languages else self.domain.languages[0]
        return DialogueState(language=known)

    def step(self, state: DialogueState, event: Event) -> tuple[DialogueState, list[Effect]]:
        """Where the conversation goes and what must be done about it; an `Act`, if any, comes last.

        Run the act and step again with its `ActionFinished`, in the same transaction, until no act is left.
        Never raises for any state that `from_json` returned and any event, in any order.
        """
        w = Working(self.domain, self.flows, self.policy, state)
        further = isinstance(event, ActionFinished)
        if not further:
            w.change(acting="", hops=0)
        lost = self._mend(w)
        self._dispatch(w, event)
        if lost and not w.effects and w.speaks:
            advance(w)
        self._settle(w, further=further)
        return w.state, w.effects

    def _mend(self, w: Working) -> bool:
        """Drop what a redeploy took away from under a conversation, and say so. Whether anything was dropped."""
        stack = tuple(
            frame
            for frame in w.state.stack
            if (flow := self.flows.get(frame.flow)) and (frame.step == END or frame.step in flow.steps)
        )
        slots = {name: known for name, known in w.state.slots.items() if name in self.domain.slots}
        asked = w.state.asked if w.state.asked in self.domain.slots else None
        if len(slots) != len(w.state.slots) or asked != w.state.asked:
            w.change(slots=slots, asked=asked)
        if len(stack) == len(w.state.stack):
            return False
        if stack and stack[0].called:  # its caller is gone
            stack = (replace(stack[0], called=False), *stack[1:])
        w.change(stack=stack, asked=None, choices=(), lead="")
        w.say("utter_lost_place")
        return True

    def _dispatch(self, w: Working, event: Event) -> None:
        match event:
            case Here():
                here(w, event)
            case Understood() | Pressed() | Unreadable():
                self._customer(w, event)
            case ActionFinished():
                finished(w, event)
            case Recognised():
                people.recognised(w, event)
            case Vouched():
                people.vouched(w, event)
            case NotRecognised():
                people.not_recognised(w, event)
            case MovedHere():
                people.moved(w, event)
            case CaseTaken(by):
                people.taken(w, by)
            case CaseGivenBack():
                people.given_back(w, event)
            case CaseClosed():
                people.closed(w)
            case HandoffTimedOut():
                people.unanswered(w)
            case BotPaused():
                w.change(paused=True)
            case BotResumed(quiet=True):
                w.change(paused=False)
            case BotResumed():
                people.resumed(w)
            case TimerFired():
                people.timer(w, event)

    def _customer(self, w: Working, event: Understood | Pressed | Unreadable) -> None:
        """The customer did something: who owns the conversation decides what comes of it."""
        switched = isinstance(event, Understood) and self._follow_language(w, event)
        if isinstance(event, Understood) and event.meaning.tone not in ("neutral", w.state.tone):
            w.change(tone=event.meaning.tone)
        if w.state.paused or w.state.owner in ("advisor", "store"):
            return
        if w.state.owner == "queue":
            if isinstance(event, Unreadable):
                people.note_for_advisor(w)
            else:
                people.heard_while_waiting(w, event)
            return
        match event:
            case Understood() if event.meaning.distress and people.in_distress(w, event.meaning.distress):
                pass
            case Understood() if event.follows:
                hear_further(w, event)
            case Understood():
                hear(w, event, switched=switched)
            case Pressed():
                press(w, event)
            case Unreadable(what):
                better = (CANNOT_READ + name for name in (what, READ_LIKE.get(what, what)))
                w.say(next((name for name in better if name in self.domain.responses), "utter_cannot_read"))
                advance(w)
        if not w.effects and not (isinstance(event, Understood) and event.follows):
            w.say("utter_anything_else")

    def _follow_language(self, w: Working, event: Understood) -> bool:
        """Speak the language the customer writes. Whether it is another one than before."""
        language = event.meaning.language
        if not event.meaning.language_sure or language not in self.domain.languages or language == w.state.language:
            return False
        w.change(language=language)
        return True

    def _settle(self, w: Working, *, further: bool) -> None:
        """Leave nothing half true: no open question that was answered meanwhile, none while another has the word."""
        asked = w.state.asked
        known = asked is not None and w.value(asked) is not None and asked != w.state.confirming
        if asked is not None and (not w.speaks or known):
            w.change(asked=None, choices=())
        if w.state.confirming and w.state.confirming != w.state.asked:
            w.change(confirming="")
        if w.state.owner != "bot":
            w.change(later=())  # whoever has the word now has read all that was asked for
        if not w.speaks:  # somebody else has the word since: what the bot was about to say is no longer its to say
            w.effects = [effect for effect in w.effects if not isinstance(effect, Say) or effect.author == "system"]
        w.remember_what_was_said(further=further)
