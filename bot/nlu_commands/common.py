"""What the `filrouge nlu` commands share: whose data, what is printed, and progress that disturbs no measurement."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

import bot.demo
from bot.errors import SettingsError
from nlu.formats.data_sets import data_files, read_data_set
from nlu.training import Progress as Told
from nlu.understanding import TrainingData

_LINE_EVERY = 10.0
"""Seconds between two lines of progress in a log."""

out = Console()
told = Console(stderr=True)

Brand = Annotated[Path | None, Parameter(name="--brand", help="The brand folder; the demo's when nothing is named.")]
Language = Annotated[
    str | None, Parameter(name="--language", help="Language of messages whose file tells none; left out, read from the messages.")
]
Engine = Annotated[
    str,
    Parameter(
        name="--engine",
        help="Which engine is taught: `embedded`, `embedded:ENCODER` (`embedded:none` goes by words alone) or `rasa`.",
    ),
]
JsonFile = Annotated[
    Path | None,
    Parameter(name="--json", allow_leading_hyphen=True, help="Write everything there as JSON; `-` is standard output."),
]


def brand_files(brand: Path | None) -> list[Path]:
    """The training files of a brand folder, of the demo's when None is named."""
    folder = brand if brand is not None else Path(bot.demo.__path__[0])
    files = sorted((folder / "data").glob("nlu.*.yml")) if (folder / "data").is_dir() else []
    if not files:
        raise SettingsError(f"{folder} has no data/nlu.*.yml; name a brand folder, or files with --train")
    return files


def training_files(brand: Path | None, train: Sequence[Path] | None) -> list[Path]:
    """The files of `--train`, or the brand's."""
    if train and brand is not None:
        raise SettingsError("--train and --brand both name training data; give one of the two")
    return data_files(train) if train else brand_files(brand)


def training_data(files: Sequence[Path], language: str | None) -> TrainingData:
    """Read the training files, and say on stderr what was read."""
    data = read_data_set(files, language=language)
    intents = len({example.intent for example in data.examples})
    read = f"Read {counted(len(data.examples), 'example')} of {counted(intents, 'intent')}"
    say(f"{read} from {', '.join(map(str, files))}")
    return data


@contextlib.contextmanager
def shown_progress() -> Iterator[Told]:
    """A bar on stderr; where that is a file or a pipe, a line now and then.

    The bar is only drawn when told something: a thread that draws would be in the measured times.
    """
    if not told.is_terminal:
        yield _lines()
        return
    columns = (TextColumn("[bold]{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=told, auto_refresh=False) as progress:
        task = progress.add_task("Starting", total=1.0)

        def show(what: str, done: float) -> None:
            progress.update(task, description=what, completed=done, refresh=True)

        yield show


def _lines() -> Told:
    """Progress for a log: nothing of what is quick, a line every few seconds of what is not."""
    spoken = time.monotonic()

    def show(what: str, done: float) -> None:
        nonlocal spoken
        if time.monotonic() - spoken >= _LINE_EVERY:
            spoken = time.monotonic()
            say(f"{what}, {100 * done:.0f} %")

    return show


def can_be_written(*paths: Path | None) -> None:
    """Raise `SettingsError` before minutes of work whose result would have nowhere to go."""
    for path in paths:
        if path is not None and str(path) != "-" and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise SettingsError(f"{path} cannot be written: name a file in a folder that is there")


def write_json(path: Path, data: Any) -> None:
    """Write `data` to a file, or to standard output when it is called `-`."""
    content = orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS) + b"\n"
    if str(path) == "-":
        out.file.write(content.decode())
        return
    path.write_bytes(content)


def say(text: str) -> None:
    """Tell something on stderr, as it is: brackets in names of files are no markup."""
    told.print(text, markup=False, highlight=False, soft_wrap=True)


def console_beside(json: Path | None) -> Console:
    """Where the table goes: not where the JSON goes."""
    return told if json is not None and str(json) == "-" else out


def percent(value: float | None) -> str:
    """A share for people."""
    return "-" if value is None else f"{100 * value:.1f} %"


def counted(number: int, name: str) -> str:
    """How many of something: "no errors", "1 error", "2 errors"."""
    return f"{number or 'no'} {name}{'s' * (number != 1)}"
