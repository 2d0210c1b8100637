"""Puts slips of the finger right, towards the words the bot was taught."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from nlu.common_words import WORDS
from nlu.spelling import Spelling

_FROM = 4
"""Shorter words have too many neighbours."""
_AT_MOST = 40
"""Unknown words repaired in one message; more of them is not a message about shoes."""


class Repair:
    """Knows how often each word was taught; `counts` is word to number of training messages.

    `exists` tells whether a word nobody taught is a word all the same: the more it knows, the fewer words are repaired
    that were right.
    """

    def __init__(self, counts: Mapping[str, int], exists: Callable[[str], bool] = lambda _: False) -> None:
        self._counts = counts
        self._exists = exists
        self._spelling = Spelling(word for word in counts if word.isalpha() and len(word) >= _FROM)
        self._known: dict[str, str] = {}

    def __call__(self, words: Sequence[str]) -> list[str]:
        """The words, each unknown one replaced by the taught word one slip away, if there is one."""
        unknown = 0
        repaired = []
        for word in words:
            if self.unknown(word):
                unknown += 1
                if unknown <= _AT_MOST:
                    word = self.nearest(word)
            repaired.append(word)
        return repaired

    def unknown(self, word: str) -> bool:
        """Whether a word is one nobody taught and no language has, so far as we know: likely a slip."""
        if len(word) < _FROM or word in self._counts or word in WORDS or not word.isalpha():
            return False
        return not self._exists(word)

    def nearest(self, word: str) -> str:
        """The taught word one slip from an unknown one, or the word itself."""
        if word not in self._known:
            near = self._spelling.near(word)
            if len(self._known) > 5_000:
                self._known.clear()
            best = max(near, key=lambda each: (each[0] == word[0], self._counts[each], each), default=word)
            self._known[word] = best
        return self._known[word]
