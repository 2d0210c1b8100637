"""Cuts training data into folds, so that every message can be asked of a model that has not seen it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from nlu.errors import TooLittleData
from nlu.text import folded
from nlu.understanding import Example, TrainingData

FOLDS = 5


def folds(data: TrainingData, count: int = FOLDS) -> Iterator[tuple[TrainingData, tuple[Example, ...]]]:
    """For each fold the data without it and its examples. The same data always gives the same folds.

    Every intent is spread evenly. Messages that differ only by case, accents or spaces stay together, or a model would be
    asked what it was taught. Synonyms, regular expressions and look-ups are in every part.
    Raises `TooLittleData` when no two intents would remain to be learnt.
    """
    if len({example.intent for example in data.examples}) < 2:
        raise TooLittleData("an evaluation needs examples of at least two intents; add some to a file such as nlu.fr.yml")
    if count < 2:
        raise TooLittleData("cross-validation needs at least two folds; give `--folds 5`")
    place = _places(data, count)
    for fold in range(count):
        kept = tuple(e for e, number in zip(data.examples, place, strict=True) if number != fold)
        held = tuple(e for e, number in zip(data.examples, place, strict=True) if number == fold)
        if held and len({example.intent for example in kept}) >= 2:
            yield replace(data, examples=kept), held


def _places(data: TrainingData, count: int) -> list[int]:
    """The fold of every example."""
    groups: dict[str, list[int]] = defaultdict(list)
    for number, example in enumerate(data.examples):
        groups[" ".join(folded(example.text).split())].append(number)
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, members in groups.items():
        by_intent[data.examples[members[0]].intent].append(text)
    place = [0] * len(data.examples)
    turn = 0  # goes on from intent to intent, so that small intents do not all leave the last folds empty
    for _, texts in sorted(by_intent.items()):
        for text in sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest()):
            for member in groups[text]:
                place[member] = turn % count
            turn += 1
    return place
