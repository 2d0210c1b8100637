"""What one step remembers while it works: the flows under way and the slots, with what becomes of them when one changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue.domain import Domain
from bot.dialogue.flow import Flows
from bot.dialogue.standard import Policy
from bot.dialogue.state import DialogueState, Frame, SlotValue

_TOLD = frozenset({"customer", "advisor"})
"""Sources of what was said in answer to a question; a profile was asked nothing."""

_SETTLED = "settled"
"""Under `Frame.locals`: slots that had a value since the flow began."""


def _settled(frame: Frame) -> list[Any]:
    slots = frame.locals.get(_SETTLED)
    return slots if isinstance(slots, list) else []


class Memory:
    """A state on its way to the next."""

    def __init__(self, domain: Domain, flows: Flows, policy: Policy, state: DialogueState) -> None:
        self.domain, self.flows, self.policy = domain, flows, policy
        self.state = state

    def change(self, **fields: Any) -> None:
        self.state = self.state.changed(fields)

    # The flows under way

    @property
    def top(self) -> Frame | None:
        return self.state.stack[-1] if self.state.stack else None

    def chain(self) -> range:
        """Positions in the stack of the running flow: the frames that called each other, lowest first."""
        last = len(self.state.stack) - 1
        first = last
        while first > 0 and self.state.stack[first].called:
            first -= 1
        return range(max(first, 0), last + 1)

    def push(self, frame: Frame) -> None:
        self.change(stack=(*self.state.stack, frame))

    def pop(self) -> Frame:
        frame = self.state.stack[-1]
        self.change(stack=self.state.stack[:-1])
        return frame

    def put_top(self, frame: Frame) -> None:
        self.change(stack=(*self.state.stack[:-1], frame))

    # Slots

    def value(self, slot: str) -> Any:
        known = self.state.slots.get(slot)
        if known is not None:
            return known.value
        return self.domain.slots[slot].initial if slot in self.domain.slots else None

    @property
    def values(self) -> dict[str, Any]:
        """Every slot's plain value."""
        initial = {name: slot.initial for name, slot in self.domain.slots.items() if slot.initial is not None}
        return initial | {name: known.value for name, known in self.state.slots.items()}

    def put(self, batch: Mapping[str, Any], source: str, at: str = "", *, checked: bool = True) -> bool:
        """Fill slots (None empties one), and forget the answers that no longer hold. Whether anything changed.

        A value its slot cannot hold, from an old button say, is left aside.
        """
        batch = {
            name: None if value is None else self.domain.slots[name].read(value)
            for name, value in batch.items()
            if name in self.domain.slots and (value is None or self.domain.slots[name].read(value) is not None)
        }
        slots, before = dict(self.state.slots), self.state.slots.keys()
        changed: list[str] = []
        for name, value in batch.items():
            if self.value(name) != value:
                changed.append(name)
            known = slots.get(name)
            if value is None:
                slots.pop(name, None)
            elif known is None or known.value != value or checked > known.checked:
                # What was looked at, and perhaps written more cleanly, is still what the customer said.
                looked_at = known is not None and not known.checked and source == "action"
                told_by, since = (known.source, known.at) if known and looked_at else (source, at)
                slots[name] = SlotValue(value, told_by, since, checked)
            elif source == "customer" and (not known.sure or at > known.at):
                slots[name] = replace(known, at=at or known.at, sure=True)  # said again, it is as good as new
        stale = {other for name in changed if batch[name] is not None for other in self.domain.slots[name].replaces}
        self.change(slots={name: known for name, known in slots.items() if name not in stale - batch.keys()})
        self._forget_what_depended_on(changed, keep=batch.keys())
        self._excuse(before - self.state.slots.keys())
        return bool(changed)

    def forget(self, names: Iterable[str]) -> None:
        gone = set(names)
        self.change(slots={name: known for name, known in self.state.slots.items() if name not in gone})

    def refuse(self, slot: str) -> None:
        """Forget an answer that cannot be taken: it has to be asked for once more."""
        self.forget([slot])
        self._excuse([slot])

    # What the customer has answered already

    def note_answer(self, slot: str) -> None:
        """The customer's own answer is taken: in this run of the flow the question should not come again."""
        known = self.state.slots.get(slot)
        first = self.chain().start if self.state.stack else -1
        if known is None or known.source not in _TOLD or first < 0 or slot in self.state.stack[first].answered:
            return
        frame = replace(self.state.stack[first], answered=(*self.state.stack[first].answered, slot))
        self.change(stack=(*self.state.stack[:first], frame, *self.state.stack[first + 1 :]))

    def answered(self, slot: str) -> bool:
        """Whether this run of the flow had the answer, and nothing has taken it back since."""
        return bool(self.state.stack) and slot in self.state.stack[self.chain().start].answered

    def note_settled(self, slot: str) -> None:
        """This slot had a value in this run of the flow, or refused one: nothing is proposed for it again."""
        first = self.chain().start if self.state.stack else -1
        if first >= 0 and not self.was_settled(slot):
            frame = self.state.stack[first]
            kept = replace(frame, locals={**frame.locals, _SETTLED: [*_settled(frame), slot]})
            self.change(stack=(*self.state.stack[:first], kept, *self.state.stack[first + 1 :]))

    def was_settled(self, slot: str) -> bool:
        return bool(self.state.stack) and slot in _settled(self.state.stack[self.chain().start])

    def _excuse(self, names: Iterable[str]) -> None:
        """What was corrected, refused, given up or out of date may be asked for once more."""
        gone = set(names)
        if any(gone.intersection(frame.answered) for frame in self.state.stack):
            kept = (
                replace(frame, answered=tuple(name for name in frame.answered if name not in gone)) for frame in self.state.stack
            )
            self.change(stack=tuple(kept))

    def _forget_what_depended_on(self, changed: list[str], keep: Iterable[str]) -> None:
        kept, todo = set(keep), list(changed)
        collects = [collect for frame in self.state.stack for collect in self.flows.collects(frame.flow)]
        while todo:
            name = todo.pop()
            for collect in collects:
                stale = name in collect.depends_on and collect.slot not in kept and collect.slot in self.state.slots
                if stale:
                    self.forget([collect.slot])
                    todo.append(collect.slot)
