"""How well and how fast messages are understood, in one table: `python -m tests.benchmarks.nlu DATA_FOLDER`.

Each set is trained and asked by `filrouge nlu evaluate`, as anybody would. Settings of the engine are never chosen on the
test files: what there is to choose is fitted by cross-validation on the training files, in training itself.

Rasa stands beside, trained and asked by the same command, on the sets on which we are held against it: where its environment is
installed (`filrouge rasa install`), or where FOLDER of `--rasa-json` holds its evaluations from before.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from nlu.rasa.environment import Environment, default_folder
from tests.benchmarks.figures import machine
from tests.benchmarks.nlu_serving import ONE_THREAD, RUNS, serving_figures
from tests.benchmarks.nlu_sets import DataSet, data_sets
from tests.benchmarks.report import WIDTH, Line
from tests.servers import REPOSITORY

Row = tuple[Line, float | None]
"""A figure of ours, and Rasa's beside it."""
Told = Mapping[str, Any]
"""What an evaluation says, or nothing."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="folder of data sets, each with train.csv, test.csv and perhaps oos_test.csv")
    options.add_argument("--only", nargs="+", metavar="SET", help="just these sets (`own` is ours, over the demo brand)")
    options.add_argument("--engine", default="embedded", help="engine measured; `embedded:none` goes without sentence vectors")
    options.add_argument("--no-rasa", action="store_true", help="do not have Rasa trained, even where it is installed")
    options.add_argument(
        "--rasa-json", type=Path, metavar="FOLDER", help="where Rasa's evaluations are kept: read when there, else written"
    )
    options.add_argument("--data", type=Path, help="data folder with a trained demo brand; left out: trained now")
    options.add_argument("--runs", type=int, default=RUNS, help=f"processes whose load and latency are measured (default {RUNS})")
    options.add_argument("--json", type=Path, help="write the figures there too")
    chosen = options.parse_args()
    sets = [one for one in data_sets(chosen.folder) if not chosen.only or one.name in chosen.only]
    if not sets:
        options.error(f"{chosen.folder} holds none of these sets")
    console = Console(stderr=True)
    with_rasa = rasa_runs(unwanted=chosen.no_rasa, console=console)
    rows: list[Row] = []
    evaluations: dict[str, Any] = {}
    for one in sets:
        console.print(f"{one.name} ...")
        found = evaluated(one, chosen.engine)
        beside = _rasa(one, with_rasa, chosen.rasa_json, console)
        evaluations[one.name] = {"embedded": found, "rasa": beside}
        rows += _rows(one, found, beside)
    console.print("serving ...")
    rows += _serving(serving_figures(chosen.data, chosen.runs), [told["rasa"] for told in evaluations.values()])
    _show(rows)
    if chosen.json:
        figures = [{"what": line.what, "value": line.value, "unit": line.unit, "rasa": rasa} for line, rasa in rows]
        chosen.json.write_text(json.dumps({"machine": machine(), "figures": figures, "sets": evaluations}, indent=2) + "\n")


def evaluated(one: DataSet, engine: str) -> dict[str, Any]:
    """What `filrouge nlu evaluate` says of a set, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="filrouge-benchmark-") as place:
        told = Path(place) / "told.json"
        command = [sys.executable, "-m", "bot", "nlu", "evaluate", "--engine", engine, "--json", str(told)]
        for option, files in (("--train", one.train), ("--test", one.test)):
            command += [part for file in files for part in (option, str(file))]
        command += ["--oos", str(one.out_of_scope)] if one.out_of_scope else []
        command += ["--noise"] if one.noise else []
        done = subprocess.run(command, env=os.environ | ONE_THREAD, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
        found: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
        return found


def rasa_runs(*, unwanted: bool, console: Console) -> bool:
    """Whether Rasa can be trained here; when not, it is said."""
    folder = default_folder()
    if unwanted or Environment(folder).there:
        return not unwanted
    console.print(
        f"Rasa is not measured: there is none in {folder}; `filrouge rasa install` makes it.", highlight=False, soft_wrap=True
    )
    return False


def _rasa(one: DataSet, runs: bool, folder: Path | None, console: Console) -> Told:
    """Rasa's evaluation of a set: the one kept, or a new one where we are held against Rasa."""
    kept = folder / f"{one.name}.json" if folder is not None else None
    if kept is not None and kept.exists():
        read: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        return read
    if one.ahead is None or not runs:
        return {}
    console.print(f"{one.name}, Rasa (some minutes) ...")
    found = evaluated(one, "rasa")
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return found


def _rows(one: DataSet, found: Told, beside: Told) -> list[Row]:
    rows: list[Row] = []
    for figure in one.figures:
        value = figure.value(found)
        if value is not None:
            line = Line(f"{one.name}: {figure.what}", value, figure.unit, figure.asked, figure.aim, figure.more_is_better)
            rows.append((line, figure.value(beside)))
    if one.ahead is not None:
        held, asked, aim = one.ahead
        ours, theirs = held.value(found), held.value(beside)
        if ours is not None and theirs is not None:
            rows.append((Line(f"{one.name}: ahead of Rasa", ours - theirs, "points", asked, aim, more_is_better=True), None))
    return rows


def _serving(ours: Sequence[Line], of_rasa: Sequence[Told]) -> list[Row]:
    """Load and memory beside those of the largest Rasa among the evaluations."""
    processes = [told["process"] for told in of_rasa if told.get("process")]
    largest = max(processes, key=lambda process: process["memory_mb"] or 0.0, default={})
    beside = {"load, to the first answer": largest.get("load_seconds"), "memory of the NLU part": largest.get("memory_mb")}
    return [(line, beside.get(line.what)) for line in ours]


def _show(rows: Sequence[Row]) -> None:
    table = Table(title="Understanding", title_justify="left", caption=machine(), caption_justify="left")
    for name in ("", "measured", "asked", "aim"):
        table.add_column(name, justify="left" if not name else "right", no_wrap=bool(name))
    table.add_column("reached")
    table.add_column("Rasa", justify="right", no_wrap=True)
    for line, rasa in rows:
        bounds = (
            "" if bound is None else f"{'≥' if line.more_is_better else '≤'} {bound:g} {line.unit}".strip()
            for bound in (line.asked, line.aim)
        )
        beside = "" if rasa is None else _written(rasa, line.unit)
        table.add_row(line.what, _written(line.value, line.unit), *bounds, line.verdict, beside)
    console = Console()
    (console if console.width >= WIDTH else Console(width=WIDTH)).print(table)


def _written(value: float, unit: str) -> str:
    digits = 0 if unit == "MB" else 1 if unit in ("%", "points") else 3 if not unit else 2
    return f"{value:,.{digits}f} {unit}".strip()


if __name__ == "__main__":
    main()
