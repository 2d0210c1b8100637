"""The Markdown training data of Rasa 1 and 2: `## intent:greet` and a list under it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from nlu.annotations import plain, read_annotated
from nlu.errors import TrainingDataError
from nlu.formats.bounded import read_text
from nlu.formats.written import Written, annotated_line, by_intent, languages_of, synonyms_by_value
from nlu.training_files import language_of, merge
from nlu.understanding import Example, TrainingData

_HEADING = re.compile(r"##\s*(?P<kind>intent|synonym|regex|lookup)\s*:\s*(?P<name>.+)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ITEM = re.compile(r"[-*+]\s*(.+)")
_LOOKUP_FILE = re.compile(r"[\w./\\-]+\.txt")


def read_markdown(path: Path, *, language: str | None = None) -> TrainingData:
    """Read one file, or those of a folder that hold training data. Raises `TrainingDataError` with file and line.

    The examples have the language of the file's name (`nlu.fr.md`), or `language`, or none.
    """
    if not path.is_dir():
        return _read(path, path.parent, language)
    files = [file for file in sorted(path.rglob("*.md")) if re.search(_HEADING.pattern, read_text(file))]
    if not files:
        raise TrainingDataError("no .md file with a heading such as `## intent:greet`; name another folder", file=str(path))
    return merge(_read(file, path, language) for file in files)


def _read(path: Path, root: Path, language: str | None) -> TrainingData:
    reader = _Reader(path, root, language_of(path, language or ""))
    text = _COMMENT.sub(lambda comment: "\n" * comment.group().count("\n"), read_text(path))
    for number, line in enumerate(text.split("\n"), 1):
        reader.line(line.strip(), number)
    return reader.data()


class _Reader:
    """One file, line by line."""

    def __init__(self, path: Path, root: Path, language: str) -> None:
        self.path, self.root, self.language = path, root, language
        self.kind, self.name = "", ""
        self.examples: list[Example] = []
        self.synonyms: dict[str, str] = {}
        self.regexes: dict[str, list[str]] = {}
        self.lookups: dict[str, list[str]] = {}

    def data(self) -> TrainingData:
        return TrainingData(tuple(self.examples), self.synonyms, self.regexes, self.lookups)

    def line(self, line: str, number: int) -> None:
        if not line or re.match(r"#(?!#)", line):
            return
        if line.startswith("##"):
            heading = _HEADING.fullmatch(line)
            if heading is None:
                problem = "a heading is `## intent:`, `## synonym:`, `## regex:` or `## lookup:` and a name"
                raise self._error(f"{problem}; of stories and responses nothing can be learnt here", number)
            self.kind, self.name = heading["kind"], heading["name"].strip()
        elif not self.kind:
            raise self._error("nothing may stand before the first heading; write `## intent:...` above", number)
        elif item := _ITEM.fullmatch(line):
            if item[1].strip():
                self._item(item[1].strip(), number)
        elif self.kind == "lookup" and _LOOKUP_FILE.fullmatch(line):
            self.lookups.setdefault(self.name, []).extend(self._lookup_file(line, number))
        elif line not in ("-", "*", "+"):
            raise self._error(f"an item starts with `- `: write `- {line}`", number)

    def _item(self, item: str, number: int) -> None:
        match self.kind:
            case "intent":
                try:
                    text, entities = read_annotated(item)
                except ValueError as wrong:
                    raise self._error(str(wrong), number) from None
                self.examples.append(Example(text, self.name, self.language, entities, str(self.path), number))
            case "synonym":
                self.synonyms[item.lower()] = self.name
            case "regex":
                try:
                    re.compile(item)
                except re.error as wrong:
                    raise self._error(f"this regular expression is wrong: {wrong}", number) from None
                self.regexes.setdefault(self.name, []).append(item)
            case _:
                self.lookups.setdefault(self.name, []).append(item)

    def _lookup_file(self, name: str, number: int) -> list[str]:
        """The wordings of a file beside: one a line. Nothing outside the imported folder is read."""
        root = self.root.resolve()
        tried = [(folder / name.replace("\\", "/")).resolve() for folder in (self.path.parent, root, root.parent)]
        found = [file for file in tried if file.is_file()]
        if not found:
            raise self._error(f"the look-up file {name} is not here; put it beside this file", number)
        inside = [file for file in found if file.is_relative_to(root)]
        if not inside:
            raise self._error(f"the look-up file {name} is outside of {self.root}; copy it there", number)
        return [line.strip() for line in read_text(inside[0]).split("\n") if line.strip()]

    def _error(self, problem: str, number: int) -> TrainingDataError:
        return TrainingDataError(problem, file=str(self.path), line=number)


def write_markdown(data: TrainingData) -> Written:
    """Every `nlu.<language>.md`, and `nlu.shared.md` with what belongs to no language."""
    files = {
        f"nlu.{language}.md": _sections(
            ("intent", intent, map(annotated_line, some))
            for intent, some in by_intent(e for e in data.examples if e.language == language).items()
        )
        for language in languages_of(data)
    }
    groups = (("synonym", synonyms_by_value(data)), ("regex", data.regexes), ("lookup", data.lookups))
    shared = [
        (kind, name, [line if kind == "regex" else plain(line) for line in lines])
        for kind, group in groups
        for name, lines in group.items()
        if lines
    ]
    if shared:
        files["nlu.shared.md"] = _sections(shared)
    return Written(files)


def _sections(sections: Iterable[tuple[str, str, Iterable[str]]]) -> str:
    written = []
    for kind, name, lines in sections:
        # What would begin a comment is parted: readers of this format would drop everything behind it.
        items = [f"- {line.replace('<!--', '<! --')}" for line in lines]
        written.append("\n".join([f"## {kind}:{name}", *items]))
    return "\n\n".join(written) + "\n"
