"""Fits the view of a message by its words: all of it, its strongest sentence, its last one. Only training imports this module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from nlu.engine.softmax import Array, Linear, fit_softmax, principal_axes

MANY = 3000
"""Lessons from which words are weighed by support vectors: ten times faster there than principal axes."""
_STRENGTH = 20.0

Places = NDArray[np.intp]
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Worded:
    """Messages by their words."""

    rows: csr_matrix
    """Messages x features."""
    parts: csr_matrix
    """Sentences x features, of messages that have several."""
    of: Places
    """The message each sentence is of, in order."""


def fit_words(
    worded: Worded, truth: NDArray[np.int64], folds: NDArray[np.int64], intents: int, progress: Progress
) -> tuple[Linear, list[Array]]:
    """The view by words, and what it says of each message left out: of all of it, of its strongest and of its last sentence.

    Not a number of messages that never were left out.
    """
    if len(truth) > MANY:
        # One after the other: all fits of a process draw from one source of chance, and two at once would share its numbers.
        return _left_out(lambda chosen: _support_vectors(worded.rows, chosen, truth, intents), worded, folds, intents, progress)
    axes = principal_axes(worded.rows)
    turned = Worded(axes.rows, worded.parts @ axes.back, worded.of)
    linear, scores = _left_out(
        lambda chosen: fit_softmax(axes, chosen, truth[chosen], intents, _STRENGTH), turned, folds, intents, progress
    )
    return Linear(axes.back @ linear.weights, linear.bias), scores


def _left_out(
    learn: Callable[[Places], Linear],
    worded: Worded,
    folds: NDArray[np.int64],
    intents: int,
    progress: Progress,
) -> tuple[Linear, list[Array]]:
    """What is learnt from all lessons, and what is said of those of each fold by what is learnt from the others."""
    scores = [np.full((len(folds), intents), np.nan) for _ in range(3)]
    numbers = sorted(set(folds[folds >= 0].tolist()))
    for done, number in enumerate(numbers):
        progress("checking", done / (len(numbers) + 1))
        asked = np.flatnonzero(folds == number)
        for view, told in zip(scores, _told(learn(np.flatnonzero(folds != number)), worded), strict=True):
            view[asked] = told[asked]
    progress("learning", len(numbers) / (len(numbers) + 1))
    return learn(np.arange(len(folds))), scores


def _told(model: Linear, worded: Worded) -> tuple[Array, Array, Array]:
    """What a model says of whole messages, of their strongest sentences and of their last ones."""
    whole = worded.rows @ model.weights + model.bias
    strongest, last = whole.copy(), whole.copy()
    if worded.of.size:
        said = worded.parts @ model.weights + model.bias
        first = np.flatnonzero(np.diff(worded.of, prepend=-1))
        strongest[worded.of[first]] = np.maximum.reduceat(said, first)
        last[worded.of[first]] = said[np.append(first[1:], len(said)) - 1]
    return whole, strongest, last


def _support_vectors(rows: csr_matrix, chosen: Places, truth: NDArray[np.int64], intents: int) -> Linear:
    """One-against-the-rest support vectors, solved in the dual, for more lessons than principal axes can be had of."""
    present = np.unique(truth[chosen])
    fitted = LinearSVC(C=1.0, tol=0.5, random_state=0, max_iter=10_000).fit(rows[chosen], truth[chosen])
    found, constant = fitted.coef_, fitted.intercept_
    if len(found) == 1:  # with two intents only the second one's side is fitted; the first is its mirror
        found, constant = np.concatenate((-found, found)), np.concatenate((-constant, constant))
    weights = np.zeros((rows.shape[1], intents))
    weights[:, present] = found.T
    bias = np.full(intents, float(constant.min()) - 1.0)
    bias[present] = constant
    return Linear(weights, bias)
