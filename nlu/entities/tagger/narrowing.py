"""Keeps of an encoder's token vectors the directions in which a bot's own words differ most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import eigh

from nlu.entities.tagger.chain import Weights
from nlu.entities.tagger.words import Floats

_KEPT = 256
"""Directions kept; chosen by cross-validation on training files only."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A fixed linear map of word vectors to fewer numbers, of about one deviation each on average."""

    mean: Floats
    matrix: Floats
    """Shape (token_dimension, numbers kept)."""

    def each(self, messages: Sequence[Floats]) -> list[Floats]:
        """The narrowed vectors of some messages' words, all worked out at once."""
        ends = np.cumsum([len(vectors) for vectors in messages])
        together = np.concatenate([np.zeros((0, len(self.mean)), np.float32), *messages])
        return np.split(np.matmul(together - self.mean, self.matrix, dtype=np.float32), ends)[:-1]

    def unfolded(self, weights: Weights) -> Weights:
        """Weights learnt on narrowed vectors as weights for whole ones."""
        whole: Floats = self.matrix @ weights.vectors
        bias: Floats = weights.bias - self.mean @ whole
        return replace(weights, vectors=whole, bias=bias)


def learn_narrowing(messages: Sequence[Floats]) -> Narrowing:
    """The narrowing that loses least of these messages' words."""
    words = np.concatenate(messages)
    mean = words.mean(axis=0)
    centred = words - mean
    size = words.shape[1]
    spread, directions = eigh(centred.T @ centred / len(words), subset_by_index=[max(0, size - _KEPT), size - 1])
    deviation = float(np.sqrt(np.maximum(spread, 0.0)).mean()) or 1.0
    return Narrowing(mean, np.ascontiguousarray(directions[:, ::-1] / deviation, np.float32))
