"""What only shows when all flows are known: targets that lead nowhere, steps nobody reaches, calls in circles."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.flow import END, Call, Flow, Flows
from bot.dialogue.mistakes import mistake, unknown
from nlu.files import Place, YamlFile


def check_flows(flows: Flows, places: Mapping[str, Mapping[str, Place]], file: YamlFile) -> None:
    """Raise a `BrandError` at the first mistake; `places` says where each step of each flow is written."""
    for flow in flows.by_id.values():
        _targets_exist(flow, places[flow.id], file)
        _every_step_is_reached(flow, places[flow.id], file)
        _calls_end(flow, flows, (flow.id,), places[flow.id], file)
    _one_flow_per_intent(flows, file)


def _targets_exist(flow: Flow, places: Mapping[str, Place], file: YamlFile) -> None:
    for step in flow.steps.values():
        for branch in step.next:
            if branch.target != END and branch.target not in flow.steps:
                raise unknown("step", branch.target, [*flow.steps, END], file, (*places[step.id], "next"))


def _every_step_is_reached(flow: Flow, places: Mapping[str, Place], file: YamlFile) -> None:
    reached, todo = set[str](), [flow.first]
    while todo:
        step = todo.pop()
        if step != END and step not in reached:
            reached.add(step)
            todo.extend(branch.target for branch in flow.steps[step].next)
    for step in flow.steps:
        if step not in reached:
            problem = f"the step `{step}` is never reached; remove it, or lead to it with `next: {step}`"
            raise mistake(problem, file, places[step])


def _calls_end(
    flow: Flow, flows: Flows, chain: tuple[str, ...], places: Mapping[str, Place], file: YamlFile, at: str = ""
) -> None:
    for step in flow.steps.values():
        if isinstance(step, Call):
            begun = at or step.id
            if step.flow in chain:
                circle = " > ".join((*chain, step.flow))
                problem = f"these calls go round in circles: {circle}; write `link` for the last one"
                raise mistake(problem, file, places[begun])
            _calls_end(flows.by_id[step.flow], flows, (*chain, step.flow), places, file, begun)


def _one_flow_per_intent(flows: Flows, file: YamlFile) -> None:
    taken: dict[str, str] = {}
    for flow in flows.by_id.values():
        for number, trigger in enumerate(flow.triggers):
            if flow.guard is not None:
                continue
            if trigger.intent in taken:
                problem = f"the intent `{trigger.intent}` already starts the flow `{taken[trigger.intent]}`"
                cure = "give one of the two an `if`, or remove a trigger"
                raise mistake(f"{problem}; {cure}", file, ("flows", flow.id, "nlu_trigger", number))
            taken[trigger.intent] = flow.id
