"""Fits the two views of a message (its words, its sentence vector) and how they are added up.

Each view is a multinomial logistic regression. What each says of messages left out of its lessons (five folds) tells how much
it counts, how sure the sum may be, and what is out of scope. Only training imports this module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from nlu.engine.calibrating import Asked, Measured, calibrate
from nlu.engine.features import Featurizer, learn_features
from nlu.engine.model import Calibration, Floats, SentenceView
from nlu.engine.sentences import MOST_EXAMPLES, centred, nearest_by_intent
from nlu.engine.softmax import Axes, Linear, fit_softmax, principal_axes

FOLDS = 5
MANY = 3000
"""Lessons from which one fold is enough to calibrate on, and words are weighed by support vectors: ten times faster there."""
_WORD_STRENGTH = 20.0
_SENTENCE_STRENGTH = 30.0

Array = NDArray[np.float64]
Places = NDArray[np.intp]
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One training message ready for the features: its words, the names of its entities, its intent and its key."""

    words: Sequence[str]
    entities: Sequence[str]
    intent: int
    key: str
    name: bool = False
    """Whether it is no message but the intent's own name: learnt from, never asked."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What `fit` found: the views, how they are calibrated, and what each message asked of them scored."""

    features: Featurizer
    words: Linear
    by_words: Calibration
    sentence: SentenceView | None
    by_both: Calibration | None
    asked: Places
    """The lessons that were left out once and asked."""
    measured: Measured
    """What they were taken for, by everything there is."""


def fit(lessons: Sequence[Lesson], intents: Sequence[str], vectors: Floats | None, encoder: str, progress: Progress) -> Fitted:
    """Fit on all lessons, and calibrate on what folds say of the messages left out of them.

    `vectors` (lessons x dimension) are those of the encoder whose fingerprint is `encoder`; None to go by words alone.
    """
    truth = np.array([lesson.intent for lesson in lessons])
    folds = fold_of(lessons)
    features = learn_features([lesson.words for lesson in lessons], [lesson.entities for lesson in lessons])
    rows = _rows(features, lessons)
    words, word_scores = _words(rows, truth, folds, len(intents), _part(progress, 0.3, 0.6))
    asked = np.flatnonzero(np.isfinite(word_scores[:, 0]))
    known = Asked(truth[asked], *_known(features, rows, truth, folds, asked))
    by_words, measured = calibrate(known, [word_scores[asked]], None, intents)
    if vectors is None:
        return Fitted(features, words, by_words, None, None, asked, measured)
    view, scores, similar = _sentence(vectors, lessons, truth, folds, asked, len(intents), encoder, _part(progress, 0.6, 0.95))
    by_both, measured = calibrate(known, [word_scores[asked], scores[asked]], similar, intents)
    return Fitted(features, words, by_words, view, by_both, asked, measured)


def fold_of(lessons: Sequence[Lesson]) -> NDArray[np.int64]:
    """The fold each lesson is left out of: spread evenly over an intent's messages, the same message always in one fold.

    An intent's name is in none (-1); nor are, where there are many lessons, those of all folds but the first.
    """
    by_intent: dict[int, dict[str, None]] = {}
    for lesson in lessons:
        if not lesson.name:
            by_intent.setdefault(lesson.intent, {})[lesson.key] = None
    place: dict[tuple[int, str], int] = {}
    for intent, keys in by_intent.items():
        mixed = sorted(keys, key=lambda key: hashlib.sha256(key.encode()).digest())
        place |= {(intent, key): (number + intent) % FOLDS for number, key in enumerate(mixed)}
    folds = np.array([-1 if lesson.name else place[lesson.intent, lesson.key] for lesson in lessons], dtype=np.int64)
    return np.where(folds == 0, 0, -1) if len(lessons) > MANY else folds


def _words(
    rows: csr_matrix, truth: NDArray[np.int64], folds: NDArray[np.int64], intents: int, progress: Progress
) -> tuple[Linear, Array]:
    """The view by words, and what it says of each lesson left out (not a number of one that never was)."""
    if len(truth) > MANY:
        return _left_out(lambda chosen: _support_vectors(rows, chosen, truth, intents), rows, folds, intents, progress)
    axes = principal_axes(rows)
    linear, scores = _by_axes(axes, truth, folds, intents, _WORD_STRENGTH, progress)
    return Linear(axes.back @ linear.weights, linear.bias), scores


def _sentence(
    vectors: Floats,
    lessons: Sequence[Lesson],
    truth: NDArray[np.int64],
    folds: NDArray[np.int64],
    asked: Places,
    intents: int,
    encoder: str,
    progress: Progress,
) -> tuple[SentenceView, Array, Array]:
    """The view by sentence vectors, what it says of lessons left out, and how near each asked one is to every intent."""
    centre = vectors.mean(axis=0)
    rows = centred(vectors, centre)
    axes = principal_axes(rows.astype(np.float64))
    linear, scores = _by_axes(axes, truth, folds, intents, _SENTENCE_STRENGTH, progress)
    chosen = _examples(lessons, truth, intents)
    starts = np.searchsorted(truth[chosen], np.arange(intents))
    apart = folds[asked][:, None] != folds[chosen][None, :]
    likeness = np.where(apart, rows[asked] @ rows[chosen].T, -1.0)
    view = SentenceView(
        encoder=encoder,
        centre=centre,
        weights=(axes.back @ linear.weights).astype(np.float32),
        bias=linear.bias.astype(np.float32),
        examples=rows[chosen],
        starts=starts.astype(np.float32),
    )
    return view, scores, nearest_by_intent(likeness, starts)


def _examples(lessons: Sequence[Lesson], truth: NDArray[np.int64], intents: int) -> Places:
    """The lessons kept to compare messages with, the intents in order: all, or evenly as many as may be kept."""
    each = max(1, MOST_EXAMPLES // intents)
    kept = []
    for intent in range(intents):
        own = np.flatnonzero(truth == intent).tolist()
        mixed = sorted(own, key=lambda place: hashlib.sha256(lessons[place].key.encode()).digest())
        kept += sorted(mixed[:each])
    return np.array(kept, np.intp)


def _by_axes(
    axes: Axes, truth: NDArray[np.int64], folds: NDArray[np.int64], intents: int, strength: float, progress: Progress
) -> tuple[Linear, Array]:
    return _left_out(
        lambda chosen: fit_softmax(axes, chosen, truth[chosen], intents, strength), axes.rows, folds, intents, progress
    )


def _left_out(
    learn: Callable[[Places], Linear],
    rows: NDArray[np.float32] | csr_matrix,
    folds: NDArray[np.int64],
    intents: int,
    progress: Progress,
) -> tuple[Linear, Array]:
    """The model of all rows, and the scores each row has from a model learnt without its fold."""
    scores = np.full((rows.shape[0], intents), np.nan)
    numbers = sorted(set(folds[folds >= 0].tolist()))
    for number in numbers:
        progress("checking", number / (len(numbers) + 1))
        taught, asked = np.flatnonzero(folds != number), np.flatnonzero(folds == number)
        if taught.size:
            model = learn(taught)
            scores[asked] = rows[asked] @ model.weights + model.bias
    progress("learning", len(numbers) / (len(numbers) + 1))
    return learn(np.arange(rows.shape[0])), scores


def _support_vectors(rows: csr_matrix, chosen: Places, truth: NDArray[np.int64], intents: int) -> Linear:
    """One-against-the-rest support vectors, solved in the dual, for more lessons than principal axes can be had of."""
    present = np.unique(truth[chosen])
    fitted = LinearSVC(C=1.0, tol=1e-2, random_state=0, max_iter=10_000).fit(rows[chosen], truth[chosen])
    found, constant = fitted.coef_, fitted.intercept_
    if len(found) == 1:  # with two intents only the second one's side is fitted; the first is its mirror
        found, constant = np.concatenate((-found, found)), np.concatenate((-constant, constant))
    weights = np.zeros((rows.shape[1], intents))
    weights[:, present] = found.T
    bias = np.full(intents, float(constant.min()) - 1.0)
    bias[present] = constant
    return Linear(weights, bias)


def _rows(features: Featurizer, lessons: Sequence[Lesson]) -> csr_matrix:
    vectors = [features.vector(lesson.words, lesson.entities) for lesson in lessons]
    ends = np.concatenate(([0], np.cumsum([vector.ids.size for vector in vectors])))
    ids = np.concatenate([vector.ids for vector in vectors])
    values = np.concatenate([vector.values for vector in vectors]).astype(np.float64)
    return csr_matrix((values, ids, ends), shape=(len(vectors), features.size))


def _known(
    features: Featurizer, rows: csr_matrix, truth: NDArray[np.int64], folds: NDArray[np.int64], asked: Places
) -> tuple[Array, Callable[[NDArray[np.bool_]], Array]]:
    """The share of each asked message that the other folds have seen; and what it would be without some intents' messages."""
    half = len(features.words)
    pairs = np.zeros(features.size, np.bool_)
    pairs[:half] = [" " in word for word in features.words]
    intents = int(truth.max()) + 1
    of_intent = csr_matrix((np.ones(len(truth)), (truth, np.arange(len(truth)))), shape=(intents, len(truth)))
    seen_in = (of_intent @ (rows > 0)).toarray() > 0

    def share_of(place: int, seen: NDArray[np.bool_]) -> float:
        ids, weights = rows[place].indices, rows[place].data ** 2
        return _share(weights, ids < half, seen[ids], pairs[ids])

    known = np.zeros(len(asked))
    for number in set(folds[asked].tolist()):
        seen = np.asarray((rows[folds != number] > 0).sum(axis=0)).ravel() > 0
        for each in np.flatnonzero(folds[asked] == number):
            known[each] = share_of(asked[each], seen)

    def without(missing: NDArray[np.bool_]) -> Array:
        shares = np.zeros(len(asked))
        for intent in np.unique(truth[asked]):
            seen = seen_in[~missing[intent]].any(axis=0)
            for each in np.flatnonzero(truth[asked] == intent):
                shares[each] = share_of(asked[each], seen)
        return shares

    return known, without


def _share(weights: Array, words: NDArray[np.bool_], seen: NDArray[np.bool_], pairs: NDArray[np.bool_]) -> float:
    """`nlu.engine.features.Vector.known` of a message's features: an unseen pair of words says nothing there either."""
    share = 0.0
    for half in (words, ~words):
        whole = weights[half & (seen | ~pairs)].sum()
        share += float(weights[half & seen].sum() / whole) if whole else 0.0
    return share


def _part(progress: Progress, first: float, last: float) -> Progress:
    return lambda what, done: progress(what, first + (last - first) * done)
