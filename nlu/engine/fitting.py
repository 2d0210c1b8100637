"""Fits the views of a message (its words, its sentence vector) and how they are added up.

What each view says of messages left out of its lessons (five folds; one where there are many) tells how much it counts, how
sure the sum may be, and what is out of scope. Only training imports this module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlu.engine.by_sentence import fit_sentences
from nlu.engine.by_words import MANY, Worded, fit_words
from nlu.engine.calibrating import Asked, Measured, calibrate
from nlu.engine.features import Featurizer, learn_features
from nlu.engine.model import Calibration, Floats, SentenceView
from nlu.engine.softmax import Linear

FOLDS = 5

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
    parts: Sequence[tuple[Sequence[str], Sequence[str]]] = ()
    """Words and entities of each sentence, when there are several."""
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
    rows = _rows(features, [(lesson.words, lesson.entities) for lesson in lessons])
    parts = _rows(features, [part for lesson in lessons for part in lesson.parts])
    of = np.repeat(np.arange(len(lessons)), [len(lesson.parts) for lesson in lessons])
    words, worded = fit_words(Worded(rows, parts, of), truth, folds, len(intents), _part(progress, 0.0, 0.5))
    asked = np.flatnonzero(np.isfinite(worded[0][:, 0]))
    worded = [view[asked] for view in worded]
    known = Asked(truth[asked], *_known(features, rows, truth, folds, asked))
    by_words, measured = calibrate(known, worded, None, intents)
    if vectors is None:
        return Fitted(features, words, by_words, None, None, asked, measured)
    order = sorted(range(len(lessons)), key=lambda place: hashlib.sha256(lessons[place].key.encode()).digest())
    folds = np.where(np.isin(np.arange(len(lessons)), asked), folds, -1)
    view, sentenced, similar = fit_sentences(vectors, order, truth, folds, len(intents), encoder, _part(progress, 0.5, 1.0))
    by_both, measured = calibrate(known, [*worded, *sentenced], similar, intents)
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


def _rows(features: Featurizer, messages: Sequence[tuple[Sequence[str], Sequence[str]]]) -> csr_matrix:
    vectors = [features.vector(words, entities) for words, entities in messages]
    ends = np.concatenate(([0], np.cumsum([vector.ids.size for vector in vectors]))).astype(np.int64)
    ids = np.concatenate([np.zeros(0, np.int32), *(vector.ids for vector in vectors)])
    values = np.concatenate([np.zeros(0), *(vector.values.astype(np.float64) for vector in vectors)])
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
