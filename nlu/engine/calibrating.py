"""Turns scores of left-out messages into calibrated probabilities and a rule for what is out of scope. Training only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from nlu.engine.model import OUT_OF_SCOPE, Calibration
from nlu.engine.scope import SIGNS, ScopeRule, signs_of
from nlu.engine.softmax import fit_shares, log_softmax

Array = NDArray[np.float64]

_LEAST_CONFIDENT = 2.0
"""Percentile of rightly understood messages that the threshold gives up."""
_LEAST_USUAL = 5.0
"""Percentile of rightly understood messages that the scope gives up."""
_THRESHOLDS = (0.15, 0.6)
_USUAL = (0.3, 0.1, 0.05, 1.6, 0.1)
"""What the views by words and by sentence vectors are worth, in their order, on the training files of public sets with ten
examples an intent; how much that is trusted was chosen on small sets drawn from such files."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What messages that had been left out were taken for."""

    probabilities: Array
    """Messages x intents."""
    scope: Array


@dataclass(frozen=True, slots=True)
class Asked:
    """Messages that had been left out, and what is known of them."""

    truth: NDArray[np.int64]
    """Their intents."""
    known: Array
    """Which share of each had been seen."""
    known_without: Callable[[NDArray[np.bool_]], Array]
    """Which share would have been, had intents been missing: for each intent (a row) those its messages are asked without."""


def calibrate(
    asked: Asked, views: Sequence[Array], similar: Array | None, intents: Sequence[str]
) -> tuple[Calibration, Measured]:
    """Calibrate the sum of some views of left-out messages (each messages x intents), in the order of `Calibration.shares`.

    `similar` (messages x intents) says how near each message is to the examples of every intent.
    """
    truth, known = asked.truth, asked.known
    if not len(truth):
        return _nothing_asked(len(views)), Measured(np.zeros((0, len(intents))), np.zeros(0))
    found, scores = fit_shares(views, truth, _USUAL if len(views) == len(_USUAL) else None)
    probabilities = np.exp(log_softmax(scores))
    shares = tuple(map(float, found))
    within = np.array([intent != OUT_OF_SCOPE for intent in intents])
    column = np.cumsum(within) - 1
    inside = within[truth]
    scores, similar = scores[:, within], None if similar is None else similar[:, within]
    signs = signs_of(scores, similar, known)
    strange = np.zeros((0, len(SIGNS)))
    if within.sum() > 1 and inside.any():
        missing = _most_like(scores[inside], column[truth[inside]])
        absent = np.ones((len(intents), len(intents)), np.bool_)
        absent[np.ix_(within, within)] = missing
        strange = _as_if_never_taught(
            scores[inside],
            None if similar is None else similar[inside],
            missing[column[truth[inside]]],
            asked.known_without(absent)[inside],
        )
    rule = _rule(signs[inside], np.concatenate((strange, signs[~inside])))
    scope = rule.scope(signs)
    right = inside & (probabilities.argmax(axis=1) == truth)
    if not right.any():
        return Calibration(shares, 0.5, rule), Measured(probabilities, scope)
    confident = float(np.percentile(probabilities.max(axis=1)[right], _LEAST_CONFIDENT))
    threshold = round(float(np.clip(confident, *_THRESHOLDS)), 4)
    least = float(np.percentile(scope[right], _LEAST_USUAL))
    rule = ScopeRule(rule.weights, rule.means, rule.deviations, least)
    return Calibration(shares, threshold, rule), Measured(probabilities, scope)


def _most_like(scores: Array, own: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each intent (a row) itself and those its messages score most for, half of them all."""
    intents = scores.shape[1]
    means = np.stack([scores[own == intent].mean(axis=0) if (own == intent).any() else scores[0] for intent in range(intents)])
    np.fill_diagonal(means, np.inf)
    missing = np.zeros((intents, intents), np.bool_)
    np.put_along_axis(missing, np.argsort(-means, axis=1, kind="stable")[:, : intents // 2], True, axis=1)
    return missing


def _as_if_never_taught(scores: Array, similar: Array | None, missing: NDArray[np.bool_], known: Array) -> Array:
    """The signs messages would give had some intents never been taught: those `missing`, a row each message."""
    others = np.where(missing, -np.inf, scores)
    return signs_of(others, None if similar is None else np.where(missing, -1.0, similar), known)


def _rule(usual: Array, strange: Array) -> ScopeRule:
    means, deviations = usual.mean(axis=0), usual.std(axis=0)
    deviations = np.where(deviations > 1e-9, deviations, 1.0)
    weights = np.ones(len(SIGNS))
    if len(strange) and len(usual) > 1:
        signs = (np.concatenate((usual, strange)) - means) / deviations
        truth = np.repeat([1, 0], [len(usual), len(strange)])
        model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000).fit(signs, truth)
        weights = model.coef_[0]
    told = [tuple(float(number) for number in part) for part in (weights, means, deviations)]
    return ScopeRule(told[0], told[1], told[2], -np.inf)


def _nothing_asked(views: int) -> Calibration:
    """What to go by when no message could be left out."""
    nothing = tuple(0.0 for _ in SIGNS)
    return Calibration((1.0,) * views, 0.5, ScopeRule(nothing, nothing, tuple(1.0 for _ in SIGNS), -np.inf))
