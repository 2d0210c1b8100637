"""Cuts a message into the words a tagger labels, and tells what one word looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nlu.text import folded

Floats = NDArray[np.float32]
Span = tuple[int, int]

LONGEST = 150
"""Words of a message that are labelled; the rest of a longer one is left alone, so that time is bounded."""
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_LETTER_RUN = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True, slots=True)
class Words:
    """A message cut into words; punctuation marks are words too."""

    plain: tuple[str, ...]
    """Folded: lower case, no accents."""
    shapes: tuple[str, ...]
    """What each looks like: `Xxx` for `Lyon`, `dd` for `42`."""
    spans: tuple[Span, ...]
    """Where each stands in the message."""


def cut(text: str) -> Words:
    """The words of `text`, the first `LONGEST` of them."""
    plain, shapes, spans = [], [], []
    for found in _WORD.finditer(text):
        word, shape = _seen(found.group())
        plain.append(word)
        shapes.append(shape)
        spans.append(found.span())
        if len(plain) == LONGEST:
            break
    return Words(tuple(plain), tuple(shapes), tuple(spans))


@lru_cache(maxsize=20_000)
def _seen(word: str) -> tuple[str, str]:
    letters = ["d" if c.isdigit() else "X" if c.isupper() else "x" if c.isalpha() else c for c in word]
    return folded(word) or word, _LETTER_RUN.sub(r"\1\1", "".join(letters))


def pooled(spans: tuple[Span, ...], pieces: tuple[Span, ...], vectors: Floats) -> Floats:
    """One vector a word: the mean of those of the encoder's pieces in it (zero for a word the encoder did not read).

    `spans` and `pieces` are in the order of the text; a piece longer than a word stands for every word under it.
    """
    shares = np.zeros((len(spans), len(pieces)), np.float32)
    first = 0
    for row, (start, end) in enumerate(spans):
        while first < len(pieces) and pieces[first][1] <= start:
            first += 1
        last = first
        while last < len(pieces) and pieces[last][0] < end:
            last += 1
        if last > first:
            shares[row, first:last] = 1.0 / (last - first)
    result: Floats = shares @ vectors
    return result
