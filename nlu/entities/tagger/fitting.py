"""Fits the weights of a tagger to labelled messages. Only training imports it.

The likelihood of the annotated labels, among those the message's intent was taught with, is made as large as squared
weights of a fixed cost allow, by L-BFGS. All messages go through together, word by word: sixty passes over a thousand
messages take a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlu.entities.tagger.chain import NEVER, Weights
from nlu.entities.tagger.labels import OUTSIDE, may_follow
from nlu.entities.tagger.words import Floats
from nlu.steepest import lowest

# The cost of squared weights; chosen by cross-validation on training files only.
_COST_FEATURES = 0.3
_COST_VECTORS = 2.5
_COST_CHAIN = 0.1
_LEAST = 1e-5
"""Share of what there is to lose under which another pass is not worth its time."""

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
    """The words of messages with the same allowed labels."""

    allowed: NDArray[np.intp]
    cells: tuple[NDArray[np.intp], ...]
    """Where its words (rows) and their labels (columns) stand among all."""
    places: NDArray[np.intp]
    """Where the weights of its features (rows) for its labels (columns) lie among all."""
    features: csr_matrix
    turned: csr_matrix
    vectors: Floats


@dataclass(frozen=True, slots=True)
class _Marked:
    """What is known of all words: first words first, longest message first, so that each step through them is one matrix."""

    groups: Sequence[_Group]
    truth: Floats
    """Words x labels: one for the label each word has, zero for the others."""
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
    lessons = sorted((lesson for lesson in lessons if len(lesson.allowed) > 1 and lesson.rows), key=lambda each: -len(each.rows))
    classes = [[each for each in lessons if each.allowed == allowed] for allowed in sorted({each.allowed for each in lessons})]
    pairs = np.unique(np.concatenate([_pairs(each, labels).ravel() for each in classes]))
    marked = _marked(lessons, classes, labels, pairs)
    shape = _Shape(len(pairs), marked.groups[0].vectors.shape[1], labels)
    allowed = may_follow(labels)
    chain = np.where(allowed, 0.0, float(NEVER)), np.where(allowed[OUTSIDE], 0.0, float(NEVER))

    def surprise(numbers: Array) -> tuple[float, Array]:
        return _surprise(numbers, marked, shape, chain)

    of_features, of_vectors, follows, starts = shape.split(lowest(surprise, np.zeros(shape.size), steps=passes, least=_LEAST))
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


def _marked(lessons: Sequence[Lesson], classes: Sequence[Sequence[Lesson]], labels: int, pairs: NDArray[np.intp]) -> _Marked:
    """All lessons, the longest first, step by step; and by their `classes` of allowed labels."""
    lengths = np.array([len(lesson.rows) for lesson in lessons])
    sizes = [int((lengths > step).sum()) for step in range(int(lengths[0]))]
    starts = np.concatenate(([0], np.cumsum(sizes)))
    truth = np.empty(starts[-1], np.int64)
    steps = np.zeros((labels, labels))
    for number, lesson in enumerate(lessons):
        truth[starts[: len(lesson.rows)] + number] = lesson.labels
        np.add.at(steps, (lesson.labels[:-1], lesson.labels[1:]), 1.0)
    place = {id(lesson): number for number, lesson in enumerate(lessons)}
    groups = [_group(each, np.array([place[id(one)] for one in each]), starts, labels, pairs) for each in classes]
    return _Marked(groups, np.eye(labels, dtype=np.float32)[truth], steps, starts[1:])


def _group(
    lessons: Sequence[Lesson], numbers: NDArray[np.intp], starts: NDArray[np.int64], labels: int, pairs: NDArray[np.intp]
) -> _Group:
    """The words of some lessons with the same allowed labels, whose `numbers` among all are given."""
    words = np.concatenate([starts[: len(lesson.rows)] + number for lesson, number in zip(lessons, numbers, strict=True)])
    rows = [np.asarray(row, np.intp) for lesson in lessons for row in lesson.rows]
    vectors = [lesson.vectors for lesson in lessons if lesson.vectors is not None]
    mine = _pairs(lessons, labels)
    used = mine[:, 0] // labels
    columns = np.searchsorted(used, np.concatenate(rows))
    ends = np.concatenate(([0], np.cumsum([len(row) for row in rows])))
    matrix = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(rows), len(used)))
    allowed = np.array(lessons[0].allowed, np.intp)
    return _Group(
        allowed=allowed,
        cells=np.ix_(words, allowed),
        places=np.searchsorted(pairs, mine),
        features=matrix,
        turned=matrix.T.tocsr(),
        vectors=np.concatenate(vectors) if vectors else np.zeros((len(rows), 0), np.float32),
    )


def _surprise(numbers: Array, marked: _Marked, shape: _Shape, chain: tuple[Array, Array]) -> tuple[float, Array]:
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
    # Half the digits take half the time, and the sums over messages keep them all.
    short_features, short_vectors = of_features.astype(np.float32), of_vectors.astype(np.float32)
    says = np.full(marked.truth.shape, NEVER)
    for group in marked.groups:
        says[group.cells] = group.features @ short_features[group.places] + group.vectors @ short_vectors[:, group.allowed]
    everything, shares, pairs = _weigh(says, follows + chain[0], starts + chain[1], marked.ends)
    first = marked.ends[0]
    total += everything - float((says * marked.truth).sum(dtype=np.float64) + (follows * marked.steps).sum())
    total -= float(starts @ marked.truth[:first].sum(axis=0))
    wrong = shares - marked.truth
    for group in marked.groups:
        mine = wrong[group.cells]
        slopes[0][group.places] += group.turned @ mine
        slopes[1][:, group.allowed] += group.vectors.T @ mine
    slopes[2][:] += pairs - marked.steps
    slopes[3][:] += wrong[:first].sum(axis=0)
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
