"""`filrouge undelivered` and `filrouge unreadable`: what did not reach a customer, and what of theirs we could not read."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

import orjson
from cyclopts import App, Parameter
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Connection

from bot.clock import SystemClock
from bot.errors import SettingsError
from bot.settings import read_settings

T = TypeVar("T")

undelivered = App(name="undelivered", help="Messages that did not reach their customer, and sending them again.")
unreadable = App(name="unreadable", help="What platforms sent and nobody here could read.")
out = Console()

Channel = Annotated[str | None, Parameter(name="--channel", help="Only of this channel, such as whatsapp.")]
Account = Annotated[str | None, Parameter(name="--account", help="Only of this account of the channel.")]
AsJson = Annotated[bool, Parameter(name="--json", help="Print JSON, for programs.")]
Limit = Annotated[int, Parameter(name="--limit", help="How many at most.")]
SHORT = 12
"""Characters of a digest that are shown, and enough to name it."""


@undelivered.command(name="list")
def list_undelivered(
    *,
    state: Annotated[Literal["failed", "held"] | None, Parameter(help="Only what failed, or what waits.")] = None,
    channel: Channel = None,
    account: Account = None,
    limit: Limit = 100,
    json: AsJson = False,
) -> None:
    """Show what failed and what is held until its customer writes, the latest first. A running server is not disturbed."""
    from bot.storage.undelivered import Wanted
    from bot.storage.undelivered import undelivered as find

    wanted = Wanted(state=state, channel=channel, account=account)
    rows = _read(partial(find, wanted=wanted, limit=_positive(limit)))
    if json:
        _print_json([asdict(row) for row in rows])
        return
    if not rows:
        out.print("Everything has reached its customer, or is on its way.")
        return
    table = Table("Message", "State", "Since (UTC)", "Channel", "Conversation", "By", "Attempts", "Why")
    for row in rows:
        doubt = " (it may have arrived)" if row.maybe_taken else ""
        table.add_row(
            str(row.message),
            row.state,
            row.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M"),
            f"{row.channel}/{row.account}" if row.account else row.channel,
            str(row.conversation),
            row.author,
            str(row.attempts),
            escape(f"{row.why}{doubt}"),
        )
    out.print(table, highlight=False)


@undelivered.command
def replay(message: int | None = None, /, *, channel: Channel = None, account: Account = None, json: AsJson = False) -> None:
    """Send the MESSAGE again, or everything that failed on a channel. What customers may have already is marked.

    A running server sends it within a second; otherwise the next one that starts does.
    """
    from bot.storage.undelivered import Wanted, send_again, send_all_again

    if (message is None) == (channel is None):
        raise SettingsError("name one message (filrouge undelivered list shows their numbers), or a whole --channel")
    now = SystemClock(read_settings().starts_at).now()
    if message is not None:
        one = _write(partial(send_again, message_id=message, now=now))
        if one is None:
            raise SettingsError(f"message {message} did not fail and is not held; filrouge undelivered list shows what is")
        sent = [one]
    else:
        sent = _write(partial(send_all_again, wanted=Wanted(channel=channel, account=account), now=now))
    if json:
        _print_json([asdict(one) for one in sent])
    else:
        out.print(f"{len(sent)} to be sent again." if len(sent) != 1 else f"Message {sent[0].message} is to be sent again.")


@unreadable.command(name="list")
def list_unreadable(
    *,
    show: Annotated[str | None, Parameter(name="--show", help="Print the body with this digest, as it came.")] = None,
    limit: Limit = 100,
    json: AsJson = False,
) -> None:
    """Show when what came on which channel, the latest first; what it says only when asked for, since customers wrote it."""
    from bot.storage.unreadable import bodies_of, latest

    if show is not None:
        bodies = _read(partial(bodies_of, digest=show)) if show else ()
        if len(bodies) != 1:
            problem = f"nothing is kept under {show!r}" if not bodies else f"several begin with {show!r}"
            raise SettingsError(f"{problem}; filrouge unreadable list shows their digests")
        sys.stdout.write(bodies[0] + "\n")
        return
    rows = _read(partial(latest, limit=_positive(limit)))
    if json:
        _print_json([{str(name): value for name, value in row._mapping.items()} for row in rows])
        return
    if not rows:
        out.print("Everything that came could be read.")
        return
    table = Table("Digest", "Came (UTC)", "Channel", "Characters")
    for row in rows:
        name = f"{row.channel}/{row.account}" if row.account else row.channel
        came = row.received_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        table.add_row(row.digest[:SHORT], came, name, str(row.length))
    out.print(table, highlight=False)


def _positive(limit: int) -> int:
    if limit < 1:
        raise SettingsError("--limit takes a number above 0")
    return limit


def _print_json(rows: Sequence[Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


def _read(unit: Callable[[Connection], T]) -> T:
    return asyncio.run(_on_database(unit, writes=False))


def _write(unit: Callable[[Connection], T]) -> T:
    return asyncio.run(_on_database(unit, writes=True))


async def _on_database(unit: Callable[[Connection], T], *, writes: bool) -> T:
    """Run a unit of work beside a server that may be running: nothing here needs the file for itself."""
    from bot.logs import set_up_logs
    from bot.storage.database import open_database
    from bot.storage.upgrade import upgrade
    from bot.wiring import there_is_a_database

    settings = read_settings()
    set_up_logs(settings.log_level)
    if not there_is_a_database(settings.database):
        raise SettingsError("there is no database yet; start a server first, or set FILROUGE_DATABASE_URL to the one it uses")
    await upgrade(settings.database)
    database = open_database(settings.database)
    try:
        return await (database.write(unit) if writes else database.read(unit))
    finally:
        await database.close()
