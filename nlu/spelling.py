"""Words one slip of the finger away: a letter missing, added, changed, or two neighbours swapped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


class Spelling:
    """A set of words that can be found by a misspelling of them.

    Two words one slip apart become the same when a letter is taken from one or both, so looking a word up costs as many
    dictionary look-ups as it has letters, whatever the size of the set.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._shortened: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._words):
            for short in _shortened(word):
                self._shortened[short].append(word)

    def __contains__(self, word: object) -> bool:
        return word in self._words

    def near(self, word: str) -> list[str]:
        """Every word of the set exactly one slip from `word`, in alphabetical order."""
        found = {near for short in _shortened(word) for near in self._shortened.get(short, ())}
        return sorted(near for near in found if one_slip(word, near))


def one_slip(word: str, other: str) -> bool:
    """Whether one slip makes one word of the other."""
    if word == other or abs(len(word) - len(other)) > 1:
        return False
    if len(word) > len(other):
        word, other = other, word
    start = next((i for i, letter in enumerate(word) if letter != other[i]), len(word))
    if len(word) < len(other):
        return word[start:] == other[start + 1 :]
    if word[start + 1 :] == other[start + 1 :]:
        return True
    return word[start + 2 :] == other[start + 2 :] and word[start : start + 2] == other[start : start + 2][::-1]


def _shortened(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}
