"""Reads the files a brand teaches its bot with: Rasa's NLU training data, version 3.1.

    data = read_training_files([folder])           # every nlu*.yml in it
    data.examples[0]                               # with the file and line it was written on

The language of a file is in its name: `nlu.fr.yml` is French. `nlu.corrections` writes to these files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nlu.annotations import read_annotated
from nlu.errors import TrainingDataError
from nlu.files import Place, YamlFile, read_yaml
from nlu.understanding import Example, TrainingData

_KINDS = ("intent", "synonym", "regex", "lookup")
_OTHER_SECTIONS = frozenset(
    ["version", "stories", "rules", "e2e_tests", "intents", "entities", "slots", "responses", "forms", "actions"]
).union(["session_config", "config", "flows"])
"""What Rasa lets a file hold beside `nlu`; read elsewhere, so ignored here."""


def read_training_files(paths: Iterable[Path | str], *, language: str = "fr") -> TrainingData:
    """Read files, and the `nlu*.yml` of folders, into one set of training data.

    `language` is for files whose name tells none. Raises `TrainingDataError` at the first file that cannot be used.
    """
    files: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            found = sorted((*path.rglob("nlu*.yml"), *path.rglob("nlu*.yaml")))
            if not found:
                raise TrainingDataError("no training data here; add a file such as nlu.fr.yml", file=str(path))
            files += found
        else:
            files.append(path)
    return merge(read_training_file(path, language=language) for path in files)


def merge(parts: Iterable[TrainingData]) -> TrainingData:
    """Put training data from several files together, in their order."""
    examples: list[Example] = []
    synonyms: dict[str, str] = {}
    regexes: dict[str, list[str]] = {}
    lookups: dict[str, list[str]] = {}
    for part in parts:
        examples += part.examples
        synonyms |= part.synonyms
        for name, patterns in part.regexes.items():
            regexes.setdefault(name, []).extend(patterns)
        for name, wordings in part.lookups.items():
            lookups.setdefault(name, []).extend(wordings)
    return TrainingData(examples=tuple(examples), synonyms=synonyms, regexes=regexes, lookups=lookups)


def language_of(path: Path, default: str) -> str:
    """The language in a file's name: `fr` for `nlu.fr.yml` and `nlu_faq.fr.yaml`."""
    parts = path.name.split(".")
    return parts[-2] if len(parts) > 2 and re.fullmatch("[a-z]{2}", parts[-2]) else default


def read_training_file(path: Path | str, *, language: str = "fr") -> TrainingData:
    """Read one training file; `language` is for a name that tells none. Raises `TrainingDataError`."""
    return read_training_text(read_yaml(path), language=language)


def read_training_text(located: YamlFile, *, language: str = "fr") -> TrainingData:
    """Read training data out of a YAML file already loaded."""
    language = language_of(located.path, language)
    data: dict[str, Any] = located.data if located.data is not None else {}
    if not isinstance(data, dict):
        raise located.error('a training file starts with `version: "3.1"` and `nlu:`')
    for key in data:
        if key != "nlu" and key not in _OTHER_SECTIONS:
            raise located.error(f"`{key}` is not a section of a training file: did you mean `nlu`?", (key,))
    blocks = data.get("nlu") or []
    if not isinstance(blocks, list):
        raise located.error("`nlu` is a list: write `- intent: ...` under it", ("nlu",))

    examples: list[Example] = []
    synonyms: dict[str, str] = {}
    regexes: dict[str, list[str]] = {}
    lookups: dict[str, list[str]] = {}
    for position, block in enumerate(blocks):
        place: Place = ("nlu", position)
        kind, name = _kind_and_name(block, located, place)
        for text, line in _lines(block.get("examples"), located, (*place, "examples")):
            match kind:
                case "intent":
                    examples.append(_example(text, name, language, str(located.path), line))
                case "synonym":
                    synonyms[text.lower()] = name
                case "regex":
                    regexes.setdefault(name, []).append(_checked_pattern(text, str(located.path), line))
                case _:
                    lookups.setdefault(name, []).append(text)
    return TrainingData(examples=tuple(examples), synonyms=synonyms, regexes=regexes, lookups=lookups)


def _kind_and_name(block: Any, located: YamlFile, place: Place) -> tuple[str, str]:
    kinds = [kind for kind in _KINDS if kind in block] if isinstance(block, dict) else []
    if len(kinds) != 1:
        raise located.error("each item under `nlu` is one of `intent`, `synonym`, `regex` or `lookup`", place)
    for key in block:
        if key not in (kinds[0], "examples", "metadata"):
            raise located.error(f"`{key}` has no place here: did you mean `examples`?", (*place, key))
    name = block[kinds[0]]
    if name in (None, "") or isinstance(name, dict | list):
        raise located.error(f"`{kinds[0]}` needs a name", (*place, kinds[0]))
    return kinds[0], str(name)


def _lines(examples: Any, located: YamlFile, place: Place) -> Iterator[tuple[str, int]]:
    """Every example with its line, from the block form (`examples: |`) or the list form (`- text: ...`)."""
    if examples is None:
        raise located.error("`examples` is missing or empty: write `examples: |` and lines that start with `- `", place)
    if isinstance(examples, str):
        for number, line in enumerate(examples.split("\n"), located.text_line(place)):
            if not line.strip():
                continue
            if not re.match(r"\s*-(\s|$)", line):
                problem = f"an example starts with `- `: write `- {line.strip()}`"
                raise TrainingDataError(problem, file=str(located.path), line=number)
            if text := line.strip()[1:].strip():
                yield text, number
        return
    if not isinstance(examples, list):
        raise located.error("`examples` is a block: write `examples: |` and lines that start with `- `", place)
    for position, item in enumerate(examples):
        here = (*place, position)
        if isinstance(item, dict):
            item, here = item.get("text"), (*here, "text")  # what is beside `text` is metadata, which no engine reads
        if not isinstance(item, str | int | float) or not str(item).strip():
            raise located.error("this example has no text: write `- text: |` and the example under it", here)
        yield re.sub(r"^-\s+", "", str(item).strip()), located.text_line(here)


def _example(annotated: str, intent: str, language: str, file: str, line: int) -> Example:
    try:
        text, entities = read_annotated(annotated)
    except ValueError as wrong:
        raise TrainingDataError(str(wrong), file=file, line=line) from None
    return Example(text=text, intent=intent, language=language, entities=entities, file=file, line=line)


def _checked_pattern(pattern: str, file: str, line: int) -> str:
    try:
        re.compile(pattern)
    except re.error as wrong:
        raise TrainingDataError(f"this regular expression is wrong: {wrong}", file=file, line=line) from None
    return pattern
