"""Messages as a table: `text,intent` and, where entities are marked, `annotated`; other columns are ignored.

    text,intent,annotated
    book me in at Lyon,book_appointment,book me in at [Lyon](store)

The delimiter may be a comma, a semicolon or a tab, whichever the first line has. Where it has none, or where messages without
a meaning come without a line that names the columns, a line is a message, commas and all.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nlu.annotations import read_annotated, write_annotated
from nlu.engine.model import OUT_OF_SCOPE
from nlu.errors import TrainingDataError
from nlu.formats.bounded import read_text
from nlu.understanding import Entity, Example

OUT_OF_SCOPE_LABELS = frozenset({"oos", "out_of_scope", "outofscope", "out-of-scope"})
"""Labels under which test sets keep what the bot is not for."""
_LONGEST_CELL = 1_000_000
_COLUMNS = ("text", "intent", "annotated")
_ONE_COLUMN = "\x1f"
"""A delimiter nobody types: the whole line is one cell."""


def read_rows(path: Path | str, *, intent: str | None = None) -> list[Example]:
    """Read a table. The language of every example is empty: see `nlu.formats.data_sets`.

    `intent` is what rows without an `intent` column mean; without it the column is needed.
    Raises `TrainingDataError` with file and line.
    """
    path = Path(path)
    return list(rows_in(read_text(path), str(path), intent=intent))


def rows_in(text: str, file: str, *, intent: str | None = None) -> Iterator[Example]:
    """Every message of a table's text; `file` is for the errors."""
    csv.field_size_limit(_LONGEST_CELL)
    if intent is not None and not _named(text):
        yield from _nameless(text, file, intent)
        return
    table = _table(text, _delimiter(text))
    with _told(table, file):
        header = [cell.strip().lower() for cell in next(table, [])]
        columns: dict[str, int] = {name: header.index(name) for name in _COLUMNS if name in header}
        needed = ["text"] if intent is not None else ["text", "intent"]
        if missing := [name for name in needed if name not in columns]:
            problem = f"the first line names the columns and lacks `{missing[0]}`: write `text,intent` or `text,intent,annotated`"
            raise TrainingDataError(problem, file=file, line=1)
        line = table.line_num + 1
        for row in table:
            if any(cell.strip() for cell in row[len(header) :]):
                problem = f"{len(row)} cells under {len(header)} names of columns; put a message with a delimiter in it in quotes"
                raise TrainingDataError(problem, file=file, line=line)
            if any(cell.strip() for cell in row):
                cells = {name: row[place].strip() if place < len(row) else "" for name, place in columns.items()}
                yield _example(cells, intent, file, line)
            line = table.line_num + 1


def _nameless(text: str, file: str, intent: str) -> Iterator[Example]:
    """Messages of a table that does not name its columns: one a line, or each with a label that it is out of scope."""
    delimiter = _delimiter(text)
    with contextlib.suppress(csv.Error):
        rows = [row for row in _table(text, delimiter) if any(cell.strip() for cell in row)]
        if not all(len(row) == 2 and row[1].strip().lower() in OUT_OF_SCOPE_LABELS for row in rows):
            delimiter = _ONE_COLUMN
    table = _table(text, delimiter)
    with _told(table, file):
        line = 1
        for row in table:
            if any(cell.strip() for cell in row):
                yield _example({"text": row[0].strip()}, intent, file, line)
            line = table.line_num + 1


def _table(text: str, delimiter: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


@contextlib.contextmanager
def _told(table: Any, file: str) -> Iterator[None]:
    """What is wrong with a table, told with the line."""
    try:
        yield
    except csv.Error as wrong:
        why = str(wrong).replace(f"'{_ONE_COLUMN}'", "the end of the line")
        problem = f"this is not a table: {why}; close every quote, and double the quotes inside a quoted cell"
        raise TrainingDataError(problem, file=file, line=table.line_num) from None


def write_rows(examples: Iterable[Example]) -> str:
    """The table of these examples, with `annotated` when any has entities.

    Raises `TrainingDataError` when a mark cannot be written.
    """
    examples = list(examples)
    marked = any(example.entities for example in examples)
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["text", "intent", *(["annotated"] if marked else [])])
    for example in examples:
        annotated = [_marked(example)] if example.entities else [""] if marked else []
        table.writerow([example.text, example.intent, *annotated])
    return out.getvalue()


def _marked(example: Example) -> str:
    try:
        return write_annotated(example.text, example.entities)
    except ValueError as wrong:
        raise TrainingDataError(str(wrong), file=example.file, line=example.line) from None


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    found = max(",;\t", key=first.count)
    return found if found in first else _ONE_COLUMN


def _named(text: str) -> bool:
    """Whether the first line names columns."""
    cells = re.split(r"[,;\t]", text.split("\n", 1)[0])
    return any(cell.strip().strip('"').strip().lower() in _COLUMNS for cell in cells)


def _example(cells: dict[str, str], intent: str | None, file: str, line: int) -> Example:
    text, entities = _annotated(cells, file, line) if cells.get("annotated") else (cells["text"], ())
    if not text:
        raise TrainingDataError("this row has no text; write the message or delete the row", file=file, line=line)
    label = cells.get("intent") or intent
    if not label:
        raise TrainingDataError("this row has no intent; write what the message means", file=file, line=line)
    if label.lower() in OUT_OF_SCOPE_LABELS:
        label = OUT_OF_SCOPE
    return Example(text, label, "", entities, file, line)


def _annotated(cells: dict[str, str], file: str, line: int) -> tuple[str, tuple[Entity, ...]]:
    try:
        text, entities = read_annotated(cells["annotated"])
    except ValueError as wrong:
        raise TrainingDataError(str(wrong), file=file, line=line) from None
    if cells["text"] and text.split() != cells["text"].split():
        problem = f"`annotated` is another message than `text`: without its marks it reads {text!r}; make them the same"
        raise TrainingDataError(problem, file=file, line=line)
    return text, entities
