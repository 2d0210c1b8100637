"""An action has come back: what it found, what it says, and where the flow goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.asking import ask_for
from bot.dialogue.events import ActionFinished, Say
from bot.dialogue.flow import END, Collect, Run, Step
from bot.dialogue.rewinding import rewind
from bot.dialogue.walk import advance, drop_chain, give_up, hand_over, pass_by
from bot.dialogue.working import Working


def finished(w: Working, event: ActionFinished) -> None:
    """Take in what an action brought. One that nobody is waiting for only leaves its slots and its words."""
    awaited = w.state.acting == event.action
    was_ours = w.speaks
    w.change(acting="", hops=w.state.hops + 1)
    if event.owner is not None and event.owner != w.state.owner:
        w.change(owner=event.owner, noted=False)
    step = _step(w) if awaited and was_ours else None
    w.put(event.slots, "action", event.at)
    _propose(w, event)
    w.offered = event.choices
    asked = _collects(w, step, event)
    if asked is not None and w.value(asked.slot) is None:
        w.change(asked=asked.slot)  # what the action says next may be the question itself
    said = _say_all(w, event.says, was_ours=was_ours)
    if w.state.owner != "bot" and was_ours:
        drop_chain(w)  # a person goes on with this; what it interrupted waits beneath
        return
    if not awaited or not w.speaks:
        return
    if not was_ours and w.topic():
        w.change(lead="utter_resume")  # the bot has the word again: it goes on where it was interrupted
    if w.state.hops > w.policy.most_actions:
        give_up(w)
    elif event.failed:
        hand_over(w)
    elif asked is not None:
        _after_asking(w, asked, event, question=said)
    else:
        if isinstance(step, Run):
            pass_by(w, step)
        rewind(w)
        advance(w)


def _propose(w: Working, event: ActionFinished) -> None:
    """Take proposals in as what has yet to be confirmed."""
    new = {
        name: replace(known, value=value, at=known.at or event.at, sure=False)
        for name, known in event.proposes.items()
        if name in w.domain.slots and w.value(name) is None and (value := w.domain.slots[name].read(known.value)) is not None
    }
    if new:
        w.change(slots={**w.state.slots, **new})


def _step(w: Working) -> Step | None:
    if w.top is None or w.flow is None or w.top.step == END:
        return None
    return w.flow.steps[w.top.step]


def _collects(w: Working, step: Step | None, event: ActionFinished) -> Collect | None:
    """The collect for which this action asked or checked."""
    if isinstance(step, Collect) and event.action in (step.ask_action, step.validate_action) and w.speaks:
        return step
    return None


def _after_asking(w: Working, step: Collect, event: ActionFinished, *, question: bool) -> None:
    """Go on after `action_ask_<slot>` or `validate_<slot>`."""
    if w.value(step.slot) is None and question:
        return  # it asked; the customer has the word
    before = w.top
    rewind(w)
    stuck = w.top == before and w.value(step.slot) is None and event.action == step.ask_action
    if stuck:
        # Its own asking brought neither a question nor a value: asking again would go on for ever.
        give_up(w)
        return
    advance(w)


def _say_all(w: Working, says: Sequence[Say], *, was_ours: bool) -> bool:
    """Say what the action wants said, with at most one question, the last. Whether there was a question."""
    questions = [index for index, say in enumerate(says) if say.question]
    for index, say in enumerate(says):
        question = bool(questions) and index == questions[-1] and w.speaks
        # An action that hands the conversation over announces it: the bot's last words are a notice.
        author = "system" if was_ours and w.state.owner != "bot" else say.author
        choices = w.offered if question and not say.choices else say.choices
        if question:
            ask_for(w, say.response, say.values, choices=choices, origin=say.origin)
            w.offered = ()
        else:
            w.say(say.response, say.values, choices=choices, author=author, origin=say.origin)
    return bool(questions) and w.speaks
