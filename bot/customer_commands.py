"""`filrouge customers import`: the customer file of a shop's own system, checked line by line, as often as one likes."""

from __future__ import annotations

import asyncio
import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, TextIO

from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import Connection

from bot.customers.customer_file import Line
from bot.customers.importing import Judged
from bot.settings import read_settings

customers = App(name="customers", help="The customer profiles.")
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
    for one in wrong:
        out.print(f"  {file}:{one.line.number}: {one.line.wrong}", highlight=False, markup=False)
    if counts["wrong"] > len(wrong):
        out.print(f"  and {counts['wrong'] - len(wrong)} more; --report FILE names them all", highlight=False)
    if counts["wrong"]:
        raise SystemExit(1)


async def _import(file: Path, brand: Path | None, *, dry_run: bool, report: Path | None) -> tuple[Counter[str], list[Judged]]:
    from bot.brand import load_brand
    from bot.customers.customer_file import read_lines
    from bot.storage.database import open_database
    from bot.storage.upgrade import upgrade
    from bot.wiring import demo_folder

    settings = read_settings()
    stores = {store.id for store in load_brand(brand or demo_folder(settings)).stores}
    await upgrade(settings.database)
    database = open_database(settings.database)
    counts: Counter[str] = Counter()
    wrong: list[Judged] = []
    columns = (TextColumn("[bold]Reading"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=told) as progress, _Report(report) as rows:
            task = progress.add_task("", total=await asyncio.to_thread(_lines_in, file))
            for lines in _batches(read_lines(file, stores=stores), BATCH):
                work = partial(_take, lines=lines, dry_run=dry_run)
                judged = await (database.read(work) if dry_run else database.write(work))
                counts.update(one.outcome for one in judged)
                wrong += [one for one in judged if one.outcome == "wrong"][: SHOWN - len(wrong)]
                rows.add(judged)
                progress.update(task, completed=lines[-1].number)
    finally:
        await database.close()
    return counts, wrong


def _take(connection: Connection, lines: Sequence[Line], *, dry_run: bool) -> list[Judged]:
    from bot.customers.importing import judge
    from bot.storage.profiles import facts_to, import_profiles, stored_facts

    profiles = {line.profile.id: line.profile for line in lines if line.profile is not None}
    written = {id_: facts_to(profile) for id_, profile in profiles.items()}
    judged = judge(lines, stored_facts(connection, list(profiles)), written)
    if not dry_run:
        # What is the same is not written: a repeated import costs the database nothing.
        import_profiles(connection, [one.line.profile for one in judged if one.line.profile and one.outcome != "same"])
    return judged


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
