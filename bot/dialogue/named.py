"""What a message names, as the dialogue takes it: refused values left out, open alternatives told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from nlu.polarity import polarity
from nlu.understanding import Entity, Understanding


@dataclass(frozen=True, slots=True)
class Option:
    """One of several values a message leaves to choose from."""

    value: Any
    words: str
    """As the customer wrote it."""


@dataclass(frozen=True, slots=True)
class Named:
    """The values of one message; keys are entity names, or `name:role`."""

    values: Mapping[str, Any] = field(default_factory=dict)
    either: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)


def named(meaning: Understanding, read: Callable[[Entity], Any]) -> Named:
    """The values a message gives; `read` tells the value of an entity, with days resolved to dates.

    « samedi ou dimanche » is one stretch of days and « 14h ou 15h » one stretch of hours; other alternatives are for the
    customer to decide.
    """
    found = polarity(meaning.text, meaning.entities)
    open_ones = {place for group in found.either for place in group}
    values: dict[str, Any] = {}
    either: dict[str, tuple[Option, ...]] = {}
    for group in found.either:
        options = tuple(Option(read(meaning.entities[place]), meaning.entities[place].text) for place in group)
        key = _key(meaning.entities[group[0]])
        if len({repr(option.value) for option in options}) == 1:
            values.setdefault(key, options[0].value)
        elif (both := _both(meaning.entities[group[0]].name, [option.value for option in options])) is not None:
            values.setdefault(key, both)
        elif meaning.entities[group[0]].name != "part_of_day":  # the morning or the afternoon is no wish at all
            either.setdefault(key, options)
    for place, entity in enumerate(meaning.entities):
        if place in open_ones or _is_a_date_too(entity, meaning.entities):
            continue
        value = _turned(entity) if place in found.refused else read(entity)
        if value is not None:
            values.setdefault(_key(entity), value)
    return Named(values, {key: options for key, options in either.items() if key not in values})


def _is_a_date_too(entity: Entity, entities: Sequence[Entity]) -> bool:
    """« le 2 » may be read as a day of the month and as the second of a list: with a day read, the day it is."""
    days = [other for other in entities if other.name == "day"]
    return entity.name == "number" and any(entity.start < day.end and day.start < entity.end for day in days)


def _key(entity: Entity) -> str:
    return f"{entity.name}:{entity.role}" if entity.role else entity.name


def _both(name: str, values: Sequence[Any]) -> Any:
    """One value that means all of these, where there is such a thing."""
    if name == "day" and all(isinstance(value, str) and "/" not in value for value in values):
        days = sorted(map(date.fromisoformat, values))  # what a resolved day is written as
        if days[-1] - days[0] == timedelta(days=len(days) - 1):
            return f"{days[0].isoformat()}/{days[-1].isoformat()}"
    if name == "hour":
        clocks = [str(value["at"]) for value in values if isinstance(value, Mapping) and "at" in value]
        if len(clocks) == len(values):
            return {"after": min(clocks), "before": max(clocks)}
    return None


def _turned(entity: Entity) -> Any:
    """A refused thing that says what is wanted all the same: "not before three" is after three."""
    if entity.name != "hour" or not isinstance(entity.value, Mapping):
        return None
    turned = {"before": "after", "after": "before"}
    if len(entity.value) == 1 and (limit := next(iter(entity.value))) in turned:
        return {turned[limit]: entity.value[limit]}
    return None
