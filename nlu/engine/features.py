"""Turns words into the numbers a linear model weighs: words, pairs of words, pieces of words, and the entities found.

Training and serving run this very code, so they cannot disagree.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
Floats = NDArray[np.float32]
Numbered = tuple[list[int], int]
"""Features by number, each as often as it is there, and how many more the model has never seen."""

_SHORTEST, _LONGEST = 3, 5
_OFTEN = 2
"""Messages that must have a pair of words for it to tell anything: most pairs are met once, and are half of all features."""
LOUDNESS = np.array([0.0, *(1.0 + np.log(np.arange(1, 1000)))], np.float32)
"""How much a feature that often in a message counts; more often is no louder."""
_CACHED = 20_000
"""Words whose pieces are remembered; customers use the same few thousand."""


def word_features(words: Sequence[str], entities: Iterable[str]) -> list[str]:
    """The words, their pairs with the message's two ends, and `@name` for each entity found."""
    pairs = map(" ".join, zip(("^", *words), (*words, "$"), strict=True))
    return [*words, *pairs, *("@" + name for name in entities)]


def piece_features(word: str) -> list[str]:
    """Every run of 3 to 5 characters of a word between two spaces."""
    spaced = f" {word} "
    return [
        spaced[start : start + length] for length in range(_SHORTEST, _LONGEST + 1) for start in range(len(spaced) - length + 1)
    ]


@dataclass(frozen=True, slots=True)
class Vector:
    """One message as a sparse vector. Both halves (words, pieces) have length one unless nothing of them is known."""

    ids: Ids
    values: Floats
    known: float
    """Share of the message's weight that the model has ever seen, 0 to 2 (words and pieces)."""


class Featurizer:
    """Knows the features of the training data, numbered, words first, and how telling each is (idf)."""

    def __init__(self, words: Sequence[str], pieces: Sequence[str], idf: Floats, unseen_idf: float) -> None:
        self.words, self.pieces, self.idf, self.unseen_idf = tuple(words), tuple(pieces), idf, unseen_idf
        self._word_ids = {feature: number for number, feature in enumerate(self.words)}
        self._piece_ids = {feature: number for number, feature in enumerate(self.pieces, len(self.words))}
        self._pieces_of: dict[str, tuple[list[int], int]] = {}

    @property
    def size(self) -> int:
        return len(self.words) + len(self.pieces)

    def vector(self, words: Sequence[str], entities: Iterable[str] = ()) -> Vector:
        """The vector of a message given as `nlu.text.tokens` and the names of its entities."""
        of_words, of_pieces = self.numbers(words, entities)
        word_ids, word_values, word_known = self._weighted(*of_words)
        piece_ids, piece_values, piece_known = self._weighted(*of_pieces)
        return Vector(
            np.concatenate((word_ids, piece_ids)),
            np.concatenate((word_values, piece_values)),
            word_known + piece_known,
        )

    def numbers(self, words: Sequence[str], entities: Iterable[str]) -> tuple[Numbered, Numbered]:
        """The features of a message that are words and those that are pieces."""
        ids, unseen = [], 0
        for feature in word_features(words, entities):
            number = self._word_ids.get(feature)
            if number is not None:
                ids.append(number)
            elif " " not in feature:  # a pair of seen words that is not known says nothing
                unseen += 1
        pieces, unseen_pieces = list[int](), 0
        for word in words:
            known, missing = self._pieces(word)
            pieces += known
            unseen_pieces += missing
        return (ids, unseen), (pieces, unseen_pieces)

    def _pieces(self, word: str) -> tuple[list[int], int]:
        cached = self._pieces_of.get(word)
        if cached is None:
            numbers = [self._piece_ids.get(piece) for piece in piece_features(word)]
            known = [number for number in numbers if number is not None]
            cached = known, len(numbers) - len(known)
            if len(self._pieces_of) >= _CACHED:
                self._pieces_of.clear()
            self._pieces_of[word] = cached
        return cached

    def _weighted(self, ids: list[int], unseen: int) -> tuple[Ids, Floats, float]:
        """Numbered features with `(1 + log count) * idf` at length one, and the share of the weight they are."""
        if not ids:
            return np.empty(0, np.int32), np.empty(0, np.float32), 0.0
        if len(set(ids)) == len(ids):
            numbers = np.array(ids, np.int32)
            values = self.idf.take(numbers)
        else:
            counts = Counter(ids)
            numbers = np.fromiter(counts, np.int32, len(counts))
            values = self.idf.take(numbers)
            values *= LOUDNESS.take(np.fromiter(counts.values(), np.intp, len(counts)), mode="clip")
        weight = float(values @ values)
        share = weight / (weight + unseen * self.unseen_idf**2)
        values /= np.float32(math.sqrt(weight))
        return numbers, values, share


def learn_features(messages: Sequence[Sequence[str]], entities: Sequence[Iterable[str]]) -> Featurizer:
    """Number the features of the training messages, in alphabetical order so that the same data gives the same model.

    All of them but pairs of words that only one message has.
    """
    word_counts: Counter[str] = Counter()
    piece_counts: Counter[str] = Counter()
    pieces_of = {word: piece_features(word) for word in {word for words in messages for word in words}}
    for words, names in zip(messages, entities, strict=True):
        word_counts.update(set(word_features(words, names)))
        piece_counts.update(set().union(*map(pieces_of.__getitem__, words)))
    known_words = sorted(feature for feature, count in word_counts.items() if count >= _OFTEN or " " not in feature)
    known_pieces = sorted(piece_counts)
    counts = [*map(word_counts.__getitem__, known_words), *map(piece_counts.__getitem__, known_pieces)]
    total = len(messages) + 1
    idf = np.log(total / (1.0 + np.array(counts))) + 1.0
    return Featurizer(known_words, known_pieces, idf.astype(np.float32), float(np.log(total)))
