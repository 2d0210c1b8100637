"""Buttons: what pressing one does, now or long after it was shown."""

from __future__ import annotations

from bot.dialogue.events import Pressed
from bot.dialogue.returning import put_away, settle
from bot.dialogue.standard import CONFIRM, OWN_BUTTONS, PUT_AWAY, STEERING
from bot.dialogue.state import Choice
from bot.dialogue.steering import steer
from bot.dialogue.taking import fill, request
from bot.dialogue.walk import advance
from bot.dialogue.working import Working


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
        fill(w, choice.set, at, checked=False)
        return
    flow = w.flows.triggered(choice.intent, 1.0, w.values, w.context)
    if flow is not None:
        request(w, flow, choice.set, at)
    elif choice.intent in STEERING:
        answer = {"affirm": True, "deny": False}.get(choice.intent)
        if answer is not None and asked and w.domain.slots[asked].type == "bool":
            fill(w, {asked: answer}, at)
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


def _counts(w: Working, choice: Choice) -> bool:
    """Whether a button still means something."""
    if choice in w.state.choices:
        return True
    return choice.intent not in OWN_BUTTONS and (bool(choice.intent) or _still_fits(w, choice))


def _still_fits(w: Working, choice: Choice) -> bool:
    """Whether an older button still answers something in the running flow."""
    return bool(choice.set) and w.top is not None and choice.set.keys() <= {c.slot for c in w.running()}
