"""How long understanding one message takes, without the server around it: `python -m tests.benchmarks.understanding`."""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

from bot.models import model_file, model_folder
from nlu.engine.model_file import load
from tests.benchmarks.figures import spread
from tests.benchmarks.prepared import trained_folder
from tests.benchmarks.report import Line, show
from tests.servers import REPOSITORY


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=5, help="how long is measured (default 5)")
    options.add_argument("--data", type=Path, help="data folder with a trained demo brand; left out: trained now")
    options.add_argument("--json", type=Path, help="write the figures there too")
    chosen = options.parse_args()
    with trained_folder(chosen.data) as folder:
        engine = load(model_file(model_folder(folder, folder / "brands" / "demo")))
    messages = [(row["text"], language) for language in ("fr", "en") for row in _messages(language)]
    took: list[float] = []
    until = time.perf_counter() + chosen.seconds
    while time.perf_counter() < until:
        for text, language in messages:
            begun = time.perf_counter()
            engine.understand_now(text, language=language)
            took.append(time.perf_counter() - begun)
    measured = spread(took)
    lines = [
        Line("understanding one message: p50", measured.p50, "ms", 2.5, 1),
        Line("p95", measured.p95, "ms"),
        Line("p99", measured.p99, "ms"),
    ]
    show("Understanding", lines, told=f"{len(messages)} messages the model never saw, {measured.count} times", out=chosen.json)


def _messages(language: str) -> list[dict[str, str]]:
    with (REPOSITORY / "tests" / "data" / f"messages.{language}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
