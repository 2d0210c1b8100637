"""What of a brand's flows Rasa 3.6 can do: it has no flows, but rules and forms.

A flow's way up to its first branch is written: what it says and runs, one form for what it asks. From there on it needs what
rules cannot say, and `Said.left_out` tells so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.domain import Domain
from bot.dialogue.flow import END, Collect, Flow, Flows, Run, Step
from bot.dialogue.standard import STEERING
from nlu.rasa.reading import FALLBACK

_REPHRASE = "utter_rephrase"


@dataclass(slots=True)
class Said:
    """A brand's flows in Rasa's words."""

    rules: list[dict[str, Any]] = field(default_factory=list)
    forms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Form name to the slots it asks for."""
    left_out: list[str] = field(default_factory=list)
    """Sentences for whoever carries the project on."""


def rules_of(flows: Flows, domain: Domain) -> Said:
    """Every flow that an intent starts, as far as rules go."""
    said = Said()
    taken: dict[str, str] = {}
    for flow in flows.by_id.values():
        intents = [trigger.intent for trigger in flow.triggers]
        if not intents:
            continue
        before, asked, after, rest = _straight_way(flow)
        form = f"{flow.id}_form"
        if rest:
            said.left_out.append(f"`{flow.id}`: {rest}")
        if not before and not asked:
            continue
        for intent in intents:
            if intent in taken:
                said.left_out.append(
                    f"`{flow.id}`: the intent `{intent}` starts `{taken[intent]}` already; 3.6 starts one of them"
                )
                continue
            taken[intent] = flow.id
            steps: list[dict[str, Any]] = [{"intent": intent}, *({"action": name} for name in before)]
            if asked:
                steps += [{"action": form}, {"active_loop": form}]
            said.rules.append({"rule": f"{flow.id}, by {intent}", "steps": steps})
        if asked and flow.id in taken.values():
            said.forms[form] = tuple(asked)
            said.rules.append(_submitted(flow, form, after))
    if _REPHRASE in domain.responses:
        said.rules.append({"rule": "not understood", "steps": [{"intent": FALLBACK}, {"action": _REPHRASE}]})
    left = sorted(STEERING & domain.intents)
    if left:
        said.left_out.append(f"{', '.join(f'`{name}`' for name in left)}: they steer what is going on; write rules for them")
    return said


def _submitted(flow: Flow, form: str, after: list[str]) -> dict[str, Any]:
    ended = [{"action": form}, {"active_loop": None}, {"slot_was_set": [{"requested_slot": None}]}]
    return {
        "rule": f"{flow.id}, all told",
        "condition": [{"active_loop": form}],
        "steps": [*ended, *({"action": name} for name in after)],
    }


def _straight_way(flow: Flow) -> tuple[list[str], list[str], list[str], str]:
    """Actions before the first question, slots asked for, actions after the last one, and what cannot be said."""
    before: list[str] = []
    asked: list[str] = []
    after: list[str] = []
    rest = "its condition (`if`) is not written" if flow.guard is not None else ""
    for step, only in _steps(flow):
        if isinstance(step, Collect) and not after:
            asked.append(step.slot)
        elif isinstance(step, Run):
            (after if asked else before).append(step.action)
        else:
            return before, asked, after, f"what comes from `{step.id}` on (`{type(step).__name__.lower()}`) is not written"
        if not only:
            return before, asked, after, f"what depends on a condition after `{step.id}` is not written"
    return before, asked, after, rest


def _steps(flow: Flow) -> Iterator[tuple[Step, bool]]:
    """Steps in their order from the first, each with whether it has one way on only."""
    at, seen = flow.first, set[str]()
    while at != END and at not in seen:
        seen.add(at)
        step = flow.steps[at]
        yield step, len(step.next) == 1
        at = step.next[0].target
