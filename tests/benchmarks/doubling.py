"""Finding profiles that are one person's among many: `python -m tests.benchmarks.doubling`.

The profiles are made, so it is known which are doubles (see `tests.benchmarks.doubling_set`). Precision and recall are over all
pairs; recall counts those that have nothing but a name in common any more, which nobody could find. The time is that of the
whole search as a server does it at night, reading from SQLite and writing proposals, in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, update

from bot.brand.rules import DoublingRules
from bot.clock import SystemClock
from bot.customers.doubling.columns import Columns
from bot.customers.doubling.search import THRESHOLD, Likely, search
from bot.customers.profile import Profile
from bot.storage.database import Database, open_database
from bot.storage.profiles import facts_to
from bot.storage.schema import profile
from bot.workers.doubling import Doubling
from tests.benchmarks.doubling_set import DoublingSet, Pair, doubling_set
from tests.benchmarks.figures import spread, usage
from tests.benchmarks.report import Line, show
from tests.databases import upgraded_file

SEED = 20261122
SHOWN_FROM = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
CHANGED = 1000
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--profiles", type=int, default=100_000, help="how many (default 100000)")
    options.add_argument("--seed", type=int, default=SEED, help=f"of the made profiles (default {SEED})")
    options.add_argument("--data", type=Path, help="as the others have it; nothing is needed from there")
    options.add_argument("--json", type=Path, help="write the figures there too")
    options.add_argument("--searching", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.searching:
        json.dump(asyncio.run(_search_as_a_server(chosen.searching)), sys.stdout)
        return
    made = doubling_set(chosen.profiles, seed=chosen.seed)
    lines = [*_quality(made), *_cost(made)]
    told = f"{len(made.profiles):,} profiles, {len(made.doubles):,} pairs of one person, seed {chosen.seed}"
    show("Finding doubles", lines, told=told, out=chosen.json)


def _quality(made: DoublingSet) -> Iterator[Line]:
    likely = search(_columns(made), threshold=min(SHOWN_FROM)).likely
    precision, recall = _of(likely, made.doubles, THRESHOLD)
    yield Line(f"precision of what is shown, from {THRESHOLD:g} on", precision, "%", 95, 97, more_is_better=True)
    yield Line("recall", recall, "%", 80, 85, more_is_better=True)
    findable = frozenset(_with_something_in_common(made))
    yield Line("pairs that share more than a name", 100 * len(findable) / len(made.doubles), "%")
    yield Line("recall of these", _of([one for one in likely if _pair(one) in findable], findable, THRESHOLD)[1], "%")
    for threshold in SHOWN_FROM:
        precision, recall = _of(likely, made.doubles, threshold)
        yield Line(f"from {threshold:g} on: precision", precision, "%")
        yield Line(f"from {threshold:g} on: recall", recall, "%")
    shown = [one for one in likely if one.probability >= THRESHOLD]
    yield Line("precision that the probabilities promise", 100 * sum(one.probability for one in shown) / len(shown), "%")


def _cost(made: DoublingSet) -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{upgraded_file(Path(folder))}"
        asyncio.run(_keep(url, made.profiles))
        command = [sys.executable, "-m", "tests.benchmarks.doubling", "--searching", url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    yield Line("the whole search, nothing else to do", told["seconds"], "s", 120, 60)
    yield Line("of this, processor", told["cpu"], "s")
    yield Line("memory at most, of the process", told["peak"], "MB", 600, 400)
    yield Line("of this, before it began", told["before"], "MB")
    yield Line(f"the next search, {CHANGED:,} profiles changed", told["next"], "s", 60, 30)
    yield Line("the whole search beside other work, resting as long as it works", told["beside"], "s")
    yield Line("a wait of 5 ms beside it took, p50", told["tick_p50"], "ms", 20, 10)
    yield Line("a wait of 5 ms beside it took, p99", told["tick_p99"], "ms", 100, 50)
    yield Line("the same with nothing beside it, p99", told["alone_p99"], "ms")


def _columns(made: DoublingSet) -> Columns:
    columns = Columns()
    for one in made.profiles:
        columns.add(one)
    return columns


def _pair(one: Likely) -> Pair:
    return one.first_id, one.second_id


def _of(likely: Sequence[Likely], doubles: frozenset[Pair], threshold: float) -> tuple[float, float]:
    """Precision and recall, in hundredths, of what is shown from `threshold` on."""
    shown = [_pair(one) for one in likely if one.probability >= threshold]
    right = sum(pair in doubles for pair in shown)
    return 100 * right / max(1, len(shown)), 100 * right / max(1, len(doubles))


def _with_something_in_common(made: DoublingSet) -> Iterator[Pair]:
    """The pairs of one person that share, letter by letter, a number, an address, a birthday or a postcode."""
    by_id = {one.id: one for one in made.profiles}
    for pair in made.doubles:
        first, second = (by_id[id_] for id_ in pair)
        if set(first.phones + first.emails) & set(second.phones + second.emails) or (
            (first.birthday and first.birthday == second.birthday) or (first.postcode and first.postcode == second.postcode)
        ):
            yield pair


async def _keep(url: str, profiles: Sequence[Profile]) -> None:
    rows = [{"id": one.id, "facts": facts_to(one), "changed_at": LONG_AGO} for one in profiles]
    database = open_database(url)
    for start in range(0, len(rows), 5000):
        await database.write(
            lambda connection, part=rows[start : start + 5000]: connection.execute(insert(profile), part).rowcount
        )
    await database.close()


async def _search_as_a_server(url: str) -> dict[str, Any]:
    """What a search costs, in a process that does nothing else."""
    sys.setswitchinterval(0.0005)  # as a server has it
    database = open_database(url)
    searcher = Doubling(database, SystemClock(None), DoublingRules(), ZoneInfo("Europe/Paris"), name="benchmark")
    before = usage(os.getpid())
    began = time.monotonic()
    await searcher.search(rests=0)
    seconds, after = time.monotonic() - began, usage(os.getpid())
    await _touch(database)
    began = time.monotonic()
    await searcher.search(rests=0)
    following = time.monotonic() - began
    began = time.monotonic()
    ticks = await _ticks(asyncio.create_task(searcher.search(whole=True)))
    beside = time.monotonic() - began
    alone = await _ticks(asyncio.create_task(asyncio.sleep(5)))
    await database.close()
    return {
        "seconds": seconds,
        "cpu": after.cpu - before.cpu,
        "peak": after.peak,
        "before": before.memory,
        "next": following,
        "beside": beside,
        "tick_p50": spread(ticks).p50,
        "tick_p99": spread(ticks).p99,
        "alone_p99": spread(alone).p99,
    }


async def _touch(database: Database) -> None:
    """Let some profiles be changed since the last search."""

    def touch(connection: Connection) -> None:
        now = SystemClock(None).now() + timedelta(seconds=1)
        for number in range(CHANGED):
            connection.execute(update(profile).where(profile.c.id == f"p{number:06d}").values(changed_at=now))

    await database.write(touch)


async def _ticks(going: asyncio.Task[Any]) -> list[float]:
    """How long each wait of 5 ms took while this was going on."""
    took = []
    while not going.done():
        began = time.perf_counter()
        await asyncio.sleep(0.005)
        took.append(time.perf_counter() - began)
    await going
    return took


if __name__ == "__main__":
    main()
