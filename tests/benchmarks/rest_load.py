"""Load on any server that speaks the REST contract: `python -m tests.benchmarks.rest_load --url http://127.0.0.1:8080`.

Without `--url` a server of the demo brand is started for the run. The same command measures Rasa:
`--url http://127.0.0.1:5005 --pid $(pgrep -f "rasa run")`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

from tests.benchmarks.conversations import scripts
from tests.benchmarks.figures import Usage, spread, usage
from tests.benchmarks.load import Load, press
from tests.benchmarks.prepared import demo_server
from tests.benchmarks.report import Line, show
from tests.benchmarks.yardsticks import bare_commits, bare_requests

RASA_RATE = 48.0
"""Messages a second of Rasa 3.6.21 on two quiet cores: REST channel, rules only, tracker in memory, whatever the concurrency."""
RASA_CPU = 22.0
"""Milliseconds of processor it needs for a message."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--url", help="root of the server, or its REST door; left out: a demo server is started")
    options.add_argument("--senders", type=int, default=32, help="how many write at once (default 32)")
    options.add_argument("--seconds", type=float, default=20, help="how long is counted (default 20)")
    options.add_argument("--messages", type=Path, help="a file of messages, one a line, blank lines between conversations")
    options.add_argument("--pid", type=int, help="the server's process, whose processor time and memory are then told")
    options.add_argument("--token", help="bearer token of the door")
    options.add_argument("--data", type=Path, help="data folder with a trained demo brand, for the server started here")
    options.add_argument("--json", type=Path, help="write the figures there too")
    chosen = options.parse_args()
    if chosen.url:
        _measure(chosen, chosen.url, chosen.pid)
        return
    with demo_server(chosen.data) as server:
        assert server.process is not None
        _measure(chosen, server.url, server.process.pid)


def _measure(chosen: argparse.Namespace, url: str, pid: int | None) -> None:
    conversations = scripts(chosen.messages)
    before, own_before = usage(pid) if pid else None, usage(os.getpid())
    load = asyncio.run(
        press(
            [url],
            conversations,
            senders=chosen.senders,
            seconds=chosen.seconds,
            warm_up=min(2.0, chosen.seconds / 4),
            token=chosen.token,
        )
    )
    after, own = usage(pid) if pid else None, usage(os.getpid())
    bare = asyncio.run(bare_requests(senders=chosen.senders, seconds=min(2.0, chosen.seconds)))
    commit = bare_commits(seconds=min(1.0, chosen.seconds))
    lines = [*_served(load), *_cost(load, before, after)]
    lines += [
        Line("yardstick: a bare request of the same load", bare.rate, "messages/s"),
        Line("yardstick: a bare commit, p50", commit.p50, "ms"),
        Line("the load generator's own processor", 1000 * (own.cpu - own_before.cpu) / max(1, load.everything), "ms/message"),
    ]
    told = f"{chosen.senders} senders, {load.seconds:.0f} s"
    if load.failures:
        told += " · failures: " + ", ".join(f"{count} {what}" for what, count in load.failures.items())
    show("REST load", lines, told=told, out=chosen.json)


def _served(load: Load) -> list[Line]:
    took = spread(load.took)
    return [
        Line("throughput", load.rate, "messages/s"),
        Line("throughput over Rasa's 48/s", load.rate / RASA_RATE, "x", 6, 15, more_is_better=True),
        Line("answer p50", took.p50, "ms"),
        Line("answer p95", took.p95, "ms"),
        Line("answer p99", took.p99, "ms"),
        Line("messages answered", took.count, ""),
        Line("of them with no words", load.without_answer, ""),
        Line("failures", load.failures.total(), ""),
    ]


def _cost(load: Load, before: Usage | None, after: Usage | None) -> list[Line]:
    if before is None or after is None:
        return []
    return [
        Line(f"processor (Rasa: {RASA_CPU:.0f})", 1000 * (after.cpu - before.cpu) / max(1, load.everything), "ms/message"),
        Line("memory now (Rasa: 1,154)", after.memory, "MB"),
        Line("memory at most", after.peak, "MB"),
    ]


if __name__ == "__main__":
    main()
