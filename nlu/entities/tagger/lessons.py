"""Makes a tagger's lessons out of training examples, and the tagger out of the lessons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from nlu.encoders import SentenceEncoder
from nlu.entities import EntityFinder, Known
from nlu.entities.gazetteer import key_of
from nlu.entities.tagger.chain import NOTHING
from nlu.entities.tagger.features import all_features, rule_marks, spread
from nlu.entities.tagger.fitting import Lesson, fit
from nlu.entities.tagger.haste import hasty, small
from nlu.entities.tagger.labels import kind_of, labelled, labels_of
from nlu.entities.tagger.listed import gather
from nlu.entities.tagger.model import TaggerModel
from nlu.entities.tagger.narrowing import Narrowing, learn_narrowing
from nlu.entities.tagger.words import Floats, Words, cut, pooled
from nlu.entities.tagger.world import world
from nlu.text import LONGEST
from nlu.understanding import Entity, Example, TrainingData

_LEAST_SEEN = 2
"""Training messages a feature must be in to be learnt."""
_MOST = 1000
"""Messages a tagger learns from; time grows with them, and those without an entity all teach much the same."""
_AT_ONCE = 600
"""Messages read together: their whole token vectors are large until they are narrowed."""
_BURST = 40
"""More texts than any encoder takes for a burst."""
DIRECTING = 300
"""Messages enough to tell in which directions words differ."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a tagger is taught; the same for every fold of the cross-validation and for the tagger kept."""

    names: frozenset[str]
    """The entities learnt."""
    lists: Mapping[str, tuple[str, ...]]
    """Wordings listed by the brand, by name: hints."""
    passes: int


class MemoFinder(EntityFinder):
    """Rules that remember what they found: while teaching, the same messages come up again and again."""

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._found: dict[tuple[str, str], tuple[Entity, ...]] = {}

    def find(self, text: str, language: str) -> tuple[Entity, ...]:
        """See `EntityFinder`."""
        key = text, language
        if key not in self._found:
            self._found[key] = super().find(text, language)
        return self._found[key]


class Reader:
    """Reads messages through the encoder once, for all folds; knows the directions in which their words differ most.

    `examples` tell these directions, up to `DIRECTING` of them.
    """

    def __init__(self, encoder: SentenceEncoder, examples: Sequence[Example]) -> None:
        self._encoder = encoder
        self._known: dict[str, Floats] = {}
        self.narrowing: Narrowing | None = None
        if encoder.token_dimension and examples:
            sample = list(dict.fromkeys(example.text[:LONGEST] for example in examples[:: -(-len(examples) // DIRECTING)]))
            words = self._pooled(sample)
            self.narrowing = learn_narrowing(words)
            self._known |= zip(sample, self.narrowing.each(words), strict=True)

    def __call__(self, text: str) -> Floats | None:
        """The narrowed vectors of a message's words; None without an encoder."""
        if text not in self._known:
            self.read([text])
        return self._known.get(text)

    def read(self, texts: Sequence[str]) -> None:
        """Read messages that will be asked for, together."""
        if self.narrowing is not None:
            missing = [text for text in dict.fromkeys(texts) if text not in self._known]
            for start in range(0, len(missing), _AT_ONCE):
                some = missing[start : start + _AT_ONCE]
                self._known |= zip(some, self.narrowing.each(self._pooled(some)), strict=True)

    def read_both_ways(self, examples: Sequence[Example]) -> None:
        """Read examples as they are and typed in haste, together: one by one, each would fill a whole pass of the encoder."""
        self.read([each.text[:LONGEST] for example in examples for each in (example, hasty(example))])

    def _pooled(self, texts: Sequence[str]) -> list[Floats]:
        # Never few alone: an encoder may read a burst of messages a quicker way, equal but for its last bits.
        found = zip(texts, self._encoder.encode_tokens_of([*texts, *[""] * _BURST]), strict=False)
        return [pooled(cut(text).spans, tokens.spans, tokens.vectors) for text, tokens in found]


def teach(data: TrainingData, course: Course, reader: Reader, finder: EntityFinder) -> TaggerModel:
    """Fit a tagger on training data, beside the rules of `finder`. The same data gives the same tagger.

    Its weights are for the vectors of `reader`, and it knows no values yet (see `values_of`).
    """
    taught = [_only(example, course.names) for example in data.examples]
    kinds = tuple(sorted({kind_of(entity) for example in taught for entity in example.entities}))
    number = {kind: place for place, kind in enumerate(kinds)}
    intents: dict[str, set[int]] = {}
    for example in taught:
        intents.setdefault(example.intent, set()).update(number[kind_of(entity)] for entity in example.entities)
    model = TaggerModel(
        kinds=kinds,
        names=course.names,
        intents={intent: tuple(sorted(told)) for intent, told in intents.items() if told},
        features=(),
        listed=gather((entity for example in taught for entity in example.entities), course.lists, world()),
        values={},
        weights=NOTHING,
    )
    lessons = sampled([example for example in taught if example.intent in model.intents], _MOST)
    copies = [hasty(example) for example in lessons if example.entities and small(example.text) != example.text]
    cuts = [cut(example.text) for example in (*lessons, *copies)]
    told = [_features(example, words, model, finder) for example, words in zip((*lessons, *copies), cuts, strict=True)]
    counts = Counter(feature for message in told[: len(lessons)] for feature in {each for row in message for each in row})
    features = tuple(sorted(feature for feature, times in counts.items() if times >= _LEAST_SEEN))
    place = {feature: number for number, feature in enumerate(features)}
    reader.read([example.text for example in (*lessons, *copies)])
    ready = [
        Lesson(
            rows=[[place[feature] for feature in row if feature in place] for row in message],
            vectors=reader(example.text),
            labels=labelled(example.entities, words.spans, kinds),
            allowed=model.labels((example.intent,)),
        )
        for example, words, message in zip((*lessons, *copies), cuts, told, strict=True)
    ]
    weights = fit(ready, len(features), labels_of(kinds), passes=course.passes)
    listed = {word for word, names in model.listed.words.items() if not course.names.isdisjoint(names)}
    return replace(model, features=features, weights=weights, outside=_never_inside(taught, listed))


def _never_inside(examples: Sequence[Example], listed: Collection[str]) -> frozenset[str]:
    """Words, and punctuation marks, that stand outside every entity of some examples: as written there, and small and bare.

    A number is never among them, nor is what somebody `listed`; where only « rose » was seen, « Rose » may still be a name.
    """
    inside: set[str] = set(listed)
    outside: dict[str, str] = {}
    for example in examples:
        words = cut(example.text)
        for plain, (start, end) in zip(words.plain, words.spans, strict=True):
            if any(entity.start < end and start < entity.end for entity in example.entities):
                inside.add(plain)
            elif not any(map(str.isdigit, plain)):
                outside |= dict.fromkeys((example.text[start:end], plain), plain)
    return frozenset(written for written, plain in outside.items() if plain not in inside)


def sampled(examples: list[Example], most: int) -> list[Example]:
    """At most so many examples in their order, those with entities first, otherwise mixed."""
    if len(examples) <= most:
        return examples
    order = sorted(range(len(examples)), key=lambda place: (not examples[place].entities, mixed(examples[place].text)))
    return [examples[place] for place in sorted(order[:most])]


def mixed(text: str) -> bytes:
    """A number by which texts are put in an order that has nothing to do with them, the same everywhere."""
    return sha256(text.encode("utf-8", "replace")).digest()


def _only(example: Example, names: frozenset[str]) -> Example:
    """The part of an example that is read, with its entities of these names."""
    entities = tuple(each for each in example.entities if each.name in names and each.end <= LONGEST)
    return replace(example, text=example.text[:LONGEST], entities=entities)


def _features(example: Example, words: Words, model: TaggerModel, finder: EntityFinder) -> list[list[str]]:
    ruled = rule_marks(words, finder.find(example.text, example.language))
    hints = spread(model.listed.marks(words.plain, example.entities))
    return all_features(words, example.intent, [one + other for one, other in zip(ruled, hints, strict=True)])


def values_of(known: Known, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Entity name to folded wording to value, where the value is not the wording itself."""
    told: dict[str, dict[str, str]] = {}
    for name in sorted(names):
        for wording, value in known.wordings.get(name, {}).items():
            if value != wording:
                told.setdefault(name, {}).setdefault(" ".join(key_of(wording)), value)
    return told
