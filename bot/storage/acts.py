"""What became of an act that somebody did in the console."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from bot.storage.schema import message


def outcome_of(connection: Connection, message_id: int) -> Mapping[str, Any] | None:
    """What the act's turn wrote about it (see `bot.workers.hearing`); None while the turn is not committed."""
    row = connection.execute(select(message.c.handled_at, message.c.trace).where(message.c.id == message_id)).first()
    return None if row is None or row.handled_at is None else row.trace or {}
