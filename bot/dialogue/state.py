"""Where one conversation stands: everything `step` remembers, as plain values that survive a restart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, Literal, TypeVar

Owner = Literal["bot", "queue", "advisor", "store"]
"""Who must speak next. `queue`: a person has been asked for and nobody has taken the case yet."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer the customer can pick by a button, a number, a position, its words or its time."""

    title: str
    """As shown, already in the customer's language."""
    set: Mapping[str, Any] = field(default_factory=dict)
    """Slots this choice fills."""
    intent: str | None = None
    """Intent this choice stands for, when it starts or steers a flow instead of filling a slot."""
    url: str = ""
    aliases: tuple[str, ...] = ()
    """Other wordings that mean it ("15h", "samedi")."""


@dataclass(frozen=True, slots=True)
class SlotValue:
    """What we know, where it comes from and since when, so that nothing is asked twice."""

    value: Any
    source: str
    """`customer`, `profile`, `flow`, `action` or `advisor`."""
    at: str = ""
    """When it was learnt: ISO time, UTC."""
    checked: bool = True
    """False while the slot's `validate_<slot>` action has not yet looked at it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One flow under way. The last frame of the stack is the one the customer is in."""

    flow: str
    step: str
    """Id of the step to do next, or the collect that waits for an answer."""
    rejected: int = 0
    """How often the pending answer was refused by a rejection rule."""
    locals: Mapping[str, Any] = field(default_factory=dict)
    done: tuple[str, ...] = ()
    """Ids of the actions and settings already carried out, so that a correction does not repeat them."""
    called: bool = False
    """Whether the frame beneath called this one and waits for it; otherwise that one was interrupted."""


@dataclass(frozen=True, slots=True)
class DialogueState:
    """One conversation's dialogue. JSON-ready through `to_json` and `from_json`."""

    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    stack: tuple[Frame, ...] = ()
    asked: str | None = None
    """Slot whose question is open, if any."""
    choices: tuple[Choice, ...] = ()
    """Answers offered with the open question."""
    clarifying: tuple[str, ...] = ()
    """Intents the bot asked the customer to choose between."""
    misses: int = 0
    """Messages not understood in a row."""
    language: str = "fr"
    owner: Owner = "bot"
    paused: bool = False
    """A community manager has told the bot to keep quiet here."""
    greeted: bool = False
    last_said: tuple[Mapping[str, Any], ...] = ()
    """What the bot last said, as data of its Says, so that "pardon ?" can be answered."""
    lead: str = ""
    """Response whose words go in front of the next question ("as for your appointment:")."""
    acting: str = ""
    """Action that was asked for and has not come back yet."""
    hops: int = 0
    """Actions done since the customer last did something; a flow that only runs in circles is stopped."""
    told: Mapping[str, int] = field(default_factory=dict)
    """How often each response with several wordings was said, so that they alternate."""
    last_flow: str = ""
    """The flow that ended last: "and on Sunday?" goes back to it."""
    noted: bool = False
    """Whether the customer was told, in this wait, that what they write is passed on."""

    def to_json(self) -> str:
        """The state as compact JSON text; what has its ordinary value is left out."""
        return json.dumps(_plain(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> DialogueState:
        """The state that `to_json` wrote, by this version or another: what is unknown is ignored."""
        data = json.loads(text)
        given = {
            "slots": {name: _read(SlotValue, value) for name, value in data.get("slots", {}).items()},
            "stack": tuple(_read(Frame, frame, done=tuple) for frame in data.get("stack", ())),
            "choices": tuple(_read(Choice, choice, aliases=tuple) for choice in data.get("choices", ())),
            "clarifying": tuple(data.get("clarifying", ())),
            "last_said": tuple(data.get("last_said", ())),
        }
        return _read(cls, data | given)


Value = TypeVar("Value")


def _plain(value: Any) -> Any:
    """A dataclass as a mapping of its unusual fields, recursively; everything else is JSON-ready already."""
    if isinstance(value, SlotValue | Frame | Choice | DialogueState):
        told = ((f.name, getattr(value, f.name), _usual(f)) for f in fields(value))
        return {name: _plain(part) for name, part, usual in told if part != usual}
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value


def _usual(field: Field[Any]) -> Any:
    """The value a field has when nobody says otherwise; a field without one is always written."""
    return field.default if field.default_factory is MISSING else field.default_factory()


def _read(kind: type[Value], data: Mapping[str, Any], **makers: Any) -> Value:
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]  # every caller passes a dataclass
    return kind(**{key: makers.get(key, _same)(value) for key, value in data.items() if key in known})


def _same(value: Any) -> Any:
    return value
