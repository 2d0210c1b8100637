"""Bringing a large customer file in: `python -m tests.benchmarks.customers_import`.

The command an operator types, in a process of its own, on an empty database: the first time, repeated, and as a dry run; then
what a start costs whose customer file has not changed. Processor time is told beside, which other programs disturb least.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.brand import load_brand
from bot.clock import SystemClock
from bot.connections.sources import settle_profiles
from bot.customers.customer_file import COLUMNS
from bot.storage.database import open_database
from bot.storage.upgrade import upgrade
from bot.wiring import DEMO_BRAND
from tests.benchmarks.report import Line, show
from tests.benchmarks.yardsticks import bare_commits
from tests.databases import postgres_server
from tests.servers import Server

LARGE = 100_000
"""Rows the budget is given for."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=LARGE, help=f"lines of the file (default {LARGE})")
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--data", type=Path, help="as the others have it; nothing is needed from there")
    options.add_argument("--json", type=Path, help="write the figures there too")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="filrouge-benchmark-") as place, _database(chosen.database, Path(place)) as url:
        folder = Path(place)
        lines = _imports(folder, url, chosen.rows) + _starts(folder, url, chosen.rows)
        lines.append(Line("a bare commit on this disk: p50", bare_commits(folder).p50, "ms"))
    show("Import of customers", lines, told=f"{chosen.rows:,} lines, {chosen.database}", out=chosen.json)


def write_file(path: Path, rows: int) -> None:
    """A customer file of so many people who do not exist; the same again for the same number."""
    made = random.Random(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for number in range(rows):
            phone = f"+3363998{made.randrange(10_000):04d};+331{made.randrange(10**8):08d}"
            name, born = (
                f"Nom-{made.randrange(20_000)}",
                f"19{made.randrange(40, 99)}-0{made.randrange(1, 10)}-1{made.randrange(10)}",
            )
            about = [born, "fr", f"MO{number:07d}", "Lyon", f"{made.randrange(1000, 95999):05d}", "lyon", "", "yes", "2023-03-18"]
            table.writerow([f"k{number}", f"Prénom {number % 977}", name, phone, f"client.{number}@courriel.example", *about])


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'filrouge.db'}"
        return
    with postgres_server() as postgres:
        url = postgres.create_empty()
        yield url
        postgres.drop(url)


def _imports(folder: Path, url: str, rows: int) -> list[Line]:
    file = folder / "large.csv"
    write_file(file, rows)
    shop = Server(folder / "data", database_url=url)
    asyncio.run(upgrade(url))
    scale = rows / LARGE
    lines = []
    for what, options in (("first import", ()), ("the same again", ()), ("a dry run", ("--dry-run",))):
        used, begun = os.times(), time.perf_counter()
        shop.run("customers", "import", str(file), *options, seconds=1200)
        took, after = time.perf_counter() - begun, os.times()
        processor = after.children_user + after.children_system - used.children_user - used.children_system
        asked, aim = (60 * scale, 30 * scale) if what == "first import" else (None, None)
        lines += [
            Line(what, took, "s", asked, aim),
            Line("  processor", processor, "s"),
            Line("  rows a second", rows / took, ""),
        ]
    return lines


def _starts(folder: Path, url: str, rows: int) -> list[Line]:
    """What a start spends on profiles: its customer file new, then unchanged."""
    brand = folder / "brand"
    shutil.copytree(DEMO_BRAND, brand)
    shutil.copy(folder / "large.csv", brand / "customers.csv")

    async def settle() -> float:
        loaded, database = load_brand(brand), open_database(url)
        try:
            begun = time.perf_counter()
            await settle_profiles(database, loaded, SystemClock())
            return time.perf_counter() - begun
        finally:
            await database.close()

    return [
        Line("a start that finds this file for the first time, imported already", asyncio.run(settle()), "s"),
        Line("a start with nothing new in it", asyncio.run(settle()), "s", 0.5, 0.2),
    ]


if __name__ == "__main__":
    main()
