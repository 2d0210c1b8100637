"""Finds the wordings a brand listed or annotated: longest first, whatever the case, accents, plural or one slip of the finger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from nlu.common_words import WORDS
from nlu.spelling import Spelling
from nlu.text import Folded, folded
from nlu.understanding import Entity

_WORD = re.compile(r"[^\W_]+")
_SLIPS_FROM = 5
"""Shorter words have too many neighbours for a slip to be told from another word."""


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    value: str


class Gazetteer:
    """Every listed wording of every entity, ready to be found in messages.

    `wordings` maps entity names to wordings and their values; `ordinary` are words customers use for themselves,
    so never misspellings of a wording.
    """

    def __init__(self, wordings: Mapping[str, Mapping[str, str]], ordinary: frozenset[str] = frozenset()) -> None:
        self._entries: dict[tuple[str, ...], _Entry] = {}
        for name in wordings:
            for wording, value in wordings[name].items():
                self._entries.setdefault(key_of(wording), _Entry(name, value))
        self._entries.pop((), None)
        self._lengths: dict[str, tuple[int, ...]] = {}
        for key in self._entries:
            self._lengths[key[0]] = tuple(sorted({*self._lengths.get(key[0], ()), len(key)}, reverse=True))
        self.words = frozenset(word for key in self._entries for word in key)
        self._ordinary = frozenset(map(singular, WORDS | ordinary)) - self.words
        self._spelling = Spelling(word for word in self.words if len(word) >= _SLIPS_FROM)

    def find(self, message: Folded, text: str) -> list[Entity]:
        """The listed wordings in a message, none overlapping another."""
        tokens = [(match.start(), match.end(), self._meant(match.group())) for match in _WORD.finditer(message.text)]
        found: list[Entity] = []
        position = 0
        while position < len(tokens):
            length = 1
            for length in self._lengths.get(tokens[position][2], ()):
                window = tokens[position : position + length]
                entry = self._entries.get(tuple(word for _, _, word in window))
                if entry is not None and len(window) == length and _unbroken(message.text, window):
                    start, end = message.span(window[0][0], window[-1][1])
                    found.append(Entity(entry.name, entry.value, text[start:end], start, end, source="lookup"))
                    break
            else:
                length = 1
            position += length
        return found

    def _meant(self, word: str) -> str:
        word = singular(word)
        if len(word) < _SLIPS_FROM or word in self.words or word in self._ordinary:
            return word
        near = [each for each in self._spelling.near(word) if each[0] == word[0] or len(word) > 6]
        return near[0] if near else word


def key_of(wording: str) -> tuple[str, ...]:
    """A wording as it is compared: folded words, singular."""
    return tuple(map(singular, _WORD.findall(folded(wording))))


def singular(word: str) -> str:
    """A folded word without the mark of the plural, near enough for comparing."""
    return word[:-1] if len(word) > 3 and word[-1] in "sx" and word[-2] != "s" else word


def _unbroken(text: str, window: list[tuple[int, int, str]]) -> bool:
    """Whether only spaces, hyphens, apostrophes or full stops part the words: a comma parts two things."""
    return all(re.fullmatch(r"[\s'.-]{1,3}", text[left[1] : right[0]]) for left, right in pairwise(window))
