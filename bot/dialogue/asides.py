"""What is said beside the flows: a plain yes or no, an insult, a wish only named to refuse it, a question of the house."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.choosing import words_of
from bot.dialogue.domain import FAQ
from bot.dialogue.flow import Flow
from bot.dialogue.standard import COMPLAINT, STEERING
from bot.dialogue.steering import steer
from bot.dialogue.walk import advance
from bot.dialogue.working import Working
from nlu.understanding import IntentGuess, Understanding

_SHORT = 4
"""Words: a longer insult has something to complain about."""
_PLAIN = 0.99
"""How sure a plain yes or no is."""
_ANSWERS = {"yes": "affirm", "no": "deny", "maybe": "maybe"}


def as_answer(w: Working, meaning: Understanding) -> Understanding:
    """Where something was asked, or nothing was understood, a plain yes, no or perhaps is what it says."""
    if meaning.answer is None or (meaning.understood and not w.state.asked):
        return meaning  # « super merci » after an answer is thanks, and no yes to the button beneath it
    slot = w.domain.slots.get(w.state.asked or "")
    if slot is not None and slot.takes_text and not meaning.understood:
        return meaning  # 👍 is no name either, but that is for whoever looks at names to say
    guess = IntentGuess(_ANSWERS[meaning.answer], _PLAIN)
    others = tuple(other for other in meaning.ranking if other.name != guess.name and other.confidence <= 1 - _PLAIN)
    return replace(meaning, ranking=(guess, *others), threshold=min(meaning.threshold, _PLAIN), out_of_scope=False)


def insults_only(w: Working, meaning: Understanding, flow: Flow | None) -> bool:
    """An insult and nothing else: one calm sentence; from the second on a person is offered. The open question stays."""
    complains = meaning.intent == COMPLAINT and len(words_of(meaning.text)) <= _SHORT
    if not meaning.insult or not (flow is None or complains) or (meaning.understood and meaning.intent in STEERING):
        return False
    w.change(insults=w.state.insults + 1, lead="")
    w.say("utter_insult" if w.state.insults == 1 else "utter_insult_again")
    advance(w)
    return True


def leaves_alone(w: Working, meaning: Understanding) -> bool:
    """ "Don't cancel it": what is refused is left, if it was under way; whatever else was is gone on with."""
    if not meaning.refuses:
        return False
    w.change(misses=0, choices=(), clarifying=())
    flow = w.flows.triggered(meaning.refuses, 1.0, w.values, w.context)
    if flow is not None and w.runs(flow):
        steer(w, "cancel", ())
        return True
    if w.top is None:
        w.say("utter_nothing_more")
    advance(w)
    return True


def answered_from_faq(w: Working, meaning: Understanding) -> bool:
    """A question of the house is answered, and the open question asked again."""
    if not meaning.faq or FAQ + meaning.faq not in w.domain.responses:
        return False
    w.change(misses=0, choices=(), clarifying=(), lead="")
    w.say(FAQ + meaning.faq, origin="faq")
    advance(w)
    return True
