"""Decides whether a tagger is worth having, for which entities and taught how, and teaches it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from nlu.encoders import SentenceEncoder
from nlu.encoders.protocol import NoEncoder
from nlu.entities import EntityFinder, learn
from nlu.entities.tagger.lessons import Course, Reader, mixed, sampled, teach, values_of
from nlu.entities.tagger.model import TaggerModel
from nlu.entities.tagger.tagger import Tagger
from nlu.text import LONGEST, folded
from nlu.understanding import Entity, Example, TrainingData

Progress = Callable[[str, float], None]

_FOLDS = 3
_LEAST_EXAMPLES = 5
"""Annotated examples an entity must have to be learnt."""
_LEAST_GAIN = 3, 0.02
"""Mistakes fewer, and F1 more, that a tagger must bring to an entity to be taken before the rules."""
_BY_FAR = 0.1
"""F1 of all entities together."""
_BY_RULE = frozenset(("phone", "email"))
_CHECKED = 360
"""Examples that are cross-validated with; more would tell the same and take longer."""
_CHECKING, _KEEPING = 30, 60
"""Passes over the lessons while cross-validating, and for the tagger kept."""


@dataclass(slots=True)
class _Tally:
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


_Tallies = dict[str, _Tally]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is worth learning, and how: what `choose` found and `learn_chosen` needs."""

    names: frozenset[str]
    """The entities that a tagger finds better than rules in messages it has not seen."""
    course: Course
    reader: Reader


def choose(data: TrainingData, encoder: SentenceEncoder | None = None, progress: Progress | None = None) -> Chosen | None:
    """The entities a tagger finds better than rules in messages it has not seen; None when there are none.

    `encoder` gives token vectors (see `nlu.encoders`); without one, or with one that has none, words alone are used.
    `progress` is told what is being done and how much is, 0 to 1. Takes seconds for a few thousand examples, and next to
    nothing for data whose entities the rules find.
    """
    report = progress or (lambda _what, _done: None)
    names = learnable(data)
    if not names:
        return None
    taught = {example.intent for example in data.examples if any(each.name in names for each in example.entities)}
    sample = replace(data, examples=sampled([example for example in data.examples if example.intent in taught], _CHECKED))
    folds = list(_folds(sample))
    ruled = _tallied(folds, names, _ruled)
    if not any(_worth(ruled[name]) for name in names):
        return None
    report("entities", 0.05)
    lists = {name: tuple(wordings) for name, wordings in sorted(data.lookups.items())}
    reader = Reader(encoder or NoEncoder(), sample.examples)
    reader.read([example.text[:LONGEST] for example in sample.examples])  # one by one would each fill a whole pass
    course = Course(names, lists, copies=False, passes=_CHECKING)
    tagged: _Tallies = {}
    for number, fold in enumerate(folds):
        found = _tallied([fold], names, partial(_tagged, course=course, reader=reader))
        if not number:
            copying = replace(course, copies=True)
            report("entities", 0.3)
            with_copies = _tallied([fold], names, partial(_tagged, course=copying, reader=reader))
            if _all(with_copies).mistakes < _all(found).mistakes:
                course, found = copying, with_copies
        tagged = _together(tagged, found)
        report("entities", 0.5 + 0.5 * number / len(folds))
    chosen = _chosen(names, ruled, tagged)
    return Chosen(chosen, replace(course, passes=_KEEPING), reader) if chosen else None


def learn_chosen(data: TrainingData, chosen: Chosen) -> TaggerModel:
    """The tagger of what `choose` found in this very data."""
    course = chosen.course
    model = teach(data, course, chosen.reader, EntityFinder(learn(data, course.names)))
    narrowing = chosen.reader.narrowing
    weights = narrowing.unfolded(model.weights) if narrowing else model.weights
    return replace(model, names=chosen.names, values=values_of(learn(data), course.names), weights=weights)


def learn_tagger(
    data: TrainingData, encoder: SentenceEncoder | None = None, progress: Progress | None = None
) -> TaggerModel | None:
    """A tagger for the entities it finds better than rules; None when there are none. See `choose`."""
    report = progress or (lambda _what, _done: None)
    chosen = choose(data, encoder, lambda what, done: report(what, 0.6 * done))
    model = learn_chosen(data, chosen) if chosen else None
    report("entities", 1.0)
    return model


def learnable(data: TrainingData) -> frozenset[str]:
    """The entities that are marked often enough to be learnt, and that no pattern is made for."""
    seen = Counter(name for example in data.examples for name in {entity.name for entity in example.entities})
    return frozenset(
        name for name, times in seen.items() if times >= _LEAST_EXAMPLES and name not in data.regexes and name not in _BY_RULE
    )


def _worth(tally: _Tally) -> bool:
    """Whether rules leave enough to be gained."""
    return tally.mistakes >= _LEAST_GAIN[0] and tally.f1 <= 1.0 - _LEAST_GAIN[1]


def _chosen(names: Iterable[str], ruled: _Tallies, tagged: _Tallies) -> frozenset[str]:
    """The entities the tagger finds clearly better; where it does so by far, all but those the rules find clearly better.

    Rules and tagger sharing a bot's entities get in each other's way, and a tagger taught with all examples is better than
    the ones cross-validated.
    """
    if _all(tagged).f1 - _all(ruled).f1 >= _BY_FAR:
        return frozenset(name for name in names if not _clearly_better(ruled[name], tagged[name]))
    return frozenset(name for name in names if _clearly_better(tagged[name], ruled[name]))


def _clearly_better(one: _Tally, other: _Tally) -> bool:
    return other.mistakes - one.mistakes >= _LEAST_GAIN[0] and one.f1 - other.f1 >= _LEAST_GAIN[1]


_Find = Callable[[Example], tuple[Entity, ...]]
_Fold = tuple[TrainingData, list[Example]]


def _ruled(kept: TrainingData) -> _Find:
    finder = EntityFinder(learn(kept))
    return lambda example: finder.find(example.text, example.language)


def _tagged(kept: TrainingData, course: Course, reader: Reader) -> _Find:
    finder = EntityFinder(learn(kept, course.names))
    tagger = Tagger(teach(kept, course, reader, finder))

    def find(example: Example) -> tuple[Entity, ...]:
        found = finder.find(example.text, example.language)
        return tagger.read(example.text, found, (example.intent,), lambda _: reader(example.text[:LONGEST]))

    return find


def _tallied(folds: Iterable[_Fold], names: frozenset[str], make: Callable[[TrainingData], _Find]) -> _Tallies:
    """How exactly each entity is found in examples left out of training."""
    tallies: _Tallies = {name: _Tally() for name in sorted(names)}
    for kept, asked in folds:
        find = make(kept)
        for example in asked:
            meant, told = _marks(example.entities, names), _marks(find(example), names)
            for name, *_ in meant & told:
                tallies[name].right += 1
            for name, *_ in told - meant:
                tallies[name].wrong += 1
            for name, *_ in meant - told:
                tallies[name].missed += 1
    return tallies


def _together(one: _Tallies, other: _Tallies) -> _Tallies:
    if not one:
        return other
    return {
        name: _Tally(one[name].right + each.right, one[name].wrong + each.wrong, one[name].missed + each.missed)
        for name, each in other.items()
    }


def _all(tallies: _Tallies) -> _Tally:
    each = tallies.values()
    return _Tally(sum(one.right for one in each), sum(one.wrong for one in each), sum(one.missed for one in each))


def _marks(entities: Iterable[Entity], names: frozenset[str]) -> set[tuple[str, int, int, str | None, str | None]]:
    return {(each.name, each.start, each.end, each.role, each.group) for each in entities if each.name in names}


def _folds(data: TrainingData) -> Iterator[_Fold]:
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
            yield replace(data, examples=tuple(kept)), asked
