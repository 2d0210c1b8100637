"""Reading `flows.yml` as Rasa documents it for assistants without a language model.

Supported: `name` with `translation`, `description`, `if`, `nlu_trigger`, `persisted_slots`, and the steps `collect`,
`action`, `set_slots`, `link`, `call`, `noop` with `id` and `next`. One key is ours: `depends_on` under `collect`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.dialogue.conditions import CONTEXT, Condition, parse_condition
from bot.dialogue.domain import ASK, VALIDATE, Domain
from bot.dialogue.flow import END, Branch, Call, Collect, Flow, Flows, Link, Rejection, Run, SetSlots, Step, Trigger
from bot.dialogue.flows_check import check_flows
from bot.dialogue.flows_format import IntentName, WrittenFlow, WrittenFlows, WrittenRejection, WrittenStep, WrittenTrigger
from bot.dialogue.mistakes import mistake, read_checked, unknown
from bot.errors import BrandError
from nlu.errors import TrainingDataError
from nlu.files import Place, YamlFile, validate

_KINDS = ("collect", "action", "set_slots", "link", "call", "noop")
_OF_COLLECT = ("utter", "ask_before_filling", "reset_after_flow_ends", "rejections", "depends_on")


def load_flows(path: Path, domain: Domain) -> Flows:
    """Read `flows.yml` and check every name in it against the domain.

    Raises:
        BrandError: something is wrong; it carries the file, the line, and what to write instead.
    """
    file, said = read_checked(path, WrittenFlows)
    readers = {name: _Reader(name, file, domain, said.flows) for name in said.flows}
    flows = Flows({name: reader.flow() for name, reader in readers.items()})
    check_flows(flows, {name: reader.places for name, reader in readers.items()}, file)
    return flows


class _Reader:
    """One flow on its way from the file."""

    def __init__(self, flow: str, file: YamlFile, domain: Domain, flows: Mapping[str, Any]) -> None:
        self.id, self.file, self.domain, self.flows = flow, file, domain, flows
        self.steps: dict[str, Step] = {}
        self.places: dict[str, Place] = {}

    def flow(self) -> Flow:
        here: Place = ("flows", self.id)
        said = self.valid(WrittenFlow, here)
        for index, name in enumerate(said.persisted_slots):
            self.known("slot", name, self.domain.slots, (*here, "persisted_slots", index))
        first = self.branch(said.steps, (*here, "steps"), main=True)
        return Flow(
            id=self.id,
            description=said.description,
            names=self.names(said, here),
            guard=None if said.guard is None else self.condition(said.guard, (*here, "if")),
            triggers=tuple(self.trigger(t, (*here, "nlu_trigger", n)) for n, t in enumerate(said.nlu_trigger)),
            first=first,
            steps={name: self.steps[name] for name in self.places},
            persisted=frozenset(said.persisted_slots),
        )

    def names(self, said: WrittenFlow, here: Place) -> dict[str, str]:
        default, *others = self.domain.languages
        if not said.name:
            return {}
        for language in others:
            if language not in said.translation:
                problem = f"the name has no wording in `{language}`; add `translation: {{{language}: {{name: ...}}}}`"
                raise mistake(problem, self.file, (*here, "name"))
        return {default: said.name, **{language: named.name for language, named in said.translation.items()}}

    def trigger(self, said: WrittenTrigger, here: Place) -> Trigger:
        intent = said.intent if isinstance(said.intent, IntentName) else IntentName(name=said.intent)
        self.known("intent", intent.name, self.domain.intents, (*here, "intent"))
        return Trigger(intent=intent.name, confidence=intent.confidence_threshold)

    def branch(self, said: Sequence[Any], here: Place, *, main: bool) -> str:
        """Read a list of steps and return the id of its first; a nested one must say where it goes on."""
        read = [self.valid(WrittenStep, (*here, number)) for number in range(len(said))]
        ids = [self.name(step, (*here, number)) for number, step in enumerate(read)]
        for number, (step, step_id) in enumerate(zip(read, ids, strict=True)):
            place = (*here, number)
            following = ids[number + 1] if number + 1 < len(ids) else END
            if following == END and not main and not step.next and not step.link:
                problem = "the last step of a branch says where to go on; add `next: END` or `next: <id of a step>`"
                raise mistake(problem, self.file, place)
            if step.link and step.next:
                raise mistake("nothing comes after a `link`; remove `next`, or write `call`", self.file, (*place, "next"))
            self.steps[step_id] = self.step(step, step_id, self.next(step, following, place), place)
        return ids[0]

    def name(self, step: WrittenStep, place: Place) -> str:
        """The step's id; one is made from what it does when none is written, so that it survives new neighbours."""
        if step.id:
            if step.id in self.places or step.id == END:
                problem = f"the id `{step.id}` is already taken in this flow; write another"
                raise mistake(problem, self.file, (*place, "id"))
            chosen = step.id
        else:
            base = next(
                (
                    f"{kind}_{getattr(step, kind)}"
                    for kind in _KINDS
                    if isinstance(getattr(step, kind), str) and getattr(step, kind)
                ),
                "set_slots" if step.set_slots else "noop",
            )
            chosen, count = base, 2
            while chosen in self.places:
                chosen, count = f"{base}_{count}", count + 1
        self.places[chosen] = place
        return chosen

    def next(self, step: WrittenStep, following: str, place: Place) -> tuple[Branch, ...]:
        if isinstance(step.next, str):
            return (Branch(None, step.next or following),)
        branches: list[Branch] = []
        for number, option in enumerate(step.next):
            here = (*place, "next", number)
            keys = set(option)
            if keys == {"if", "then"}:
                condition = self.condition(option["if"], (*here, "if"))
                branches.append(Branch(condition, self.target(option["then"], (*here, "then"))))
            elif keys == {"else"} and number == len(step.next) - 1:
                branches.append(Branch(None, self.target(option["else"], (*here, "else"))))
            else:
                problem = "each entry of `next` is `if: ...` with `then: ...`, and the last one is `else: ...`"
                raise mistake(problem, self.file, here)
        if not branches or branches[-1].condition is not None:
            problem = "`next` does not say what happens otherwise; end it with `- else: <id of a step, steps or END>`"
            raise mistake(problem, self.file, (*place, "next"))
        return tuple(branches)

    def target(self, said: Any, here: Place) -> str:
        if isinstance(said, str):
            return said
        if isinstance(said, list) and said:
            return self.branch(said, here, main=False)
        raise mistake("write the id of a step, a list of steps, or END", self.file, here)

    def step(self, said: WrittenStep, step_id: str, following: tuple[Branch, ...], here: Place) -> Step:
        kinds = [kind for kind in _KINDS if getattr(said, kind)]
        if len(kinds) != 1 and not (not kinds and said.next):  # `next` alone is a noop
            problem = f"a step has exactly one of {', '.join(f'`{kind}`' for kind in _KINDS)}"
            raise mistake(f"{problem}; split this one" if kinds else problem, self.file, here)
        if "collect" not in kinds:
            for key in _OF_COLLECT:
                if key in said.model_fields_set:
                    problem = f"`{key}` only belongs to a `collect`; remove it"
                    raise mistake(problem, self.file, (*here, key))
        match kinds:
            case ["collect"]:
                return self.collect(said, step_id, following, here)
            case ["action"]:
                known = self.domain.responses if said.action.startswith("utter_") else self.domain.actions
                kind = "response" if said.action.startswith("utter_") else "action"
                self.known(kind, said.action, known, (*here, "action"))
                return Run(id=step_id, next=following, action=said.action)
            case ["set_slots"]:
                return SetSlots(id=step_id, next=following, values=self.settings(said, here))
            case ["link"]:
                self.known("flow", said.link, self.flows, (*here, "link"))
                return Link(id=step_id, next=(), flow=said.link)
            case ["call"]:
                self.known("flow", said.call, self.flows, (*here, "call"))
                return Call(id=step_id, next=following, flow=said.call)
        return Step(id=step_id, next=following)

    def collect(self, said: WrittenStep, step_id: str, following: tuple[Branch, ...], here: Place) -> Collect:
        self.known("slot", said.collect, self.domain.slots, (*here, "collect"))
        for index, name in enumerate(said.depends_on):
            self.known("slot", name, self.domain.slots, (*here, "depends_on", index))
        ask_action = ASK + said.collect
        asks = not said.utter and ask_action in self.domain.actions
        utter = "" if asks else said.utter or f"utter_ask_{said.collect}"
        if utter:
            cure = f"add the response `{utter}`, or the action `{ask_action}`"
            if utter not in self.domain.responses:
                place = (*here, "utter" if said.utter else "collect")
                raise unknown("response", utter, self.domain.responses, self.file, place, cure=cure)
        validate_action = VALIDATE + said.collect
        return Collect(
            id=step_id,
            next=following,
            slot=said.collect,
            utter=utter,
            ask_action=ask_action if asks else "",
            validate_action=validate_action if validate_action in self.domain.actions else "",
            ask_before_filling=said.ask_before_filling,
            reset_after_flow_ends=said.reset_after_flow_ends,
            rejections=tuple(self.rejection(r, (*here, "rejections", n)) for n, r in enumerate(said.rejections)),
            depends_on=tuple(said.depends_on),
        )

    def rejection(self, said: WrittenRejection, here: Place) -> Rejection:
        self.known("response", said.utter, self.domain.responses, (*here, "utter"))
        return Rejection(condition=self.condition(said.condition, (*here, "if")), utter=said.utter)

    def settings(self, said: WrittenStep, here: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for number, pair in enumerate(said.set_slots):
            for name, value in pair.items():
                place = (*here, "set_slots", number, name)
                self.known("slot", name, self.domain.slots, place)
                if value is not None and self.domain.slots[name].read(value) is None:
                    problem = f"`{name}` is a {self.domain.slots[name].type} slot and cannot hold {value!r}"
                    raise mistake(f"{problem}; write a value it can hold, or null", self.file, place)
                values[name] = value
        return values

    def condition(self, written: str | bool, here: Place) -> Condition:
        try:
            condition = parse_condition(written)
        except ValueError as wrong:
            raise mistake(str(wrong), self.file, here) from None
        for name in sorted(condition.slots):
            self.known("slot", name, self.domain.slots, here)
        for name in sorted(condition.context):
            self.known("context value", name, CONTEXT, here)
        return condition

    def known(self, kind: str, name: str, known: Any, place: Place) -> None:
        if name not in known:
            raise unknown(kind, name, known, self.file, place)

    def valid(self, model: type[Any], place: Place) -> Any:
        try:
            return validate(model, self.file, place)
        except TrainingDataError as wrong:
            raise BrandError(str(wrong.problem), file=wrong.file, line=wrong.line) from None
