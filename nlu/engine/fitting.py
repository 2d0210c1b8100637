"""Fits the linear model and its calibration. The only module that imports scikit-learn, and only training imports it.

Two linear views of the same features are added, each in its own deviations: one-against-the-rest logistic regression and
support vectors. Both solve their dual by coordinates, forty times faster here than multinomial logistic regression by
L-BFGS at the tolerance that needs, and no less exact on messages not seen in training.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import LinearSVC

from nlu.engine.embedded import scope_of
from nlu.engine.features import Featurizer, learn_features
from nlu.engine.model import OUT_OF_SCOPE, Calibration

FOLDS = 5
_LEAST_CONFIDENT = 5.0
"""Percentile of rightly understood messages that the threshold gives up."""
_LEAST_USUAL = 3.0
"""Percentile of rightly understood messages that the scope gives up."""
_THRESHOLDS = (0.2, 0.6)

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One training message ready for the features: its words, the names of its entities, its intent and its key."""

    words: Sequence[str]
    entities: Sequence[str]
    intent: int
    key: str


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights (features x intents) and bias of a linear model."""

    weights: Array
    bias: Array


@dataclass(frozen=True, slots=True)
class Fitted:
    """What `fit` found: the model, how it is calibrated, and what each message scored when it was left out."""

    features: Featurizer
    linear: Linear
    calibration: Calibration
    left_out: Array
    """Probabilities, one row a lesson, from a model that had not seen it."""
    scope: Array
    """The scope of each lesson, likewise."""


def fit(lessons: Sequence[Lesson], intents: Sequence[str], progress: Callable[[str, float], None]) -> Fitted:
    """Fit on all lessons, and calibrate on what five folds say of the messages left out of them."""
    truth = np.array([lesson.intent for lesson in lessons])
    folds = fold_of(lessons)
    logistic = np.zeros((len(lessons), len(intents)))
    vectors = np.zeros_like(logistic)
    known = np.zeros(len(lessons))
    for fold in range(FOLDS):
        progress("checking", 0.1 + 0.7 * fold / FOLDS)
        taught, asked = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if not asked.size or np.unique(truth[taught]).size < 2:
            continue  # nothing to ask, or nothing left to choose between
        features = _learn(lessons, taught)
        seen, unseen = _matrix(features, lessons, taught), _matrix(features, lessons, asked)
        for model, scores in zip(_fit_both(seen.rows, truth[taught], len(intents)), (logistic, vectors), strict=True):
            scores[asked] = unseen.rows @ model.weights + model.bias
        known[asked] = unseen.known
    spreads = float(logistic.std()) or 1.0, float(vectors.std()) or 1.0
    scores = logistic / spreads[0] + vectors / spreads[1]
    progress("learning", 0.8)
    features = _learn(lessons, np.arange(len(lessons)))
    models = _fit_both(_matrix(features, lessons, np.arange(len(lessons))).rows, truth, len(intents))
    linear = Linear(
        sum((model.weights / spread for model, spread in zip(models, spreads, strict=True)), np.zeros(())),
        sum((model.bias / spread for model, spread in zip(models, spreads, strict=True)), np.zeros(())),
    )
    calibration, left_out, scope = _calibrate(scores, known, truth, intents)
    return Fitted(features, linear, calibration, left_out, scope)


def fold_of(lessons: Sequence[Lesson]) -> NDArray[np.int64]:
    """The fold each lesson is left out of: spread evenly over an intent's messages, the same message always in one fold."""
    by_intent: dict[int, dict[str, None]] = {}
    for lesson in lessons:
        by_intent.setdefault(lesson.intent, {})[lesson.key] = None
    place: dict[tuple[int, str], int] = {}
    for intent, keys in by_intent.items():
        mixed = sorted(keys, key=lambda key: hashlib.sha256(key.encode()).digest())
        place |= {(intent, key): (number + intent) % FOLDS for number, key in enumerate(mixed)}
    return np.array([place[lesson.intent, lesson.key] for lesson in lessons], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Matrix:
    rows: csr_matrix
    known: Array


def _learn(lessons: Sequence[Lesson], chosen: NDArray[np.int64]) -> Featurizer:
    return learn_features([lessons[i].words for i in chosen], [lessons[i].entities for i in chosen])


def _matrix(features: Featurizer, lessons: Sequence[Lesson], chosen: NDArray[np.int64]) -> _Matrix:
    vectors = [features.vector(lessons[i].words, lessons[i].entities) for i in chosen]
    ends = np.concatenate(([0], np.cumsum([vector.ids.size for vector in vectors])))
    ids = np.concatenate([vector.ids for vector in vectors])
    values = np.concatenate([vector.values for vector in vectors]).astype(np.float64)
    rows = csr_matrix((values, ids, ends), shape=(len(vectors), features.size))
    return _Matrix(rows, np.array([vector.known for vector in vectors]))


def _fit_both(rows: csr_matrix, truth: NDArray[np.int64], intents: int) -> tuple[Linear, Linear]:
    present = np.unique(truth)
    logistic = OneVsRestClassifier(
        LogisticRegression(C=10.0, solver="liblinear", dual=True, tol=1e-2, random_state=0, max_iter=1000)
    ).fit(rows, truth)
    weights = np.vstack([one.coef_[0] for one in logistic.estimators_])
    bias = np.array([one.intercept_[0] for one in logistic.estimators_])
    vectors = LinearSVC(C=1.0, tol=1e-2, random_state=0, max_iter=10_000).fit(rows, truth)
    pairs = (weights, bias), (vectors.coef_, vectors.intercept_)
    first, second = (_full(_both_ways(w), _both_ways(b), present, intents) for w, b in pairs)
    return first, second


def _both_ways(fitted: Array) -> Array:
    """With two intents only the second one's side is fitted; the first is its mirror."""
    return np.concatenate((-fitted, fitted)) if len(fitted) == 1 else fitted


def _full(weights: Array, bias: Array, present: NDArray[np.int64], intents: int) -> Linear:
    """Columns for every intent; one with no message in this fold scores very low."""
    everything = np.zeros((weights.shape[1], intents))
    everything[:, present] = weights.T
    constant = np.full(intents, float(bias.min()) - 1.0)
    constant[present] = bias
    return Linear(everything, constant)


def _calibrate(scores: Array, known: Array, truth: NDArray[np.int64], intents: Sequence[str]) -> tuple[Calibration, Array, Array]:
    sharpness = _best_sharpness(scores, truth)
    probabilities = softmax(scores * sharpness)
    inside = np.array([intents[intent] != OUT_OF_SCOPE for intent in truth])
    best = scores.max(axis=1)
    mean = float(best[inside].mean()), float(known[inside].mean())
    deviation = float(best[inside].std()) or 1.0, float(known[inside].std()) or 1.0
    unset = Calibration(sharpness, 0.5, mean, deviation, -np.inf)
    scope = np.array([scope_of(float(b), float(k), unset) for b, k in zip(best, known, strict=True)])
    right = inside & (probabilities.argmax(axis=1) == truth)
    if not right.any():
        return unset, probabilities, scope
    confident = float(np.percentile(probabilities.max(axis=1)[right], _LEAST_CONFIDENT))
    usual = float(np.percentile(scope[right], _LEAST_USUAL))
    threshold = round(float(np.clip(confident, *_THRESHOLDS)), 4)
    return Calibration(sharpness, threshold, mean, deviation, usual), probabilities, scope


def _best_sharpness(scores: Array, truth: NDArray[np.int64]) -> float:
    """The factor under which the left-out messages are likeliest (temperature scaling), by golden section."""

    def surprise(log_factor: float) -> float:
        scaled = scores * np.exp(log_factor)
        top = scaled.max(axis=1)
        return float(np.mean(np.log(np.exp(scaled - top[:, None]).sum(axis=1)) + top - scaled[np.arange(len(truth)), truth]))

    low, high, ratio = -3.0, 4.0, (np.sqrt(5.0) - 1.0) / 2.0
    while high - low > 1e-3:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if surprise(left) < surprise(right) else (left, high)
    return float(np.exp((low + high) / 2))


def softmax(scores: Array) -> Array:
    """Rows of scores as rows of probabilities."""
    powers: Array = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Array = powers / powers.sum(axis=1, keepdims=True)
    return result
