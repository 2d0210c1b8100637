"""What a serving process pays for the NLU: load, memory, and each message beside a bare `encode` of the same process.

    lines = serving_figures()
    python -m tests.benchmarks.nlu_serving DATA_FOLDER alone       # the child: measures itself, prints JSON

"Everything" is language, intents, entities, tone, wishes and the questions of the house, each message asked once and met for
the first time; so is what the bare `encode` gets. Both answer where they are called; a server asks through a thread, so that
its loop goes on meanwhile, and that is a line of its own. The child holds what the server holds: the demo brand's model, the
sentence encoder, the questions of its `faq.yml`.
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.figures import spread
from tests.benchmarks.prepared import trained_folder
from tests.benchmarks.report import Line
from tests.servers import REPOSITORY

if TYPE_CHECKING:
    from nlu.reader import Reader

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
RUNS = 3
_WARM_UP = 20
_TRAINING_ONLY = {"sklearn", "scipy"}
"""Packages that a serving process must not carry."""


def serving_figures(data: Path | None = None, runs: int = RUNS) -> list[Line]:
    """The lines of the table: the medians of a few fresh processes; `data` is a folder with a trained demo brand."""
    with trained_folder(data) as folder:
        told_by = [_child(folder, "served") | _child(folder, "alone") for _ in range(runs)]
    if heavy := told_by[0]["heavy"]:
        raise SystemExit(f"a serving process imported {', '.join(heavy)}")
    told = {name: sorted(run[name] for run in told_by)[runs // 2] for name in told_by[0] if name != "heavy"}
    return [
        Line("one message, everything, p50", told["p50"], "ms", 2.5, 1.5),
        Line("one message, everything, p99", told["p99"], "ms", 10, 4),
        Line("the same through the server's thread, p50", told["served_p50"], "ms"),
        Line("the same through the server's thread, p99", told["served_p99"], "ms"),
        Line("a bare encode of the same run, p50", told["bare_p50"], "ms"),
        Line("a bare encode of the same run, p99", told["bare_p99"], "ms"),
        Line("load, to the first answer", told["load"], "s", 1.5, 0.8),
        Line("memory of the NLU part", told["whole"], "MB", 250, 160),
        Line("of which not shared between processes", told["own"], "MB"),
    ]


def _child(folder: Path, how: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.nlu_serving", str(folder), how]
    done = subprocess.run(command, env=os.environ | ONE_THREAD, cwd=REPOSITORY, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _served(folder: Path) -> dict[str, Any]:
    """Everything about this process, in the order a server does it."""
    import encodings.idna  # noqa: F401 - a server has it for other reasons, and the brand too

    from bot.brand import load_brand

    brand = load_brand(folder / "brands" / "demo")
    bare = _memory()
    begun = time.perf_counter()
    from bot.faq import load_faq
    from bot.models import LiveModel, encoder_folder, model_folder
    from nlu.reader import Reader

    models = model_folder(folder, brand.folder)
    live = LiveModel(models)
    live.load()
    reader = Reader(live, faq=load_faq(brand, models, encoder_folder(models)))

    async def whole() -> tuple[float, list[float], tuple[float, float]]:
        await _ask(reader, [("un rdv samedi", "fr")])
        loaded = time.perf_counter() - begun
        took = await _ask(reader, messages)
        held = _memory()
        await live.close()
        return loaded, took, held

    messages = _messages()
    loaded, took, (own, all_of_it) = asyncio.run(whole())
    everything = spread(took[_WARM_UP:])
    return {
        "load": loaded,
        "served_p50": everything.p50,
        "served_p99": everything.p99,
        "own": own - bare[0],
        "whole": all_of_it - bare[1],
        "heavy": sorted({name.split(".")[0] for name in sys.modules} & _TRAINING_ONLY),
    }


def _alone(folder: Path) -> dict[str, Any]:
    """Each message understood where it is asked, and beside it a bare `encode`."""
    from bot.brand import load_brand
    from bot.faq import load_faq
    from bot.models import encoder_folder, model_file, model_folder
    from nlu.encoders import shared_encoder
    from nlu.engine import EmbeddedEngine
    from nlu.reader import Reader

    brand = load_brand(folder / "brands" / "demo")
    models = model_folder(folder, brand.folder)
    faq = load_faq(brand, models, encoder_folder(models))
    engine = EmbeddedEngine.load(model_file(models), shared_encoder("use", encoder_folder(models)))
    messages = _messages()
    everything = spread(asyncio.run(_ask(Reader(engine, faq=faq), messages))[_WARM_UP:])
    bare = spread(_bare_encodes([text for text, _ in messages])[_WARM_UP:])
    return {"p50": everything.p50, "p99": everything.p99, "bare_p50": bare.p50, "bare_p99": bare.p99}


async def _ask(reader: Reader, messages: Sequence[tuple[str, str]]) -> list[float]:
    took = []
    for text, language in messages:
        asked = time.perf_counter()
        await reader.understand(text, language=language)
        took.append(time.perf_counter() - asked)
    return took


def _bare_encodes(texts: Sequence[str]) -> list[float]:
    """Each message turned into its vector by an encoder that has met none of them."""
    from nlu.encoders import make_encoder

    encoder = make_encoder("use")
    took = []
    for text in texts:
        begun = time.perf_counter()
        encoder.encode([text])
        took.append(time.perf_counter() - begun)
    return took


def _messages() -> list[tuple[str, str]]:
    """Every message of our own test set, the languages in turn, as they come to a server."""
    by_language = [
        [(row["text"], language) for row in rows_of(REPOSITORY / "tests" / "data" / f"held_out.{language}.csv")]
        for language in ("fr", "en")
    ]
    return [message for pair in zip(*by_language, strict=False) for message in pair]


def rows_of(file: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _memory() -> tuple[float, float]:
    """Memory of this process in MB: what is its alone, and all that is in use."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    return int(told["RssAnon"].split()[0]) / 1024, int(told["VmRSS"].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps({"served": _served, "alone": _alone}[sys.argv[2]](Path(sys.argv[1]))))
