"""Going back, after a correction, to the first step of the running flow that has to be done again."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.ageing import to_confirm
from bot.dialogue.flow import END, Call, Collect, Flow, Run, SetSlots
from bot.dialogue.state import Frame
from bot.dialogue.working import Working


def rewind(w: Working) -> None:
    """After slots changed: put the running flow back to the first step that has to be done again, if there is one."""
    for index in w.chain() if w.state.stack else ():
        frame = w.state.stack[index]
        flow = w.flows.by_id[frame.flow]
        above = w.state.stack[index + 1 :]
        step, passed = _replay(w, flow, frame, calling=above[0].flow if above and above[0].called else "")
        if step != frame.step:
            done = tuple(name for name in frame.done if name in passed)
            w.change(stack=(*w.state.stack[:index], replace(frame, step=step, done=done)))
            return


def _replay(w: Working, flow: Flow, frame: Frame, *, calling: str) -> tuple[str, set[str]]:
    """Walk the flow from its beginning without doing anything, up to where something is left to do."""
    slots, context = w.values, w.context
    at, passed = flow.first, set[str]()
    while at not in (END, frame.step) and at not in passed:
        step = flow.steps[at]
        match step:
            case Collect():
                settled = _is_settled(w, step) and (not step.ask_before_filling or step.id in frame.done)
            case Call():
                # A flow that is being called right now minds its own steps.
                settled = step.id in frame.done and (step.flow == calling or _is_over(w, w.flows.by_id[step.flow]))
            case Run() | SetSlots():
                settled = step.id in frame.done
            case _:
                settled = True
        if not settled:
            return at, passed
        passed.add(at)
        at = flow.after(step, slots, context)
    return frame.step, passed


def _is_settled(w: Working, step: Collect) -> bool:
    known = w.state.slots.get(step.slot)
    checked = known is None or known.checked or not step.validate_action
    if to_confirm(w.domain, w.state, step.slot):
        return False
    return checked and w.value(step.slot) is not None


def _is_over(w: Working, flow: Flow) -> bool:
    """Whether a flow that was called has still all it was called for."""
    slots, context = w.values, w.context
    at, passed = flow.first, set[str]()
    while at != END and at not in passed:
        step = flow.steps[at]
        if isinstance(step, Collect) and not _is_settled(w, step):
            return False
        if isinstance(step, Call) and not _is_over(w, w.flows.by_id[step.flow]):
            return False
        passed.add(at)
        at = flow.after(step, slots, context)
    return True
