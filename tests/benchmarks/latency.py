"""How long a webhook takes to be accepted, and an answer to reach its channel: `python -m tests.benchmarks.latency`.

A real server with everything durable on SQLite takes Telegram updates by webhook and sends its answers to a pretend Telegram.
Arrivals are random and do not wait for the server.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import aiohttp

from tests.benchmarks.arrivals import Arrivals, Measured, StopwatchTelegram
from tests.benchmarks.figures import spread, usage
from tests.benchmarks.prepared import trained_folder
from tests.benchmarks.report import Line, show
from tests.benchmarks.yardsticks import bare_commits, bare_requests
from tests.servers import Server

SECRET = "benchmark-secret"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--webhooks", type=float, default=100, help="messages a second for accepting (default 100)")
    options.add_argument("--answers", type=float, default=50, help="messages a second for answers (default 50)")
    options.add_argument("--seconds", type=float, default=15, help="how long each of the two is measured (default 15)")
    options.add_argument("--data", type=Path, help="data folder with a trained demo brand; left out: trained now")
    options.add_argument("--json", type=Path, help="write the figures there too")
    chosen = options.parse_args()
    asyncio.run(_measure(chosen))


async def _measure(chosen: argparse.Namespace) -> None:
    with trained_folder(chosen.data) as folder:
        async with StopwatchTelegram() as telegram:
            server = Server(folder)
            server.environment |= {
                "FILROUGE_TELEGRAM_TOKEN": telegram.token,
                "FILROUGE_TELEGRAM_BASE_URL": telegram.root,
                "FILROUGE_TELEGRAM_WEBHOOK_URL": f"{server.url}/webhooks/telegram",
                "FILROUGE_TELEGRAM_SECRET_TOKEN": SECRET,
                # The platform's own pace is not what is measured here.
                "FILROUGE_TELEGRAM_PER_SECOND": "1000",
            }
            await asyncio.to_thread(server.start)
            try:
                lines, told = await _run(chosen, server, telegram)
            finally:
                await asyncio.to_thread(server.stop)
        commit = bare_commits(folder, seconds=min(1.0, chosen.seconds))
    bare = spread((await bare_requests(senders=1, seconds=min(2.0, chosen.seconds))).took)
    lines += [
        Line("yardstick: a bare commit, p50", commit.p50, "ms"),
        Line("yardstick: a bare commit, p99", commit.p99, "ms"),
        Line("yardstick: a bare request, p50", bare.p50, "ms"),
        Line("yardstick: a bare request, p99", bare.p99, "ms"),
    ]
    show("Latency", lines, told=told, out=chosen.json)


async def _run(chosen: argparse.Namespace, server: Server, telegram: StopwatchTelegram) -> tuple[list[Line], str]:
    assert server.process is not None
    pid, url = server.process.pid, f"{server.url}/webhooks/telegram"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        warm = Arrivals(telegram, url, SECRET, rate=chosen.answers, first_chat=1_000_000, seed=1)
        await warm.come(http, min(2.0, chosen.seconds))
        many = Arrivals(telegram, url, SECRET, rate=chosen.webhooks, first_chat=2_000_000, seed=2)
        accepting = await many.come(http, chosen.seconds)
        fewer = Arrivals(telegram, url, SECRET, rate=chosen.answers, first_chat=3_000_000, seed=3)
        before = usage(pid)
        answering = await fewer.come(http, chosen.seconds)
        after = usage(pid)
    accepted, answered = spread(accepting.accepted), spread(answering.answered)
    lines = [
        Line(f"webhook accepted and committed, {chosen.webhooks:.0f}/s: p50", accepted.p50, "ms", 5, 2),
        Line("p95", accepted.p95, "ms"),
        Line("p99", accepted.p99, "ms", 50, 15),
        Line(f"message in to answer at the channel, {chosen.answers:.0f}/s: p50", answered.p50, "ms", 20, 10),
        Line("p95", answered.p95, "ms"),
        Line("p99", answered.p99, "ms", 100, 30),
        Line("processor, both ways included", 1000 * (after.cpu - before.cpu) / max(1, answering.offered), "ms/message"),
        Line("memory now", after.memory, "MB"),
        Line("memory at most", after.peak, "MB"),
    ]
    return lines, f"{_told('accepting', accepting)} · {_told('answering', answering)}"


def _told(what: str, measured: Measured) -> str:
    rate = measured.offered / measured.seconds if measured.seconds else 0.0
    lost = len(measured.accepted) - len(measured.answered)
    return f"{what}: {measured.offered} at {rate:.0f}/s, {measured.failures.total()} failed, {lost} unanswered"


if __name__ == "__main__":
    main()
