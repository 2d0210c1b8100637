"""What a writer of some format makes: files not yet on disk, and what that format has no place for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlu.annotations import write_annotated
from nlu.errors import TrainingDataError
from nlu.understanding import Example, TrainingData


@dataclass(frozen=True, slots=True)
class Written:
    """Training data in some format."""

    files: Mapping[str, str]
    """Path inside the folder to content."""
    lost: tuple[str, ...] = ()
    """What could not be carried over, for whoever asked."""


def languages_of(data: TrainingData) -> list[str]:
    """Every language with examples, the one with the most first."""
    counts: dict[str, int] = defaultdict(int)
    for example in data.examples:
        counts[example.language] += 1
    return sorted(counts, key=lambda language: (-counts[language], language))


def by_intent(examples: Iterable[Example]) -> dict[str, list[Example]]:
    """Examples under their intents, both in the order they came."""
    found: dict[str, list[Example]] = {}
    for example in examples:
        found.setdefault(example.intent, []).append(example)
    return found


def annotated_line(example: Example) -> str:
    """An example on one line in Rasa's notation. Raises `TrainingDataError` when it cannot be written so."""
    try:
        return write_annotated(example.text, example.entities)
    except ValueError as wrong:
        raise TrainingDataError(str(wrong), file=example.file, line=example.line) from None


def synonyms_by_value(data: TrainingData) -> dict[str, list[str]]:
    """Canonical values to their wordings."""
    found: dict[str, list[str]] = {}
    for wording, value in data.synonyms.items():
        found.setdefault(value, []).append(wording)
    return found


def file_names(names: Sequence[str]) -> dict[str, str]:
    """Names to names of files: no separators, nothing hidden, no two the same even where case does not count."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        safe = plain = re.sub(r"[^\w -]", "_", name).strip() or "_"
        number = 1
        while safe.casefold() in taken:
            number += 1
            safe = f"{plain}_{number}"
        taken.add(safe.casefold())
        found[name] = safe
    return found
