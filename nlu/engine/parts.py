"""The sentences of a message, found by its punctuation: in a long story one of them, often the last, says what is wanted."""

from __future__ import annotations

import re

_BORDER = re.compile(r"(?<=[.!?;…\n])\s+|\n+|(?<=\w),\s+(?=\w+ \w+ \w+)|\s+[-–—]\s+")
_FEWEST_WORDS = 3
"""A shorter one belongs to the sentence before it: « Merci. », « svp ! »"""

Span = tuple[int, int]


def parts_of(text: str) -> tuple[Span, ...]:
    """Where each sentence of `text` begins and ends; empty for a message of a single one, as most are."""
    found: list[Span] = []
    start = 0
    for end, after in [*(border.span() for border in _BORDER.finditer(text)), (len(text), len(text))]:
        part = text[start:end]
        if any(map(str.isalnum, part)):
            if found and len(part.split()) < _FEWEST_WORDS:
                found[-1] = found[-1][0], end
            else:
                found.append((start, end))
        start = after
    return tuple(found) if len(found) > 1 else ()
