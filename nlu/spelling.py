"""Words one slip of the finger away: a letter missing, added, changed, or two neighbours swapped."""

from __future__ import annotations

from collections.abc import Callable, Container
from string import ascii_lowercase


def one_slip_away(word: str, known: Container[str]) -> list[str]:
    """Every known word one edit from `word`, without order of merit; `word` is folded."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {a + b[1:] for a, b in splits if b and a + b[1:] in known}
    found |= {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1 and a + b[1] + b[0] + b[2:] in known}
    for letter in ascii_lowercase:
        for head, tail in splits:
            if tail and head + letter + tail[1:] in known:
                found.add(head + letter + tail[1:])
            if head + letter + tail in known:
                found.add(head + letter + tail)
    found.discard(word)
    return sorted(found)


def nearest(word: str, known: Container[str], weight: Callable[[str], float]) -> str | None:
    """The known word most likely meant by `word`: same first letter if there is one, then the heaviest."""
    candidates = one_slip_away(word, known)
    return max(candidates, key=lambda near: (near[0] == word[0], weight(near), near)) if candidates else None
