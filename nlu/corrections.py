"""Adds one corrected example to a training file, as a click on "this meant ..." does, or takes one out; nothing else changes."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import yaml

from nlu.annotations import plain, write_annotated
from nlu.errors import TrainingDataError
from nlu.files import Place, YamlFile, read_yaml
from nlu.training_files import read_training_text
from nlu.understanding import Entity, Example, TrainingData

_NEW_FILE = 'version: "3.1"\n\nnlu:\n'
_one_writer = threading.Lock()


def append_example(path: Path | str, *, intent: str, text: str, entities: Sequence[Entity] = ()) -> bool:
    """Teach that `text` means `intent`; return whether the file had to change.

    The example goes to the end of the intent's block, or to a new block at the end of the list; every other byte stays as
    it is. An example already there is not written twice. The new content is read back before it replaces the old
    in one step, so a reader never sees half a file. Writers in one process take turns; let one process do the writing.

    Raises `TrainingDataError` when the file is wrong to begin with or the example cannot be written.
    """
    path = Path(path)
    intent = plain(intent)
    try:
        line = write_annotated(text, entities)
    except ValueError as wrong:
        raise TrainingDataError(str(wrong), file=str(path)) from None
    if not line or not intent:
        raise TrainingDataError("a correction needs a text and an intent", file=str(path))
    with _one_writer:
        old = path.read_bytes().decode("utf-8") if path.exists() else _NEW_FILE
        located = read_yaml(path, old.removeprefix("\ufeff"))
        before = read_training_text(located)
        new = _with_example(old, located, intent, line)
        after = read_training_text(read_yaml(path, new.removeprefix("\ufeff")))
        added = _added(before, after, path)
        if any(_same(example, added) for example in before.examples):
            return False
        _replace(path, new.encode("utf-8"))
    return True


def remove_example(path: Path | str, *, intent: str, line: str) -> bool:
    """Take an example that was taught (a line as `append_example` wrote it) out of the file; whether it was there.

    Every other byte stays as it is; a block that held nothing else goes with it. Raises `TrainingDataError` when the file is
    wrong to begin with.
    """
    path = Path(path)
    with _one_writer:
        if not path.exists():
            return False
        old = path.read_bytes().decode("utf-8")
        before = read_training_text(read_yaml(path, old.removeprefix("\ufeff")))
        lines = _split_lines(old)
        # The last first: what was taught stands at the end of its block.
        spots = [at for at, text in enumerate(lines) if text.strip() == f"- {line}"]
        for at in reversed(spots):
            alone = lines[at - 1].strip() == "examples: |" and not _goes_on(lines, at)
            for first in (at - 2, at) if alone else (at,):  # with the two lines its block begins with, or by itself
                new = "".join([*lines[: max(first, 0)], *lines[at + 1 :]])
                if _only_lost(before, path, new, intent):
                    _replace(path, new.encode("utf-8"))
                    return True
    return False


def _goes_on(lines: list[str], at: int) -> bool:
    """Whether another example of the same block follows this line."""
    margin = len(lines[at]) - len(lines[at].lstrip(" "))
    return at + 1 < len(lines) and lines[at + 1].startswith(" " * margin + "- ")


def _only_lost(before: TrainingData, path: Path, new: str, intent: str) -> bool:
    """Whether this content says the same but for one example of this intent."""
    try:
        after = read_training_text(read_yaml(path, new.removeprefix("\ufeff")))
    except TrainingDataError:
        return False
    was, now = ([(e.text, e.intent, e.entities) for e in data.examples] for data in (before, after))
    spot = next((i for i, (old, left) in enumerate(zip(was, now, strict=False)) if old != left), len(now))
    same_rest = now == was[:spot] + was[spot + 1 :] and len(was) == len(now) + 1
    same_tables = (before.synonyms, before.regexes, before.lookups) == (after.synonyms, after.regexes, after.lookups)
    return same_rest and same_tables and was[spot][1] == intent


def _added(before: TrainingData, after: TrainingData, path: Path) -> Example:
    """The one example that is new, after making sure that nothing else changed."""
    known = [(e.text, e.intent, e.entities) for e in before.examples]
    found = [(e.text, e.intent, e.entities) for e in after.examples]
    spot = next((i for i, (old, new) in enumerate(zip(known, found, strict=False)) if old != new), len(known))
    same_rest = known == found[:spot] + found[spot + 1 :] and len(found) == len(known) + 1
    if not same_rest or (before.synonyms, before.regexes, before.lookups) != (after.synonyms, after.regexes, after.lookups):
        raise TrainingDataError("the example cannot be added here without harm; add it by hand", file=str(path))
    return after.examples[spot]


def _same(one: Example, other: Example) -> bool:
    return (one.text, one.intent, one.entities) == (other.text, other.intent, other.entities)


def _with_example(old: str, located: YamlFile, intent: str, line: str) -> str:
    end_of_line = "\r\n" if "\r\n" in old else "\n"
    lines = _split_lines(old)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end_of_line
    blocks = (located.data or {}).get("nlu")
    place = _last_open_block(located, intent, blocks or [])
    if place is not None:
        at, written = _end_of_block(located, place), [_indent_of(lines, located, place) + "- " + line]
    else:
        at, margin = _end_of_list(lines, located, blocks)
        written = [f"{margin}- intent: {_quoted(intent)}", f"{margin}  examples: |", f"{margin}    - {line}"]
        if blocks and at and lines[at - 1].strip():
            written.insert(0, "")
        if at == 0 and not lines:
            written = [*_NEW_FILE.splitlines(), *written]
        elif "nlu" not in (located.data or {}):
            written = ["nlu:", *written]
    return "".join([*lines[:at], *(text + end_of_line for text in written), *lines[at:]])


def _split_lines(text: str) -> list[str]:
    """Lines, each with its end; the other line breaks of Unicode stay inside their line."""
    *ended, last = text.split("\n")
    return [part + "\n" for part in ended] + ([last] if last else [])


def _quoted(intent: str) -> str:
    """An intent's name as YAML reads it back: in quotes unless it is plainly a word."""
    is_word = re.fullmatch(r"[A-Za-z_][\w/-]*", intent) and intent.lower() not in ("true", "false", "null")
    return intent if is_word else json.dumps(intent, ensure_ascii=False)


def _last_open_block(located: YamlFile, intent: str, blocks: list[dict[str, object]]) -> Place | None:
    """The last block of that intent that is written as `examples: |` and so can simply be made longer."""
    for position in reversed(range(len(blocks))):
        place: Place = ("nlu", position, "examples")
        if blocks[position].get("intent") is not None and str(blocks[position]["intent"]) == intent:
            node = located.node(place)
            if isinstance(node, yaml.ScalarNode) and node.style == "|" and node.value.strip():
                return place
    return None


def _end_of_block(located: YamlFile, place: Place) -> int:
    """How many lines of the file come before the place where the block's next example goes."""
    node = located.node(place)
    assert isinstance(node, yaml.ScalarNode)
    return located.text_line(place) - 1 + len(node.value.rstrip().split("\n"))


def _indent_of(lines: list[str], located: YamlFile, place: Place) -> str:
    last = lines[_end_of_block(located, place) - 1]
    return last[: len(last) - len(last.lstrip(" "))]


def _end_of_list(lines: list[str], located: YamlFile, blocks: list[object] | None) -> tuple[int, str]:
    """Where a new block goes (lines before it) and the margin of the list's items."""
    node = located.node(("nlu",)) if "nlu" in (located.data or {}) else None
    if node is None:
        return len(lines), ""
    if isinstance(node, yaml.SequenceNode) and node.flow_style:
        raise located.error("`nlu` is written between brackets; write it as a list of `- intent: ...`", ("nlu",))
    if not blocks:
        return located.where(("nlu",)), ""
    margin = " " * int(node.start_mark.column)
    mapping = located.node()
    assert isinstance(mapping, yaml.MappingNode)
    starts = [int(key.start_mark.line) for key, _ in mapping.value]
    at = min((start for start in starts if start >= located.where(("nlu",))), default=len(lines))
    while at and (not lines[at - 1].strip() or lines[at - 1].startswith("#")) and at > located.where(("nlu",)):
        at -= 1  # blank lines and comments between two sections belong to the next one
    return at, margin


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        else:
            Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
