"""The drawer: what was known of a flow the customer left aside, so that taking it up asks for nothing again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue.ageing import is_over, older
from bot.dialogue.state import SlotValue
from bot.dialogue.working import Working

_MOST = 5
"""Flows kept; the oldest makes room."""


def put_in(w: Working) -> None:
    """Keep what is known of the running flow. What a profile says is not kept: it is known again where it may be."""
    flow = w.state.stack[w.chain().start].flow
    collected = {collect.slot for collect in w.flows.collects(flow)}
    known = {
        name: slot
        for name, slot in w.state.slots.items()
        if name in collected and slot.source != "profile" and slot.sure and not w.domain.slots[name].persisted
    }
    others = [kept for kept in w.state.drawer if kept.get("flow") != flow]
    if known:
        slots = {name: [slot.value, slot.source, slot.at, slot.by] for name, slot in known.items()}
        others.append({"flow": flow, "slots": slots, "at": w.state.heard_at})
    w.change(drawer=tuple(others[-_MOST:]))


def take_out(w: Working, flow: str) -> bool:
    """Know again what was known of this flow when it was put away. Whether there was anything."""
    kept = next((kept for kept in w.state.drawer if kept.get("flow") == flow), None)
    if kept is None:
        return False
    w.change(drawer=tuple(other for other in w.state.drawer if other is not kept))
    if older(str(kept.get("at", "")), w.policy.keep_for, now=w.state.heard_at):
        return False
    back = {name: slot for name, said in _items(kept.get("slots")) if (slot := _still(w, name, said)) is not None}
    w.change(slots={**back, **w.state.slots})
    return bool(back)


def clear_out(w: Working) -> None:
    """Forget what has been put away for too long."""
    kept = tuple(one for one in w.state.drawer if not older(str(one.get("at", "")), w.policy.keep_for, now=w.state.heard_at))
    if len(kept) != len(w.state.drawer):
        w.change(drawer=kept)


def _still(w: Working, name: str, said: Any) -> SlotValue | None:
    """A value as it was known, if it can be used today."""
    declared = w.domain.slots.get(name)
    if declared is None or not isinstance(said, list | tuple) or len(said) != 4 or declared.read(said[0]) is None:
        return None
    value, source, at, by = said
    if declared.passes and is_over(value, now=w.state.heard_at, today=w.state.today):
        return None
    return SlotValue(value, source, at, checked=not declared.check_again, by=by)


def _items(slots: Any) -> list[tuple[str, Any]]:
    return list(slots.items()) if isinstance(slots, Mapping) else []
