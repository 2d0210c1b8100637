"""How well and how fast messages are understood, in one table: `python -m tests.benchmarks.nlu DATA_FOLDER`.

Each set is trained and asked by `filrouge nlu evaluate`, as anybody would. Settings of the engine are never chosen on the
test files: what there is to choose is fitted by cross-validation on the training files, in training itself.

Rasa stands beside when it is asked for (`--rasa`, where its environment is installed) or when its evaluations are given:
`--rasa-json FOLDER` holds SET.json as written by `filrouge nlu evaluate --engine rasa ... --json SET.json`.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from nlu.encoders import make_encoder
from tests.benchmarks.figures import machine, spread
from tests.benchmarks.nlu_sets import DataSet, data_sets
from tests.benchmarks.report import WIDTH, Line
from tests.servers import REPOSITORY

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_SERVE = """
import json, sys, time
def memory():
    told = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
    return int(told["RssAnon"].split()[0]) / 1024, int(told["VmRSS"].split()[0]) / 1024
import encodings.idna
bare = memory()
begun = time.perf_counter()
from pathlib import Path
from bot.models import LiveModel
import asyncio
live = LiveModel(Path(sys.argv[1]))
began = time.perf_counter()
live.load()
asyncio.run(live.understand("un rdv samedi", language="fr"))
loaded = time.perf_counter() - began
for text in json.loads(sys.stdin.read()):
    asyncio.run(live.understand(text, language="fr"))
own, whole = memory()
heavy = sorted({name.split(".")[0] for name in sys.modules} & {"sklearn", "scipy"})
print(json.dumps({"load": loaded, "own": own - bare[0], "whole": whole - bare[1], "heavy": heavy}))
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="folder of data sets, each with train.csv, test.csv and perhaps oos_test.csv")
    options.add_argument("--only", nargs="+", metavar="SET", help="just these sets (`own` is ours, over the demo brand)")
    options.add_argument("--engine", default="embedded", help="engine measured; `embedded:none` goes without sentence vectors")
    options.add_argument("--rasa", action="store_true", help="have Rasa trained and asked by the same command")
    options.add_argument("--rasa-json", type=Path, metavar="FOLDER", help="evaluations of Rasa made before")
    options.add_argument("--json", type=Path, help="write the figures there too")
    chosen = options.parse_args()
    sets = [one for one in data_sets(chosen.folder) if not chosen.only or one.name in chosen.only]
    if not sets:
        options.error(f"{chosen.folder} holds none of these sets")
    console = Console(stderr=True)
    rows: list[tuple[Line, float | None]] = []
    evaluations: dict[str, Any] = {}
    for one in sets:
        console.print(f"{one.name} ...")
        found = evaluated(one, chosen.engine)
        beside = _rasa(one, chosen.rasa, chosen.rasa_json)
        evaluations[one.name] = {"embedded": found, "rasa": beside}
        rows += _lines(one, found, beside)
    console.print("serving ...")
    rows += [(line, None) for line in (*_yardstick(sets[0]), *_serving())]
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


def _rasa(one: DataSet, run: bool, folder: Path | None) -> Mapping[str, Any]:
    if folder is not None and (folder / f"{one.name}.json").exists():
        found: dict[str, Any] = json.loads((folder / f"{one.name}.json").read_text(encoding="utf-8"))
        return found
    return evaluated(one, "rasa") if run else {}


def _lines(one: DataSet, found: Mapping[str, Any], beside: Mapping[str, Any]) -> list[tuple[Line, float | None]]:
    lines = []
    for figure in one.figures:
        value = figure.value(found)
        if value is not None:
            line = Line(f"{one.name}: {figure.what}", value, figure.unit, figure.asked, figure.aim, figure.more_is_better)
            lines.append((line, figure.value(beside)))
    return lines


def _yardstick(one: DataSet) -> list[Line]:
    """A bare `encode` of the set's messages in this very run: what the machine gives today."""
    encoder = make_encoder("use")
    texts = [row["text"] for file in one.test for row in _rows(file)][:500]
    took = []
    for _ in range(2):  # the first time warms up
        took.clear()
        for text in texts:
            begun = time.perf_counter()
            encoder.encode([text])
            took.append(time.perf_counter() - begun)
    bare = spread(took)
    return [Line("a bare encode of the same run, p50", bare.p50, "ms"), Line("p99", bare.p99, "ms")]


def _serving() -> list[Line]:
    """Load time and memory of what a serving process holds for the NLU: the demo brand's model and its encoder."""
    texts = [
        row["text"] for language in ("fr", "en") for row in _rows(REPOSITORY / "tests" / "data" / f"messages.{language}.csv")
    ]
    with tempfile.TemporaryDirectory(prefix="filrouge-benchmark-") as place:
        env = os.environ | ONE_THREAD | {"FILROUGE_DATA_DIR": place}
        subprocess.run([sys.executable, "-m", "bot", "train"], env=env, cwd=REPOSITORY, check=True, capture_output=True)
        command = [sys.executable, "-c", _SERVE, str(Path(place) / "models" / "demo")]
        runs = [
            json.loads(
                subprocess.run(
                    command, env=env, cwd=REPOSITORY, check=True, capture_output=True, text=True, input=json.dumps(texts)
                ).stdout
            )
            for _ in range(3)
        ]
    told = sorted(runs, key=lambda run: run["load"])[1]
    if told["heavy"]:
        raise SystemExit(f"a serving process imported {', '.join(told['heavy'])}")
    return [
        Line("load, to the first answer", told["load"], "s", 1.5, 0.8),
        Line("memory of the NLU part", told["whole"], "MB", 250, 160),
        Line("of which not shared between processes", told["own"], "MB"),
    ]


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _show(rows: Sequence[tuple[Line, float | None]]) -> None:
    table = Table(title="Understanding", title_justify="left", caption=machine(), caption_justify="left")
    for name in ("", "measured", "asked", "aim"):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    table.add_column("reached")
    table.add_column("Rasa", justify="right")
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
    digits = 0 if unit == "MB" else 1 if unit == "%" else 3 if not unit else 2
    return f"{value:,.{digits}f} {unit}".strip()


if __name__ == "__main__":
    main()
