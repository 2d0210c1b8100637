"""Cuts text into the pieces the universal sentence encoder was taught on: a unigram language model over 128,000 pieces.

The best cut of a word is the likeliest one, found letter by letter (Viterbi). No piece crosses a space, so words are cut one
by one and remembered. The vocabulary is looked up by a hash of each prefix in one sorted array, which can be mapped from a
file: as a Python dictionary it would weigh 40 MB in every process and take half a second to build. The hash grows letter by
letter as the search does, and numpy works out those of a whole vocabulary at once.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNKNOWN, START, END = 0, 1, 2
_SPACE = "\u2581"
"""What the model writes for the space before a word."""
_UNKNOWN_COST = 10.0
"""How much less likely than the rarest piece a letter without piece is (the convention of sentencepiece)."""
_REMEMBERED = 20_000
_LONGEST_WORD = 200
"""Letters of one word that are cut together; longer ones are no words."""
_WORD = re.compile(rf"\S{{1,{_LONGEST_WORD}}}")
_FACTOR, _ALL = 0x9E3779B97F4A7C15, (1 << 64) - 1
"""The hash of letters with one more is `(hash * _FACTOR + letter) & _ALL`."""
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\x8f\x9f\u200b-\u200f\u202a-\u202e\u2060\ufeff\ufffd]")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every piece and every beginning of a piece, by the hash of its letters."""

    hashes: NDArray[np.uint64]
    """Sorted."""
    numbers: NDArray[np.int32]
    """For each hash the piece's number, or -1 for what only begins one."""
    scores: NDArray[np.float32]
    """Log probability of each piece, by number."""


def learn_vocabulary(pieces: Sequence[str], scores: Sequence[float]) -> Vocabulary:
    """Index the pieces of a model, given in the order of their numbers, with their log probabilities."""
    letters = np.array(pieces).view(np.uint32).reshape(len(pieces), -1).astype(np.uint64)
    lengths = np.array([len(piece) for piece in pieces])
    whole = np.zeros(len(pieces), np.uint64)
    beginnings = []
    for place, column in enumerate(letters.T):
        whole = np.where(lengths > place, whole * np.uint64(_FACTOR) + column, whole)
        beginnings.append(whole[lengths > place + 1])
    order = np.argsort(whole)
    if (np.diff(whole[order]) == 0).any():
        raise ValueError("two pieces have one hash")
    rest = np.setdiff1d(np.concatenate(beginnings), whole)
    hashes = np.concatenate((whole[order], rest))
    numbers = np.concatenate((order, np.full(len(rest), -1))).astype(np.int32)
    order = np.argsort(hashes)
    return Vocabulary(hashes[order], numbers[order], np.array(scores, np.float32))


@dataclass(frozen=True, slots=True)
class Word:
    """How one word is cut."""

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    """Where each piece stands in the word; the whole word when its letters were changed by normalisation."""


class Cutter:
    """Cuts texts into numbered pieces; remembers the words it has met."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._hashes = vocabulary.hashes.data
        self._numbers = vocabulary.numbers.data
        self._scores = array("d", vocabulary.scores)
        self._unknown = min(self._scores) - _UNKNOWN_COST
        self._words: dict[str, Word] = {}
        self._looked_up: dict[int, int | None] = {}

    def cut(self, text: str) -> Iterator[tuple[int, Word]]:
        """Each word's place in the text, and its pieces."""
        for found in _WORD.finditer(text):
            yield found.start(), self.word(found.group())

    def word(self, written: str) -> Word:
        """How one word, without spaces, is cut."""
        word = self._words.get(written)
        if word is None:
            word = self._cut_word(written)
            if len(self._words) >= _REMEMBERED:
                self._words.clear()
            self._words[written] = word
        return word

    def _cut_word(self, written: str) -> Word:
        read = unicodedata.normalize("NFKC", _INVISIBLE.sub("", written.encode("utf-8", "replace").decode()))
        read = _SPACE + _SPACE.join(read.split())
        if read == _SPACE:
            return Word((), ())
        ends, ids = self._best(read)
        if len(read) != len(written) + 1:
            return Word(tuple(ids), ((0, len(written)),) * len(ids))
        starts = [0, *ends[:-1]]
        return Word(tuple(ids), tuple((max(start - 1, 0), end - 1) for start, end in zip(starts, ends, strict=True)))

    def _best(self, read: str) -> tuple[list[int], list[int]]:
        """The likeliest cut of a word: where each piece ends, and its number."""
        length = len(read)
        best = [0.0] + [-1e38] * length
        came_from = [(0, UNKNOWN)] * (length + 1)
        letters = list(map(ord, read))
        for start in range(length):
            single = False
            told = 0
            for end in range(start + 1, length + 1):
                told = (told * _FACTOR + letters[end - 1]) & _ALL
                number = self._looked_up[told] if told in self._looked_up else self._look_up(told)
                if number is None:
                    break
                if number >= 0:
                    single = single or end == start + 1
                    score = best[start] + self._scores[number]
                    if score > best[end]:
                        best[end], came_from[end] = score, (start, number)
            if not single and best[start] + self._unknown > best[start + 1]:
                best[start + 1], came_from[start + 1] = best[start] + self._unknown, (start, UNKNOWN)
        ends, ids, end = [], [], length
        while end > 0:
            start, number = came_from[end]
            ends.append(end)
            ids.append(number)
            end = start
        return ends[::-1], ids[::-1]

    def _look_up(self, wanted: int) -> int | None:
        """The number of the piece with a hash, -1 for the beginning of one, None for neither."""
        place = bisect_left(self._hashes, wanted)
        found = self._numbers[place] if place < len(self._hashes) and self._hashes[place] == wanted else None
        if len(self._looked_up) >= _REMEMBERED:
            self._looked_up.clear()
        self._looked_up[wanted] = found
        return found
