"""Where one conversation stands: everything `step` remembers, as plain values that survive a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

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


@dataclass(frozen=True, slots=True)
class Frame:
    """One flow under way. The last frame of the stack is the one the customer is in."""

    flow: str
    step: str
    """Id of the step to do next, or the collect that waits for an answer."""
    rejected: int = 0
    """How often the pending answer was refused by a rejection rule."""
    locals: Mapping[str, Any] = field(default_factory=dict)


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
