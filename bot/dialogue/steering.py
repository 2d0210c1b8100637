"""Intents that only mean something beside what is going on: stop, say it again, yes, no, perhaps."""

from __future__ import annotations

from bot.dialogue.puzzle import unusable_answer
from bot.dialogue.state import Choice
from bot.dialogue.walk import advance, drop_chain
from bot.dialogue.working import Working


def steer(w: Working, intent: str, offered: tuple[Choice, ...]) -> None:
    """Do what a steering intent asks; `offered` are the choices that were open when it was said."""
    match intent:
        case "cancel":
            _cancel(w)
        case "repeat":
            _repeat(w, offered)
        case "maybe" if w.state.asked:
            w.change(misses=0, lead="utter_no_hurry")
            advance(w)
        case "affirm" if w.state.asked and len(offered) > 1:
            w.change(misses=0, lead="utter_pick_one")
            advance(w)
        case _ if w.state.asked:
            unusable_answer(w)
        case _:
            w.change(misses=0)
            w.say("utter_nothing_more" if intent == "deny" else "utter_anything_else")
            advance(w)


def _cancel(w: Working) -> None:
    w.change(misses=0)
    if w.top is None:
        w.say("utter_nothing_to_cancel")
        return
    drop_chain(w)
    w.change(later=())
    w.say("utter_cancelled")
    if w.top is not None and w.topic():
        w.change(lead="utter_resume")
    advance(w)


def _repeat(w: Working, offered: tuple[Choice, ...]) -> None:
    w.change(misses=0, choices=offered)
    said = w.state.last_said
    for line in said:
        w.say(str(line["response"]), line.get("values"))
    if not said and w.top is None:
        w.say("utter_anything_else")
    advance(w)
