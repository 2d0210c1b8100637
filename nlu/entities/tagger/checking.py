"""Checks how exactly entities are found in examples left out of training: by rules, and by a tagger beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from nlu.entities import learn
from nlu.entities.tagger.haste import hasty
from nlu.entities.tagger.lessons import Course, MemoFinder, Reader, mixed, teach
from nlu.entities.tagger.tagger import Tagger
from nlu.text import LONGEST, folded
from nlu.understanding import Entity, Example, TrainingData

_FOLDS = 3
_WITH_CARE = 2
"""How often a message as it was annotated counts, for one of the same typed in haste."""


@dataclass(slots=True)
class Tally:
    """How exactly one entity was found: span, name, role and group."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def mistakes(self) -> int:
        return self.wrong + self.missed

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.mistakes)


Tallies = dict[str, Tally]


Find = Callable[[Example], tuple[Entity, ...]]


@dataclass(frozen=True, slots=True)
class Fold:
    """A part of the data to learn from, and the rest to ask."""

    kept: TrainingData
    asked: list[Example]
    finders: dict[frozenset[str], MemoFinder] = field(default_factory=dict)

    def finder(self, tagged: frozenset[str]) -> MemoFinder:
        """The rules beside a tagger of these entities; they are asked of the same messages by every course."""
        if tagged not in self.finders:
            self.finders[tagged] = MemoFinder(learn(self.kept, tagged, with_topics=False))
        return self.finders[tagged]


def by_rules(fold: Fold) -> Find:
    finder = fold.finder(frozenset())
    return lambda example: finder.find(example.text, example.language)


def by_tagger(fold: Fold, course: Course, reader: Reader) -> Find:
    finder = fold.finder(course.names)
    tagger = Tagger(teach(fold.kept, course, reader, finder))

    def find(example: Example) -> tuple[Entity, ...]:
        found = finder.find(example.text, example.language)
        return tagger.read(example.text, found, (example.intent,), lambda _: reader(example.text[:LONGEST]))

    return find


def tallied(folds: Iterable[Fold], names: frozenset[str], make: Callable[[Fold], Find]) -> Tallies:
    """How exactly each entity is found in examples left out of training, as they are and typed in haste."""
    tallies: Tallies = {name: Tally() for name in sorted(names)}
    for fold in folds:
        find = make(fold)
        for example, times in ((each, times) for own in fold.asked for each, times in ((own, _WITH_CARE), (hasty(own), 1))):
            meant, told = _marks(example.entities, names), _marks(find(example), names)
            for name, *_ in meant & told:
                tallies[name].right += times
            for name, *_ in told - meant:
                tallies[name].wrong += times
            for name, *_ in meant - told:
                tallies[name].missed += times
    return tallies


def together(tallies: Iterable[Tallies]) -> Tallies:
    """The tallies of several folds as one."""
    parts = list(tallies)
    return {name: overall({str(number): part[name] for number, part in enumerate(parts)}) for name in parts[0]}


def overall(tallies: Tallies) -> Tally:
    each = tallies.values()
    return Tally(sum(one.right for one in each), sum(one.wrong for one in each), sum(one.missed for one in each))


def _marks(entities: Iterable[Entity], names: frozenset[str]) -> set[tuple[str, int, int, str | None, str | None]]:
    return {(each.name, each.start, each.end, each.role, each.group) for each in entities if each.name in names}


def folds_of(data: TrainingData) -> Iterator[Fold]:
    """The data less each fold, and the fold; every intent is spread evenly, messages written alike stay together."""
    by_intent: dict[str, dict[str, None]] = {}
    for example in data.examples:
        by_intent.setdefault(example.intent, {})[folded(example.text)] = None
    place: dict[tuple[str, str], int] = {}
    turn = 0
    for intent, texts in sorted(by_intent.items()):
        for text in sorted(texts, key=mixed):
            place[intent, text] = turn % _FOLDS
            turn += 1
    for fold in range(_FOLDS):
        asked = [example for example in data.examples if place[example.intent, folded(example.text)] == fold]
        kept = [example for example in data.examples if place[example.intent, folded(example.text)] != fold]
        if asked and kept:
            yield Fold(replace(data, examples=tuple(kept)), asked)
