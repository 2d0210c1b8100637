"""What the bot does with what a customer says, while the conversation is its own.

A message is first an answer (a choice, a value, yes or no, a correction), then a request (a flow), and only then a riddle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.dialogue.asides import answered_from_faq, as_answer, insults_only, leaves_alone
from bot.dialogue.asking import was_open
from bot.dialogue.choosing import calls_off, leaves_it_to_us, pick, pressed_by_words
from bot.dialogue.events import Pressed, Understood
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
from bot.dialogue.puzzle import clarify, unknown_words
from bot.dialogue.returning import answers_offer, put_away, settle
from bot.dialogue.rewinding import rewind
from bot.dialogue.standard import CONFIRM, OWN_BUTTONS, PUT_AWAY, STEERING
from bot.dialogue.state import Choice
from bot.dialogue.steering import steer
from bot.dialogue.walk import advance, begin, drop_chain
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
        _take_in(w, heard, event.at)
    elif _is_free_text(w, meaning, flow):
        _fill(w, {str(w.state.asked): meaning.text.strip()}, event.at, checked=False)
    elif _follows_up(w, meaning, values, flow, event.at) or clarify(w, meaning, values):
        return
    elif flow is not None:
        _keep_open(w, undecided(w, event.either, w.flows.collects(flow.id)))
        request(w, flow, values_for(w, meaning, values, w.flows.collects(flow.id)), event.at)
    elif meaning.understood and meaning.intent in STEERING:
        steer(w, str(meaning.intent), offered)
    else:
        unknown_words(w, switched=switched)


def press(w: Working, event: Pressed) -> None:
    """The customer pressed a button, maybe an old one."""
    choice = event.choice
    w.change(resuming=False)
    if choice is not None and _counts(w, choice):
        take(w, choice, event.at)
        return
    w.say("utter_button_expired")
    advance(w)


def take(w: Working, choice: Choice, at: str) -> None:
    """Act on a choice: fill what it sets, or do what its intent asks for."""
    offered, asked = w.state.choices, w.state.asked or ""
    w.change(choices=(), clarifying=(), misses=0)
    if choice.intent in OWN_BUTTONS:
        _take_own(w, choice.intent, asked, at)
        return
    if choice.intent is None:
        _fill(w, choice.set, at, checked=False)
        return
    flow = w.flows.triggered(choice.intent, 1.0, w.values, w.context)
    if flow is not None:
        request(w, flow, choice.set, at)
    elif choice.intent in STEERING:
        answer = {"affirm": True, "deny": False}.get(choice.intent)
        if answer is not None and asked and w.domain.slots[asked].type == "bool":
            _fill(w, {asked: answer}, at)
        else:
            steer(w, choice.intent, offered)
    else:
        w.say("utter_anything_else")
        advance(w)


def _take_own(w: Working, intent: str, asked: str, at: str) -> None:
    """One of the buttons that only the bot's own questions have."""
    if intent == PUT_AWAY and w.top is not None:
        put_away(w)
    elif asked and asked == w.state.confirming:
        settle(w, asked, holds=intent == CONFIRM, at=at)
    else:
        advance(w)


def request(w: Working, flow: Flow, values: Mapping[str, Any], at: str) -> None:
    """The customer wants this flow: begin it, go back to it, or correct it when it is the one under way."""
    w.change(misses=0, choices=(), lead="")
    if any(frame.flow == flow.id for frame in w.state.stack):
        while all(w.state.stack[index].flow != flow.id for index in w.chain()):
            drop_chain(w)
        _take_in(w, _news(w, values), at)
        return
    begin(w, flow.id)
    w.put(values, "customer", at, checked=False)
    advance(w)


def _news(w: Working, values: Mapping[str, Any]) -> Heard:
    known = {name: w.value(name) for name in values}
    return Heard(
        more={name: value for name, value in values.items() if known[name] is None},
        corrections={name: value for name, value in values.items() if known[name] not in (None, value)},
    )


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
    _fill(w, heard.all if heard else {}, at, checked=False)


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
    return pick(choices, meaning.text, values) if choosing else None


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


def _take_in(w: Working, heard: Heard, at: str) -> None:
    """Fill what was heard; a correction is acknowledged in front of the next question."""
    if heard.corrections:
        w.change(lead="utter_corrected")
    _fill(w, heard.all, at, checked=False)


def _fill(w: Working, values: Mapping[str, Any], at: str, *, checked: bool = True) -> None:
    w.change(misses=0, choices=(), clarifying=(), confirming="")
    if was_open(w) and values:
        w.change(back=0, before=())  # they have gone on by themselves
    w.put(values, "customer", at, checked=checked)
    rewind(w)
    advance(w)


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


def _counts(w: Working, choice: Choice) -> bool:
    """Whether a button still means something."""
    if choice in w.state.choices:
        return True
    return choice.intent not in OWN_BUTTONS and (bool(choice.intent) or _still_fits(w, choice))


def _still_fits(w: Working, choice: Choice) -> bool:
    """Whether an older button still answers something in the running flow."""
    return bool(choice.set) and w.top is not None and choice.set.keys() <= {c.slot for c in w.running()}
