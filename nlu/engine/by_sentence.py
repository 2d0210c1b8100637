"""Fits the two views of a message by its sentence vector: one weighs its numbers, one hears the training messages like it.

Only training imports this module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from nlu.engine.model import Floats, SentenceView
from nlu.engine.sentences import MOST_EXAMPLES, centred, compared_numbers, hearing, narrowed, nearest_by_intent
from nlu.engine.softmax import Array, Axes, Linear, fit_softmax, principal_axes

_STRENGTH = 30.0
_WEIGHED = 384
"""Numbers of a vector that are weighed, those in which messages differ most: more of them tell no better."""
_PANEL = 512
"""Columns of a factor that are worked out together."""
_DOUBT = 0.05
"""How little a training message is trusted: what is added to its likeness to itself."""

Places = NDArray[np.intp]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sentenced:
    """What there is to know by sentence vectors. Scores and likeness have a row for each message with a fold, in their order."""

    view: SentenceView
    scores: list[Array]
    """What the two halves of the view say of messages left out."""
    similar: Array
    """How like these are to each intent's examples."""


def fit_sentences(vectors: Floats, keys: Sequence[str], truth: Numbers, folds: Numbers, intents: int, encoder: str) -> Sentenced:
    """Fit on vectors of the encoder whose fingerprint is `encoder`, and ask what folds say of the messages left out of them."""
    asked = np.flatnonzero(folds >= 0)
    centre = vectors.mean(axis=0)
    rows = centred(vectors, centre)
    axes = principal_axes(rows.astype(np.float64)).longest(_WEIGHED)
    # The long multiplications first: whoever prepares the words meanwhile has the interpreter nearly to itself.
    widest = axes.back[:, ::-1][:, : compared_numbers(len(rows))].astype(np.float32)
    compared = narrowed(rows, widest)
    kept = _examples(keys, truth, intents)
    with ThreadPoolExecutor(1) as thread:
        weighing = thread.submit(_weighed, axes, truth, folds, intents)
        says, heard = fit_examples(compared[kept], truth[kept], folds[kept], compared[asked], folds[asked], intents)
        starts = np.searchsorted(truth[kept], np.arange(intents))
        likeness = compared[asked] @ compared[kept].T
        likeness[folds[asked][:, None] == folds[kept][None, :]] = -1.0
        linear, weighed = weighing.result()
    view = SentenceView(
        encoder=encoder,
        centre=centre,
        weights=(axes.back @ linear.weights).astype(np.float32),
        bias=linear.bias.astype(np.float32),
        axes=widest,
        examples=compared[kept],
        says=says,
        starts=starts.astype(np.float32),
    )
    return Sentenced(view, [weighed[asked], heard], nearest_by_intent(likeness, starts))


def _weighed(axes: Axes, truth: Numbers, folds: Numbers, intents: int) -> tuple[Linear, Array]:
    """The weights of the numbers of a vector, and what those of the other folds say of the messages of each."""
    weighed = np.full((len(axes.rows), intents), np.nan)
    model = None
    for number in sorted(set(folds[folds >= 0].tolist())):
        taught, own = np.flatnonzero(folds != number), np.flatnonzero(folds == number)
        model = fit_softmax(axes, taught, truth[taught], intents, _STRENGTH)
        weighed[own] = axes.rows[own] @ model.weights + model.bias
    return fit_softmax(axes, np.arange(len(axes.rows)), truth, intents, _STRENGTH, near=model), weighed


def fit_examples(
    examples: Floats, truth: Numbers, folds: Numbers, asked: Floats, asked_folds: Numbers, intents: int
) -> tuple[Floats, Array]:
    """What each example says of the messages like it (examples x intents), and what messages of a fold hear from the others.

    Ridge regression on the likeness of messages to examples, by one triangular factor a fold: the examples of the fold come
    last, so that the beginning of the factor of all is the factor of the others.
    """
    wanted = np.full((len(examples), intents), -1.0 / intents, np.float32)
    wanted[np.arange(len(examples)), truth] += 1.0
    heard = np.zeros((len(asked), intents))
    says = np.empty_like(wanted)
    for number in sorted(set(asked_folds.tolist())) or [-1]:
        order = np.argsort(folds == number, kind="stable")
        turned = examples[order]
        factor = _factor_of_likeness(turned)
        half = _solved(factor, wanted[order])
        of_others = half.copy()
        of_others[np.count_nonzero(folds != number) :] = 0.0
        both = _solved_back(factor, np.hstack((half, of_others)))
        says[order] = both[:, :intents]
        own = asked_folds == number
        heard[own] = hearing(asked[own] @ turned.T) @ both[:, intents:]
    return says, heard


def _factor_of_likeness(examples: Floats) -> list[Floats]:
    """The lower triangular factor of what examples hear of each other, in panels of columns, each from the diagonal down.

    As `scipy.linalg.cholesky`, which would take twice the memory, and let no other thread of Python work for seconds.
    """
    panels: list[Floats] = []
    for start in range(0, len(examples), _PANEL):
        columns = examples[start : start + _PANEL]
        panel = examples[start:] @ columns.T.copy()  # a copy: numpy would work out one half of its mirror, and take longer
        hearing(panel, out=panel)
        panel[np.diag_indices(len(columns))] += np.float32(_DOUBT)
        for number, before in enumerate(panels):
            beside = before[start - number * _PANEL :]
            panel -= beside @ beside[: len(columns)].T
        corner, below = panel[: len(columns)], panel[len(columns) :]
        corner[:] = cholesky(corner, lower=True, check_finite=False)
        below[:] = solve_triangular(corner, below.T, lower=True, check_finite=False).T
        panels.append(panel)
    return panels


def _solved(factor: Sequence[Floats], wanted: Floats) -> Floats:
    """What the factor makes `wanted` of."""
    found = wanted.copy()
    for number, panel in enumerate(factor):
        start, width = number * _PANEL, panel.shape[1]
        found[start : start + width] = solve_triangular(
            panel[:width], found[start : start + width], lower=True, check_finite=False
        )
        found[start + width :] -= panel[width:] @ found[start : start + width]
    return found


def _solved_back(factor: Sequence[Floats], wanted: Floats) -> Floats:
    """What the mirror of the factor makes `wanted` of."""
    found = wanted.copy()
    for number, panel in reversed(list(enumerate(factor))):
        start, width = number * _PANEL, panel.shape[1]
        mine = found[start : start + width] - panel[width:].T @ found[start + width :]
        found[start : start + width] = solve_triangular(panel[:width], mine, lower=True, trans="T", check_finite=False)
    return found


def _examples(keys: Sequence[str], truth: Numbers, intents: int) -> Places:
    """The messages kept to compare with, the intents in order: all, or evenly as many as may be kept."""
    mixed = np.array(sorted(range(len(keys)), key=lambda place: hashlib.sha256(keys[place].encode()).digest()), np.intp)
    each = np.bincount(truth, minlength=intents)
    most = int(each.max())
    if len(truth) > MOST_EXAMPLES:  # the highest number an intent may have that keeps all within bounds
        most = next(many for many in range(most, 0, -1) if np.minimum(each, many).sum() <= MOST_EXAMPLES)
    return np.concatenate([np.sort(mixed[truth[mixed] == intent][:most]) for intent in range(intents)])
