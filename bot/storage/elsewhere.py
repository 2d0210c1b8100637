"""Other processes on the same PostgreSQL: NOTIFY passes signals on, outside every turn's transaction.

It only hastens. A lost notification costs a waiter the time until it next looks for itself, never an answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Iterable
from typing import Any

import asyncpg
import structlog
from sqlalchemy.engine import URL

from bot.signals import Signals

log = structlog.get_logger(__name__)

CHANNEL = "filrouge"
GATHER_SECONDS = 0.01
"""Signals of this long go out in one notification."""
MAX_PAYLOAD = 7500
"""PostgreSQL takes payloads shorter than 8000 bytes."""


class Elsewhere:
    """Hears and tells the other processes, on a connection of its own that comes back by itself."""

    def __init__(self, url: URL, board: Signals) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._board, self._me = board, uuid.uuid4().hex[:12]
        self._keys: dict[str, None] = {}
        self._waiting = asyncio.Event()

    def pass_on(self, keys: Iterable[str]) -> None:
        """Tell the others; returns at once."""
        self._keys.update(dict.fromkeys(keys))
        self._waiting.set()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            try:
                connection = await asyncpg.connect(self._dsn, timeout=10)
            except Exception as error:  # noqa: BLE001 - the database is away; waiters poll meanwhile
                log.warning("notifications_unavailable", error=type(error).__name__)
                await asyncio.sleep(2)
                continue
            try:
                await connection.add_listener(CHANNEL, self._heard)
                await self._tell(connection)
            except (asyncpg.PostgresError, OSError, asyncpg.InterfaceError) as error:
                log.warning("notifications_interrupted", error=type(error).__name__)
            finally:
                with contextlib.suppress(Exception):
                    await connection.close(timeout=2)
            await asyncio.sleep(0.5)

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        sender, _, keys = payload.partition(" ")
        if sender != self._me:
            self._board.hear(keys.split())

    async def _tell(self, connection: Any) -> None:
        while True:
            await self._waiting.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._waiting.clear()
            keys, self._keys = list(self._keys), {}
            while keys:
                payload = self._me
                while keys and len(payload) + 1 + len(keys[-1]) < MAX_PAYLOAD:
                    payload += f" {keys.pop()}"
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)
