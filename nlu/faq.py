"""Answers questions nobody made an intent for: the nearest of a brand's own questions, by words and by meaning.

    index = FaqIndex(entries, tuned, encoder)
    index.find("mon chien peut venir ?", "fr")      # Found("pets", 0.71), or None when nothing is near enough

A question in one language finds an entry in the other through the sentence encoder; without one, words alone are compared,
and within a language. How near is near enough was measured in training (`nlu.faq_training`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.encoders.protocol import Floats, SentenceEncoder, unit_rows
from nlu.text import LONGEST, tokens

_STEM = 5
"""Letters of a word's beginning that count as a word of their own: « chien » and « chiens » are near."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing people ask: `questions` are several ways of asking it, by language."""

    id: str
    questions: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Tuned:
    """What training measured of a brand's questions. JSON-ready."""

    content: str
    """Fingerprint of the questions; see `fingerprint_of`."""
    setting: str = "none"
    """The setting that makes the sentence encoder again; see `nlu.encoders`."""
    encoder: str = "none"
    """Fingerprint of the sentence encoder; "none" when words alone were compared."""
    share: float = 0.0
    """How much meaning counts beside words, 0 to 1."""
    least: float = 1.0
    """Likeness from which a message the engine does not understand is taken for one of the questions."""
    strict: float = 1.0
    """The same for a message the engine half understands."""
    rarity: Mapping[str, float] = field(default_factory=dict)
    """What each word weighs: one that customers use for everything weighs little."""
    centre: tuple[float, ...] = ()
    """The mean of customers' sentence vectors."""
    vectors: tuple[tuple[float, ...], ...] = ()
    """Of the questions, in order, seen from the centre."""
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """The entry a message asks for, and how like its questions the message is: 0 to 1."""

    id: str
    likeness: float


def fingerprint_of(entries: Iterable[Entry]) -> list[Any]:
    """Everything the index is made of, in order."""
    return [[entry.id, language, list(asked)] for entry in entries for language, asked in sorted(entry.questions.items())]


def questions_of(entries: Sequence[Entry]) -> list[tuple[int, str, str]]:
    """Every question: the place of its entry, its language, its words."""
    return [
        (place, language, text)
        for place, entry in enumerate(entries)
        for language, asked in sorted(entry.questions.items())
        for text in asked
    ]


class FaqIndex:
    """The questions of a brand, ready to be searched in a fraction of a millisecond (plus one sentence vector)."""

    def __init__(self, entries: Sequence[Entry], tuned: Tuned, encoder: SentenceEncoder | None = None) -> None:
        self.tuned = tuned
        asked = [
            (n, language, text)
            for n, entry in enumerate(entries)
            for language, one in sorted(entry.questions.items())
            for text in one
        ]
        self._ids = [entry.id for entry in entries]
        self.owner = np.array([n for n, _, _ in asked], dtype=np.int64)
        self._by_word: dict[str, list[tuple[int, float]]] = {}
        for place, (_, language, text) in enumerate(asked):
            for word, weight in self._weighed(text, language).items():
                self._by_word.setdefault(word, []).append((place, weight))
        self._encoder = encoder if encoder is not None and encoder.dimension and tuned.encoder == encoder.fingerprint else None
        self._vectors = np.array(tuned.vectors, dtype=np.float32)
        self._centre = np.array(tuned.centre, dtype=np.float32)

    def find(self, text: str, language: str, *, strict: bool = False, written: str = "") -> Found | None:
        """The entry `text` asks for; None when none is near enough, or two entries are as near as each other.

        `written` is the text as an engine read it, where one did: its vector is at hand.
        """
        if not self.owner.size or (strict and self.by_words(text, language).max() < _SHARED):
            return None
        likeness = self.likeness(text, language, written=written)
        best = int(likeness.argmax())
        least = self.tuned.strict if strict else self.tuned.least
        others = likeness[self.owner != self.owner[best]]
        if likeness[best] < least or (others.size and likeness[best] - others.max() < _AS_NEAR):
            return None
        return Found(self._ids[int(self.owner[best])], round(float(likeness[best]), 4))

    def likeness(self, text: str, language: str, *, written: str = "") -> NDArray[np.float64]:
        """How like each question a message is; see `find`."""
        words = self.by_words(text, language)
        if self._encoder is None:
            return words
        vector = self._encoder.encode([(written or text)[:LONGEST]])
        return self.tuned.share * self.by_meaning(vector) + (1 - self.tuned.share) * words

    def by_words(self, text: str, language: str) -> NDArray[np.float64]:
        """Likeness by the words shared with each question."""
        likeness = np.zeros(self.owner.size)
        for word, weight in self._weighed(text[:LONGEST], language).items():
            for place, other in self._by_word.get(word, ()):
                likeness[place] += weight * other
        return likeness

    def by_meaning(self, vector: Floats) -> NDArray[np.float64]:
        """Likeness by sentence vectors; `vector` has shape (1, dimension), as the encoder gives it."""
        seen: NDArray[np.float64] = (unit_rows(vector - self._centre) @ self._vectors.T)[0].astype(np.float64)
        return seen

    def _weighed(self, text: str, language: str) -> dict[str, float]:
        """The words of a text and their beginnings, weighed, at length one."""
        weights = {word: self.tuned.rarity.get(word, _UNHEARD) for word in features(text, language)}
        length = sum(weight * weight for weight in weights.values()) ** 0.5
        return {word: weight / length for word, weight in weights.items()} if length else {}


_SHARED = 0.25
"""Likeness by words without which a message the engine half understands is not looked at further: that would cost a vector."""
_AS_NEAR = 0.02
"""Two entries closer to each other than this cannot be told apart."""
_UNHEARD = 5.0
"""What a word weighs that neither questions nor customers have used."""


def features(text: str, language: str) -> list[str]:
    """What is compared of a text: its words, and the beginnings of the longer ones."""
    words = [word for word in tokens(text, language) if word != "?"]
    return [*words, *(f"{word[:_STEM]}-" for word in words if len(word) > _STEM)]


__all__ = ["Entry", "FaqIndex", "Found", "Tuned", "features", "fingerprint_of", "questions_of"]
