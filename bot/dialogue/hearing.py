"""What the bot does with what a customer says, while the conversation is its own.

A message is first an answer (a choice, a value, yes or no, a correction), then a request (a flow), and only then a riddle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.dialogue.asides import answered_from_faq, as_answer, insults_only, leaves_alone
from bot.dialogue.choosing import calls_off, leaves_it_to_us, pick, pressed_by_words
from bot.dialogue.events import Understood
from bot.dialogue.filling import (
    Heard,
    is_bare,
    listen,
    plain_yes_or_no,
    repeats,
    stands_for_a_value,
    undecided,
    values_for,
)
from bot.dialogue.flow import Flow
from bot.dialogue.named import Option
from bot.dialogue.pressing import take
from bot.dialogue.puzzle import clarify, unknown_words
from bot.dialogue.returning import answers_offer
from bot.dialogue.standard import PUT_AWAY, STEERING
from bot.dialogue.state import Choice
from bot.dialogue.steering import steer
from bot.dialogue.taking import fill, request, take_in
from bot.dialogue.working import Working
from nlu.understanding import Understanding


def hear(w: Working, event: Understood, *, switched: bool) -> None:
    """The customer wrote something; `switched` when it was in another language than before."""
    meaning, values = as_answer(w, event.meaning), event.values
    flow = requested(w, meaning)
    if insults_only(w, meaning, flow) or leaves_alone(w, meaning) or answers_offer(w, meaning, event.at):
        return
    # « Annule le deuxième » is about something there is already: no choice, and no value, of what is being asked.
    elsewhere = calls_off(meaning.text) and not w.runs(flow)
    bare = not elsewhere and is_bare(meaning, w.policy.bare_leftover)
    choosing = not event.either and not elsewhere and _may_choose(meaning, flow, bare=bare)
    choice = _chosen(w, meaning, values, choosing=choosing)
    if choice:
        take(w, choice, event.at)
        return
    if not bare and answered_from_faq(w, meaning):
        return
    offered = w.state.choices
    w.change(choices=(), clarifying=(), either={})
    if _steers_away(w, meaning):
        steer(w, str(meaning.intent), offered)
        return
    heard = _answers(w, meaning, values, flow, bare=bare)
    if _weighs(w, event, flow):
        _ask_which(w, undecided(w, event.either, w.running()), heard, event.at)
    elif heard:
        take_in(w, heard, event.at)
    elif _is_free_text(w, meaning, flow):
        fill(w, {str(w.state.asked): meaning.text.strip()}, event.at, checked=False)
    elif _follows_up(w, meaning, values, flow, event.at) or clarify(w, meaning, values):
        return
    elif flow is not None:
        _keep_open(w, undecided(w, event.either, w.flows.collects(flow.id)))
        request(w, flow, values_for(w, meaning, values, w.flows.collects(flow.id)), event.at)
    elif meaning.understood and meaning.intent in STEERING:
        steer(w, str(meaning.intent), offered)
    else:
        unknown_words(w, switched=switched)


def requested(w: Working, meaning: Understanding) -> Flow | None:
    """The flow the message asks for, if it is sure enough to leave the open question for it."""
    if not meaning.understood or meaning.intent is None:
        return None
    flow = w.flows.triggered(meaning.intent, meaning.confidence, w.values, w.context)
    if flow is None or w.state.asked is None or any(frame.flow == flow.id for frame in w.state.stack):
        return flow
    return flow if meaning.confidence >= w.policy.digression else None


def _may_choose(meaning: Understanding, flow: Flow | None, *, bare: bool) -> bool:
    """Whether the message can be about the choices on offer rather than a request."""
    return bare or flow is None or (meaning.understood and meaning.intent == "choose_option")


def _weighs(w: Working, event: Understood, flow: Flow | None) -> bool:
    """Whether the message leaves open what the running flow needs: "Lyon ou Paris"."""
    if not event.either or (flow is not None and not w.runs(flow)):
        return False
    return w.top is not None and bool(undecided(w, event.either, w.running()))


def _keep_open(w: Working, either: Mapping[str, Sequence[Option]]) -> None:
    w.change(either={slot: [[option.value, option.words] for option in options] for slot, options in either.items()})


def _ask_which(w: Working, either: Mapping[str, Sequence[Option]], heard: Heard | None, at: str) -> None:
    """Take in what is clear, and let the question of each undecided slot be which of the two."""
    _keep_open(w, either)
    w.put(dict.fromkeys(either), "customer", at)
    fill(w, heard.all if heard else {}, at, checked=False)


def _steers_away(w: Working, meaning: Understanding) -> bool:
    if not meaning.understood or meaning.intent not in ("cancel", "repeat"):
        return False
    return not stands_for_a_value(w, meaning)  # "laissez tomber" can be an answer to "wait, or go on with me?"


def _chosen(w: Working, meaning: Understanding, values: Mapping[str, Any], *, choosing: bool) -> Choice | None:
    """The offered choice this message means, if it is about choosing at all."""
    choices = [choice for choice in w.state.choices if choice.set or choice.intent]
    if not choices or not meaning.text.strip():
        return None
    exact = pressed_by_words(choices, meaning.text)
    choices = [choice for choice in choices if choice.intent != PUT_AWAY]  # no place in the list: it is not one of them
    if exact is None and choices and leaves_it_to_us(choices, meaning.text):
        return choices[0]  # « peu importe » may sound like giving up
    if exact or _steers_away(w, meaning):
        return exact
    if meaning.understood and meaning.intent == "affirm" and len(choices) == 1:
        return choices[0]
    found = pick(choices, meaning.text, values) if choosing else None
    return found or _by_its_number(w.state.choices, meaning.text)


def _by_its_number(choices: Sequence[Choice], text: str) -> Choice | None:
    """Where choices are written out with numbers, the button that leaves the question aside has one, too."""
    said = text.strip()
    place = int(said) if said.isdecimal() and len(said) < _DIGITS else 0
    return choices[place - 1] if 0 < place <= len(choices) and choices[place - 1].intent == PUT_AWAY else None


_DIGITS = 3


def _answers(w: Working, meaning: Understanding, values: Mapping[str, Any], flow: Flow | None, *, bare: bool) -> Heard | None:
    """What the message fills, when it is an answer or a correction rather than a new request."""
    if not w.top:
        return None
    heard = listen(w, meaning, values, w.running())
    same_flow = w.runs(flow)
    if flow is not None and not same_flow and not bare:
        # "Je m'appelle Claire" is an answer when the name was asked for, although it could start a flow of its own.
        wanted = {collect.slot for collect in w.flows.collects(flow.id)}
        if heard.answer and ((wanted and wanted <= heard.answer.keys()) or plain_yes_or_no(meaning) is not None):
            return heard
        # "Rappelez-moi" can answer "wait, or be called back?"; what it says beside, such as a number, counts as well.
        if heard.answer and stands_for_a_value(w, meaning):
            return replace(heard, more={**values_for(w, meaning, values, w.flows.collects(flow.id)), **heard.more})
        return None
    steering = meaning.intent in STEERING and meaning.confidence >= w.policy.answer
    if not (bare or steering or same_flow):
        # A store named in a riddle does not replace the one that was agreed.
        heard = replace(heard, corrections={})
    if heard.all or (bare and repeats(w, meaning, values, w.running())):
        return heard
    return None


def _is_free_text(w: Working, meaning: Understanding, flow: Flow | None) -> bool:
    """Whether the open question takes these words as they are, such as a name."""
    asked = w.state.asked
    if not asked or not meaning.text.strip() or not w.domain.slots[asked].takes_text:
        return False
    if meaning.understood and meaning.intent in STEERING:
        return False
    return flow is None or meaning.confidence < w.policy.digression_over_text


def _follows_up(w: Working, meaning: Understanding, values: Mapping[str, Any], flow: Flow | None, at: str) -> bool:
    """ "Et dimanche ?" after the opening hours of Saturday: the flow that just ended, with the new value."""
    last = w.flows.get(w.state.last_flow)
    said = replace(meaning, text=meaning.text.replace("?", " "))
    if w.top is not None or last is None or last is flow or not is_bare(said, w.policy.bare_leftover):
        return False
    if flow is not None and meaning.confidence >= w.policy.digression_over_text and not is_bare(said, 0):
        return False  # "move it to Wednesday" after a booking says what it wants
    found = values_for(w, meaning, values, w.flows.collects(last.id))
    if not found:
        return False
    request(w, last, found, at)
    return True
