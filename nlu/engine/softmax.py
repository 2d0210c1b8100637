"""Multinomial logistic regression for more numbers than messages: exact, and in a few dozen steps.

The rows are first turned to their principal axes, once for all folds. There the loss is nearly round once each axis is scaled
by its curvature, so that L-BFGS needs a third of the steps it needs on raw features; rotation changes nothing in what is
fitted. Only training imports this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from nlu.steepest import lowest

Array = NDArray[np.float64]

_SMALLEST_AXIS = 1e-7
"""Share of the longest axis under which one is noise of the arithmetic."""
_STEPS, _LEAST = 200, 5e-5
"""Never so many: the loss stops falling (by a 20,000th a step) after about thirty."""
_TRUST, _FEW = 4.0, 150
"""How much the usual factors of views count where there are few messages, and from how many on they count ever less."""


@dataclass(frozen=True, slots=True)
class Axes:
    """Rows seen along their principal axes."""

    rows: NDArray[np.float32]
    """Messages x axes."""
    spread: Array
    """Squared length of each axis."""
    back: Array
    """Features x axes: takes weights on axes to weights on features."""

    def longest(self, most: int) -> Axes:
        """The axes along which rows differ most, at most so many."""
        return Axes(np.ascontiguousarray(self.rows[:, -most:]), self.spread[-most:], self.back[:, -most:])


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights (features x intents) and bias of a linear model."""

    weights: Array
    bias: Array


def principal_axes(rows: Array | csr_matrix) -> Axes:
    """Turn rows (messages x features, dense or sparse) to their principal axes; time grows with the cube of the lesser side."""
    if isinstance(rows, csr_matrix) or rows.shape[0] < rows.shape[1]:
        gram: Any = rows @ rows.T
        gram = gram.toarray() if isinstance(rows, csr_matrix) else gram
        spread, turned = np.linalg.eigh(gram)
        kept = spread > _SMALLEST_AXIS * spread[-1]
        spread, turned = spread[kept], turned[:, kept]
        lengths = np.sqrt(spread)
        return Axes((turned * lengths).astype(np.float32), spread, np.asarray(rows.T @ (turned / lengths)))
    spread, turned = np.linalg.eigh(rows.T @ rows)
    kept = spread > _SMALLEST_AXIS * spread[-1]
    return Axes((rows @ turned[:, kept]).astype(np.float32), spread[kept], turned[:, kept])


def fit_softmax(
    axes: Axes,
    chosen: NDArray[np.intp],
    truth: NDArray[np.int64],
    intents: int,
    strength: float,
    near: Linear | None = None,
) -> Linear:
    """Fit on the chosen rows; weights are on axes. `strength` is the inverse of the penalty, as C of scikit-learn.

    `truth` has the intent of each chosen row. An intent without any gets a low score. `near` is what was found on other rows
    of these axes: the search begins there, and takes half as long.
    """
    rows = axes.rows[chosen]
    scale = 1.0 / np.sqrt(axes.spread / intents + 1.0 / strength)
    last = 1.0 / np.sqrt(len(rows) / intents + 1.0)
    scaled = np.column_stack((rows * scale, np.full(len(rows), last))).astype(np.float32)
    penalty = np.append(scale**2 / strength, 1e-6)[:, None]
    places = np.arange(len(rows))

    def loss(flat: Array) -> tuple[float, Array]:
        weights = flat.reshape(-1, intents)
        scores = scaled @ weights.astype(np.float32)
        scores -= scores.max(axis=1, keepdims=True)
        own = scores[places, truth].sum(dtype=np.float64)
        np.exp(scores, out=scores)
        totals = scores.sum(axis=1)
        scores /= totals[:, None]
        scores[places, truth] -= 1.0
        slope = (scaled.T @ scores).astype(np.float64) + penalty * weights
        surprise = float(np.log(totals).sum(dtype=np.float64) - own)
        return surprise + 0.5 * float((penalty * weights * weights).sum()), slope.ravel()

    start = np.zeros((axes.rows.shape[1] + 1, intents))
    if near is not None:
        start[:-1], start[-1] = near.weights / scale[:, None], near.bias / last
    found = lowest(loss, start.ravel(), steps=_STEPS, least=_LEAST).reshape(-1, intents)
    return Linear(found[:-1] * scale[:, None], found[-1] * last)


def log_softmax(scores: Array) -> Array:
    """Rows of scores as rows of log probabilities."""
    lowered = scores - scores.max(axis=1, keepdims=True)
    logs: Array = lowered - np.log(np.exp(lowered).sum(axis=1, keepdims=True))
    return logs


def fit_shares(views: Sequence[Array], truth: NDArray[np.int64], usual: Sequence[float] | None = None) -> tuple[Array, Array]:
    """The factor of each view (messages x intents) under which their sum makes the true intents likeliest, and that sum.

    `usual` is what the factors tend to be, each in deviations of its view: few messages are fitted too well by factors far
    from it, and make whoever goes by them too sure.
    """
    spreads = [float(view.std()) or 1.0 for view in views]
    scaled = [view / spread for view, spread in zip(views, spreads, strict=True)]
    places = np.arange(len(truth))
    wanted = np.zeros(len(views)) if usual is None else np.array(usual)
    pull = 0.0 if usual is None else _TRUST / len(truth) * min(1.0, _FEW / len(truth))

    def surprise(shares: Array) -> tuple[float, Array]:
        logs = log_softmax(sum((share * view for share, view in zip(shares, scaled, strict=True)), np.zeros(1)))
        powers = np.exp(logs)
        slope = [float((powers * view).sum(axis=1).mean() - view[places, truth].mean()) for view in scaled]
        off = shares - wanted
        cost = 1e-4 * float(shares @ shares) + pull * float(off @ off)
        return float(-logs[places, truth].mean()) + cost, np.array(slope) + 2e-4 * shares + 2.0 * pull * off

    bounds = [(0.0, 50.0)] * len(views)
    shares = minimize(surprise, np.ones(len(views)), jac=True, method="L-BFGS-B", bounds=bounds).x
    whole: Array = sum((share * view for share, view in zip(shares, scaled, strict=True)), np.zeros(1))
    return shares / np.array(spreads), whole
