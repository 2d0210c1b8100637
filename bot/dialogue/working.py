"""One step on the workbench: the state being changed, the effects being collected, and the few moves both allow.

The promise that matters most is kept in one place, `say`: the bot says nothing while it does not own the conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from bot.dialogue.domain import Domain, ResponseButton
from bot.dialogue.events import Act, Effect, Say
from bot.dialogue.flow import Collect, Flow, Flows
from bot.dialogue.memory import Memory
from bot.dialogue.responses import button_choices, choose_wording
from bot.dialogue.standard import Policy
from bot.dialogue.state import Choice, DialogueState

_REMEMBERED = 4
"""Says kept for "pardon?"."""


class Working(Memory):
    """A state on its way to the next, with what has to be done about it."""

    def __init__(self, domain: Domain, flows: Flows, policy: Policy, state: DialogueState) -> None:
        super().__init__(domain, flows, policy, state)
        self.effects: list[Effect] = []
        self.offered: tuple[Choice, ...] = ()
        """Choices an action gave for the next question."""

    @property
    def speaks(self) -> bool:
        """Whether it is the bot's turn to speak in this conversation."""
        return self.state.owner == "bot" and not self.state.paused

    @property
    def acting(self) -> bool:
        """Whether an action was asked for in this step: nothing more can be done until it comes back."""
        return bool(self.effects) and isinstance(self.effects[-1], Act)

    @property
    def flow(self) -> Flow | None:
        """The flow the customer is in."""
        return self.flows.get(self.top.flow) if self.top else None

    def runs(self, flow: Flow | None) -> bool:
        """Whether this flow is the one under way, or called it."""
        return flow is not None and self.top is not None and any(self.state.stack[n].flow == flow.id for n in self.chain())

    def running(self) -> list[Collect]:
        """What the running flow collects, called flows included."""
        found: dict[str, Collect] = {}
        for index in self.chain():
            for collect in self.flows.collects(self.state.stack[index].flow):
                found.setdefault(collect.slot, collect)
        return list(found.values())

    # What is looked at and named

    @property
    def context(self) -> dict[str, Any]:
        """What conditions see as `context.`."""
        return {
            "interrupting": self.chain().start > 0,
            "greeted": self.state.greeted,
            "misses": self.state.misses,
            "language": self.state.language,
        }

    def topic(self) -> str:
        """What the running flow is about, in the customer's language; empty when no flow on the way has a name."""
        for frame in reversed(self.state.stack):
            flow = self.flows.get(frame.flow)
            if flow and flow.names:
                return flow.names.get(self.state.language) or flow.names[self.domain.languages[0]]
        return ""

    @property
    def origin(self) -> str:
        return f"{self.top.flow}/{self.top.step}" if self.top else ""

    # Effects

    def say(
        self,
        response: str,
        values: Mapping[str, Any] | None = None,
        *,
        choices: tuple[Choice, ...] = (),
        author: Literal["bot", "system"] = "bot",
        question: bool = False,
        origin: str = "",
        also: tuple[Choice, ...] = (),
        slot: str = "",
        asking: Literal["new", "again", "confirm"] = "new",
    ) -> None:
        """Wish for something to be said; a question takes along the words that lead to it.

        `also` are choices after the response's own; `slot` what it is about, and `asking` in which way a question asks for it.
        """
        if (author == "bot" and not self.speaks) or self.acting:
            return
        told = dict(values or {})
        lead = ""
        if question:
            lead, topic = self.state.lead, self.topic()
            told |= {"topic": topic} if lead and "topic" not in told else {}
            self.change(lead="")
        nth = self._count(response)
        offered = choices or self._buttons(response, told, nth)
        if (offered or also) and author == "bot":
            self.change(choices=(*offered, *also))
        self.effects.append(
            Say(
                response,
                told,
                offered,
                author=author,
                question=question,
                origin=origin or self.origin,
                lead=lead,
                nth=nth,
                also=also,
                slot=slot,
                asking=asking,
            )
        )

    def act(self, action: str, **arguments: Any) -> None:
        """Wish for an action; nothing can follow it in this step."""
        if self.acting:
            return
        told = {"flow": self.top.flow if self.top else "", "topic": self.topic(), "asked": self.state.asked}
        told |= {"tone": self.state.tone, **arguments} if self.state.tone else arguments
        self.change(acting=action)
        self.effects.append(Act(action, told, self.origin))

    def remember_what_was_said(self, *, further: bool) -> None:
        """Keep this step's answers for "pardon?"; `further` when they go on from the step before."""
        said = [
            {"response": effect.response, "values": dict(effect.values)}
            for effect in self.effects
            if isinstance(effect, Say) and effect.author == "bot" and not effect.question
        ]
        spoke = any(isinstance(effect, Say) and effect.author == "bot" for effect in self.effects)
        if spoke:
            before = self.state.last_said if further else ()
            self.change(last_said=(*before, *said)[-_REMEMBERED:], greeted=True)

    def _count(self, response: str) -> int:
        if len(self.domain.responses.get(response, ())) < 2:
            return 0
        nth = self.state.told.get(response, 0)
        self.change(told={**self.state.told, response: nth + 1})
        return nth

    def _buttons(self, response: str, values: Mapping[str, Any], nth: int) -> tuple[Choice, ...]:
        # The channel is not known here: what can be picked by words is what the wording for every channel offers.
        known = self.values
        wording = choose_wording(self.domain, response, known, "", nth)
        if wording is None:
            return ()
        shown = button_choices(self.domain, wording, {**known, **values}, self.state.language)
        return tuple(
            replace(choice, set={**choice.set, **self._named(button)})
            for choice, button in zip(shown, wording.buttons, strict=True)
        )

    def _named(self, button: ResponseButton) -> dict[str, Any]:
        """A button's entities as the slots they fill in the flow its intent starts."""
        if not button.intent or not button.entities:
            return {}
        collects = [c for flow in self.flows.starts(button.intent) for c in self.flows.collects(flow.id)]
        return {
            collect.slot: button.entities[mapping.key]
            for collect in collects
            for mapping in self.domain.slots[collect.slot].mappings
            if mapping.type == "from_entity" and mapping.key in button.entities
        }
