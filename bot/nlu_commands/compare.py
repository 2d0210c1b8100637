"""`filrouge nlu compare`: two models or engines, message by message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from bot.errors import SettingsError
from bot.nlu_commands.common import (
    Brand,
    Engine,
    JsonFile,
    Language,
    can_be_written,
    console_beside,
    counted,
    percent,
    shown_progress,
    training_data,
    training_files,
    write_json,
)
from nlu.engines import engine_names
from nlu.evaluation.asking import Answer
from nlu.evaluation.comparing import Comparison, Pair
from nlu.training import Progress
from nlu.understanding import Example, Understander

_FIGURES = ("accuracy", "macro_f1", "ece", "oos_auroc", "oos_accepted_right", "oos_refused", "entity_f1", "frame_accuracy")
Files = list[Path] | None


@dataclass(frozen=True, slots=True)
class _Side:
    """What one of the two names on the command line stands for."""

    name: str
    engine: str = "embedded"
    model: Path | None = None
    files: Sequence[Path] = ()


def compare(
    first: str,
    second: str,
    /,
    *,
    test: Annotated[list[Path], Parameter(help="Messages to ask both (nlu.yml or CSV).")],
    oos: Annotated[Files, Parameter(help="Messages out of scope: they should be refused.")] = None,
    train: Annotated[Files, Parameter(help="What engines named by their name are taught, instead of a brand's files.")] = None,
    brand: Brand = None,
    engine: Engine = "embedded",
    language: Language = None,
    most: Annotated[int, Parameter(help="Messages shown of those done better, and of those done worse.")] = 15,
    json: JsonFile = None,
) -> None:
    """Print on which messages `second` does better than `first`, and on which worse."""
    from nlu.formats.data_sets import read_data_set, read_out_of_scope

    can_be_written(json)
    sides = [_side(name, brand, train, engine) for name in (first, second)]
    examples = [*read_data_set(test, language=language).examples, *(read_out_of_scope(oos, language=language) if oos else ())]
    with shown_progress() as show:
        answers = [asyncio.run(_answers(side, examples, language, show)) for side in sides]
    from nlu.evaluation.comparing import compared

    found = compared(*answers)
    if json is not None:
        write_json(json, {"names": {"first": first, "second": second}, **found.as_json()})
    _show(found, (first, second), most, console_beside(json))


def _side(name: str, brand: Path | None, train: Files, engine: str) -> _Side:
    if name.partition(":")[0] in engine_names():
        return _Side(name, name, files=training_files(brand, train))
    path = Path(name)
    if path.is_dir() or path.suffix.lower() in (".yml", ".yaml", ".csv", ".tsv"):
        return _Side(name, engine, files=[path])
    return _Side(name, model=path if path.is_file() else _version(name, brand))


def _version(name: str, brand: Path | None) -> Path:
    """The brand's model file of that version: its name, the beginning of it, or `current`."""
    from bot.model_versions import list_models, model_in_use
    from bot.models import model_folder
    from bot.settings import read_settings

    data_dir = read_settings().data_dir
    folder = model_folder(data_dir, brand if brand is not None else data_dir / "brands" / "demo")
    used = model_in_use(folder)
    if name == "current" and used is not None:
        return used
    kept = [version.name for version in list_models(folder)]
    found = [one for one in kept if one.startswith(name)]
    if len(found) != 1:
        there = ", ".join(["current", *kept]) if kept else "none"
        raise SettingsError(f"{name!r} is neither a file, an engine nor a version of the brand's model (there: {there})")
    return folder / f"{found[0]}.filrouge"


@asynccontextmanager
async def _taught(side: _Side, language: str | None, show: Progress) -> AsyncIterator[Understander]:
    from nlu.engine import EmbeddedEngine
    from nlu.engines import trainer

    if side.model is not None:
        yield EmbeddedEngine.load(side.model)
        return
    async with trainer(side.engine)(training_data(side.files, language), show) as understander:
        yield understander


async def _answers(side: _Side, examples: Sequence[Example], language: str | None, show: Progress) -> list[Answer]:
    from nlu.evaluation.asking import ask

    async with _taught(side, language, show) as understander:
        return await ask(understander, examples, told=lambda done: show(f"asking {side.name}", done))


def _show(found: Comparison, names: tuple[str, str], most: int, console: Console) -> None:
    figures = found.as_json()
    table = Table(title=counted(len(found.pairs), "message"), title_justify="left")
    for name in ("measured", *names):
        table.add_column(name, justify="left" if name == "measured" else "right", overflow="fold")
    for name in _FIGURES:
        if figures["first"][name] is not None or figures["second"][name] is not None:
            table.add_row(name, percent(figures["first"][name]), percent(figures["second"][name]))
    for name in ("p50", "p99"):
        table.add_row(f"latency {name}", *(f"{figures[side]['latency_ms'][name]:.2f} ms" for side in ("first", "second")))
    console.print(table)
    said = f"{names[1]} does better on {counted(len(found.better), 'message')} and worse on {len(found.worse) or 'none'}."
    console.print(said, markup=False, highlight=False)
    console.print(f"Two equally good ones would differ so in {100 * found.luck:.1f} % of such comparisons.", highlight=False)
    for title, pairs in (("Better", found.better), ("Worse", found.worse)):
        if pairs:
            console.print(_pairs(f"{title} ({len(pairs)})", pairs[:most], names))


def _pairs(title: str, pairs: Sequence[Pair], names: tuple[str, str]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in ("message", "meant", *names):
        table.add_column(name, overflow="fold")
    for pair in pairs:
        table.add_row(_plain(pair.example.text[:80]), pair.example.intent, _said(pair.first), _said(pair.second))
    return table


def _said(answer: Answer) -> Any:
    guess = answer.guess or "nothing"
    return _plain(f"{guess} {answer.meaning.confidence:.2f}" + ("" if answer.accepted else " (refused)"))


def _plain(text: str) -> Any:
    """Text whose brackets are no markup."""
    from rich.text import Text

    return Text(text)
