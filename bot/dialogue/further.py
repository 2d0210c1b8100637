"""Two wishes in one message: the second is answered at once when that takes no question, and else waits for its turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue.events import Understood
from bot.dialogue.filling import values_for
from bot.dialogue.flow import END, Call, Collect, Flow, Link, SetSlots
from bot.dialogue.hearing import hear
from bot.dialogue.taking import request
from bot.dialogue.working import Working


def hear_further(w: Working, event: Understood) -> None:
    """A further wish of one message: answered now when that takes no question, else when what is under way is done."""
    flow = w.flows.triggered(str(event.meaning.intent), 1.0, w.values, w.context)
    if flow is None:
        hear(w, event, switched=False)
        return
    values = values_for(w, event.meaning, event.values, w.flows.collects(flow.id))
    if w.top is not None and asks(w, flow, values):
        w.change(later=(*w.state.later, {"flow": flow.id, "slots": values, "at": event.at}))
    else:
        request(w, flow, values, event.at)


def asks(w: Working, flow: Flow, values: Mapping[str, Any]) -> bool:
    """Whether a flow that begins with these values would have to ask the customer something."""
    slots: dict[str, Any] = {**w.values, **values}
    at, passed = flow.first, set[str]()
    while at != END and at not in passed:
        passed.add(at)
        step = flow.steps[at]
        match step:
            case Collect():
                if step.ask_before_filling or not _likely_known(w, step.slot, slots):
                    return True
            case SetSlots():
                slots |= step.values
            case Call() | Link():
                target = w.flows.get(step.flow)
                if target is not None and asks(w, target, slots):
                    return True
            case _:
                pass
        at = END if isinstance(step, Link) else flow.after(step, slots, w.context)
    return False


def _likely_known(w: Working, slot: str, slots: Mapping[str, Any]) -> bool:
    """Whether a slot is filled, or another of the same kind is: the store of the appointment is the store asked about."""
    if slots.get(slot) is not None:
        return True
    kinds = {mapping.key for mapping in w.domain.slots[slot].mappings if mapping.type == "from_entity"}
    return any(
        slots.get(name) is not None and any(m.type == "from_entity" and m.key in kinds for m in other.mappings)
        for name, other in w.domain.slots.items()
    )
