"""Makes people's many ways of typing one: case, accents, apostrophes, emoji, text-message spellings, lettttters.

Two views of a message are made here. `fold` keeps every character's place, so that what is found in the folded text can be
shown in the customer's own words; `tokens` throws places away and gives the classifier plain words.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nlu.slang import EMOJI, SLANG

LONGEST = 2000
"""Characters of a message that are read; the rest of a longer one is left alone, so that time is bounded."""

BLANK = "\x01"
"""Stands for what has been read already: neither a letter nor a space."""

_SPECIAL = {
    "œ": "oe",
    "æ": "ae",
    "ß": "ss",
    "ø": "o",
    "đ": "d",
    "ł": "l",
    "ı": "i",
    **dict.fromkeys("’‘ʼ´`′＇", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}


class _FoldTable(dict[int, str]):
    """What each character folds to, worked out the first time it is met."""

    def __missing__(self, code: int) -> str:
        folded = "".join(map(_fold_character, unicodedata.normalize("NFKD", chr(code)).lower()))
        self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return ""
    return " " if category in ("Zs", "Zl", "Zp", "Cc", "Cs") else character


_FOLD = _FoldTable()


@dataclass(frozen=True, slots=True)
class Folded:
    """A message in lower case without accents, every character still knowing its place in the original."""

    text: str
    places: tuple[int, ...] | None
    """For each character of `text`, and for its end, its place in the original; None when they are the same."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the original."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1

    def replaced(self, changes: Mapping[tuple[int, int], str]) -> Folded:
        """The same message with some spans of `text` written otherwise, as if the customer had."""
        if not changes:
            return self
        places = self.places or tuple(range(len(self.text) + 1))
        parts, moved, done = [], [], 0
        for (start, end), word in sorted(changes.items()):
            parts += [self.text[done:start], word]
            moved += [*places[done:start], *(places[min(start + i, end - 1)] for i in range(len(word) - 1))]
            moved.append(places[end - 1])
            done = end
        return Folded("".join([*parts, self.text[done:]]), (*moved, *places[done:]))

    def blanked(self, spans: Iterable[tuple[int, int]]) -> Folded:
        """The same message with these spans of the original made unreadable."""
        letters = list(self.text)
        for start, end in spans:
            if self.places is not None:  # where those places went
                start, end = bisect_left(self.places, start), bisect_left(self.places, end)
            letters[start:end] = BLANK * (end - start)
        return Folded("".join(letters), self.places)


def fold(text: str) -> Folded:
    """Fold `text`, keeping places."""
    if text.isascii() and text.isprintable():
        return Folded(folded(text), None)
    pieces = [_FOLD[ord(character)] for character in text]
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    return Folded("".join(pieces), (*places, len(text)))


def folded(text: str) -> str:
    """Fold `text` when places do not matter."""
    if text.isascii() and text.isprintable():
        return text.lower().replace("`", "'")
    return text.translate(_FOLD)


_TOKEN = re.compile(r"[^\W_]+|\?")
_DIGITS = re.compile(r"\d+|\D+")
_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")


def squeezed(word: str) -> str:
    """`word` with drawn-out letters shortened to two: `merciiiii` becomes `mercii`."""
    return _LONG_RUN.sub(r"\1\1", word)


def tokens(text: str, language: str) -> list[str]:
    """Plain words of a message already folded or not, for the classifier.

    Text-message spellings are written out, emoji with a plain meaning become words, digits become `0`, punctuation other
    than a question mark goes.
    """
    text = folded("".join(EMOJI.get(character, character) for character in text) if not text.isascii() else text)
    slang = SLANG.get(language, {})
    words: list[str] = []
    for found in _TOKEN.finditer(text):
        word = found.group()
        if not word.isalpha() and word != "?" and word not in slang:
            words.extend("0" if part.isdigit() else part for part in _DIGITS.findall(word))
            continue
        if word not in slang and _LONG_RUN.search(word):
            word = squeezed(word)
            if (shorter := _LONG_RUN.sub(r"\1", found.group())) in slang:
                word = shorter
        elided = text.startswith("'", found.end())  # the `c` of `c'est` is a word, the `c` of `c ou` is short for one
        words.extend(slang[word].split() if word in slang and not elided else [word])
    return words
