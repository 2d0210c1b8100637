"""One bounded pool of connections to a platform, and the small calls nobody waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import structlog

from bot.errors import SendFailed

_log = structlog.get_logger(__name__)


class Pool:
    """At most so many connections at once; they carry no cookies. No network before the first call."""

    def __init__(self, connections: int, *, timeout: float) -> None:
        self._connections, self.timeout = connections, timeout
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> aiohttp.ClientSession:
        """The session, made when it is first needed."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=self.waiting(self.timeout)
            )
        return self._session

    async def close(self) -> None:
        """Let go of every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def waiting(self, patience: float, *, longest: float | None = None) -> aiohttp.ClientTimeout:
        """How long to wait for an answer: `patience` seconds of silence, and in all no longer than `longest`."""
        connecting = min(self.timeout, 5.0)
        return aiohttp.ClientTimeout(total=longest, connect=self.timeout, sock_connect=connecting, sock_read=patience)


class Courtesies:
    """Calls in the background, such as showing that somebody types: when one fails nobody is the worse for it."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._owed: set[asyncio.Task[None]] = set()

    def pay(self, what: str, call: Callable[[], Awaitable[object]]) -> None:
        """Do it without waiting."""

        async def paid() -> None:
            try:
                await call()
            except SendFailed as failure:
                _log.debug("courtesy_failed", channel=self._channel, what=what, failure=type(failure).__name__)

        task = asyncio.create_task(paid(), name=f"{self._channel} {what}")
        self._owed.add(task)
        task.add_done_callback(self._owed.discard)

    async def close(self) -> None:
        """Drop what is not yet paid."""
        for task in self._owed:
            task.cancel()
        await asyncio.gather(*self._owed, return_exceptions=True)
