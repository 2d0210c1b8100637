"""Two processes on one PostgreSQL against one: `python -m tests.benchmarks.processes`.

The load generator is a process of its own, and PostgreSQL needs a core too: on fewer than four cores the second process finds
nobody to run it, and the ratio says more about the machine than about the program. The figure of the processor does not; and
with `--share 0.4` every server gets 40 % of a core and no more, as if it had a small machine of its own, so that two of them,
PostgreSQL and the load fit on two cores.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.conversations import scripts
from tests.benchmarks.figures import spread, usage
from tests.benchmarks.load import Load, press
from tests.benchmarks.prepared import trained_folder
from tests.benchmarks.report import Line, show
from tests.databases import Postgres, postgres_server
from tests.servers import Server, copy_of

TOKEN = "benchmark"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--senders", type=int, default=32, help="how many write at once (default 32)")
    options.add_argument("--seconds", type=float, default=10, help="how long each of the two is measured (default 10)")
    options.add_argument("--share", type=float, default=1.0, help="of a core, how much each server may have (default 1)")
    options.add_argument("--data", type=Path, help="data folder with a trained demo brand; left out: trained now")
    options.add_argument("--json", type=Path, help="write the figures there too")
    chosen = options.parse_args()
    with trained_folder(chosen.data) as folder, postgres_server() as postgres:
        one, one_cpu = _measure(folder, postgres, 1, chosen)
        two, two_cpu = _measure(folder, postgres, 2, chosen)
    lines = [
        Line("throughput of two over one", two.rate / one.rate if one.rate else 0.0, "x", 1.6, 1.9, more_is_better=True),
        Line("one process: throughput", one.rate, "messages/s"),
        Line("one process: answer p50", spread(one.took).p50, "ms"),
        Line("one process: processor", one_cpu, "ms/message"),
        Line("two processes: throughput", two.rate, "messages/s"),
        Line("two processes: answer p50", spread(two.took).p50, "ms"),
        Line("two processes: processor, both together", two_cpu, "ms/message"),
        Line("failures", one.failures.total() + two.failures.total(), ""),
    ]
    told = f"{chosen.senders} senders, {chosen.share:.0%} of a core a server"
    show("Processes on one PostgreSQL", lines, told=told, out=chosen.json)


def _measure(folder: Path, postgres: Postgres, processes: int, chosen: argparse.Namespace) -> tuple[Load, float]:
    with _servers(folder, postgres, processes) as servers:
        pids = [server.process.pid for server in servers if server.process is not None]
        before = sum(usage(pid).cpu for pid in pids)
        warm_up = min(2.0, chosen.seconds / 4)
        urls = [server.url for server in servers]
        work = press(urls, scripts(), senders=chosen.senders, seconds=chosen.seconds, warm_up=warm_up, token=TOKEN)
        with _held_to(chosen.share, pids):
            load = asyncio.run(work)
        used = sum(usage(pid).cpu for pid in pids) - before
    return load, 1000 * used / max(1, load.everything)


@contextmanager
def _held_to(share: float, pids: list[int]) -> Iterator[None]:
    """Let each process run only this share of the time, in turns of some milliseconds, until the block is left."""
    if share >= 1:
        yield
        return
    period, over = 0.01, threading.Event()

    def hold(pid: int) -> None:
        while not over.wait(period * share):
            os.kill(pid, signal.SIGSTOP)
            over.wait(period * (1 - share))
            os.kill(pid, signal.SIGCONT)

    threads = [threading.Thread(target=hold, args=(pid,)) for pid in pids]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


@contextmanager
def _servers(folder: Path, postgres: Postgres, processes: int) -> Iterator[list[Server]]:
    url = postgres.create()
    servers = []
    for number in range(processes):
        data = copy_of(folder, folder.parent / f"{processes}-{number}")
        command = ("serve", "--brand", str(data / "brands" / "demo"))
        servers.append(Server(data, command=command, database_url=url, env={"FILROUGE_REST_TOKEN": TOKEN}))
    with ExitStack() as running:
        for server in servers:
            running.enter_context(server)
        yield servers
    postgres.drop(url)


if __name__ == "__main__":
    main()
