"""What a message fills: the slot being asked for, others the running flow needs, and corrections of what it knew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.choosing import FILLERS, calls_off, words_of
from bot.dialogue.domain import Mapped, Slot
from bot.dialogue.flow import Collect
from bot.dialogue.named import Option
from bot.dialogue.standard import STEERING
from bot.dialogue.working import Working
from nlu.understanding import Understanding

_YES = frozenset({"oui", "ouais", "ouip", "yes", "yep", "yeah", "ok", "okay", "si"})
_NO = frozenset({"non", "nan", "no", "nope", "nah"})
_SHORT = 3
"""Words: a message this short that begins with yes or no is one, whatever politeness follows."""


@dataclass(frozen=True, slots=True)
class Heard:
    """New slot values found in one message."""

    answer: Mapping[str, Any] = field(default_factory=dict)
    """Of the slot being asked for; at most one."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Of slots nobody had filled yet."""
    corrections: Mapping[str, Any] = field(default_factory=dict)
    """Of slots that had another value."""

    @property
    def all(self) -> dict[str, Any]:
        return {**self.more, **self.corrections, **self.answer}


def listen(w: Working, meaning: Understanding, values: Mapping[str, Any], collects: Iterable[Collect]) -> Heard:
    """What the message fills among the slots of `collects` and the open question."""
    asked = w.state.asked
    answer: dict[str, Any] = {}
    more: dict[str, Any] = {}
    corrections: dict[str, Any] = {}
    if asked and asked in w.domain.slots and (found := _found(w, w.domain.slots[asked], meaning, values)) is not None:
        answer[asked] = found
    for collect in collects:
        if collect.slot == asked or collect.ask_before_filling:
            continue
        found = _from_entities(w.domain.slots[collect.slot], meaning, values)
        known = w.value(collect.slot)
        if found is None or found == known:
            continue
        (more if known is None else corrections)[collect.slot] = found
    second_thought = bool(corrections) or (meaning.intent == "deny" and bool(more))
    if second_thought and meaning.intent in STEERING and _from_entities_of(w, asked, meaning, values) is None:
        # "Non, plutôt dimanche": the new day is what counts, and the question will come again.
        answer = {}
    return Heard(answer, more, corrections)


def repeats(w: Working, meaning: Understanding, values: Mapping[str, Any], collects: Iterable[Collect]) -> bool:
    """Whether the message names again something that is already known."""
    return any(
        (found := _from_entities(w.domain.slots[collect.slot], meaning, values)) is not None and found == w.value(collect.slot)
        for collect in collects
    )


def values_for(w: Working, meaning: Understanding, values: Mapping[str, Any], collects: Iterable[Collect]) -> dict[str, Any]:
    """What the message says of the slots of a flow that it starts."""
    found = {
        collect.slot: _from_entities(w.domain.slots[collect.slot], meaning, values)
        for collect in collects
        if not collect.ask_before_filling
    }
    return {name: value for name, value in found.items() if value is not None}


def plain_yes_or_no(meaning: Understanding) -> bool | None:
    """ "Oui merci", "no thanks": a yes or a no even when the engine hears the thanks."""
    said = words_of(meaning.text)
    if not said or len(said) > _SHORT or "?" in meaning.text or said[0] not in _YES | _NO:
        return None
    return said[0] in _YES


def stands_for_a_value(w: Working, meaning: Understanding) -> bool:
    """Whether the open question takes this intent itself for an answer."""
    slot = w.domain.slots.get(w.state.asked or "")
    if slot is None or _gives_up(slot, meaning):
        return False
    return any(mapping.type == "from_intent" and meaning.intent in mapping.intents for mapping in slot.mappings)


def _gives_up(slot: Slot, meaning: Understanding) -> bool:
    """ "Shall I cancel it?": « annulez » is a yes, « laisse tomber » gives the question up."""
    return slot.type == "bool" and meaning.intent == "cancel" and not calls_off(meaning.text)


def is_bare(meaning: Understanding, leftover: int) -> bool:
    """Whether the message says little beside the values it names: "plutôt dimanche", "at 3 please"."""
    if not meaning.entities:
        return False
    text = meaning.text
    for entity in sorted(meaning.entities, key=lambda e: e.start, reverse=True):
        text = f"{text[: entity.start]} {text[entity.end :]}"
    return "?" not in text and len([word for word in words_of(text) if word not in FILLERS]) <= leftover


def undecided(w: Working, either: Mapping[str, Sequence[Option]], collects: Iterable[Collect]) -> dict[str, Sequence[Option]]:
    """The slots among `collects` for which the message leaves several values to choose from."""
    return {
        collect.slot: either[mapping.key]
        for collect in collects
        for mapping in w.domain.slots[collect.slot].mappings
        if mapping.type == "from_entity" and mapping.key in either
    }


def _found(w: Working, slot: Slot, meaning: Understanding, values: Mapping[str, Any]) -> Any:
    """The answer to the open question: an entity that fits, or yes or no, or an intent that stands for a value."""
    found = _from_entities(slot, meaning, values)
    if found is None and slot.type == "bool":
        found = plain_yes_or_no(meaning)
    if found is not None or meaning.out_of_scope or meaning.confidence < w.policy.answer:
        return found
    for mapping in slot.mappings:
        if mapping.type == "from_intent" and meaning.intent in mapping.intents and not _gives_up(slot, meaning):
            return slot.read(mapping.value)
    if slot.type == "bool" and meaning.intent in ("affirm", "deny"):
        return meaning.intent == "affirm"
    return None


def _from_entities_of(w: Working, asked: str | None, meaning: Understanding, values: Mapping[str, Any]) -> Any:
    slot = w.domain.slots.get(asked or "")
    return None if slot is None else _from_entities(slot, meaning, values)


def _from_entities(slot: Slot, meaning: Understanding, values: Mapping[str, Any]) -> Any:
    for mapping in slot.mappings:
        if mapping.type == "from_entity" and values.get(mapping.key) is not None and _allowed(mapping, meaning):
            read = slot.read(values[mapping.key])
            if read is not None:
                return read
    return None


def _allowed(mapping: Mapped, meaning: Understanding) -> bool:
    if mapping.intents and meaning.intent not in mapping.intents:
        return False
    return meaning.intent not in mapping.not_intents
