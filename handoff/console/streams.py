"""Open event streams: news for every page that listens, ended when the server stops or the session is over."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing

from aiohttp import web

from handoff.console.ports import Change

HEARTBEAT = 15.0
"""Seconds between signs of life: short enough for the proxies in between, and to notice a page that has gone."""

MOST = 12
"""Pages of one session that may listen at once."""


class Streams:
    """The event streams of one console."""

    def __init__(self, heartbeat: float = HEARTBEAT) -> None:
        self.heartbeat = heartbeat
        self._closing = asyncio.Event()
        self._open: Counter[str] = Counter()

    def close(self) -> None:
        """End every stream: the server is stopping, and browsers will try elsewhere."""
        self._closing.set()

    def enter(self, session: str) -> None:
        if self._open[session] >= MOST:
            raise web.HTTPTooManyRequests
        self._open[session] += 1

    def leave(self, session: str) -> None:
        self._open[session] -= 1
        if self._open[session] <= 0:
            del self._open[session]

    async def news(self, changes: AsyncGenerator[Change, None]) -> AsyncGenerator[Change | None, None]:
        """The changes as they come, and None at every heartbeat, however many changes there are."""
        now = asyncio.get_running_loop().time
        async with aclosing(changes):
            stop = asyncio.ensure_future(self._closing.wait())
            coming = asyncio.ensure_future(anext(changes, None))
            beat = now() + self.heartbeat
            try:
                while not self._closing.is_set():
                    # Waiting does not cancel what it waits for: a cancelled generator would be over.
                    left = max(0.0, beat - now())
                    await asyncio.wait({coming, stop}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                    if self._closing.is_set():
                        return
                    if now() >= beat:
                        beat = now() + self.heartbeat
                        yield None
                    if not coming.done():
                        continue
                    change = coming.result()
                    if change is None:
                        return
                    yield change
                    coming = asyncio.ensure_future(anext(changes, None))
            finally:
                stop.cancel()
                coming.cancel()
                await asyncio.gather(stop, coming, return_exceptions=True)
