"""Where one conversation stands: everything `step` remembers, as plain values that survive a restart."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, Literal, TypeVar

import orjson

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
    by: int = 0
    """The identity by which it was learnt, so that what two people said can be told apart again; 0: not known."""
    sure: bool = True
    """False while it is only proposed: it is asked about ("in Lyon, as usual?") before anything is done with it."""


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
    answered: tuple[str, ...] = ()
    """Slots the customer has answered since the flow began and that still should hold: asking for one again is counted."""


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
    either: Mapping[str, Sequence[Sequence[Any]]] = field(default_factory=dict)
    """Slot to the values (each with the customer's word for it) that the last message left to choose from."""
    later: tuple[Mapping[str, Any], ...] = ()
    """Wishes told together with the one under way: `flow`, `slots` and `at` of each; taken up when nothing is under way."""
    tone: str = ""
    """How the customer last sounded, when that was not as usual."""
    insults: int = 0
    """Insults the bot has answered in this conversation."""
    noted: bool = False
    """Whether the customer was told, in this wait, that what they write is passed on."""
    met: str = ""
    """The profile whose facts have been taken note of."""
    heard_at: str = ""
    """When the customer was last here: ISO time, UTC."""
    heard_on: str = ""
    """The place they were last here at: a channel, and which of their threads on it."""
    today: str = ""
    """The date it was then where the conversation is about: ISO date."""
    back: int = 0
    """How many flows were open when the customer came back from elsewhere, or after long; 0 once that was spoken of."""
    before: tuple[Mapping[str, Any], ...] = ()
    """What the open choices would have set when the customer came back, to tell whether they are still the same."""
    past: Mapping[str, Any] = field(default_factory=dict)
    """Slots to the values they lost because their day is over, until the customer was told."""
    resuming: bool = False
    """Whether the customer was just offered to go on where they stopped, and may refuse."""
    confirming: str = ""
    """The slot whose known value the open question asks about: "still on 06 39 98 01 01?"."""
    drawer: tuple[Mapping[str, Any], ...] = ()
    """Flows put away: `flow`, `slots` and `at` of each; what was known is known again when one is taken up."""

    def to_json(self) -> str:
        """The state as compact JSON text; what has its ordinary value is left out."""
        plain = _plain(self)
        try:
            return orjson.dumps(plain).decode()
        except TypeError:  # a number of more than 64 bits somewhere: rare enough to be slower
            return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> DialogueState:
        """The state that `to_json` wrote, by this version or another: what is unknown is ignored."""
        data = json.loads(text)  # keeps whole numbers whole, however long they are
        given = {
            "slots": {name: _read(SlotValue, value) for name, value in data.get("slots", {}).items()},
            "stack": tuple(_read(Frame, frame, done=tuple, answered=tuple) for frame in data.get("stack", ())),
            "choices": tuple(_read(Choice, choice, aliases=tuple) for choice in data.get("choices", ())),
            "clarifying": tuple(data.get("clarifying", ())),
            "last_said": tuple(data.get("last_said", ())),
            "later": tuple(data.get("later", ())),
            "before": tuple(data.get("before", ())),
            "drawer": tuple(data.get("drawer", ())),
        }
        return _read(cls, data | given)

    def changed(self, fields: Mapping[str, Any]) -> DialogueState:
        """The same with some fields changed: `dataclasses.replace`, but a step does this a dozen times and it should be quick."""
        if not fields.keys() <= _NAMES[DialogueState]:
            raise TypeError(f"a state has no {', '.join(fields.keys() - _NAMES[DialogueState])}")
        new = object.__new__(DialogueState)
        for name, place in _PLACES:
            place.__set__(new, fields[name] if name in fields else place.__get__(self))
        return new


Value = TypeVar("Value")
_KINDS = (SlotValue, Frame, Choice, DialogueState)


def _usual(field: Field[Any]) -> Any:
    """The value a field has when nobody says otherwise; a field without one is always written."""
    return field.default if field.default_factory is MISSING else field.default_factory()


_USUAL: dict[type, tuple[tuple[str, Any], ...]] = {
    kind: tuple((field.name, _usual(field)) for field in fields(kind)) for kind in _KINDS
}
_NAMES: dict[type, frozenset[str]] = {kind: frozenset(name for name, _ in usual) for kind, usual in _USUAL.items()}
_PLACES = tuple((name, getattr(DialogueState, name)) for name, _ in _USUAL[DialogueState])
"""Where a state keeps each field: writing there is how a frozen value is made, not changed."""


def _plain(value: Any) -> Any:
    """A dataclass as a mapping of its unusual fields, recursively; everything else is JSON-ready already."""
    usual = _USUAL.get(type(value))
    if usual is not None:
        told = ((name, getattr(value, name), ordinary) for name, ordinary in usual)
        return {name: _plain(part) for name, part, ordinary in told if part != ordinary}
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value


def _read(kind: type[Value], data: Mapping[str, Any], **makers: Any) -> Value:
    known = _NAMES[kind]
    return kind(**{key: makers[key](value) if key in makers else value for key, value in data.items() if key in known})
