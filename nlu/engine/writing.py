"""Writes a message as its author would have with time: for the sentence encoder, which learnt from well-written texts.

Text-message spellings are written out, slips are repaired towards the taught words, accents of taught words come back, shouted
and drawn-out words are said calmly, and digits become `0`: which order it is changes nothing in what is asked.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nlu.engine.repair import Repair
from nlu.slang import SLANG
from nlu.text import LONGEST, folded

_FROM = 4
"""Shorter words are other words without their accents: `ou` and `où`, `la` and `là`."""
_AT_MOST = 40
"""Unknown words repaired in one message."""
_WORD = re.compile(r"[^\W_]+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_DIGITS = re.compile(r"\d+")

Span = tuple[int, int]


def spellings_of(texts: Iterable[str]) -> dict[str, str]:
    """Words without accents to the accented form most of `texts` write them in."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for found in _WORD.finditer(text.lower()):
            forms[folded(found.group())][found.group()] += 1
    chosen = {}
    for bare in sorted(forms):
        form, count = min(forms[bare].items(), key=lambda each: (-each[1], each[0]))
        if form != bare and len(bare) >= _FROM and count > forms[bare][bare]:
            chosen[bare] = form
    return chosen


@dataclass(frozen=True, slots=True)
class Written:
    """A message written well, and where the words that were changed stood."""

    text: str
    changed: tuple[tuple[Span, Span], ...]
    """Place in `text` and place in the author's own message, in order."""

    def own(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Places in `text`, in order, as places in the author's message; a changed word counts as a whole."""
        changed = [*self.changed, ((len(self.text) + 1,) * 2, (0, 0))]
        found, number, shift = [], 0, 0
        for start, end in spans:
            while changed[number][0][1] <= start:
                shift = changed[number][1][1] - changed[number][0][1]
                number += 1
            (first, last), whole = changed[number]
            found.append(whole if first < end and start < last else (start + shift, end + shift))
        return tuple(found)


class Writer:
    """Rewrites messages; knows the taught words through `repair` and how they are written through `spellings`."""

    def __init__(self, repair: Repair, spellings: Mapping[str, str]) -> None:
        self._repair = repair
        self._spellings = spellings

    def __call__(self, text: str, language: str) -> str:
        """The message as its author would have written it with time."""
        return self.write(text, language).text

    def write(self, text: str, language: str) -> Written:
        """The same with where its words stood."""
        text = text[:LONGEST]
        if text.isupper() and len(text.lower()) == len(text):  # shouted: capitals say nothing more
            text = text.lower()
        slang = SLANG.get(language, {})
        unknown = 0

        def better(found: re.Match[str]) -> str:
            nonlocal unknown
            written = _DRAWN_OUT.sub(r"\1", found.group())
            if not written.isalpha() and written.lower() not in slang:
                return _DIGITS.sub("0", written)
            bare = folded(written)
            if bare in slang and text[found.end() : found.end() + 1] not in ("'", "’"):
                return slang[bare]
            if self._repair.unknown(bare) and unknown < _AT_MOST:
                unknown += 1
                bare = self._repair.nearest(bare)
                if bare != folded(written):
                    return self._spellings.get(bare, bare)
            return self._spellings.get(bare, written) if written.isascii() else written

        parts, changed, done, length = [], [], 0, 0
        for found in _WORD.finditer(text):
            word = better(found)
            if word != found.group():
                start, end = found.span()
                length += start - done + len(word)
                parts += [text[done:start], word]
                changed.append(((length - len(word), length), (start, end)))
                done = end
        return Written("".join([*parts, text[done:]]), tuple(changed))
