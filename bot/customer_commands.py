"""`filrouge customers import` and `customers sources`: files of a shop's own system, and what else profiles come from."""

from __future__ import annotations

import asyncio
import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import Connection

from bot.customers.customer_file import Line
from bot.customers.importing import Judged, judge, told_by_lines
from bot.customers.sources import FILE, Order
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.connections.sources import Checked  # not at run time: it brings the whole house along

customers = App(name="customers", help="The customer profiles.")
sources = App(name="sources", help="Where profiles come from beside the customer file.")
customers.command(sources)
out = Console()
told = Console(stderr=True)

BATCH = 1000
"""Lines written in one transaction: a server that answers beside waits no longer than for one of them."""
SHOWN = 10
"""Wrong lines named on the screen; the report has them all."""


@customers.command(name="import")
def import_file(
    file: Path,
    /,
    *,
    brand: Annotated[Path | None, Parameter(name="--brand", help="The brand folder; the demo's when left out.")] = None,
    dry_run: Annotated[bool, Parameter(help="Say what would change, and change nothing.")] = False,
    report: Annotated[Path | None, Parameter(name="--report", help="Write a CSV with the outcome of every line.")] = None,
) -> None:
    """Bring profiles in from a CSV file. Wrong lines are left out and told; repeated, nothing happens twice.

    The exit code is 1 when lines were wrong.
    """
    counts, wrong = asyncio.run(_import(file, brand, dry_run=dry_run, report=report))
    would = "would be " if dry_run else ""
    out.print(
        f"{counts['new']} {would}new, {counts['changed']} {would}changed, {counts['same']} the same, {counts['wrong']} wrong.",
        highlight=False,
    )
    if counts["erased"]:
        out.print(f"{counts['erased']} {would}left out: their persons were erased.", highlight=False)
    for one in wrong:
        out.print(f"  {file}:{one.line.number}: {one.line.wrong}", highlight=False, markup=False)
    if counts["wrong"] > len(wrong):
        out.print(f"  and {counts['wrong'] - len(wrong)} more; --report FILE names them all", highlight=False)
    if counts["wrong"]:
        raise SystemExit(1)


@sources.command(name="check")
def check_sources(
    *, brand: Annotated[Path | None, Parameter(name="--brand", help="The brand folder; the demo's when left out.")] = None
) -> None:
    """Ask every source of `sources.yml` whether it answers, and name the fields one of its profiles has.

    The exit code is 1 when one does not answer or does not fit its mapping.
    """
    right = True
    for one in asyncio.run(_check(brand)):
        out.print(f"{one.source}: {one.says}", highlight=False, markup=False, soft_wrap=True)
        right = right and one.right
    if not right:
        raise SystemExit(1)


async def _check(brand: Path | None) -> list[Checked]:
    from bot.brand import load_brand
    from bot.connections.sources import check_each
    from bot.wiring import demo_folder

    return await check_each(load_brand(brand or demo_folder(read_settings())), os.environ)


async def _import(file: Path, brand: Path | None, *, dry_run: bool, report: Path | None) -> tuple[Counter[str], list[Judged]]:
    from bot.brand import load_brand
    from bot.clock import SystemClock
    from bot.connections.sources import combine_as_declared, order_of
    from bot.customers.customer_file import read_lines
    from bot.storage.database import open_database
    from bot.storage.upgrade import upgrade
    from bot.wiring import demo_folder

    settings = read_settings()
    shop = load_brand(brand or demo_folder(settings))
    stores, order, clock = {store.id for store in shop.stores}, order_of(shop.sources), SystemClock(settings.starts_at)
    await upgrade(settings.database)
    database = open_database(settings.database)
    counts: Counter[str] = Counter()
    wrong: list[Judged] = []
    columns = (TextColumn("[bold]Reading"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    try:
        if not dry_run:
            await combine_as_declared(database, order, clock, changed=False)
        with Progress(*columns, console=told) as progress, _Report(report) as rows:
            task = progress.add_task("", total=await asyncio.to_thread(_lines_in, file))
            for lines in _batches(read_lines(file, stores=stores), BATCH):
                if dry_run:
                    judged = await database.read(partial(_preview, lines=lines))
                else:
                    judged = await database.write(partial(_take, lines=lines, order=order, now=clock.now()))
                counts.update(one.outcome for one in judged)
                wrong += [one for one in judged if one.outcome == "wrong"][: SHOWN - len(wrong)]
                rows.add(judged)
                progress.update(task, completed=lines[-1].number)
    finally:
        await database.close()
    return counts, wrong


def _preview(connection: Connection, lines: Sequence[Line]) -> list[Judged]:
    from bot.storage.profile_sources import preview

    return judge(lines, preview(connection, FILE, told_by_lines(lines)))


def _take(connection: Connection, lines: Sequence[Line], *, order: Order, now: datetime) -> list[Judged]:
    from bot.storage.profile_sources import take

    return judge(lines, take(connection, FILE, told_by_lines(lines), order=order, now=now))


class _Report:
    """The outcome of every line, as a table."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None

    def __enter__(self) -> _Report:
        if self._path is not None:
            self._file = self._path.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(("line", "id", "outcome", "fields", "what to do"))
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, judged: Iterable[Judged]) -> None:
        if self._file is not None:
            rows = ((one.line.number, one.line.id, one.outcome, " ".join(one.fields), one.line.wrong) for one in judged)
            csv.writer(self._file).writerows(rows)


def _batches(lines: Iterator[Line], size: int) -> Iterator[list[Line]]:
    while batch := list(islice(lines, size)):
        yield batch


def _lines_in(file: Path) -> int:
    """How many lines there are, for the progress shown; none of a file that is not there, which reading it tells."""
    if not file.is_file():
        return 0
    with file.open("rb") as content:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: content.read(1 << 20), b""))
