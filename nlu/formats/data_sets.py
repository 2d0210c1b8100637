"""A data set as it lies on disk: one file or a folder of YAML and CSV files, in whichever languages.

    data = read_data_set([folder])                 # nlu.*.yml, *.csv; never what a test set is called
    test = read_data_set([folder / "test.csv"])
    outside = read_out_of_scope([folder / "oos_test.csv"])

Whoever names a file gets that file or an error; of a folder, what is not training data is passed over.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from nlu.engine.model import OUT_OF_SCOPE
from nlu.errors import TrainingDataError
from nlu.files import read_yaml
from nlu.formats.bounded import read_text
from nlu.formats.csv_rows import read_rows
from nlu.language import identify
from nlu.training_files import language_of, merge, read_training_text
from nlu.understanding import Example, TrainingData

_HELD_OUT = re.compile(r"(?:^|[._-])(?:test|tests|oos|valid|validation|val|dev|held[_-]?out)(?:[._-]|$)", re.IGNORECASE)
_STRAY = 0.03
"""Share of a file's messages under which another language is a borrowed word rather than a language of the file."""
_USUAL = "fr"


def read_data_set(paths: Iterable[Path | str], *, language: str | None = None) -> TrainingData:
    """Read files and folders into one set of training (or test) data.

    `language` is that of every message whose file does not tell; left out, it is read from the messages themselves.
    Raises `TrainingDataError` at the first file that cannot be used.
    """
    return merge(_read(path, language) for path in data_files(paths))


def data_files(paths: Iterable[Path | str]) -> list[Path]:
    """The files themselves: those named, and of folders those that teach. Raises `TrainingDataError` when there are none."""
    files: list[Path] = []
    for path in map(Path, paths):
        if not path.is_dir():
            files.append(path)
            continue
        found = [file for file in sorted(path.rglob("*")) if file.is_file() and _teaches(file, path)]
        if not found:
            raise TrainingDataError("nothing to learn from here; add a file such as nlu.fr.yml or train.csv", file=str(path))
        files += found
    return files


def read_messages(paths: Iterable[Path | str], *, language: str | None = None) -> tuple[Example, ...]:
    """Messages without a meaning: a table with a `text` column, a YAML file, or one message a line (any other name)."""
    examples: list[Example] = []
    for path in map(Path, paths):
        match path.suffix.lower():
            case ".yml" | ".yaml":
                examples += _read(path, language).examples
            case ".csv" | ".tsv":
                examples += with_languages(read_rows(path, intent="?"), path, language)
            case _:
                lines = enumerate(read_text(path).split("\n"), 1)
                found = [Example(line.strip(), "", "", (), str(path), number) for number, line in lines if line.strip()]
                examples += with_languages(found, path, language)
    return tuple(replace(example, intent="") for example in examples)


def read_out_of_scope(paths: Iterable[Path | str], *, language: str | None = None) -> tuple[Example, ...]:
    """Messages outside everything the bot is for, read as `read_messages` does."""
    return tuple(replace(message, intent=OUT_OF_SCOPE) for message in read_messages(paths, language=language))


def with_languages(examples: Sequence[Example], path: Path, language: str | None) -> list[Example]:
    """The same examples with their languages: `language`, the file name's own, or what each message tells."""
    if known := language_of(path, language or ""):
        return [replace(example, language=known) for example in examples]
    told = [identify(example.text, "") for example in examples]
    votes = Counter(spoken for spoken, sure in told if sure)
    most = votes.most_common(1)[0][0] if votes else _USUAL
    stray = {spoken for spoken, count in votes.items() if count < _STRAY * votes.total()}
    return [
        replace(example, language=spoken if sure and spoken not in stray else most)
        for example, (spoken, sure) in zip(examples, told, strict=True)
    ]


def _read(path: Path, language: str | None) -> TrainingData:
    if path.suffix.lower() in (".yml", ".yaml"):
        data = read_training_text(read_yaml(path), language=language or _USUAL)
        if language is None and not language_of(path, ""):
            data = replace(data, examples=tuple(with_languages(data.examples, path, None)))
        return data
    if path.suffix.lower() not in (".csv", ".tsv"):
        raise TrainingDataError("training data is a .yml or a .csv file; see `filrouge nlu import` for others", file=str(path))
    return TrainingData(examples=tuple(with_languages(read_rows(path), path, language)))


def _teaches(file: Path, folder: Path) -> bool:
    """Whether a file found in a folder holds training data: not a test set, nor a brand's other files."""
    inside = file.relative_to(folder)
    if any(part.startswith(".") or _HELD_OUT.search(part) for part in (*inside.parts[:-1], inside.stem)):
        return False
    match file.suffix.lower():
        case ".yml" | ".yaml":
            return file.name.startswith("nlu") or re.search(r"^nlu\s*:", read_text(file), re.MULTILINE) is not None
        case ".csv" | ".tsv":
            columns = re.split(r"[,;\t]", read_text(file).split("\n", 1)[0].lower().replace('"', "").replace(" ", ""))
            return {"text", "intent"} <= set(columns)
    return False
