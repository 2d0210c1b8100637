"""Buttons as platforms can show them: how many stand side by side on a phone."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import Button

_WIDTHS = ((3, 8), (6, 4), (10, 3), (18, 2))
"""Longest title that still reads well, and how many such buttons fit beside each other on a phone."""


def rows(buttons: Sequence[Button], *, widest: int = 8) -> list[list[Button]]:
    """Lay buttons out in rows of equal count, at most `widest` in one, by the length of their longest title."""
    longest = max((len(button.title) for button in buttons), default=0)
    fitting = next((count for length, count in _WIDTHS if longest <= length), 1)
    beside = min(fitting, widest)
    # Nine short buttons look better as 5 + 4 than as 8 + 1.
    lines = -(-len(buttons) // beside)
    each = -(-len(buttons) // lines) if lines else 1
    return [list(buttons[start : start + each]) for start in range(0, len(buttons), each)]
