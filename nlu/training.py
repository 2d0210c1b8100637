"""Teaches the embedded engine: training data in, `Model` out. The same data gives the same model, byte for byte."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nlu.encoders import DEFAULT, SentenceEncoder, shared_encoder
from nlu.encoders.blas import one_thread
from nlu.engine.embedded import parted, taught_key
from nlu.engine.model import OUT_OF_SCOPE, Model
from nlu.engine.model_file import save_model as save
from nlu.engine.repair import Repair
from nlu.engine.writing import Writer, spellings_of
from nlu.entities import EntityFinder, Known, learn
from nlu.errors import TooLittleData
from nlu.text import LONGEST, tokens
from nlu.understanding import Entity, Example, TrainingData

if TYPE_CHECKING:
    from nlu.engine.by_sentence import Sentenced
    from nlu.engine.fitting import Counted, Fitted, Lesson

RECIPE = 8
"""Counts the ways of training: another recipe makes another model of the same data."""

_TOLD_EVERY = 1000
_CAMEL = re.compile(r"([a-z])([A-Z])")
_NAME_PARTS = re.compile(r"[\W_]+")

Progress = Callable[[str, float], None]
"""Told what is being done and how much is, 0 to 1."""


def train(
    data: TrainingData,
    *,
    encoder: SentenceEncoder | None = None,
    again: Callable[[], SentenceEncoder] | None = None,
    progress: Progress | None = None,
) -> Model:
    """Make a model of training data; seconds for a few thousand examples.

    `encoder` gives the sentence vectors (the default one of `nlu.encoders` when left out, words alone where its package is
    missing). With `again`, which makes the same encoder in another process, a large model is taught on two cores: see
    `nlu.entities.tagger.beside`. `model.scores` holds what cross-validation measured on the way: `accuracy` (and
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
    encoder = encoder or shared_encoder(DEFAULT)
    with taught_beside(data, encoder, again, _within(report, 0.4, 0.6)) as beside, ThreadPoolExecutor(1) as thread:
        from nlu.engine.by_sentence import fit_sentences  # half a second: the other process begins meanwhile
        from nlu.engine.fitting import counted, fit, fold_of

        one_thread()
        number = {intent: place for place, intent in enumerate(intents)}
        names = named(intents)
        words = [tokens(example.text[:LONGEST], example.language) for example in data.examples]
        keys = [*(taught_key(example.text) for example in data.examples), *names]
        truth = np.array([*(number[example.intent] for example in data.examples), *names.values()])
        counts = _word_counts([*words, *(tokens(name, "") for name in names)])
        spellings = spellings_of(example.text for example in data.examples)
        folds = fold_of(keys, truth.tolist(), len(words))
        sentenced: Future[Sentenced] | None = None
        if encoder.dimension:
            writer = Writer(Repair(counts), spellings)
            texts = [
                *(writer(example.text, example.language) for example in data.examples),
                *(writer(name, "") for name in names),
            ]
            vectors = _vectors(encoder, texts, _within(report, 0.0, 0.4))
            # Beside the words: nearly all of it is matrices, which leave other threads to their work.
            sentenced = thread.submit(fit_sentences, vectors, keys, truth, folds, len(intents), encoder.fingerprint)

        def seen_by(known: Known) -> Counted:
            lessons = prepare(data.examples, words, truth.tolist(), known)
            return counted([*lessons, *_named_lessons(names)])

        # Which entities will be the tagger's own is told late, and seldom changes what the rules know: they begin before.
        known = learn(data)
        given = seen_by(known)
        if beside.names() & known.wordings.keys() and (told := learn(data, beside.names())) != known:
            known, given = told, seen_by(told)
        fitted = fit(given, folds, intents, sentenced.result if sentenced else None, _within(report, 0.6, 0.9))
        report("entities", 0.9)
        tagger = beside.model()
    report("done", 1.0)
    return Model(
        intents=tuple(intents),
        words=fitted.features.words,
        pieces=fitted.features.pieces,
        idf=fitted.features.idf,
        unseen_idf=fitted.features.unseen_idf,
        weights=fitted.words.weights.astype(np.float32),
        bias=fitted.words.bias.astype(np.float32),
        by_words=fitted.by_words,
        taught=_taught(keys[: len(words)], truth.tolist()),
        word_counts=counts,
        spellings=spellings,
        entities=known,
        tagger=tagger,
        data_hash=data_hash(data),
        sentence=fitted.sentence,
        by_both=fitted.by_both,
        scores=_scores(data.examples, given.lessons, fitted),
        settings={"recipe": RECIPE, "encoder": encoder.name},
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


def prepare(examples: Sequence[Example], words: Sequence[Sequence[str]], intents: Sequence[int], known: Known) -> list[Lesson]:
    """Training messages, given with their words and the numbers of their intents, seen as the engine will see a customer's."""
    from nlu.engine.fitting import Lesson

    finder = EntityFinder(known)
    lessons = []
    for example, own, intent in zip(examples, words, intents, strict=False):
        entities = finder.find(example.text, example.language)
        parts = [(tokens(part, example.language), _names(within)) for part, within in parted(example.text[:LONGEST], entities)]
        lessons.append(Lesson(own, _names(entities), intent, parts))
    return lessons


def _names(entities: Iterable[Entity]) -> list[str]:
    return sorted({entity.name for entity in entities})


def named(intents: Sequence[str]) -> dict[str, int]:
    """One more lesson an intent, never asked: its name, in words, says what its examples have in common."""
    found: dict[str, int] = {}
    for number, intent in enumerate(intents):
        text = " ".join(_NAME_PARTS.sub(" ", _CAMEL.sub(r"\1 \2", intent)).split()).lower()
        if intent != OUT_OF_SCOPE and any(map(str.isalpha, text)):
            found.setdefault(text, number)
    return found


def _named_lessons(names: Mapping[str, int]) -> list[Lesson]:
    from nlu.engine.fitting import Lesson

    return [Lesson(tokens(name, ""), (), intent) for name, intent in names.items()]


def _vectors(encoder: SentenceEncoder, texts: Sequence[str], progress: Progress) -> NDArray[np.float32]:
    """The sentence vectors of messages."""
    vectors = []
    for start in range(0, len(texts), _TOLD_EVERY):
        progress("reading", start / len(texts))
        vectors.append(encoder.encode(texts[start : start + _TOLD_EVERY]))
    return np.concatenate(vectors)


def _within(progress: Progress, first: float, last: float) -> Progress:
    """The progress of a part of the whole."""
    return lambda what, done: progress(what, first + (last - first) * done)


def _taught(keys: Sequence[str], intents: Sequence[int]) -> dict[str, tuple[int, float]]:
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    for key, intent in zip(keys, intents, strict=False):
        if key:
            votes[key][intent] += 1
    taught = {}
    for key in sorted(votes):
        (intent, most), *others = votes[key].most_common(2)
        if not others or others[0][1] < most:  # two intents with the same message: let the other words decide
            taught[key] = (intent, most / votes[key].total())
    return taught


def _word_counts(messages: Sequence[Sequence[str]]) -> dict[str, int]:
    counts = Counter(word for words in messages for word in set(words))
    return dict(sorted(counts.items()))


def _scores(examples: Sequence[Example], lessons: Sequence[Lesson], fitted: Fitted) -> dict[str, float]:
    if not fitted.asked.size:
        return {}
    calibration = fitted.by_both or fitted.by_words
    truth = np.array([lessons[place].intent for place in fitted.asked])
    confidence = fitted.measured.probabilities.max(axis=1)
    right = fitted.measured.probabilities.argmax(axis=1) == truth
    accepted = (confidence >= calibration.threshold) & (fitted.measured.scope >= calibration.scope.least)
    scores = {"accuracy": float(right.mean())}
    languages = np.array([examples[place].language for place in fitted.asked])
    for language in sorted(set(languages)):
        scores[f"accuracy_{language}"] = float(right[languages == language].mean())
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs(float((confidence - right)[bins == b].sum())) for b in range(10)]
    scores["calibration_error"] = sum(gaps) / len(truth)
    scores["accepted"] = float(accepted.mean())
    scores["accepted_accuracy"] = float(right[accepted].mean()) if accepted.any() else 0.0
    return {name: round(score, 4) for name, score in scores.items()}


__all__ = ["data_hash", "prepare", "save", "train"]
