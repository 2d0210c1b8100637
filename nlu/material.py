"""Training data as the classifier is taught it: messages in plain words, and behind them the intents' own names."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlu.engine.embedded import parted, taught_key
from nlu.engine.model import OUT_OF_SCOPE
from nlu.engine.repair import Repair
from nlu.engine.writing import Writer, spellings_of
from nlu.entities import EntityFinder, Known
from nlu.text import LONGEST, tokens
from nlu.understanding import Entity, Example

if TYPE_CHECKING:
    from nlu.engine.fitting import Counted

_CAMEL = re.compile(r"([a-z])([A-Z])")
_NAME_PARTS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Material:
    """What is taught. `keys` and `truth` have a place for each message and then for each of the intents' names."""

    examples: Sequence[Example]
    intents: Sequence[str]
    names: Sequence[str]
    """The intents' names in words, where they have any: lessons that are never asked."""
    words: Sequence[Sequence[str]]
    """The words of each message."""
    keys: Sequence[str]
    """What makes two messages the same lesson."""
    truth: NDArray[np.int64]
    """The number of the intent."""
    counts: dict[str, int]
    """How many messages have each word."""
    spellings: dict[str, str]

    @classmethod
    def of(cls, examples: Sequence[Example], intents: Sequence[str]) -> Material:
        """The material of examples of these `intents`, which are numbered in their order."""
        number = {intent: place for place, intent in enumerate(intents)}
        names = _named(intents)
        words = [tokens(example.text[:LONGEST], example.language) for example in examples]
        return cls(
            examples=examples,
            intents=intents,
            names=tuple(names),
            words=words,
            keys=[*(taught_key(example.text) for example in examples), *names],
            truth=np.array([*(number[example.intent] for example in examples), *names.values()]),
            counts=_word_counts([*words, *(tokens(name, "") for name in names)]),
            spellings=spellings_of(example.text for example in examples),
        )

    def well_written(self) -> list[str]:
        """Every text as its author would have written it with time, for the sentence encoder."""
        writer = Writer(Repair(self.counts), self.spellings)
        return [
            *(writer(example.text, example.language) for example in self.examples),
            *(writer(name, "") for name in self.names),
        ]

    def seen_by(self, known: Known) -> Counted:
        """Every text in numbers, with the entities that rules find in it as the engine will in a customer's."""
        from nlu.engine.fitting import Lesson, counted

        finder = EntityFinder(known)
        lessons = []
        for example, words, intent in zip(self.examples, self.words, self.truth.tolist(), strict=False):
            entities = finder.find(example.text, example.language)
            parts = [
                (tokens(part, example.language), _names(within)) for part, within in parted(example.text[:LONGEST], entities)
            ]
            lessons.append(Lesson(words, _names(entities), intent, parts))
        named = zip(self.names, self.truth[len(lessons) :].tolist(), strict=True)
        return counted([*lessons, *(Lesson(tokens(name, ""), (), intent) for name, intent in named)])

    def taught(self) -> dict[str, tuple[int, float]]:
        """The intent of each message, and how unanimously it is taught."""
        votes: dict[str, Counter[int]] = defaultdict(Counter)
        for key, intent in zip(self.keys[: len(self.words)], self.truth.tolist(), strict=False):
            if key:
                votes[key][intent] += 1
        taught = {}
        for key in sorted(votes):
            (intent, most), *others = votes[key].most_common(2)
            if not others or others[0][1] < most:  # two intents with the same message: let the other words decide
                taught[key] = (intent, most / votes[key].total())
        return taught


def _names(entities: Iterable[Entity]) -> list[str]:
    return sorted({entity.name for entity in entities})


def _named(intents: Sequence[str]) -> dict[str, int]:
    """One more lesson an intent, never asked: its name, in words, says what its examples have in common."""
    found: dict[str, int] = {}
    for number, intent in enumerate(intents):
        text = " ".join(_NAME_PARTS.sub(" ", _CAMEL.sub(r"\1 \2", intent)).split()).lower()
        if intent != OUT_OF_SCOPE and any(map(str.isalpha, text)):
            found.setdefault(text, number)
    return found


def _word_counts(messages: Sequence[Sequence[str]]) -> dict[str, int]:
    counts = Counter(word for words in messages for word in set(words))
    return dict(sorted(counts.items()))
