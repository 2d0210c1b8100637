"""`filrouge public`: what people write under the brand's posts, and answering one of them in private."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import orjson
from cyclopts import App, Parameter
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.brand import Brand
from bot.channels.meta.page_transport import PageChannel
from bot.clock import SystemClock
from bot.errors import SendFailed, SettingsError
from bot.settings import Settings, read_settings
from bot.storage import public as store
from bot.storage.contacting import to_sender
from bot.storage.database import Database, open_database

public = App(name="public", help="Comments and mentions: what people write to the brand where everybody reads it.")
out = Console()


@public.command(name="list")
def list_them(
    *,
    limit: Annotated[int, Parameter(help="How many at most.")] = 50,
    before: Annotated[int | None, Parameter(help="Only those before this number, where a page goes on.")] = None,
    json: Annotated[bool, Parameter(name="--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Show what was written, the latest first. What its author removed has no words any more."""
    rows: Any = asyncio.run(_with_database(partial(_latest, limit=max(1, min(limit, 1000)), before=before)))
    if json:
        sys.stdout.buffer.write(orjson.dumps([_plain(row) for row in rows], option=orjson.OPT_INDENT_2) + b"\n")
        return
    table = Table("Number", "At (UTC)", "Channel", "By", "Words", "Answered by")
    for row in rows:
        words = "[dim]removed[/dim]" if row.removed_at else escape(row.text)
        at = row.at.astimezone(UTC).isoformat(" ", "minutes")[:16]
        table.add_row(str(row.id), at, row.channel, escape(row.author_name or row.author), words, escape(row.replied_by or ""))
    out.print(table)


@public.command
def reply(
    number: int,
    text: str,
    /,
    *,
    by: Annotated[str, Parameter(help="Whose answer it is, for the record.")] = "console",
    brand: Annotated[Path | None, Parameter(name="--brand", help="The brand folder; the demo's when left out.")] = None,
    at_night: Annotated[bool, Parameter(help="Send it although its author does not want to be disturbed at this hour.")] = False,
) -> None:
    """Answer one of them in private: once, within seven days, as the platforms have it, and if its author has not refused."""
    if not text.strip():
        raise SettingsError("there are no words in the answer")
    asyncio.run(_with_database(partial(_reply, number=number, text=text, by=by, folder=brand, at_night=at_night)))
    out.print(f"{number} was answered in private.", highlight=False)


async def _with_database(work: Any) -> Any:
    from bot.storage.upgrade import upgrade

    settings = read_settings()
    await upgrade(settings.database)
    database = open_database(settings.database)
    try:
        return await work(settings, database)
    finally:
        await database.close()


async def _latest(_settings: Settings, database: Database, *, limit: int, before: int | None) -> Any:
    return await database.read(partial(store.latest, most=limit, before=before))


async def _reply(
    settings: Settings, database: Database, *, number: int, text: str, by: str, folder: Path | None, at_night: bool
) -> None:
    row = await database.read(partial(store.find, public_id=number))
    if row is None:
        raise SettingsError(f"there is no public message {number}; `filrouge public list` shows which there are")
    if row.removed_at is not None:
        raise SettingsError(f"{number} was removed by its author; there is nothing to answer any more")
    brand = _brand_of(settings, folder)
    await _check_wanted(database, brand, row, at_night=at_night)
    transport = _transport_of(settings, database, brand, row.channel, row.account)
    # Written down first: of two who answer at once, one is refused here and not by the platform.
    if not await database.write(partial(store.replied, public_id=number, by=by, now=SystemClock().now())):
        raise SettingsError(f"{number} was answered already; platforms allow one private answer to a comment")
    await transport.start()
    try:
        await transport.private_reply(row.external_id, text, f"public:{number}")
    except SendFailed as error:
        await database.write(partial(store.not_replied, public_id=number, error=error))
        raise SettingsError(f"{row.channel} did not take the answer: {error}") from None
    finally:
        await transport.close()


async def _check_wanted(database: Database, brand: Brand, row: Any, *, at_night: bool) -> None:
    """A comment is no leave to write to somebody who refused before it, nor to wake them."""
    from bot.workers.house import manners_of

    manners, now = manners_of(brand), SystemClock().now()
    verdict = await database.read(
        partial(to_sender, channel=row.channel, account=row.account, sender=row.author, asked_at=row.at, manners=manners, now=now)
    )
    if verdict.state == "no":
        raise SettingsError(f"it was not sent: {verdict.why}; answer under the post, or leave it")
    if verdict.until is not None and not at_night:
        local = verdict.until.astimezone(ZoneInfo(brand.time_zone))
        raise SettingsError(
            f"it was not sent: its author does not want to be disturbed before {local:%d/%m %H:%M}; "
            "answer then, or now with --at-night"
        )


def _brand_of(settings: Settings, folder: Path | None) -> Brand:
    from bot.brand import load_brand
    from bot.wiring import demo_folder

    return load_brand(folder or demo_folder(settings))


def _transport_of(settings: Settings, database: Database, brand: Brand, channel: str, account: str) -> PageChannel:
    from bot.connections.lines import lines_of

    for line in lines_of(settings, brand, database=database, clock=SystemClock(), environment=os.environ):
        for connection in line.connections:
            transport = connection.transport
            if isinstance(transport, PageChannel) and (line.name, transport.account) == (channel, account):
                return transport
    raise SettingsError(f"the account {account or channel!r} is not configured here; docs/channels/{channel}.md says how it is")


def _plain(row: Any) -> dict[str, Any]:
    return {str(name): value for name, value in row._mapping.items() if name != "data"}
