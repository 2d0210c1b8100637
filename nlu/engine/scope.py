"""Whether a message is anything the bot was taught, told from several signs at once.

Signs are what the intents' scores and the nearest training messages say. How much each counts is learnt without any message
from outside: every training message is also asked as if its own intent had never been taught, and the rule must tell the
two apart. Serving and training call the same functions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SIGNS = ("energy", "best", "margin", "nearest", "nearest_of_best", "known")


@dataclass(frozen=True, slots=True)
class ScopeRule:
    """A weighted sum of signs, higher when a message is more in scope; each sign counts in its own deviations."""

    weights: tuple[float, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    least: float
    """Scope under which a message is like nothing the bot was taught."""

    def scope(self, signs: Array) -> Array:
        """The scope of messages given their signs, a row each."""
        told: Array = ((signs - np.array(self.means)) / np.array(self.deviations)) @ np.array(self.weights)
        return told


def signs_of(scores: Array, similar: Array | None, known: Array) -> Array:
    """The signs of some messages, a row each, in the order of `SIGNS`.

    `scores` (messages x intents taught to be in scope, minus infinity for one to leave aside) are calibrated, `similar` is the
    likeness of the nearest training message of each intent (None without sentence vectors), `known` the share of the message
    that was ever seen.
    """
    rows = np.arange(len(scores))
    order = np.argpartition(-scores, 1, axis=1)[:, :2] if scores.shape[1] > 1 else np.zeros((len(scores), 2), np.intp)
    first, second = scores[rows, order[:, 0]], scores[rows, order[:, 1]]
    order = np.where((first >= second)[:, None], order, order[:, ::-1])
    first, second = np.maximum(first, second), np.minimum(first, second)
    energy = first + np.log(np.exp(scores - first[:, None]).sum(axis=1))
    signs = np.zeros((len(scores), len(SIGNS)))
    signs[:, 0] = energy
    signs[:, 1] = first
    signs[:, 2] = np.minimum(first - np.where(np.isfinite(second), second, first - _FAR), _FAR)
    if similar is not None:
        signs[:, 3] = similar.max(axis=1)
        signs[:, 4] = similar[rows, order[:, 0]]
    signs[:, 5] = known
    return signs


_FAR = 10.0
"""A margin beyond which nothing more is told."""
