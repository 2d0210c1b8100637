"""What a check tells: where, what is wrong, and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from nlu.text import folded
from nlu.understanding import Example

Severity = Literal["error", "warning"]
"""An error makes the model worse or the figures false; a warning is worth a look."""
Place = tuple[str, int]
"""File and line."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is, or may be, wrong."""

    severity: Severity
    kind: str
    """A stable name, for scripts."""
    file: str
    line: int
    problem: str
    cure: str
    also: tuple[Place, ...] = ()
    """Other lines concerned."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        others = f" (see {', '.join(f'{file}:{line}' for file, line in self.also[:3])})" if self.also else ""
        return f"{place}{self.problem}{others}; {self.cure}"

    def as_json(self) -> dict[str, Any]:
        """The finding for scripts."""
        return {
            "severity": self.severity,
            "kind": self.kind,
            "file": self.file,
            "line": self.line,
            "problem": self.problem,
            "cure": self.cure,
            "also": [{"file": file, "line": line} for file, line in self.also],
        }


@dataclass(frozen=True, slots=True)
class Declared:
    """What the bot around the model knows; None: nobody told, so nothing is checked against it."""

    intents: frozenset[str] | None = None
    """Intents of the domain."""
    used: frozenset[str] | None = None
    """Intents that lead somewhere: they start a flow, steer, fill a slot or are a button's."""
    entities: frozenset[str] | None = None
    file: str = ""
    """Where they are declared."""


def at(example: Example) -> Place:
    """Where an example is written."""
    return example.file, example.line


def words_of(text: str) -> str:
    """What makes two messages the same: their words, whatever the case, accents and punctuation."""
    return " ".join(_WORD.findall(folded(text))) or text.strip()


def shown(text: str) -> str:
    """A message short enough for one line."""
    text = " ".join(text.split())
    return f"« {text if len(text) <= 60 else text[:59] + '…'} »"
