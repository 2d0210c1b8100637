"""Walking a flow: do what can be done, stop at a question or an action, go back where a correction leads."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.ageing import to_confirm
from bot.dialogue.asking import ask_for, ask_whether_it_holds
from bot.dialogue.drawer import take_out
from bot.dialogue.flow import END, Call, Collect, Flow, Link, Run, SetSlots, Step
from bot.dialogue.standard import CANNOT_HANDLE
from bot.dialogue.state import Choice, Frame, SlotValue
from bot.dialogue.working import Working


def begin(w: Working, flow: str, *, called: bool = False) -> None:
    """Put a flow on top of the stack, at its first step.

    One that interrupts another starts with a clean sheet: values that both use, and that it will forget, are put on a
    shelf until it is over.
    """
    shelf = {} if called or w.top is None else {name: known for name, known in w.state.slots.items() if name in _shared(w, flow)}
    w.forget(shelf)
    put_by = {name: [slot.value, slot.source, slot.at, True, slot.by] for name, slot in shelf.items() if slot.sure}
    kept = {_SHELF: put_by} if put_by else {}
    w.push(Frame(flow=flow, step=w.flows.by_id[flow].first, called=called, locals=kept))
    if not called and take_out(w, flow):
        w.change(lead="utter_taken_up")


_SHELF = "shelf"
"""Under `Frame.locals`: slots of the interrupted flow, as [value, source, at, checked, by]."""
_INHERITED = "inherited"
"""Under `Frame.locals`: slots that the flow which linked here had set."""


def advance(w: Working) -> None:
    """Go on until the customer or an action has to answer, or until no flow is under way."""
    w.change(asked=None, confirming="")
    for _ in range(w.policy.most_steps):
        if not w.speaks or w.acting:
            return
        frame, flow = w.top, w.flow
        if frame is None or flow is None:
            w.change(lead="")
            if not _take_up(w):
                return
            continue
        if frame.step == END:
            end_flow(w)
            continue
        if _do(w, flow, frame, flow.steps[frame.step]):
            return
    give_up(w)


def _take_up(w: Working) -> bool:
    """Begin the next of the wishes that were told together. Whether there was one."""
    while w.state.later:
        wish, *others = w.state.later
        w.change(later=tuple(others))
        if w.flows.get(str(wish.get("flow"))) is not None:
            begin(w, str(wish["flow"]))
            w.put(wish.get("slots", {}), "customer", str(wish.get("at", "")), checked=False)
            return True
    return False


def give_up(w: Working) -> None:
    """A flow runs in circles: leave it, and say so."""
    w.change(stack=(), asked=None, choices=(), lead="")
    w.say("utter_dead_end")


def _do(w: Working, flow: Flow, frame: Frame, step: Step) -> bool:
    """Do one step. Whether the walk stops here."""
    match step:
        case Collect():
            return _collect(w, frame, step)
        case Run() if step.says:
            w.say(step.action)
            pass_by(w, step)
        case Run():
            w.act(step.action)
            return True
        case SetSlots():
            w.put(step.values, "flow")
            pass_by(w, step)
        case Link():
            _link(w, flow, frame, step)
        case Call():
            pass_by(w, step)
            begin(w, step.flow, called=True)
        case _:
            pass_by(w, step)
    return False


def pass_by(w: Working, step: Step) -> None:
    """Leave a step that is done."""
    frame, flow = w.top, w.flow
    if frame is None or flow is None:
        return
    following = flow.after(step, w.values, w.context)
    done = frame.done if isinstance(step, Collect) or step.id in frame.done else (*frame.done, step.id)
    w.put_top(replace(frame, step=following, done=done, rejected=0))


def _collect(w: Working, frame: Frame, step: Collect) -> bool:
    if step.ask_before_filling and step.id not in frame.done:
        w.note_answer(step.slot)  # said already, and asked all the same
        w.forget([step.slot])
        frame = w.top or frame
        w.put_top(replace(frame, done=(*frame.done, step.id)))
    if w.value(step.slot) is None:
        ask(w, step)
        return True
    if to_confirm(w.domain, w.state, step.slot):
        if w.domain.slots[step.slot].stands_for_none(w.value(step.slot)):
            w.refuse(step.slot)  # « toujours inconnu ? » is no question
            ask(w, step)
        else:
            ask_whether_it_holds(w, step.slot)
        return True
    known = w.state.slots.get(step.slot)
    if known is not None and not known.checked:
        if step.validate_action:
            w.act(step.validate_action, value=known.value)
            return True
        w.put({step.slot: known.value}, known.source, known.at)
    for rejection in step.rejections:
        if rejection.condition.holds(w.values, w.context):
            _reject(w, w.top or frame, step, rejection.utter)
            return True
    w.note_answer(step.slot)
    if step.ask_action:
        w.note_settled(step.slot)
    pass_by(w, step)
    return False


def _reject(w: Working, frame: Frame, step: Collect, utter: str) -> None:
    w.refuse(step.slot)
    w.say(utter)
    if frame.rejected + 1 >= w.policy.rejections_before_handoff:
        w.put_top(replace(w.top or frame, rejected=0))
        hand_over(w)
        return
    w.put_top(replace(w.top or frame, rejected=frame.rejected + 1))
    ask(w, step)


def hand_over(w: Working) -> None:
    """The bot is at its wits' end: the flow that fetches a person takes over."""
    w.change(misses=0)
    while any(frame.flow == CANNOT_HANDLE for frame in w.state.stack):
        drop_chain(w)
    w.change(lead="")
    begin(w, CANNOT_HANDLE)
    advance(w)


def ask(w: Working, step: Collect) -> None:
    """Open the question of a slot."""
    w.change(asked=step.slot, choices=())
    if step.slot in w.state.either:
        _ask_which(w, step.slot)
    elif step.ask_action:
        w.act(step.ask_action, **({"settled_before": True} if w.was_settled(step.slot) else {}))
    else:
        ask_for(w, step.utter, choices=w.offered)
        w.offered = ()


def _ask_which(w: Working, slot: str) -> None:
    """The customer has named several values for this slot: they choose among those."""
    left = w.state.either[slot]
    w.change(either={name: options for name, options in w.state.either.items() if name != slot})
    choices = (Choice(words[:1].upper() + words[1:], set={slot: value}, aliases=(str(value),)) for value, words in left)
    ask_for(w, "utter_which_of", choices=tuple(choices))


def _link(w: Working, flow: Flow, frame: Frame, step: Link) -> None:
    """The next flow takes this one's place, with what was set for it; it forgets that in its turn."""
    w.pop()
    settings = (other.values for other in flow.steps.values() if isinstance(other, SetSlots))
    passed_on = {name for values in settings for name in values if not w.domain.slots[name].persisted}
    wanted = {collect.slot for collect in w.flows.collects(step.flow)}
    w.forget(_temporary(w, flow.id) - passed_on - wanted - _callers_need(w, frame))
    heirs = {**frame.locals, _INHERITED: sorted({*frame.locals.get(_INHERITED, ()), *passed_on})}
    w.push(Frame(flow=step.flow, step=w.flows.by_id[step.flow].first, called=frame.called, locals=heirs))


def end_flow(w: Working) -> None:
    """The top flow is over: forget what was only for it, and lead back to the one it interrupted."""
    frame = _leave(w)
    if frame.called:
        return
    w.change(last_flow=frame.flow)
    if w.top is not None and w.topic():
        w.change(lead="utter_resume")


def drop_chain(w: Working) -> None:
    """Leave the running flow with everything it called, as if it were over."""
    for _ in w.chain() if w.state.stack else ():
        _leave(w)
    w.change(asked=None, choices=(), lead="", confirming="")


def _leave(w: Working) -> Frame:
    frame = w.pop()
    w.forget((_temporary(w, frame.flow) | set(frame.locals.get(_INHERITED, ()))) - _callers_need(w, frame))
    shelf = frame.locals.get(_SHELF, {})
    back = {name: SlotValue(*known) for name, known in shelf.items() if name in w.domain.slots}
    w.change(slots={**w.state.slots, **back})
    return frame


def _callers_need(w: Working, frame: Frame) -> set[str]:
    """What the flows that called this one still have to know; it has just been taken off the stack."""
    callers = [w.state.stack[index].flow for index in w.chain()] if frame.called and w.state.stack else []
    return {collect.slot for flow in callers for collect in w.flows.collects(flow)}


def _temporary(w: Working, flow: str) -> frozenset[str]:
    """Slots that a flow forgets when it is over."""
    return frozenset(name for name in w.flows.forgets(flow) if not w.domain.slots[name].persisted)


def _shared(w: Working, flow: str) -> set[str]:
    """What a flow would forget that the flows beneath still need."""
    needed = {collect.slot for frame in w.state.stack for collect in w.flows.collects(frame.flow)}
    return needed & _temporary(w, flow)
