"""`filrouge channels check`: whether every configured account is right at its platform, and what to do where it is not."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import orjson
from cyclopts import App, Parameter
from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from bot.brand import Brand
from bot.connections.line import Connection, Finding, Line
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.storage.database import Database

channels = App(name="channels", help="The accounts by which customers are reached.")
out = Console()
told = Console(stderr=True)

PATIENCE = 45.0
"""Seconds a platform gets to answer everything it is asked about one account."""


@dataclass(frozen=True, slots=True)
class Account:
    """What was found out about one account."""

    channel: str
    name: str
    findings: Sequence[Finding]

    @property
    def title(self) -> str:
        return f"{self.channel} / {self.name}" if self.name else self.channel


@channels.command
def check(
    *,
    brand: Annotated[Path | None, Parameter(name="--brand", help="The brand folder; the demo's when left out.")] = None,
    json: Annotated[bool, Parameter(name="--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Ask every platform whether token, webhook, permissions and signature secret are right.

    No server needs to run, and a running one is not disturbed. Exit code 1 when something is wrong.
    """
    from bot.wiring import demo_folder

    settings = read_settings()
    accounts = asyncio.run(_check(settings, brand or demo_folder(settings)))
    if json:
        sys.stdout.buffer.write(orjson.dumps([_plain(account) for account in accounts], option=orjson.OPT_INDENT_2) + b"\n")
    elif not accounts:
        out.print("No channel is configured beside the web chat; docs/channels has a page for each.", highlight=False)
    else:
        _show(accounts)
    if any(finding.wrong for account in accounts for finding in account.findings):
        sys.exit(1)


async def _check(settings: Settings, folder: Path) -> list[Account]:
    from bot.brand import load_brand

    secrets = tuple(_secrets(settings))
    accounts = []
    async with AsyncExitStack() as closing:
        connections = list(_connections(settings, load_brand(folder)))
        with Progress(TextColumn("[bold]{task.description}"), BarColumn(), console=told, transient=True) as progress:
            task = progress.add_task("Asking", total=len(connections))
            for channel, connection in connections:
                progress.update(task, description=f"Asking {channel}")
                await connection.transport.start()
                closing.push_async_callback(connection.transport.close)
                findings = [_without(secrets, finding) for finding in await _ask(connection)]
                accounts.append(Account(channel, connection.transport.account, findings))
                progress.advance(task)
    return accounts


async def _ask(connection: Connection) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(PATIENCE):
            return await connection.check()
    except TimeoutError:
        return [Finding(about="platform", wrong=f"no answer in {PATIENCE:g} s", do="try again in a few minutes")]
    except Exception as error:  # noqa: BLE001 - one account that surprises us must not hide the others
        return [Finding(about="platform", wrong=f"unexpected: {type(error).__name__}", do="report it with the channel's name")]


def _connections(settings: Settings, brand: Brand) -> Iterator[tuple[str, Connection]]:
    from bot.clock import SystemClock
    from bot.connections.lines import lines_of

    nowhere = cast("Database", None)  # what is asked of the platforms is in no database
    lines = [*_telegram(settings, brand)]
    lines += lines_of(settings, brand, database=nowhere, clock=SystemClock(), environment=os.environ)
    for line in lines:
        for connection in line.connections:
            yield line.name, connection


def _telegram(settings: Settings, brand: Brand) -> Iterator[Line]:
    if settings.telegram_token is None:
        return
    from bot.channels.overrides import overridden
    from bot.channels.telegram.table import TelegramTable
    from bot.channels.telegram.transport import TelegramChannel
    from bot.connections.telegram import telegram_line

    table = overridden(TelegramTable(), brand.channels.telegram.limits)
    transport = TelegramChannel(settings.telegram_token.get_secret_value(), root=settings.telegram_base_url, table=table)
    yield telegram_line(transport, webhook_url=settings.telegram_webhook_url or "")


def _secrets(settings: Settings) -> Iterator[str]:
    """What must not be seen, whatever a platform repeats: our secrets, and what `channels.yml` may take from the environment."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr) and len(value.get_secret_value()) > 5:
            yield value.get_secret_value()
    yield from (value for name, value in os.environ.items() if len(value) > 7 and name.endswith(("TOKEN", "SECRET", "KEY")))


def _without(secrets: Sequence[str], finding: Finding) -> Finding:
    wrong = finding.wrong
    for secret in secrets:
        wrong = wrong.replace(secret, "[secret]")
    return Finding(about=finding.about, wrong=wrong, do=finding.do)


def _plain(account: Account) -> dict[str, object]:
    checks = [
        {"about": finding.about, "right": not finding.wrong, "wrong": finding.wrong, "do": finding.do}
        for finding in account.findings
    ]
    right = all(not finding.wrong for finding in account.findings)
    return {"channel": account.channel, "account": account.name, "right": right, "checks": checks}


def _show(accounts: Sequence[Account]) -> None:
    for account in accounts:
        table = Table("", "", "What is wrong, and what to do", title=account.title, title_justify="left", show_lines=True)
        for finding in account.findings:
            mark = "[red]wrong[/red]" if finding.wrong else "[green]right[/green]"
            # Platforms' own words are shown as they are, never read as markup.
            table.add_row(mark, finding.about, Text(f"{finding.wrong}\n→ {finding.do}" if finding.wrong else ""))
        out.print(table)
    wrong = sum(1 for account in accounts if any(finding.wrong for finding in account.findings))
    said = f"There is something to do for {wrong} of {len(accounts)}." if wrong else "Everything is right."
    out.print(said, highlight=False)
