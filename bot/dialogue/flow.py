"""Flows: what the bot does for each need, as checked data that `step` walks through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.conditions import Condition

END = "END"
"""Where a flow is over; also how flows.yml writes it."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One way on from a step; without a condition it is always open."""

    condition: Condition | None
    target: str
    """Id of a step, or END."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a flow; this class itself is a `noop`, which only branches."""

    id: str
    next: tuple[Branch, ...]
    """Tried in order; the last one is always open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    condition: Condition
    utter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(Step):
    """Have a slot filled, by asking when nobody has filled it yet."""

    slot: str
    utter: str = ""
    """The response that asks; empty when `ask_action` does."""
    ask_action: str = ""
    validate_action: str = ""
    ask_before_filling: bool = False
    reset_after_flow_ends: bool = True
    rejections: tuple[Rejection, ...] = ()
    depends_on: tuple[str, ...] = ()
    """Slots whose change makes the answer stale: it is forgotten and asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Step):
    """Say a response (`utter_...`) or run an action."""

    action: str

    @property
    def says(self) -> bool:
        return self.action.startswith("utter_")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSlots(Step):
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Step):
    """End this flow and start another in its place."""

    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Step):
    """Do another flow, then go on."""

    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """An intent that starts a flow, when it is at least this sure (None: as sure as the engine asks)."""

    intent: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One thing the bot does for a customer."""

    id: str
    description: str
    names: Mapping[str, str] = field(default_factory=dict)
    """What it is about, by language ("your appointment"); empty for flows that need no name."""
    guard: Condition | None = None
    triggers: tuple[Trigger, ...] = ()
    first: str
    steps: Mapping[str, Step]
    persisted: frozenset[str] = frozenset()
    """Slots that outlive the flow."""

    def after(self, step: Step, slots: Mapping[str, Any], context: Mapping[str, Any]) -> str:
        """Where to go from `step`: the id of a step, or END."""
        for branch in step.next:
            if branch.condition is None or branch.condition.holds(slots, context):
                return branch.target
        return END

    @property
    def collects(self) -> Iterator[Collect]:
        return (step for step in self.steps.values() if isinstance(step, Collect))

    @property
    def slots_it_forgets(self) -> frozenset[str]:
        """Slots of its own that are emptied when the flow is over."""
        kept = self.persisted | {c.slot for c in self.collects if not c.reset_after_flow_ends}
        own = {collect.slot for collect in self.collects}
        own |= {name for step in self.steps.values() if isinstance(step, SetSlots) for name in step.values}
        return frozenset(own - kept)


@dataclass(frozen=True, slots=True)
class Flows:
    """All flows of a brand."""

    by_id: Mapping[str, Flow]
    _collects: dict[str, tuple[Collect, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _forgets: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Found once for each flow: flows do not change while the program runs, and every message asks."""

    def get(self, flow: str) -> Flow | None:
        return self.by_id.get(flow)

    def starts(self, intent: str) -> Iterator[Flow]:
        """Every flow this intent may start, guards left aside."""
        return (flow for flow in self.by_id.values() if any(trigger.intent == intent for trigger in flow.triggers))

    def triggered(self, intent: str, confidence: float, slots: Mapping[str, Any], context: Mapping[str, Any]) -> Flow | None:
        """The flow that this intent starts now."""
        for flow in self.starts(intent):
            trigger = next(trigger for trigger in flow.triggers if trigger.intent == intent)
            sure = trigger.confidence is None or confidence >= trigger.confidence
            if sure and (flow.guard is None or flow.guard.holds(slots, context)):
                return flow
        return None

    def collects(self, flow: str) -> tuple[Collect, ...]:
        """What a flow and the flows it calls collect, in order. Calls never go round in circles: checked at start."""
        found = self._collects.get(flow)
        if found is None:
            found = self._collects[flow] = tuple(self._collected(flow))
        return found

    def _collected(self, flow: str) -> Iterator[Collect]:
        for step in self.by_id[flow].steps.values():
            if isinstance(step, Collect):
                yield step
            elif isinstance(step, Call):
                yield from self.collects(step.flow)

    def forgets(self, flow: str) -> frozenset[str]:
        """Slots that are emptied when a flow is over, those of the flows it calls included."""
        found = self._forgets.get(flow)
        if found is None:
            steps = self.by_id[flow].steps.values()
            kept = {collect.slot for collect in self.collects(flow) if not collect.reset_after_flow_ends}
            called = (self.forgets(step.flow) for step in steps if isinstance(step, Call))
            found = self._forgets[flow] = self.by_id[flow].slots_it_forgets.union(*called) - kept
        return found
