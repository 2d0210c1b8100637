"""Whole sentences in a short notation, for small grammars. Pure.

    [please] (remove|take) me [from [your] {what}]

Words stand as `opting.plain` writes them; what is in brackets may be left out, `|` parts alternatives, and `{name}` stands for
what `names` says of it and is caught under that name. `[...]*` may be said several times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_PIECES = re.compile(r"\{\w+\}|[\[\]()|*]|[^\s\[\](){}|*]+")
_SIGNS = {"[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|"}


class Phrases:
    """Some sentences that mean the same."""

    def __init__(self, sentences: Iterable[str], names: Mapping[str, str], *, end: str = "") -> None:
        """`end` is what may stand behind each of them, in the same notation."""
        self._patterns = tuple(re.compile(_compiled(f"({one}) {end}", names)) for one in sentences)

    def read(self, said: str) -> dict[str, str] | None:
        """What is caught of a message that is one of them, by name; None when it is none. What was left out is empty."""
        for pattern in self._patterns:
            if found := pattern.fullmatch(f"{said} "):
                return {name: (words or "").strip() for name, words in found.groupdict().items()}
        return None


def _compiled(notation: str, names: Mapping[str, str]) -> str:
    written = ""
    for sign in _PIECES.findall(notation):
        if sign == "*":  # of the brackets before it
            written = written.removesuffix(")?") + ")*"
        elif sign in _SIGNS:
            written += _SIGNS[sign]
        elif sign == "{rest}":
            written += r"(?P<rest>.*)"
        elif sign.startswith("{"):
            written += f"(?P<{sign[1:-1]}>{_compiled(names[sign[1:-1]], names)})"
        else:
            written += f"{re.escape(sign)} "
    return written


def which(names: Mapping[str, Phrases], words: str) -> str:
    """Which of these the words are; empty when none."""
    return next((name for name, phrases in names.items() if words and phrases.read(words) is not None), "")
