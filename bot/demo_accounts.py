"""Accounts of the console made from the command line: the demo's, and an operator's first ones."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.brand import Brand
from bot.errors import SettingsError
from bot.storage.accounts import accounts, keep_account
from bot.storage.database import Database
from handoff.console.passwords import hash_password


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody of the demo brand who can sign in."""

    username: str
    role: str
    password: str
    """As printed; empty when the account was given another one since."""


async def add_account(
    database: Database, *, username: str, role: str, display_name: str, password: str, now: datetime | None = None
) -> None:
    """Add an account, or give it this password and role. Raises `SettingsError` for a password that is too short."""
    try:
        hashed = await hash_password(password)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    unit = partial(
        keep_account,
        username=username,
        role=role,
        display_name=display_name,
        password_hash=hashed,
        now=now or datetime.now(UTC),
    )
    await database.write(unit)


async def demo_accounts(database: Database, brand: Brand, data_dir: Path, now: datetime) -> list[DemoAccount]:
    """The demo's accounts, made with passwords of their own at the first start and kept in a file only the user can read."""
    people = [(one.username, one.display_name, "advisor") for one in brand.advisors]
    people += [(one.username, one.display_name, one.role) for one in brand.accounts]
    path = data_dir / "demo-passwords.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    there = {row.username for row in await database.read(accounts)}
    for username, display_name, role in people:
        if username in there:
            continue
        kept[username] = secrets.token_urlsafe(12)
        _keep(path, kept)  # before the account exists, so that a kill in between never leaves an unknown password
        await add_account(database, username=username, role=role, display_name=display_name, password=kept[username], now=now)
    return [DemoAccount(username, role, kept.get(username, "")) for username, _, role in people]


def _keep(path: Path, passwords: Mapping[str, str]) -> None:
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(dict(passwords), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
