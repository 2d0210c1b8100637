"""Taking in what a customer said: values for the running flow, or the wish for another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue.asking import was_open
from bot.dialogue.filling import Heard
from bot.dialogue.flow import Flow
from bot.dialogue.rewinding import rewind
from bot.dialogue.walk import advance, begin, drop_chain
from bot.dialogue.working import Working


def request(w: Working, flow: Flow, values: Mapping[str, Any], at: str) -> None:
    """The customer wants this flow: begin it, go back to it, or correct it when it is the one under way."""
    w.change(misses=0, choices=(), lead="")
    if any(frame.flow == flow.id for frame in w.state.stack):
        while all(w.state.stack[index].flow != flow.id for index in w.chain()):
            drop_chain(w)
        take_in(w, _news(w, values), at)
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


def take_in(w: Working, heard: Heard, at: str) -> None:
    """Fill what was heard; a correction is acknowledged in front of the next question."""
    if heard.corrections:
        w.change(lead="utter_corrected")
    fill(w, heard.all, at, checked=False)


def fill(w: Working, values: Mapping[str, Any], at: str, *, checked: bool = True) -> None:
    w.change(misses=0, choices=(), clarifying=(), confirming="")
    if was_open(w) and values:
        w.change(back=0, before=())  # they have gone on by themselves
    w.put(values, "customer", at, checked=checked)
    rewind(w)
    advance(w)
