"""Decides whether a tagger is worth having, for which entities and taught how, and teaches it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from nlu.encoders import MakeEncoder, SentenceEncoder
from nlu.encoders.protocol import NoEncoder
from nlu.entities import EntityFinder, learn
from nlu.entities.tagger.checking import Tally, by_rules, by_tagger, folds_of, overall, tallied, together
from nlu.entities.tagger.lessons import DIRECTING, Course, Reader, sampled, teach, values_of
from nlu.entities.tagger.model import TaggerModel
from nlu.understanding import TrainingData

Progress = Callable[[str, float], None]

_LEAST_EXAMPLES = 2
"""Annotated examples an entity must have to be learnt."""
_LEAST_GAIN = 4, 0.02
"""Mistakes fewer, so counted, and F1 more, that a tagger must bring to an entity to be taken before the rules."""
_BY_FAR = 0.1
"""F1 of all entities together that a tagger must gain to be given them all. Rules and tagger sharing a bot's entities get in
each other's way, and a tagger taught with all examples is better than the ones cross-validated."""
_BY_RULE = frozenset(("phone", "email"))
_GLANCED, _GLANCING = 200, 30
"""Examples, and passes over them, by which entities are told that rules find so much better that they need no closer look."""
_HOPELESS = 1.25, 3
"""How many times the mistakes of the rules, and how many beside, such a first tagger may make."""
_CHECKED, _BESIDE, _ASKED = 300, 80, 1
"""Examples with the other entities that are cross-validated with, those without any, and folds that are asked."""
_CHOOSING, _KEEPING = 40, 60
"""Passes over the lessons for the taggers it is chosen by, which tell as much after fewer, and for the one kept."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is worth learning, and how: what `choose` found and `learn_chosen` needs."""

    course: Course
    reader: Reader

    @property
    def names(self) -> frozenset[str]:
        """The entities that a tagger finds better than rules in messages it has not seen."""
        return self.course.names


def choose(data: TrainingData, encoder: MakeEncoder, progress: Progress | None = None) -> Chosen | None:
    """The entities a tagger finds better than rules in messages it has not seen; None when there are none.

    `encoder` gives what makes token vectors (see `nlu.encoders`), asked for once it is known to be needed; of one that has
    none words alone are used.
    `progress` is told what is being done and how much is, 0 to 1. Takes seconds for a few thousand examples, and next to
    nothing for data whose entities the rules find.
    """
    report = progress or (lambda _what, _done: None)
    names = learnable(data)
    if not names:
        return None
    sample = _sample(data, names, _GLANCED, 0)
    folds = list(folds_of(sample))
    if not folds:
        return None
    ruled = [tallied([fold], names, by_rules) for fold in folds]
    of_rules = together(ruled)
    if not any(map(_worth, of_rules.values())):
        return None
    if overall(of_rules).f1 > 1.0 - _BY_FAR:
        names = frozenset(name for name in names if _worth(of_rules[name]))
    report("entities", 0.05)
    reader = Reader(encoder(), _sample(data, names, DIRECTING, 0).examples)
    reader.read_both_ways(sample.examples)
    report("entities", 0.3)
    lists = {name: tuple(wordings) for name, wordings in sorted(data.lookups.items())}
    course = Course(names, lists, passes=_GLANCING)
    tagged = tallied(folds[:1], names, partial(by_tagger, course=course, reader=reader))
    if overall(tagged).f1 - overall(ruled[0]).f1 < _BY_FAR:
        names = frozenset(name for name in names if not _hopeless(tagged[name], ruled[0][name]))
        report("entities", 0.6)
        names = _better(data, replace(course, names=names, passes=_CHOOSING), reader) if names else names
    return Chosen(replace(course, names=names, passes=_KEEPING), reader) if names else None


def _better(data: TrainingData, course: Course, reader: Reader) -> frozenset[str]:
    """The entities of a course that it teaches clearly better than rules find them: what rules keep need not be learnt."""
    sample = _sample(data, course.names, _CHECKED, _BESIDE)
    reader.read_both_ways(sample.examples)
    folds = list(folds_of(sample))[:_ASKED]
    ruled = tallied(folds, course.names, by_rules)
    tagged = tallied(folds, course.names, partial(by_tagger, course=course, reader=reader))
    return frozenset(name for name in course.names if _clearly_better(tagged[name], ruled[name]))


def _sample(data: TrainingData, names: frozenset[str], most: int, beside: int) -> TrainingData:
    """At most so many examples with these entities, and so many without any, of the intents whose examples have them."""
    having = [any(each.name in names for each in example.entities) for example in data.examples]
    taught = {example.intent for example, has in zip(data.examples, having, strict=True) if has}
    some = sampled([example for example, has in zip(data.examples, having, strict=True) if has], most)
    some += sampled([e for e, has in zip(data.examples, having, strict=True) if not has and e.intent in taught], beside)
    return replace(data, examples=tuple(some))


def learn_chosen(data: TrainingData, chosen: Chosen) -> TaggerModel:
    """The tagger of what `choose` found in this very data."""
    course = chosen.course
    model = teach(data, course, chosen.reader, EntityFinder(learn(data, course.names, with_topics=False)))
    narrowing = chosen.reader.narrowing
    weights = narrowing.unfolded(model.weights) if narrowing else model.weights
    values = values_of(learn(data, with_topics=False), course.names)
    return replace(model, values=values, weights=weights)


def learn_tagger(
    data: TrainingData, encoder: SentenceEncoder | None = None, progress: Progress | None = None
) -> TaggerModel | None:
    """A tagger for the entities it finds better than rules; None when there are none. See `choose`."""
    report = progress or (lambda _what, _done: None)
    chosen = choose(data, lambda: encoder or NoEncoder(), lambda what, done: report(what, 0.6 * done))
    model = learn_chosen(data, chosen) if chosen else None
    report("entities", 1.0)
    return model


def learnable(data: TrainingData) -> frozenset[str]:
    """The entities that are marked often enough to be learnt, and that no pattern is made for."""
    seen = Counter(name for example in data.examples for name in {entity.name for entity in example.entities})
    return frozenset(
        name for name, times in seen.items() if times >= _LEAST_EXAMPLES and name not in data.regexes and name not in _BY_RULE
    )


def _worth(tally: Tally) -> bool:
    """Whether rules leave enough to be gained."""
    return tally.mistakes >= _LEAST_GAIN[0] and tally.f1 <= 1.0 - _LEAST_GAIN[1]


def _hopeless(tagged: Tally, ruled: Tally) -> bool:
    return tagged.mistakes > _HOPELESS[0] * ruled.mistakes + _HOPELESS[1]


def _clearly_better(one: Tally, other: Tally) -> bool:
    return other.mistakes - one.mistakes >= _LEAST_GAIN[0] and one.f1 - other.f1 >= _LEAST_GAIN[1]
