"""`filrouge nlu evaluate`: how well messages are understood."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from bot.nlu_commands.common import (
    Brand,
    Engine,
    JsonFile,
    Language,
    can_be_written,
    console_beside,
    percent,
    say,
    shown_progress,
    training_data,
    training_files,
    write_json,
)
from nlu.engine.model import OUT_OF_SCOPE
from nlu.evaluation.figures import Counts
from nlu.evaluation.run import Run, cross_validate, evaluate_on
from nlu.evaluation.whole import Evaluation
from nlu.understanding import Example, TrainingData

Files = list[Path] | None
CALIBRATION = "calibration error"


def evaluate(
    *,
    brand: Brand = None,
    train: Annotated[Files, Parameter(help="Training files or folders (nlu.yml, CSV) instead of a brand's.")] = None,
    test: Annotated[Files, Parameter(help="Messages to ask; left out, the training data is cross-validated.")] = None,
    oos: Annotated[Files, Parameter(help="Messages out of scope: they should be refused.")] = None,
    engine: Engine = "embedded",
    language: Language = None,
    folds: Annotated[int, Parameter(help="Folds of the cross-validation.")] = 5,
    noise: Annotated[bool, Parameter(help="Ask the same messages again as typed in haste.")] = False,
    json: JsonFile = None,
    report: Annotated[Path | None, Parameter(help="Write a page with plots there (HTML, complete in itself).")] = None,
    page_language: Annotated[Literal["en", "fr"], Parameter(help="Language of that page.")] = "en",
) -> None:
    """Measure how well messages are understood; what it prints and writes is in docs/nlu.md."""
    from nlu.formats.data_sets import read_data_set, read_out_of_scope

    can_be_written(json, report)
    files = training_files(brand, train)
    data = training_data(files, language)
    asked = read_data_set(test, language=language).examples if test else None
    outside = read_out_of_scope(oos, language=language) if oos else ()
    if untaught := {e.intent for e in asked or ()} - {e.intent for e in data.examples} - {OUT_OF_SCOPE}:
        say(f"No example teaches {', '.join(sorted(untaught))}: such messages will all count as wrong")
    run = asyncio.run(_measured(_Work(data, asked, outside, engine, folds, noise)))
    settings = {
        "engine": engine,
        "train": list(map(str, files)),
        "test": list(map(str, test or ())),
        "oos": list(map(str, oos or ())),
        "language": language,
        "folds": None if test else folds,
        "noise": noise,
        "examples": len(data.examples),
        "filrouge": version("filrouge"),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    if json is not None or report is not None:
        from nlu.evaluation.as_json import run_as_json

        found = run_as_json(run, settings)
        if json is not None:
            write_json(json, found)
        if report is not None:
            _write_page(report, found, page_language)
    _show(run, data, console_beside(json))  # last: whoever reads a part of it only has closed the pipe


@dataclass(frozen=True, slots=True)
class _Work:
    data: TrainingData
    test: Sequence[Example] | None
    """None: the training data is cross-validated."""
    outside: Sequence[Example]
    engine: str
    folds: int
    noise: bool


async def _measured(work: _Work) -> Run:
    from nlu.engines import trainer

    teach = trainer(work.engine)
    with shown_progress() as show:
        if work.test is not None:
            messages = (*work.test, *work.outside)
            return await evaluate_on(teach, work.data, messages, noise=work.noise, progress=show)
        return await cross_validate(teach, work.data, outside=work.outside, count=work.folds, noise=work.noise, progress=show)


def _show(run: Run, data: TrainingData, console: Console) -> None:
    console.print(f"{run.engine}, taught {len(data.examples)} examples in {run.training_seconds:.1f} s", highlight=False)
    table = Table()
    table.add_column("measured")
    table.add_column("as written", justify="right")
    if run.noisy is not None:
        table.add_column("in haste", justify="right")
        table.add_column("lost", justify="right")
    hasty = _lines(run.noisy) if run.noisy is not None else []
    for number, (name, value, is_share) in enumerate(_lines(run.clean)):
        cells = [name, _written(value, is_share)]
        if hasty:
            other = hasty[number][1]
            lost = ""
            if is_share and value is not None and other is not None and name != CALIBRATION:
                lost = f"{100 * (value - other):.1f}"
            cells += [_written(other, is_share), lost]
        table.add_row(*cells)
    console.print(table)
    _show_weakest("Weakest intents", run.clean.by_intent, console)
    _show_weakest("Weakest entities", run.clean.entities.by_name, console)
    _show_confusions(run.clean, console)


def _lines(found: Evaluation) -> list[tuple[str, float | None, bool]]:
    """Name, figure and whether it is a share, of everything the table shows."""
    outside = bool(found.outside)
    return [
        (f"best intent right ({len(found.inside)} messages)", found.accuracy, True),
        *((f"  in {language}", part, True) for language, part in found.accuracy_by_language.items()),
        ("mean F1 of the intents", found.macro_f1, True),
        ("acted upon", found.accepted, True),
        ("acted upon and right", found.accepted_right, True),
        (CALIBRATION, found.ece, True),
        (f"out of scope refused ({len(found.outside)} messages)", found.oos_refused, True),
        ("scope told apart (AUROC)", found.oos_auroc if outside else None, True),
        ("entities F1", found.entities.f1, True),
        ("intent and entities all right", found.entities.frame_accuracy, True),
        ("one message, p50", found.latency(0.5), False),
        ("one message, p99", found.latency(0.99), False),
    ]


def _written(value: float | None, is_share: bool) -> str:
    return percent(value) if is_share else "-" if value is None else f"{value:.2f} ms"


def _show_weakest(title: str, counts: Sequence[Counts], console: Console, most: int = 8) -> None:
    weakest = sorted((one for one in counts if one.f1 < 1), key=lambda one: (one.f1, -one.support, one.name))[:most]
    if not weakest:
        return
    table = Table(title=title, title_justify="left")
    for name in ("name", "F1", "precision", "recall", "messages"):
        table.add_column(name, justify="left" if name == "name" else "right", overflow="fold")
    for one in weakest:
        table.add_row(one.name, *(percent(part) for part in (one.f1, one.precision, one.recall)), str(one.support))
    console.print(table)


def _show_confusions(found: Evaluation, console: Console, most: int = 10) -> None:
    if not found.confusions:
        return
    table = Table(title="Most frequent mistakes", title_justify="left")
    for name in ("meant", "taken for", "times", "for instance"):
        table.add_column(name, justify="right" if name == "times" else "left", overflow="fold")
    for confusion in found.confusions[:most]:
        table.add_row(confusion.meant, confusion.taken_for or "nothing", str(len(confusion.answers)), confusion.texts[0][:80])
    console.print(table, markup=False)


def _write_page(path: Path, found: dict[str, Any], language: str) -> None:
    from nlu.evaluation.report import report_page

    path.write_text(report_page(found, language), encoding="utf-8")
