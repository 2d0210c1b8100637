"""Messages as a table: `text,intent` and, where entities are marked, `annotated`; other columns are ignored.

    text,intent,annotated
    book me in at Lyon,book_appointment,book me in at [Lyon](store)

The delimiter may be a comma, a semicolon or a tab, whichever the first line has.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from nlu.annotations import read_annotated, write_annotated
from nlu.engine.model import OUT_OF_SCOPE
from nlu.errors import TrainingDataError
from nlu.formats.bounded import read_text
from nlu.understanding import Entity, Example

OUT_OF_SCOPE_LABELS = frozenset({"oos", "out_of_scope", "outofscope", "out-of-scope"})
"""Labels under which test sets keep what the bot is not for."""
_LONGEST_CELL = 1_000_000


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
    table = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(table, [])]
        columns: dict[str, int] = {name: header.index(name) for name in ("text", "intent", "annotated") if name in header}
        needed = ["text"] if intent is not None else ["text", "intent"]
        if missing := [name for name in needed if name not in columns]:
            problem = f"the first line names the columns and lacks `{missing[0]}`: write `text,intent` or `text,intent,annotated`"
            raise TrainingDataError(problem, file=file, line=1)
        line = table.line_num + 1
        for row in table:
            if any(cell.strip() for cell in row):
                cells = {name: row[place].strip() if place < len(row) else "" for name, place in columns.items()}
                yield _example(cells, intent, file, line)
            line = table.line_num + 1
    except csv.Error as wrong:
        problem = f"this is not a table: {wrong}; close every quote, and double the quotes inside a quoted cell"
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
    return max(",;\t", key=first.count)


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
