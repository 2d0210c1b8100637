"""Fits the views of a message (its words, its sentence vector) and how they are added up.

What each view says of messages left out of its lessons (five folds; one where there are many) tells how much it counts, how
sure the sum may be, and what is out of scope. Only training imports this module.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlu.engine.by_sentence import Sentenced
from nlu.engine.by_words import MANY, Worded, fit_words
from nlu.engine.calibrating import Asked, Measured, calibrate
from nlu.engine.features import LOUDNESS, Featurizer, learn_features
from nlu.engine.model import Calibration, SentenceView
from nlu.engine.softmax import Linear

FOLDS = 5

Array = NDArray[np.float64]
Places = NDArray[np.intp]
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One training message ready for the features: its words, the names of its entities and its intent."""

    words: Sequence[str]
    entities: Sequence[str]
    intent: int
    parts: Sequence[tuple[Sequence[str], Sequence[str]]] = ()
    """Words and entities of each sentence, when there are several."""


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


@dataclass(frozen=True, slots=True)
class Counted:
    """Lessons as numbers."""

    lessons: Sequence[Lesson]
    features: Featurizer
    worded: Worded


def counted(lessons: Sequence[Lesson]) -> Counted:
    """Number the features of all lessons, and turn each lesson and its sentences into a row of them."""
    features = learn_features([lesson.words for lesson in lessons], [lesson.entities for lesson in lessons])
    rows = _rows(features, [(lesson.words, lesson.entities) for lesson in lessons])
    parts = _rows(features, [part for lesson in lessons for part in lesson.parts])
    of = np.repeat(np.arange(len(lessons)), [len(lesson.parts) for lesson in lessons])
    return Counted(lessons, features, Worded(rows, parts, of))


def fit(
    given: Counted,
    folds: NDArray[np.int64],
    intents: Sequence[str],
    by_sentence: Callable[[], Sentenced] | None,
    progress: Progress,
) -> Fitted:
    """Fit the words of all lessons as `counted`, and calibrate on what folds say of the messages left out of them.

    `folds` are those of `fold_of`; `by_sentence` waits for what the sentence vectors say (None to go by words alone).
    """
    truth = np.array([lesson.intent for lesson in given.lessons])
    asked = np.flatnonzero(folds >= 0)
    features, worded = given.features, given.worded
    words, views = fit_words(worded, truth, folds, len(intents), lambda what, done: progress(what, 0.6 * done))
    views = [view[asked] for view in views]
    known = Asked(truth[asked], *_known(features, worded.rows, truth, folds, asked))
    by_words, measured = calibrate(known, views, None, intents)
    if by_sentence is None:
        return Fitted(features, words, by_words, None, None, asked, measured)
    progress("comparing", 0.6)
    sentenced = by_sentence()
    by_both, measured = calibrate(known, [*views, *sentenced.scores], sentenced.similar, intents)
    return Fitted(features, words, by_words, sentenced.view, by_both, asked, measured)


def fold_of(keys: Sequence[str], truth: Sequence[int], messages: int) -> NDArray[np.int64]:
    """The fold each lesson is left out of: spread evenly over an intent's messages, the same message always in one fold.

    What stands behind the `messages` is an intent's name, in no fold (-1); nor is, where there are many lessons, what is in
    any fold but the first, and anything where nothing would be left to learn from.
    """
    by_intent: dict[int, set[str]] = defaultdict(set)
    for key, intent in zip(keys[:messages], truth, strict=False):
        by_intent[intent].add(key)
    place: dict[tuple[int, str], int] = {}
    for intent, own in by_intent.items():
        mixed = sorted(own, key=lambda key: hashlib.sha256(key.encode()).digest())
        place |= {(intent, key): (number + intent) % FOLDS for number, key in enumerate(mixed)}
    folds = np.array([place[intent, key] for key, intent in zip(keys[:messages], truth, strict=False)], dtype=np.int64)
    folds = np.append(folds, np.full(len(keys) - messages, -1))
    if len(keys) > MANY:
        return np.where(folds == 0, 0, -1)
    return folds if len(set(folds.tolist())) > 1 else np.full(len(keys), -1)


def _rows(features: Featurizer, messages: Sequence[tuple[Sequence[str], Sequence[str]]]) -> csr_matrix:
    """What `Featurizer.vector` gives for each message, worked out for all at once."""
    numbers = [features.numbers(words, entities) for words, entities in messages]
    ids = [of_words + of_pieces for (of_words, _), (of_pieces, _) in numbers]
    ends = np.concatenate(([0], np.cumsum(list(map(len, ids))))).astype(np.int64)
    flat = np.fromiter(chain.from_iterable(ids), np.int32, int(ends[-1]))
    rows = csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(ids), features.size))
    rows.sum_duplicates()
    rows.data = LOUDNESS.take(rows.data.astype(np.intp), mode="clip") * features.idf.take(rows.indices).astype(np.float64)
    row_of = np.repeat(np.arange(len(ids)), np.diff(rows.indptr))
    words = rows.indices < len(features.words)
    for half in (words, ~words):
        lengths = np.sqrt(np.bincount(row_of[half], rows.data[half] ** 2, minlength=len(ids)))
        rows.data[half] /= lengths[row_of[half]]
    return rows


def _known(
    features: Featurizer, rows: csr_matrix, truth: NDArray[np.int64], folds: NDArray[np.int64], asked: Places
) -> tuple[Array, Callable[[NDArray[np.bool_]], Array]]:
    """The share of each asked message that the other folds have seen; and what it would be without some intents' messages.

    As `nlu.engine.features.Vector.known`: an unseen pair of words says nothing here either.
    """
    own = rows[asked]
    row_of, ids, weights = np.repeat(np.arange(len(asked)), np.diff(own.indptr)), own.indices, own.data**2
    words = ids < len(features.words)
    single = np.array([" " not in word for word in features.words] + [True] * len(features.pieces))[ids]

    def shares(seen: NDArray[np.bool_]) -> Array:
        """Of each message, given which of its features are seen."""
        told = np.zeros(len(asked))
        for half in (words, ~words):
            whole = np.bincount(row_of[half], weights[half] * (seen | single)[half], len(asked))
            told += np.bincount(row_of[half], weights[half] * seen[half], len(asked)) / np.where(whole > 0.0, whole, 1.0)
        return told

    present = rows > 0
    numbers = np.unique(folds[asked])
    by_others = np.zeros((len(numbers), features.size), np.bool_)
    for place, number in enumerate(numbers):
        by_others[place] = np.asarray(present[folds != number].sum(axis=0)).ravel() > 0
    intents = int(truth.max()) + 1
    of_intent = csr_matrix((np.ones(len(truth)), (truth, np.arange(len(truth)))), shape=(intents, len(truth)))
    in_intent = ((of_intent @ present).toarray() > 0).astype(np.float32)

    def without(missing: NDArray[np.bool_]) -> Array:
        left = (~missing).astype(np.float32) @ in_intent > 0.0
        return shares(left[truth[asked][row_of], ids])

    return shares(by_others[np.searchsorted(numbers, folds[asked])[row_of], ids]), without
