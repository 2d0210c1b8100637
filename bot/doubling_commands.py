"""`filrouge customers doubles`: profiles that are probably one person's, listed, searched for, and judged."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo

import orjson
from cyclopts import App, Parameter
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import Connection

from bot.clock import SystemClock
from bot.errors import SettingsError
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.brand.whole import Brand as WholeBrand
    from bot.customers.profile import Profile
    from bot.storage.database import Database
    from bot.storage.doubling import Double, Page
    from bot.workers.doubling_search import Outcome

T = TypeVar("T")

doubles = App(name="doubles", help="Profiles that are probably one person's: a person decides about each.")
out = Console()
told = Console(stderr=True)

By = Annotated[str, Parameter(name="--by", help="Who decides; it is written down.")]
Brand = Annotated[Path | None, Parameter(name="--brand", help="The brand folder; the demo's when left out.")]


@doubles.default
def list_doubles(
    *,
    find: Annotated[bool, Parameter(name="--find", help="Search now, before listing.")] = False,
    whole: Annotated[bool, Parameter(name="--whole", help="With --find: compare everything, not only what changed.")] = False,
    state: Annotated[Literal["open", "accepted", "rejected"], Parameter(help="Which ones.")] = "open",
    language: Annotated[Literal["en", "fr"], Parameter(help="Of the reasons.")] = "en",
    limit: Annotated[int, Parameter(name="--limit", help="How many at most.")] = 40,
    brand: Brand = None,
    json: Annotated[bool, Parameter(name="--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List them, the most probable first. A running server searches every night, and is not disturbed by --find."""
    from bot.storage.doubling import page

    if limit < 1:
        raise SettingsError("--limit takes a number above 0")
    if find:
        _search(brand, whole=whole)
    found: Page = _on_database(lambda database: database.read(partial(page, state=state, limit=limit)))
    if json:
        rows = [asdict(one) for one in found.doubles]
        sys.stdout.buffer.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2) + b"\n")
        sys.stdout.buffer.flush()
        return
    if not found.doubles:
        searched = "" if find else "; --find searches now"
        out.print(f"None {'to be judged' if state == 'open' else state}{searched}.", highlight=False)
        return
    table = Table("Number", "Probable", "One", "The other", "Because", "Against", show_lines=True)
    for one in found.doubles:
        table.add_row(*_row(one, language))
    out.print(table, highlight=False)
    if found.next is not None:
        out.print("There are more; --limit shows them.")


@doubles.command
def accept(
    number: int,
    /,
    *,
    by: By,
    keep: Annotated[str | None, Parameter(name="--keep", help="The profile whose id goes on.")] = None,
    brand: Brand = None,
) -> None:
    """They are one person: join the two profiles. The ledger can undo it."""
    from bot.connections.sources import order_of
    from bot.storage.double_decisions import accept as decide

    order = order_of(_brand(brand).sources)
    ledger = _decide("double_accepted", number, by, partial(decide, keep=keep, order=order))
    out.print(f"Joined; number {ledger} in the ledger of profiles.", highlight=False)


@doubles.command
def reject(number: int, /, *, by: By) -> None:
    """They are two people: not shown again unless something strong speaks for it that did not so far."""
    from bot.storage.double_decisions import reject as decide

    _decide("double_rejected", number, by, decide)
    out.print(f"{number} is rejected, and stays so.", highlight=False)


def _row(one: Double, language: str) -> tuple[str, ...]:
    from bot.customers.doubling.reasons import in_words

    said = {
        yes: "\n".join(escape(in_words(reason.code, language)) for reason in one.reasons if reason.agrees == yes)
        for yes in (True, False)
    }
    return str(one.id), f"{100 * one.probability:.0f} %", _shown(one.first), _shown(one.second), said[True], said[False]


def _shown(profile: Profile) -> str:
    lines = [
        f"{profile.first_name} {profile.last_name}".strip(),
        profile.birthday.isoformat() if profile.birthday else "",
        *profile.phones,
        *profile.emails,
        f"{profile.postcode} {profile.city}".strip(),
        profile.id,
    ]
    return "\n".join(escape(line) for line in lines if line)


def _search(brand: Path | None, *, whole: bool) -> None:
    outcome = _on_database(lambda database: _searched(database, brand, whole=whole))
    if outcome is None:
        raise SettingsError("another process is searching at this moment; list them again when it is done")
    compared = "everything" if outcome.whole else "what changed"
    told.print(
        f"{outcome.profiles:,} profiles, {compared} compared ({outcome.compared:,} pairs): {outcome.opened} new.", highlight=False
    )


async def _searched(database: Database, folder: Path | None, *, whole: bool) -> Outcome | None:
    from bot.workers.doubling import Doubling

    settings, brand = read_settings(), _brand(folder)
    name = f"{socket.gethostname()[:24]}-command"
    clock = SystemClock(settings.starts_at)
    searcher = Doubling(database, clock, brand.doubling, ZoneInfo(brand.time_zone), name=name)
    columns = (TextColumn("[bold]{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=told) as progress:
        task = progress.add_task("Reading", total=1.0)

        def tell(what: str, part: float) -> None:
            progress.update(task, description=what.capitalize(), completed=part)

        return await searcher.search(whole=whole, rests=0, told=tell)


def _brand(folder: Path | None) -> WholeBrand:
    from bot.brand import load_brand
    from bot.wiring import demo_folder

    return load_brand(folder or demo_folder(read_settings()))


def _decide(act: str, number: int, by: str, work: Callable[..., T]) -> T:
    """Decide, and write down who did."""
    from bot.storage.accounts import record

    if not by.strip():
        raise SettingsError("--by takes the name of whoever decides")
    now = SystemClock(read_settings().starts_at).now()

    def unit(connection: Connection) -> T:
        result = work(connection, number, by=by[:64], now=now)
        record(connection, at=now, by=by[:64], act=act, conversation=None, details={"double": number})
        return result

    return _on_database(lambda database: database.write(unit))


def _on_database(work: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        from bot.logs import set_up_logs
        from bot.storage.database import open_database
        from bot.storage.upgrade import upgrade

        settings = read_settings()
        set_up_logs(settings.log_level)
        await upgrade(settings.database)
        database = open_database(settings.database)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())
