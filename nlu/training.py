"""Teaches the embedded engine: training data in, `Model` out. The same data gives the same model, byte for byte."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nlu.engine.embedded import taught_key
from nlu.engine.model import Model
from nlu.engine.model_file import save_model as save
from nlu.entities import EntityFinder, Known, learn
from nlu.errors import TooLittleData
from nlu.text import LONGEST, tokens
from nlu.understanding import Example, TrainingData

if TYPE_CHECKING:
    from nlu.engine.fitting import Fitted, Lesson

RECIPE = 1
"""Counts the ways of training: another recipe makes another model of the same data."""

Progress = Callable[[str, float], None]
"""Told what is being done and how much is, 0 to 1."""


def train(data: TrainingData, *, progress: Progress | None = None) -> Model:
    """Make a model of training data; seconds for a few thousand examples.

    `model.scores` holds what five-fold cross-validation measured on the way: `accuracy` (and `accuracy_fr`, ...),
    `calibration_error`, `accepted` (share of messages acted upon) and `accepted_accuracy`.

    Raises `TooLittleData` when there are not two intents with examples.
    """
    from nlu.engine.fitting import fit

    report = progress or (lambda _what, _done: None)
    report("reading", 0.0)
    intents = sorted({example.intent for example in data.examples})
    if len(intents) < 2:
        raise TooLittleData("a model needs examples of at least two intents; add some to a file such as nlu.fr.yml")
    known = learn(data)
    lessons = prepare(data.examples, intents, known)
    fitted = fit(lessons, intents, report)
    report("done", 1.0)
    return Model(
        intents=tuple(intents),
        words=fitted.features.words,
        pieces=fitted.features.pieces,
        idf=fitted.features.idf,
        unseen_idf=fitted.features.unseen_idf,
        weights=fitted.linear.weights.astype(np.float32),
        bias=fitted.linear.bias.astype(np.float32),
        calibration=fitted.calibration,
        taught=_taught(lessons),
        word_counts=_word_counts(lessons),
        entities=known,
        data_hash=data_hash(data),
        scores=_scores(data.examples, lessons, fitted),
        settings={"recipe": RECIPE},
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


def prepare(examples: Sequence[Example], intents: Sequence[str], known: Known) -> list[Lesson]:
    """Training messages seen as the engine will see a customer's."""
    from nlu.engine.fitting import Lesson

    finder = EntityFinder(known)
    number = {intent: place for place, intent in enumerate(intents)}
    return [
        Lesson(
            words=tokens(example.text[:LONGEST], example.language),
            entities=sorted({entity.name for entity in finder.find(example.text, example.language)}),
            intent=number[example.intent],
            key=taught_key(example.text),
        )
        for example in examples
    ]


def _taught(lessons: Sequence[Lesson]) -> dict[str, tuple[int, float]]:
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    for lesson in lessons:
        if lesson.key:
            votes[lesson.key][lesson.intent] += 1
    taught = {}
    for key in sorted(votes):
        (intent, most), *others = votes[key].most_common(2)
        if not others or others[0][1] < most:  # two intents with the same message: let the other words decide
            taught[key] = (intent, most / votes[key].total())
    return taught


def _word_counts(lessons: Sequence[Lesson]) -> dict[str, int]:
    counts = Counter(word for lesson in lessons for word in set(lesson.words))
    return dict(sorted(counts.items()))


def _scores(examples: Sequence[Example], lessons: Sequence[Lesson], fitted: Fitted) -> dict[str, float]:
    truth = np.array([lesson.intent for lesson in lessons])
    confidence = fitted.left_out.max(axis=1)
    right = fitted.left_out.argmax(axis=1) == truth
    accepted = (confidence >= fitted.calibration.threshold) & (fitted.scope >= fitted.calibration.scope_least)
    scores = {"accuracy": float(right.mean())}
    languages = np.array([example.language for example in examples])
    for language in sorted(set(languages)):
        scores[f"accuracy_{language}"] = float(right[languages == language].mean())
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs(float((confidence - right)[bins == b].sum())) for b in range(10)]
    scores["calibration_error"] = sum(gaps) / len(truth)
    scores["accepted"] = float(accepted.mean())
    scores["accepted_accuracy"] = float(right[accepted].mean()) if accepted.any() else 0.0
    return {name: round(score, 4) for name, score in scores.items()}


__all__ = ["data_hash", "prepare", "save", "train"]
