"""Teaches the embedded engine: training data in, `Model` out. The same data gives the same model, byte for byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nlu.collecting import not_collecting
from nlu.encoders import DEFAULT, MakeEncoder, SentenceEncoder, shared_encoder
from nlu.encoders.blas import one_thread
from nlu.engine.model import Model
from nlu.engine.model_file import save_model as save
from nlu.entities import Known, learn
from nlu.entities.tagger import TaggerModel
from nlu.errors import TooLittleData
from nlu.material import Material
from nlu.understanding import TrainingData

if TYPE_CHECKING:
    from nlu.engine.by_sentence import Sentenced
    from nlu.engine.fitting import Fitted

RECIPE = 9
"""Counts the ways of training: another recipe makes another model of the same data."""

_TOLD_EVERY = 3000
"""Texts that are read between two words about it: what their words bring is worked out each time."""

Progress = Callable[[str, float], None]
"""Told what is being done and how much is, 0 to 1."""


@not_collecting()
def train(
    data: TrainingData,
    *,
    encoder: MakeEncoder | None = None,
    again: MakeEncoder | None = None,
    progress: Progress | None = None,
) -> Model:
    """Make a model of training data; seconds for a few thousand examples.

    `encoder` gives what makes the sentence vectors (the default one of `nlu.encoders` when left out, words alone where its
    package is missing). With `again`, which makes the same encoder in another process, a large model is taught on two cores:
    see `nlu.entities.tagger.beside`. `model.scores` holds what cross-validation measured on the way: `accuracy` (and
    `accuracy_fr`, ...), `calibration_error`, `accepted` (share of messages acted upon) and `accepted_accuracy`.

    Raises `TooLittleData` when there are not two intents with examples.
    """
    from nlu.entities.tagger.beside import taught_beside

    one_thread()
    report = progress or (lambda _what, _done: None)
    report("reading", 0.0)
    intents = sorted({example.intent for example in data.examples})
    if len(intents) < 2:
        raise TooLittleData("a model needs examples of at least two intents; add some to a file such as nlu.fr.yml")
    made = cache(encoder or partial(shared_encoder, DEFAULT))
    with taught_beside(data, made, again, _within(report, 0.4, 0.6)) as beside, ThreadPoolExecutor(1) as thread:
        sentences = made()
        from nlu.engine.by_sentence import fit_sentences  # half a second: the other process begins meanwhile
        from nlu.engine.fitting import fit, fold_of

        one_thread()
        material = Material.of(data.examples, intents)
        keys, truth = material.keys, material.truth
        folds = fold_of(keys, truth.tolist(), len(data.examples))
        sentenced: Future[Sentenced] | None = None
        if sentences.dimension:
            vectors = _vectors(sentences, material.well_written(), _within(report, 0.0, 0.4))
            # Beside the words: nearly all of it is matrices, which leave other threads to their work.
            sentenced = thread.submit(fit_sentences, vectors, keys, truth, folds, len(intents), sentences.fingerprint)
        # Which entities will be the tagger's own is told late, and seldom changes what the rules know: they begin before.
        known = learn(data)
        given = material.seen_by(known)
        if beside.names() & known.wordings.keys() and (told := learn(data, beside.names())) != known:
            known, given = told, material.seen_by(told)
        fitted = fit(given, folds, intents, sentenced.result if sentenced else None, _within(report, 0.6, 0.9))
        report("entities", 0.9)
        tagger = beside.model()
    report("done", 1.0)
    return _model(data, material, fitted, known, tagger, {"recipe": RECIPE, "encoder": sentences.name})


def _model(
    data: TrainingData,
    material: Material,
    fitted: Fitted,
    known: Known,
    tagger: TaggerModel | None,
    settings: dict[str, Any],
) -> Model:
    return Model(
        intents=tuple(material.intents),
        words=fitted.features.words,
        pieces=fitted.features.pieces,
        idf=fitted.features.idf,
        unseen_idf=fitted.features.unseen_idf,
        weights=fitted.words.weights.astype(np.float32),
        bias=fitted.words.bias.astype(np.float32),
        by_words=fitted.by_words,
        taught=material.taught(),
        word_counts=material.counts,
        spellings=material.spellings,
        entities=known,
        tagger=tagger,
        data_hash=data_hash(data),
        sentence=fitted.sentence,
        by_both=fitted.by_both,
        scores=_scores(material, fitted),
        settings=settings,
    )


def data_hash(data: TrainingData) -> str:
    """A fingerprint of everything training reads; where examples are written does not matter."""
    content: list[Any] = [RECIPE]
    content.append(
        [
            (e.text, e.intent, e.language, [(x.name, x.value, x.start, x.end, x.role, x.group) for x in e.entities])
            for e in data.examples
        ]
    )
    content += [sorted(data.synonyms.items())]
    content += [sorted((name, list(words)) for name, words in part.items()) for part in (data.regexes, data.lookups)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _vectors(encoder: SentenceEncoder, texts: Sequence[str], progress: Progress) -> NDArray[np.float32]:
    """The sentence vectors of messages."""
    vectors = []
    for start in range(0, len(texts), _TOLD_EVERY):
        progress("reading", start / len(texts))
        # Never one alone: an encoder may read a single text a quicker way, equal but for its last bits.
        vectors.append(encoder.encode([*texts[start : start + _TOLD_EVERY], ""])[:-1])
    return np.concatenate(vectors)


def _within(progress: Progress, first: float, last: float) -> Progress:
    """The progress of a part of the whole."""
    return lambda what, done: progress(what, first + (last - first) * done)


def _scores(material: Material, fitted: Fitted) -> dict[str, float]:
    if not fitted.asked.size:
        return {}
    calibration = fitted.by_both or fitted.by_words
    truth = material.truth[fitted.asked]
    confidence = fitted.measured.probabilities.max(axis=1)
    right = fitted.measured.probabilities.argmax(axis=1) == truth
    accepted = (confidence >= calibration.threshold) & (fitted.measured.scope >= calibration.scope.least)
    scores = {"accuracy": float(right.mean())}
    languages = np.array([material.examples[place].language for place in fitted.asked])
    for language in sorted(set(languages)):
        scores[f"accuracy_{language}"] = float(right[languages == language].mean())
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs(float((confidence - right)[bins == b].sum())) for b in range(10)]
    scores["calibration_error"] = sum(gaps) / len(truth)
    scores["accepted"] = float(accepted.mean())
    scores["accepted_accuracy"] = float(right[accepted].mean()) if accepted.any() else 0.0
    return {name: round(score, 4) for name, score in scores.items()}


__all__ = ["data_hash", "save", "train"]
