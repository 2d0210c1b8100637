"""How long understanding one message takes, without the server around it: `python -m tests.benchmarks.understanding`."""

from __future__ import annotations

import argparse
import asyncio
import csv
import time
from pathlib import Path

from bot.models import LiveModel, model_folder
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
    messages = [(row["text"], language) for language in ("fr", "en") for row in _messages(language)]
    with trained_folder(chosen.data) as folder:
        measured = spread(asyncio.run(_understand(folder, messages, chosen.seconds)))
    lines = [
        Line("understanding one message: p50", measured.p50, "ms", 2.5, 1),
        Line("p95", measured.p95, "ms"),
        Line("p99", measured.p99, "ms"),
    ]
    show("Understanding", lines, told=f"{len(messages)} messages the model never saw, {measured.count} times", out=chosen.json)


async def _understand(folder: Path, messages: list[tuple[str, str]], seconds: float) -> list[float]:
    """Seconds each message took, over and over."""
    model = LiveModel(model_folder(folder, folder / "brands" / "demo"))
    model.load()
    took: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for text, language in messages:
            begun = time.perf_counter()
            await model.understand(text, language=language)
            took.append(time.perf_counter() - begun)
    await model.close()
    return took


def _messages(language: str) -> list[dict[str, str]]:
    with (REPOSITORY / "tests" / "data" / f"messages.{language}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
