"""What a tagger sees of each word: the word, its letters, its neighbours, the message's intent and the hints about it.

Training and serving run this very code, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlu.entities.tagger.words import Words
from nlu.understanding import Entity

_WINDOW = 5
"""Words to each side whose mere presence is told."""
_AFFIXES = (1, 2, 3, 4)
_REMEMBERED = 20_000


def rule_marks(words: Words, found: Sequence[Entity]) -> list[list[str]]:
    """Hints about each word from what the rules found: a day, an hour, an order number."""
    marks: list[list[str]] = [[] for _ in words.spans]
    for entity in found:
        if entity.source == "lookup":
            continue  # annotated wordings are told by `nlu.entities.tagger.listed`, which knows which message they are from
        first = True
        for place, (start, end) in enumerate(words.spans):
            if entity.start <= start and end <= entity.end:
                marks[place] += [f"rule:{entity.name}", "rule1" if first else "rule2"]
                if first and place:
                    marks[place - 1].append("rule>")
                first = False
    return marks


def spread(marks: Sequence[Sequence[str]]) -> list[list[str]]:
    """Each word's hints with those of its two neighbours."""
    edged = ((), *marks, ())
    return [
        [*own, *[f"<<{each}" for each in before], *[f">>{each}" for each in after]]
        for before, own, after in zip(edged, marks, edged[2:], strict=False)
    ]


def of_word(plain: str, shape: str) -> list[str]:
    """What a word tells wherever it stands."""
    told = ["*", f"w{plain}", f"s{shape}"]
    for length in _AFFIXES:
        if len(plain) > length:
            told += [f"<{plain[:length]}", f">{plain[-length:]}"]
    return told


def of_places(words: Words, intent: str) -> list[list[str]]:
    """For each word what its neighbours and the intent tell of it."""
    plain = ("^^", "^", *words.plain, "$", "$$")
    shapes = ("^", *words.shapes, "$")
    count = len(words.plain)
    told: list[list[str]] = []
    for place in range(count):
        before2, before, word, after, after2 = plain[place : place + 5]
        left, shape, right = shapes[place : place + 3]
        told.append(
            [
                f"-{before}",
                f"+{after}",
                f"--{before2}",
                f"++{after2}",
                f"-={before} {word}",
                f"=+{word} {after}",
                f"--={before2} {before}",
                f"=++{after} {after2}",
                f"-+{before} {after}",
                f"-s{left}",
                f"+s{right}",
                f"sss{left} {shape} {right}",
                f"@{intent}",
                f"@-{intent} {before}",
                f"@={intent} {word}",
                f"@+{intent} {after}",
                f"@s{intent} {shape}",
                *[f"L{each}" for each in words.plain[max(0, place - _WINDOW) : place]],
                *[f"R{each}" for each in words.plain[place + 1 : place + 1 + _WINDOW]],
            ]
        )
    return told


def all_features(words: Words, intent: str, marks: Sequence[Sequence[str]]) -> list[list[str]]:
    """Every feature of every word; for training, which must name them all."""
    return [
        [*of_word(plain, shape), *place, *mark]
        for plain, shape, place, mark in zip(words.plain, words.shapes, of_places(words, intent), marks, strict=True)
    ]


class Numbered:
    """The features a model knows, by number."""

    def __init__(self, features: Sequence[str]) -> None:
        self._numbers = {feature: number for number, feature in enumerate(features)}
        self._words: dict[tuple[str, str], list[int]] = {}

    def numbers(self, words: Words, intent: str, marks: Sequence[Sequence[str]]) -> list[list[int]]:
        """The numbers of each word's known features."""
        known = self._numbers
        rows = []
        for plain, shape, place, mark in zip(words.plain, words.shapes, of_places(words, intent), marks, strict=True):
            row = list(self._of_word(plain, shape))
            row += [known[feature] for feature in place if feature in known]
            row += [known[feature] for feature in mark if feature in known]
            rows.append(row)
        return rows

    def _of_word(self, plain: str, shape: str) -> list[int]:
        kept = self._words.get((plain, shape))
        if kept is None:
            kept = [self._numbers[feature] for feature in of_word(plain, shape) if feature in self._numbers]
            if len(self._words) >= _REMEMBERED:
                self._words.clear()
            self._words[plain, shape] = kept
        return kept
