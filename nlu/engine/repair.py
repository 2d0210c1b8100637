"""Puts slips of the finger right, towards the words the bot was taught."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlu.common_words import WORDS
from nlu.spelling import Spelling

_FROM = 4
"""Shorter words have too many neighbours."""
_AT_MOST = 40
"""Unknown words repaired in one message; more of them is not a message about shoes."""


class Repair:
    """Knows how often each word was taught; `counts` is word to number of training messages."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._spelling = Spelling(word for word in counts if word.isalpha() and len(word) >= _FROM)
        self._known: dict[str, str] = {}

    def __call__(self, words: Sequence[str]) -> list[str]:
        """The words, each unknown one replaced by the taught word one slip away, if there is one."""
        unknown = 0
        repaired = []
        for word in words:
            if len(word) >= _FROM and word not in self._counts and word not in WORDS and word.isalpha():
                unknown += 1
                if unknown <= _AT_MOST:
                    word = self._nearest(word)
            repaired.append(word)
        return repaired

    def _nearest(self, word: str) -> str:
        if word not in self._known:
            near = self._spelling.near(word)
            if len(self._known) > 5_000:
                self._known.clear()
            best = max(near, key=lambda each: (each[0] == word[0], self._counts[each], each), default=word)
            self._known[word] = best
        return self._known[word]
