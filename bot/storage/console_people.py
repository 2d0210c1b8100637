"""Who the console shows: what to call a customer, and the people of the brand by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from bot.dialogue.state import DialogueState
from bot.storage.console_words import customer_name
from bot.storage.schema import account


def people(connection: Connection, usernames: Iterable[str | None], names: Mapping[str, str]) -> dict[str, str]:
    """Usernames to the names people read: the brand's, else the account's, else the username."""
    wanted = {username for username in usernames if username}
    known = {username: names[username] for username in wanted if username in names}
    others = wanted - known.keys()
    if others:
        rows = select(account.c.username, account.c.display_name).where(account.c.username.in_(sorted(others)))
        known |= {row.username: row.display_name for row in connection.execute(rows)}
    return {username: known.get(username, username) for username in wanted}


def name_of(row: Any, number: int, language: str) -> str:
    """What to call the customer of a row that has `state`, `facts`, `level` and `handle`."""
    return customer_name(number, facts=row.facts, level=row.level, state=state_of(row), handle=row.handle, language=language)


def state_of(row: Any) -> DialogueState:
    """Where the dialogue of a row stands."""
    return DialogueState.from_json(row.state) if row.state else DialogueState(language=row.language)
