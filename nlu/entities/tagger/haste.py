"""Training messages as somebody in a hurry would have typed them: no capitals, few accents, a slip of the finger here and there.

Those who annotate examples write « Je m'appelle Odette Marchessou »; customers also send « jmappelle odette marchesou ».
"""

from __future__ import annotations

import random
import re
from dataclasses import replace
from hashlib import sha256

from nlu.text import folded
from nlu.understanding import Example

_SMALL, _BARE, _JOINED = 0.8, 0.6, 0.5
"""Shares of the messages without capitals, without accents, without apostrophes."""
_SLIPPED = 0.1
"""Share of the longer words with a slip in them."""
_LONGER = re.compile(r"[^\W\d_]{4,}")


def hasty(example: Example) -> Example:
    """The example typed in a hurry, its entities where they went; always the same of the same."""
    drawn = random.Random(sha256(example.text.encode("utf-8", "replace")).digest())  # noqa: S311 - repeatable on purpose
    small, bare, joined = (drawn.random() < share for share in (_SMALL, _BARE, _JOINED))
    letters = list(example.text)
    for word in _LONGER.finditer(example.text):
        if drawn.random() < _SLIPPED:
            _slip(letters, drawn.randrange(word.start() + 1, word.end() - 1), drawn)
    places, text = [], ""
    for letter in letters:
        places.append(len(text))
        written = "" if joined and letter in ("'", "’") else letter
        if bare and written.isalpha() and not written.isascii():
            written = folded(written).upper() if written.isupper() else folded(written)
        text += written.lower() if small else written
    places.append(len(text))
    moved = []
    for entity in example.entities:
        start, end = places[entity.start], places[entity.end]
        moved.append(replace(entity, text=text[start:end], start=start, end=end))
    return replace(example, text=text, entities=tuple(moved))


def small(text: str) -> str:
    """A text without capitals, accents and apostrophes: where it is the text itself, haste changes little."""
    return folded(text).replace("'", "")


def _slip(letters: list[str], place: int, drawn: random.Random) -> None:
    """A letter in a word's middle missed, doubled, changed, or swapped with the next; all others keep their places."""
    match drawn.choice(("miss", "double", "change", "swap")):
        case "miss":
            letters[place] = ""
        case "double":
            letters[place] *= 2
        case "change":
            letters[place] = drawn.choice("abcdefghijklmnopqrstuvwxyz")
        case _:
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
