"""What the bot knows of: intents, entities, slots and how they are filled, responses in every language, actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

SlotType = Literal["text", "bool", "categorical", "float", "any"]
Origin = Literal["from_entity", "from_intent", "from_text", "controlled"]

VALIDATE = "validate_"
"""An action `validate_<slot>` looks at every new value of that slot before a flow goes on."""
ASK = "action_ask_"
"""An action `action_ask_<slot>` asks for that slot in place of the response `utter_ask_<slot>`."""


FAQ = "utter_faq/"
"""`utter_faq/<id>` is the answer of an entry of `faq.yml`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """One way a slot is filled by what a customer says."""

    type: Origin
    entity: str = ""
    role: str = ""
    intents: tuple[str, ...] = ()
    """from_intent: the intents that give `value`; otherwise: only with these, when any are written."""
    not_intents: tuple[str, ...] = ()
    value: Any = None

    @property
    def key(self) -> str:
        """The entity as `Understood.values` names it."""
        return f"{self.entity}:{self.role}" if self.role else self.entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One thing the bot can remember."""

    name: str
    type: SlotType
    values: tuple[str, ...] = ()
    """What a categorical slot may hold."""
    smallest: float | None = None
    largest: float | None = None
    initial: Any = None
    persisted: bool = False
    """Whether it outlives the flows that fill it."""
    mappings: tuple[Mapped, ...] = ()
    replaces: tuple[str, ...] = ()
    """Slots that lose their value when this one gets a new one: an exact hour replaces "the afternoon"."""
    fresh_for: timedelta | None = None
    """How long a value holds before the customer is asked whether it still does; None: for good."""
    passes: bool = False
    """Whether its value is a day (or has a `start`) and is forgotten once that is over."""
    check_again: bool = False
    """Whether its `validate_<slot>` action looks at it once more when the customer comes back after long, or elsewhere."""

    @property
    def takes_text(self) -> bool:
        return any(mapping.type == "from_text" for mapping in self.mappings)

    def stands_for_none(self, value: Any) -> bool:
        """Whether a value only says that there is none, as an intent gave it: "I don't have the number"."""
        return self.type != "bool" and any(m.type == "from_intent" and m.value == value for m in self.mappings)

    def read(self, value: Any) -> Any:
        """`value` as this slot holds it, or None when it cannot hold it."""
        match self.type:
            case "bool":
                return value if isinstance(value, bool) else None
            case "float":
                return self._number(value)
            case "categorical":
                wanted = str(value).casefold()
                return next((known for known in self.values if known.casefold() == wanted), None)
            case "text":
                return None if value is None or isinstance(value, Mapping | list) else str(value).strip() or None
        return value

    def _number(self, value: Any) -> float | int | None:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            number = float(value.replace(",", ".")) if isinstance(value, str) else value
        except ValueError:
            return None
        too_small = self.smallest is not None and number < self.smallest
        return None if too_small or (self.largest is not None and number > self.largest) else number


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseButton:
    """One answer a response offers."""

    titles: Mapping[str, str]
    """By language; every language of the brand is there."""
    set: Mapping[str, Any] = field(default_factory=dict)
    intent: str | None = None
    entities: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """One wording of a response."""

    texts: Mapping[str, str]
    """By language; every language of the brand is there."""
    channel: str = ""
    """The only channel it is meant for; empty for all."""
    conditions: Mapping[str, Any] = field(default_factory=dict)
    """Slots and the values they must have."""
    buttons: tuple[ResponseButton, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Everything `domain.yml` says, checked."""

    languages: tuple[str, ...]
    """The default one first."""
    intents: frozenset[str]
    entities: frozenset[str]
    slots: Mapping[str, Slot]
    responses: Mapping[str, tuple[Variation, ...]]
    actions: frozenset[str]
    file: str = ""
    """Where it was read, for the messages of errors."""

    def with_faq(self, answers: Mapping[str, Mapping[str, str]]) -> Domain:
        """The same with an answer for each entry of the brand's questions: id to language to words."""
        said = {FAQ + name: (Variation(texts=texts),) for name, texts in answers.items()}
        return replace(self, responses={**self.responses, **said})

    def text(self, response: str, language: str) -> str:
        """The first wording of a short response that is only a name, such as a button's title; empty when unknown."""
        wordings = self.responses.get(response)
        return wordings[0].texts.get(language) or wordings[0].texts[self.languages[0]] if wordings else ""
