"""What the bot does with a message it does not understand: ask which of two was meant, rephrase, then fetch a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue.filling import values_for
from bot.dialogue.standard import STEERING, TITLE
from bot.dialogue.state import Choice
from bot.dialogue.walk import advance, hand_over
from bot.dialogue.working import Working
from nlu.understanding import Understanding


def clarify(w: Working, meaning: Understanding, values: Mapping[str, Any]) -> bool:
    """Ask which of the two likeliest requests was meant, when they are too close to guess. Whether it was asked."""
    if meaning.out_of_scope or len(meaning.ranking) < 2:
        return False
    first, second = meaning.ranking[:2]
    close = first.confidence - second.confidence < w.policy.clarify_margin
    if not close or first.confidence >= w.policy.clarify_below or second.confidence < w.policy.clarify_floor:
        return False
    choices = tuple(_choice(w, meaning, values, guess.name) for guess in (first, second))
    if any(choice is None for choice in choices) or _same_flow(w, first.name, second.name):
        return False
    w.change(clarifying=(first.name, second.name), misses=0, asked=None)
    w.say("utter_clarify", choices=tuple(choice for choice in choices if choice), question=True)
    return True


def unknown_words(w: Working, *, switched: bool) -> None:
    """Nobody knows what this means."""
    if switched and w.state.asked:
        # "In English please": the wish has been understood, whatever the rest was, and the question comes in that language.
        w.say("utter_language_changed")
        advance(w)
        return
    if _missed_once_too_often(w):
        return
    if w.top is not None and w.state.asked:
        w.change(lead="utter_rephrase_question")
        advance(w)
        return
    w.say("utter_rephrase")
    advance(w)


def unusable_answer(w: Working) -> None:
    """A yes or no that does not answer the open question."""
    if not _missed_once_too_often(w):
        w.change(lead="utter_rephrase_question")
        advance(w)


def _missed_once_too_often(w: Working) -> bool:
    w.change(misses=w.state.misses + 1)
    if w.state.misses < w.policy.misses_before_handoff:
        return False
    hand_over(w)
    return True


def _choice(w: Working, meaning: Understanding, values: Mapping[str, Any], intent: str) -> Choice | None:
    title = w.domain.text(TITLE + intent, w.state.language)
    flow = next(w.flows.starts(intent), None)
    if not title or flow is None or intent in STEERING:
        return None
    return Choice(title=title, set=values_for(w, meaning, values, w.flows.collects(flow.id)), intent=intent)


def _same_flow(w: Working, one: str, other: str) -> bool:
    return next(w.flows.starts(one), None) is next(w.flows.starts(other), None)
