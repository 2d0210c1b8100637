"""From nothing to the first answer, and what memory it takes: `python -m tests.benchmarks.start`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import time
import urllib.error
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.conversations import scripts
from tests.benchmarks.figures import usage
from tests.benchmarks.load import press
from tests.benchmarks.prepared import trained_folder
from tests.benchmarks.report import Line, show
from tests.servers import Server


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds to the first answer, memory in MB then and after some messages."""

    seconds: float
    memory: float
    memory_at_work: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--times", type=int, default=5, help="how often it is started (default 5); medians are told")
    options.add_argument("--seconds", type=float, default=3, help="how long each is then talked to, before memory is read again")
    options.add_argument("--data", type=Path, help="data folder with a trained demo brand; left out: trained now")
    options.add_argument("--json", type=Path, help="write the figures there too")
    chosen = options.parse_args()
    with trained_folder(chosen.data) as folder:
        Server(folder).run("db", "upgrade")
        starts = [_start(folder, chosen.seconds) for _ in range(chosen.times)]
    lines = [
        Line("start to first answer, model trained", statistics.median(one.seconds for one in starts), "s", 3, 1),
        Line("memory after the first answer", statistics.median(one.memory for one in starts), "MB", 350, 200),
        Line("memory after some seconds of load", statistics.median(one.memory_at_work for one in starts), "MB", 350, 200),
        Line("slowest of these starts", max(one.seconds for one in starts), "s"),
    ]
    show("Start", lines, told=f"{chosen.times} starts; Rasa: 50 s to ready, 1,154 MB", out=chosen.json)


def _start(folder: Path, seconds: float) -> Start:
    server = Server(folder)
    begun = time.perf_counter()
    server.start(wait=False)
    try:
        while True:
            with contextlib.suppress(urllib.error.URLError, OSError):
                assert server.say("first", "bonjour")
                break
            time.sleep(0.005)
        took = time.perf_counter() - begun
        assert server.process is not None
        memory = usage(server.process.pid).memory
        asyncio.run(press([server.url], scripts(), senders=8, seconds=seconds, warm_up=0))
        return Start(took, memory, usage(server.process.pid).memory)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
