"""The likeliest labels of a message's words, all at once: a linear-chain conditional random field, as served.

What a word's features and vector say of each label is added up; what may follow what, and likes to, decides together with it.
Only the labels its likely intents were taught with are weighed, so a message of a bot with many entities costs little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.entities.tagger.labels import OUTSIDE, may_follow
from nlu.entities.tagger.words import Floats

NEVER = np.float32(-1e4)


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers of a tagger; a column (and a row of `follows`) is a label."""

    features: Floats
    """What each feature says of each label; shape (features, labels)."""
    vectors: Floats
    """What each number of a word's vector says; shape (token_dimension, labels), or (0, labels) without an encoder."""
    bias: Floats
    """What is added beside `vectors`, so that a vector like all others says nothing; shape (labels,)."""
    follows: Floats
    """How well a label (column) follows another (row); shape (labels, labels)."""
    starts: Floats
    """How well a message starts with each label; shape (labels,)."""


NOTHING = Weights(*(np.zeros((0, 0), np.float32),) * 2, *(np.zeros(0, np.float32),) * 3)
"""Of a tagger not yet taught."""


@dataclass(frozen=True, slots=True)
class _Allowed:
    """The part of the weights that concerns some labels."""

    labels: NDArray[np.intp]
    follows: Floats
    starts: Floats
    powers: Floats
    """`exp(follows)`."""
    most: Floats
    """For each label but the first what a word can gain at most from its neighbours by having it rather than being outside."""


class Chain:
    """Labels messages; made once, used by every message."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        allowed = may_follow(len(weights.starts))
        self._follows = np.where(allowed, weights.follows, NEVER)
        self._starts = np.where(allowed[OUTSIDE], weights.starts, NEVER)
        self._parts: dict[tuple[int, ...], _Allowed] = {}

    def label(
        self, rows: Sequence[Sequence[int]], vectors: Floats | None, labels: Sequence[int]
    ) -> tuple[list[int], list[float]]:
        """The likeliest of the allowed `labels` for each word, and how likely it is, 0 to 1.

        `rows` are the numbers of each word's features; `vectors` the words' vectors, when the tagger was taught with any.
        """
        part = self._part(tuple(labels))
        says = self._says(rows, vectors)[:, part.labels]
        # In every other message no word says enough for any label, whatever its neighbours add.
        some = bool((says[:, 1:] - says[:, :1] + part.most > 0.0).any())
        best = _likeliest(says, part) if some else []
        if not any(best):
            return [OUTSIDE] * len(rows), [1.0] * len(rows)
        shares = _shares(says, part)
        told = [float(shares[place, label]) for place, label in enumerate(best)]
        return [int(part.labels[label]) for label in best], told

    def _says(self, rows: Sequence[Sequence[int]], vectors: Floats | None) -> Floats:
        weights = self._weights
        lengths = np.array([len(row) for row in rows], np.intp)
        told = weights.features.take([number for row in rows for number in row], axis=0)
        says = np.zeros((len(rows), len(weights.bias)), np.float32)
        if len(told):
            says[lengths > 0] = np.add.reduceat(told, (np.cumsum(lengths) - lengths)[lengths > 0], axis=0)
        if vectors is not None:
            says += vectors @ weights.vectors
            says += weights.bias
        return says

    def _part(self, labels: tuple[int, ...]) -> _Allowed:
        part = self._parts.get(labels)
        if part is None:
            chosen = np.array(labels, np.intp)
            follows = np.ascontiguousarray(self._follows[np.ix_(chosen, chosen)])
            starts = self._starts[chosen]
            within = np.maximum(follows[:, 1:].max(axis=0) - follows[0, 0], starts[1:] - starts[0])
            beyond = np.max(follows[1:, 0] - follows[0, 0], initial=0.0)
            part = _Allowed(chosen, follows, starts, np.exp(follows), within + beyond)
            if len(self._parts) > 500:
                self._parts.clear()
            self._parts[labels] = part
        return part


def _likeliest(says: Floats, part: _Allowed) -> list[int]:
    """The best way through the labels (Viterbi); places in `part.labels`."""
    every = np.arange(len(part.labels))
    came_from = []
    score = says[0] + part.starts
    for each in says[1:]:
        steps = score[:, None] + part.follows
        best = steps.argmax(axis=0)
        came_from.append(best)
        score = steps[best, every] + each
    way = [int(score.argmax())]
    for best in reversed(came_from):
        way.append(int(best[way[-1]]))
    return way[::-1]


def _shares(says: Floats, part: _Allowed) -> Floats:
    """How likely each label of each word is, over all ways through them (forward and backward)."""
    powers = np.exp(says - says.max(axis=1, keepdims=True)) + np.float32(1e-30)
    count = len(says)
    ahead, behind = np.empty_like(powers), np.ones_like(powers)
    ahead[0] = powers[0] * np.exp(part.starts)
    for place in range(count):
        if place:
            ahead[place] = (ahead[place - 1] @ part.powers) * powers[place]
        ahead[place] /= ahead[place].sum()
    for place in range(count - 1, 0, -1):
        step = part.powers @ (behind[place] * powers[place])
        behind[place - 1] = step / step.sum()
    shares: Floats = ahead * behind
    shares /= shares.sum(axis=1, keepdims=True)
    return shares
