"""Fits the weights of a tagger to labelled messages. Only training imports it.

The likelihood of the annotated labels, among those the message's intent was taught with, is made as large as squared
weights of a fixed cost allow, by L-BFGS. Messages of one intent go through together, word by word: sixty passes over a
few hundred messages take a second or two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from nlu.entities.tagger.chain import NEVER, Weights
from nlu.entities.tagger.labels import OUTSIDE, may_follow
from nlu.entities.tagger.words import Floats

# The cost of squared weights; chosen by cross-validation on training files only.
_COST_FEATURES = 0.3
_COST_VECTORS = 2.5
_COST_CHAIN = 0.1

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One training message: feature numbers and vectors of its words, their labels, and the labels it might have had."""

    rows: Sequence[Sequence[int]]
    vectors: Floats | None
    labels: NDArray[np.int64]
    allowed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Messages with the same allowed labels: first words first, longest message first, so that each step is one matrix."""

    allowed: NDArray[np.intp]
    places: NDArray[np.intp]
    """Where the weights of its features (rows) for its labels (columns) lie among all."""
    features: csr_matrix
    turned: csr_matrix
    vectors: Floats
    truth: Floats
    """One for the label each word has, zero for the others."""
    steps: Array
    """How often one label follows another."""
    ends: NDArray[np.int64]
    """Where the words of each step end."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where the parts of all weights lie in one long vector.

    A feature has weights for the labels of the intents it was seen with only: a fraction of all there could be.
    """

    pairs: int
    vectors: int
    labels: int

    def split(self, numbers: Array) -> tuple[Array, Array, Array, Array]:
        """Features, vectors, follows and starts, as views."""
        two = self.pairs + self.vectors * self.labels
        three = two + self.labels**2
        return (
            numbers[: self.pairs],
            numbers[self.pairs : two].reshape(-1, self.labels),
            numbers[two:three].reshape(-1, self.labels),
            numbers[three:],
        )

    @property
    def size(self) -> int:
        return self.pairs + (self.vectors + self.labels + 1) * self.labels


def fit(lessons: Sequence[Lesson], features: int, labels: int, *, passes: int) -> Weights:
    """The weights under which the lessons' labels are likeliest. The same lessons give the same weights."""
    lessons = [lesson for lesson in lessons if len(lesson.allowed) > 1 and lesson.rows]
    classes = [[each for each in lessons if each.allowed == allowed] for allowed in sorted({each.allowed for each in lessons})]
    pairs = np.unique(np.concatenate([_pairs(each, labels).ravel() for each in classes]))
    groups = [_group(each, labels, pairs) for each in classes]
    shape = _Shape(len(pairs), groups[0].vectors.shape[1], labels)
    allowed = may_follow(labels)
    chain = np.where(allowed, 0.0, float(NEVER)), np.where(allowed[OUTSIDE], 0.0, float(NEVER))

    def surprise(numbers: Array) -> tuple[float, Array]:
        return _surprise(numbers, groups, shape, chain)

    options = {"maxiter": passes, "maxcor": 5, "ftol": 1e-5}
    found = minimize(surprise, np.zeros(shape.size), jac=True, method="L-BFGS-B", options=options)
    of_features, of_vectors, follows, starts = shape.split(found.x)
    weights = np.zeros(features * labels, np.float32)
    weights[pairs] = of_features
    return Weights(
        features=weights.reshape(features, labels),
        vectors=of_vectors.astype(np.float32),
        bias=np.zeros(labels, np.float32),
        follows=follows.astype(np.float32),
        starts=starts.astype(np.float32),
    )


def _pairs(lessons: Sequence[Lesson], labels: int) -> NDArray[np.intp]:
    """The numbers of the pairs of a feature seen in these lessons (rows) and a label they allow (columns)."""
    used = np.array(sorted({feature for lesson in lessons for row in lesson.rows for feature in row}), np.intp)
    return used[:, None] * labels + np.array(lessons[0].allowed, np.intp)


def _group(lessons: Sequence[Lesson], labels: int, pairs: NDArray[np.intp]) -> _Group:
    lessons = sorted(lessons, key=lambda lesson: -len(lesson.rows))
    allowed = np.array(lessons[0].allowed, np.intp)
    place = np.full(labels, -1)
    place[allowed] = np.arange(len(allowed))
    rows: list[Sequence[int]] = []
    vectors: list[Floats] = []
    truth: list[int] = []
    ends: list[int] = []
    steps = np.zeros((len(allowed), len(allowed)))
    for step in range(len(lessons[0].rows)):
        for lesson in lessons:
            if step >= len(lesson.rows):
                break
            rows.append(lesson.rows[step])
            if lesson.vectors is not None:
                vectors.append(lesson.vectors[step])
            truth.append(int(place[lesson.labels[step]]))
            if step:
                steps[place[lesson.labels[step - 1]], truth[-1]] += 1
        ends.append(len(rows))
    mine = _pairs(lessons, labels)
    used = mine[:, 0] // labels
    columns = np.searchsorted(used, np.concatenate([np.asarray(row, np.intp) for row in rows]))
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows])))
    matrix = csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape=(len(rows), len(used)))
    together = np.array(vectors, np.float32) if vectors else np.zeros((len(rows), 0), np.float32)
    return _Group(
        allowed=allowed,
        places=np.searchsorted(pairs, mine),
        features=matrix,
        turned=matrix.T.tocsr(),
        vectors=together,
        truth=np.eye(len(allowed), dtype=np.float32)[truth],
        steps=steps,
        ends=np.array(ends),
    )


def _surprise(numbers: Array, groups: Sequence[_Group], shape: _Shape, chain: tuple[Array, Array]) -> tuple[float, Array]:
    """Minus the logarithm of how likely the true labels are, plus the cost of the weights; and its slope."""
    of_features, of_vectors, follows, starts = shape.split(numbers)
    slope = np.empty_like(numbers)
    slopes = shape.split(slope)
    for part, weights, cost in zip(
        slopes,
        (of_features, of_vectors, follows, starts),
        (_COST_FEATURES, _COST_VECTORS, _COST_CHAIN, _COST_CHAIN),
        strict=True,
    ):
        np.multiply(weights, cost, out=part)
    total = 0.5 * float(numbers @ slope)
    short_features, short_vectors = of_features.astype(np.float32), of_vectors.astype(np.float32)
    for group in groups:  # half the digits take half the time, and the sums over messages keep them all
        mine = group.allowed
        both = np.ix_(mine, mine)
        says = group.features @ short_features[group.places] + group.vectors @ short_vectors[:, mine]
        everything, shares, pairs = _weigh(says, follows[both] + chain[0][both], starts[mine] + chain[1][mine], group.ends)
        first = group.ends[0]
        total += everything - float((says * group.truth).sum(dtype=np.float64) + (follows[both] * group.steps).sum())
        total -= float(starts[mine] @ group.truth[:first].sum(axis=0))
        wrong = shares - group.truth
        slopes[0][group.places] += group.turned @ wrong
        slopes[1][:, mine] += group.vectors.T @ wrong
        slopes[2][both] += pairs - group.steps
        slopes[3][mine] += wrong[:first].sum(axis=0)
    return total, slope


def _weigh(says: Floats, follows: Array, starts: Array, ends: NDArray[np.int64]) -> tuple[float, Floats, Array]:
    """The logarithm of the weight of all labellings; each label's share of it by word; each pair's share in all."""
    top = says.max(axis=1, keepdims=True)
    powers, chained = np.exp(says - top), np.exp(follows).astype(np.float32)
    ahead, behind, sums = np.empty_like(says), np.ones_like(says), np.empty(len(says), np.float32)
    bounds = [(int(start), int(end)) for start, end in zip((0, *ends[:-1]), ends, strict=True)]
    for step, (start, end) in enumerate(bounds):
        before = bounds[step - 1][0]
        arriving = ahead[before : before + end - start] @ chained if step else np.exp(starts).astype(np.float32)
        weight = arriving * powers[start:end]
        sums[start:end] = weight.sum(axis=1)
        ahead[start:end] = weight / sums[start:end, None]
    pairs = np.zeros(chained.shape)
    for step in range(len(bounds) - 1, 0, -1):
        start, end = bounds[step]
        before = bounds[step - 1][0]
        leaving = behind[start:end] * powers[start:end] / sums[start:end, None]
        behind[before : before + end - start] = leaving @ chained.T
        pairs += ahead[before : before + end - start].T @ leaving
    return float(np.log(sums).sum(dtype=np.float64) + top.sum(dtype=np.float64)), ahead * behind, pairs * chained
