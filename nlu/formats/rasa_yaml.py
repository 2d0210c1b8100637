"""Training data as today's Rasa writes it, one file a language; `nlu.training_files` reads it back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from nlu.annotations import plain
from nlu.formats.written import Written, annotated_line, by_intent, languages_of, synonyms_by_value
from nlu.understanding import Example, TrainingData

_SHARED = "shared"
_PLAIN_NAME = re.compile(r"(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z_][\w-]*", re.IGNORECASE)


def write_rasa(data: TrainingData) -> Written:
    """Every `nlu.<language>.yml`, and `nlu.shared.yml` with what belongs to no language."""
    files = {f"nlu.{language}.yml": rasa_text(_of(data, language)) for language in languages_of(data)}
    shared = TrainingData(synonyms=data.synonyms, regexes=data.regexes, lookups=data.lookups)
    if blocks := _shared_blocks(shared):
        files[f"nlu.{_SHARED}.yml"] = _file(blocks)
    return Written(files)


def rasa_text(examples: Iterable[Example]) -> str:
    """One file with these examples."""
    return _file([block("intent", intent, map(annotated_line, some)) for intent, some in by_intent(examples).items()])


def block(kind: str, name: str, lines: Iterable[str]) -> str:
    """One item of the list under `nlu:`."""
    written = name if _PLAIN_NAME.fullmatch(name) else json.dumps(name, ensure_ascii=not name.isprintable())
    return "\n".join([f"  - {kind}: {written}", "    examples: |", *(f"      - {line}" for line in lines)])


def _file(blocks: Iterable[str]) -> str:
    return "\n".join(['version: "3.1"', "", "nlu:", *blocks]) + "\n"


def _of(data: TrainingData, language: str) -> list[Example]:
    return [example for example in data.examples if example.language == language]


def _shared_blocks(data: TrainingData) -> list[str]:
    groups = (("synonym", synonyms_by_value(data)), ("regex", data.regexes), ("lookup", data.lookups))
    return [
        block(kind, name, lines)
        for kind, group in groups
        for name, wordings in group.items()
        if (lines := [line if kind == "regex" else plain(line) for line in wordings])
    ]
