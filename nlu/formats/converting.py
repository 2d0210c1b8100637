"""Training data from and to the forms other bots keep it in.

data, lost = read_format("dialogflow", Path("agent.zip"))
written = write_format("rasa", data)               # files by name, not yet on disk
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from nlu.errors import TrainingDataError
from nlu.formats.csv_rows import write_rows
from nlu.formats.data_sets import data_files, read_data_set, with_languages
from nlu.formats.dialogflow import read_dialogflow
from nlu.formats.dialogflow_writing import write_dialogflow
from nlu.formats.lex import read_lex, write_lex
from nlu.formats.rasa_markdown import read_markdown, write_markdown
from nlu.formats.rasa_yaml import write_rasa
from nlu.formats.written import Written, languages_of
from nlu.understanding import TrainingData

FORMATS = ("rasa", "rasa-md", "dialogflow", "lex", "csv")
_WRITERS: Mapping[str, Callable[[TrainingData], Written]]


def read_format(name: str, path: Path, *, language: str | None = None) -> tuple[TrainingData, tuple[str, ...]]:
    """The training data at `path`, and what of it has no place here. Every example has a language.

    `language` is that of examples whose file tells none; left out, it is read from the messages themselves.
    Raises `TrainingDataError` with file and line.
    """
    data, lost = _read(name, path, language)
    unknown = [example for example in data.examples if not example.language]
    if unknown:
        named = iter(with_languages(unknown, Path("nlu.md"), language))
        data = replace(data, examples=tuple(e if e.language else next(named) for e in data.examples))
    return data, lost


def write_format(name: str, data: TrainingData) -> Written:
    """`data` in that format. Raises `TrainingDataError` when something in it cannot be written there."""
    return _WRITERS[name](data)


def _read(name: str, path: Path, language: str | None) -> tuple[TrainingData, tuple[str, ...]]:
    match name:
        case "rasa-md":
            return read_markdown(path, language=language), ()
        case "dialogflow":
            return read_dialogflow(path)
        case "lex":
            return read_lex(path, language=language)
    suffixes = (".yml", ".yaml") if name == "rasa" else (".csv", ".tsv")
    files = [file for file in data_files([path]) if not path.is_dir() or file.suffix.lower() in suffixes]
    if not files:
        raise TrainingDataError(f"no {suffixes[0]} file with training data here; name another folder", file=str(path))
    return read_data_set(files, language=language), ()


def _write_csv(data: TrainingData) -> Written:
    """One `nlu.<language>.csv` a language."""
    files = {
        f"nlu.{language}.csv": write_rows(example for example in data.examples if example.language == language)
        for language in languages_of(data)
    }
    told = {"synonyms": data.synonyms, "regular expressions": data.regexes, "look-ups": data.lookups}
    return Written(files, tuple(f"{what} ({len(group)})" for what, group in told.items() if group))


_WRITERS = {
    "rasa": write_rasa,
    "rasa-md": write_markdown,
    "dialogflow": write_dialogflow,
    "lex": write_lex,
    "csv": _write_csv,
}
