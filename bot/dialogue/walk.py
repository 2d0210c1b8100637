"""Walking a flow: do what can be done, stop at a question or an action, go back where a correction leads."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.flow import END, Call, Collect, Flow, Link, Run, SetSlots, Step
from bot.dialogue.standard import CANNOT_HANDLE
from bot.dialogue.state import Frame
from bot.dialogue.working import Working


def begin(w: Working, flow: str, *, called: bool = False) -> None:
    """Put a flow on top of the stack, at its first step."""
    w.push(Frame(flow=flow, step=w.flows.by_id[flow].first, called=called))


def advance(w: Working) -> None:
    """Go on until the customer or an action has to answer, or until no flow is under way."""
    w.change(asked=None)
    for _ in range(w.policy.most_steps):
        if not w.speaks or w.acting:
            return
        frame, flow = w.top, w.flow
        if frame is None or flow is None:
            w.change(lead="")
            return
        if frame.step == END:
            end_flow(w)
            continue
        if _do(w, flow, frame, flow.steps[frame.step]):
            return
    give_up(w)


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
        w.forget([step.slot])
        w.put_top(replace(frame, done=(*frame.done, step.id)))
    if w.value(step.slot) is None:
        ask(w, step)
        return True
    known = w.state.slots.get(step.slot)
    if known is not None and not known.checked:
        if step.validate_action:
            w.act(step.validate_action, value=known.value)
            return True
        w.put({step.slot: known.value}, known.source, known.at)
    for rejection in step.rejections:
        if rejection.condition.holds(w.values, w.context):
            _reject(w, frame, step, rejection.utter)
            return True
    pass_by(w, step)
    return False


def _reject(w: Working, frame: Frame, step: Collect, utter: str) -> None:
    w.forget([step.slot])
    w.say(utter)
    if frame.rejected + 1 >= w.policy.rejections_before_handoff:
        w.put_top(replace(frame, rejected=0))
        hand_over(w)
        return
    w.put_top(replace(w.top or frame, rejected=frame.rejected + 1))
    ask(w, step)


def hand_over(w: Working) -> None:
    """The bot is at its wits' end: the flow that fetches a person takes over."""
    w.change(misses=0, lead="")
    if any(frame.flow == CANNOT_HANDLE for frame in w.state.stack):
        while w.top is not None and w.top.flow != CANNOT_HANDLE:
            w.pop()
        w.pop()
    begin(w, CANNOT_HANDLE)
    advance(w)


def ask(w: Working, step: Collect) -> None:
    """Open the question of a slot."""
    w.change(asked=step.slot, choices=())
    if step.ask_action:
        w.act(step.ask_action)
    else:
        w.say(step.utter, choices=w.offered, question=True)
        w.offered = ()


def _link(w: Working, flow: Flow, frame: Frame, step: Link) -> None:
    w.pop()
    wanted = {collect.slot for collect in w.flows.collects(step.flow)}
    w.forget(_own(w, flow) - wanted)
    begin(w, step.flow, called=frame.called)


def end_flow(w: Working) -> None:
    """The top flow is over: forget what was only for it, and lead back to the one it interrupted."""
    frame = w.pop()
    flow = w.flows.by_id[frame.flow]
    w.forget(_own(w, flow))
    if frame.called:
        return
    w.change(last_flow=frame.flow)
    if w.top is not None and w.topic():
        w.change(lead="utter_resume")


def drop_chain(w: Working) -> None:
    """Leave the running flow with everything it called, as if it were over."""
    for _ in w.chain() if w.state.stack else ():
        flow = w.flows.by_id[w.pop().flow]
        w.forget(_own(w, flow))
    w.change(asked=None, choices=(), lead="")


def _own(w: Working, flow: Flow) -> set[str]:
    """Slots the flow leaves behind that nobody else still needs."""
    needed = {collect.slot for frame in w.state.stack for collect in w.flows.collects(frame.flow)}
    return {name for name in flow.slots_it_forgets - needed if not w.domain.slots[name].persisted}


def rewind(w: Working) -> None:
    """After slots changed: put the running flow back to the first step that has to be done again, if there is one."""
    for index in w.chain() if w.state.stack else ():
        frame = w.state.stack[index]
        flow = w.flows.by_id[frame.flow]
        step, passed = _replay(w, flow, frame)
        if step != frame.step:
            done = tuple(name for name in frame.done if name in passed)
            w.change(stack=(*w.state.stack[:index], replace(frame, step=step, done=done)))
            return


def _replay(w: Working, flow: Flow, frame: Frame) -> tuple[str, set[str]]:
    """Walk the flow from its beginning without doing anything, up to where something is left to do."""
    slots, context = w.values, w.context
    at, passed = flow.first, set[str]()
    while at not in (END, frame.step) and at not in passed:
        step = flow.steps[at]
        if isinstance(step, Collect):
            known = w.state.slots.get(step.slot)
            unchecked = known is not None and not known.checked and bool(step.validate_action)
            unasked = step.ask_before_filling and step.id not in frame.done
            if w.value(step.slot) is None or unchecked or unasked:
                return at, passed
        elif type(step) is not Step and step.id not in frame.done:
            return at, passed
        passed.add(at)
        at = flow.after(step, slots, context)
    return frame.step, passed
