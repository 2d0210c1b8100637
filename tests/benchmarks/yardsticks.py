"""Yardsticks of the same run: what the disk and the web server cost when nothing is done with them."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

from aiohttp import web

from tests.benchmarks.conversations import scripts
from tests.benchmarks.figures import Spread, spread
from tests.benchmarks.load import PATH, Load, press


def bare_commits(folder: Path | None = None, *, seconds: float = 1.0) -> Spread:
    """One row and one commit after another on SQLite, flushed to the disk that `folder` is on."""
    took: list[float] = []
    with tempfile.TemporaryDirectory(dir=folder) as place, closing(sqlite3.connect(Path(place) / "bare.db")) as connection:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE said (id INTEGER PRIMARY KEY, words TEXT)")
        until = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < until:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO said (words) VALUES ('bonjour')")
            connection.execute("COMMIT")
            took.append(time.perf_counter() - begun)
    return spread(took)


async def bare_requests(*, senders: int, seconds: float) -> Load:
    """The same load on a server that answers without doing anything, in a process of its own."""
    with _bare_server() as url:
        return await press([url], scripts(), senders=senders, seconds=seconds, warm_up=min(0.5, seconds))


@contextmanager
def _bare_server() -> Iterator[str]:
    process = Popen([sys.executable, "-m", "tests.benchmarks.yardsticks"], stdout=PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate()


async def _serve() -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response([{"text": "bonjour"}])

    app = web.Application()
    app.router.add_post(PATH, answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        import uvloop
    except ImportError:
        asyncio.run(_serve())
    else:
        uvloop.run(_serve())
