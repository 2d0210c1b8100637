"""The channels that are configured, running: their webhooks, what carries messages and files, and their background work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

from aiohttp import web

from bot import signals
from bot.connections import ways
from bot.connections.line import Ground, Line
from bot.customers.wishes import UNBOUND, Manners
from bot.messages import InboundMessage
from bot.signals import Signals
from bot.storage.inbox import SPEAKING, Accepted
from bot.web.webhook_door import WebhookDoor
from bot.workers.deliveries import DeliveryWorker
from bot.workers.media import MediaWorker

TYPING_AFTER = 1.0
"""Seconds after which somebody who waits for an answer is shown that one is being written."""
_CARRYING = frozenset({"media", "echo", "standby"})
"""Kinds of messages that may have files."""


OpenWay = Callable[[str, ways.Address], None]
"""Told a channel and how it is opened, as soon as that is known."""


class Exchange:
    """All lines of a server."""

    def __init__(
        self,
        lines: Sequence[Line],
        ground: Ground,
        board: Signals,
        *,
        settle_seconds: float,
        language: str,
        open_way: OpenWay,
        manners: Manners = UNBOUND,
    ) -> None:
        self._lines, self._ground, self._language = tuple(lines), ground, language
        self._open_way = open_way
        self.served = {
            (line.name, connection.transport.account): connection.transport.limits
            for line in self._lines
            for connection in line.connections
        }
        """Every account something can be sent by, with what it can do."""
        self.deliveries = [
            DeliveryWorker(
                ground.database,
                connection.transport,
                ground.clock,
                board,
                name=ground.name,
                settle_seconds=settle_seconds,
                templates=connection.templates,
                served=self.served,
                manners=manners,
            )
            for line in self._lines
            for connection in line.connections
        ]
        self._board = board
        self._waiting: set[asyncio.Task[None]] = set()
        self._typing = {
            (line.name, connection.transport.account): connection.typing
            for line in self._lines
            for connection in line.connections
            if connection.typing is not None
        }
        self._fetching = {
            (line.name, connection.transport.account): MediaWorker(
                ground.database,
                connection.fetch,
                ground.clock,
                board,
                channel=line.name,
                account=connection.transport.account,
                name=ground.name,
            )
            for line in self._lines
            for connection in line.connections
            if connection.fetch is not None
        }

    async def start(self, app: web.Application) -> None:
        """Open every transport and add the webhooks; no network, so that a server starts while a platform is away."""
        for line in self._lines:
            for connection in line.connections:
                await connection.transport.start()
            if line.webhook is not None:
                WebhookDoor(self._ground.door, line.webhook, self._ground.clock).add_to(app)

    async def close(self) -> None:
        """Let go of every connection."""
        for task in self._waiting:
            task.cancel()
        for line in self._lines:
            for connection in line.connections:
                await connection.transport.close()

    def work(self) -> Iterator[tuple[str, Coroutine[Any, Any, None]]]:
        """What is to run as long as the server does, by name."""
        for delivery in self.deliveries:
            yield f"deliveries:{_named(delivery.channel_name, delivery.account)}", delivery.run()
        for at, fetching in self._fetching.items():
            yield f"files:{_named(*at)}", fetching.run()
        for line in self._lines:
            for name, work in line.work.items():
                yield name, work(self._ground)
            yield f"way:{line.name}", ways.learn(line, self._language, self._open_way)

    def came(self, message: InboundMessage, accepted: Accepted) -> None:
        """A message of a customer has just been committed."""
        at = (message.channel, message.account)
        if message.kind in _CARRYING and (fetching := self._fetching.get(at)) is not None:
            fetching.wake()
        if message.kind in SPEAKING and accepted.owner == "bot" and (typing := self._typing.get(at)) is not None:
            task = asyncio.create_task(self._show_typing(message, accepted, typing))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    async def _show_typing(self, message: InboundMessage, accepted: Accepted, typing: Callable[[InboundMessage], None]) -> None:
        """Only when an answer takes its time: said too late, it would show somebody typing behind the answer."""
        key = signals.message(accepted.message)
        answered = self._board.expect(key)
        try:
            await asyncio.wait([answered], timeout=TYPING_AFTER)
            if not answered.done():
                typing(message)
        finally:
            self._board.forget(key, answered)


def _named(channel: str, account: str) -> str:
    return f"{channel}/{account}" if account else channel
