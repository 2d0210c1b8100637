"""How exactly entities are found: the same words under the same name, or it does not count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlu.evaluation.asking import Answer, in_scope
from nlu.evaluation.figures import Counts, share
from nlu.understanding import Entity, Example

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class EntityFigures:
    """What was found of what was marked."""

    f1: float | None
    """Of all entities together (micro)."""
    frame_accuracy: float | None
    """Share of the messages in scope whose intent and whole set of entities are right."""
    by_name: tuple[Counts, ...]
    wrong: tuple[Answer, ...]
    """Answers whose entities are not those marked."""


def entity_names(examples: Iterable[Example]) -> frozenset[str]:
    """The entities somebody marked."""
    return frozenset(entity.name for example in examples for entity in example.entities)


def entity_figures(answers: Sequence[Answer], taught: frozenset[str], *, exhaustive: bool = True) -> EntityFigures:
    """Compare what was found with what was marked, for the entities `taught` or marked in the messages asked.

    Others (a day found by the grammar where nobody marks days) are neither right nor wrong. Without a single mark among the
    messages asked, nothing can be told. Unless the marks are `exhaustive`, what a look-up, a pattern or the grammar finds
    where nothing is marked is not wrong either: training files leave such marks out.
    """
    marked = entity_names(answer.example for answer in answers)
    if not marked:
        return EntityFigures(None, None, (), ())
    counted = marked | taught
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    faulty = []
    for answer in answers:
        meant = _spans(answer.example.entities, counted)
        told = answer.meaning.entities if exhaustive else _without_unmarked(answer)
        found = _spans(told, counted)
        right.update(name for *_, name in meant & found)
        wrong.update(name for *_, name in found - meant)
        missed.update(name for *_, name in meant - found)
        if meant != found:
            faulty.append(answer)
    asked = in_scope(answers)
    unlike = set(map(id, faulty))
    whole = sum(answer.right and id(answer) not in unlike for answer in asked)
    total = Counts("", right.total(), wrong.total(), missed.total())
    names = sorted(counted & (right.keys() | wrong.keys() | missed.keys()))
    by_name = tuple(Counts(name, right[name], wrong[name], missed[name]) for name in names)
    return EntityFigures(total.f1, share(whole, len(asked)), by_name, tuple(faulty))


def _spans(entities: Iterable[Entity], counted: frozenset[str]) -> set[Span]:
    return {(entity.start, entity.end, entity.name) for entity in entities if entity.name in counted}


def _without_unmarked(answer: Answer) -> list[Entity]:
    """What was found, but for what needs no mark in training files and has none."""

    def touched(found: Entity) -> bool:
        return any(mark.start < found.end and found.start < mark.end for mark in answer.example.entities)

    return [found for found in answer.meaning.entities if found.source == "model" or touched(found)]
