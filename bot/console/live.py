"""News for open pages: one watcher for all of them, hastened by signals, sure by looking itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.clock import Clock
from bot.signals import ANY, Signals, conversation
from bot.storage import news
from bot.storage.database import Database
from handoff.console.ports import Change

log = structlog.get_logger(__name__)

LOOK_EVERY = 2.0
"""Seconds between looks at the database: the news of other processes, should their signals get lost."""
GATHER = 0.1
"""Seconds in which changes are gathered into one round of news."""
LATE = timedelta(seconds=15)
"""How long after its own time a change may be committed and still be noticed by looking."""
_PREFIX = conversation(0)[:-1]


class StoredLive:
    """`handoff.console.ports.Live`. Pages that listen share one watcher, which rests while nobody does."""

    def __init__(self, database: Database, board: Signals, clock: Clock, *, look_every: float = LOOK_EVERY) -> None:
        self._database, self._board, self._clock, self._look_every = database, board, clock, look_every
        self._pages: set[_Page] = set()
        self._watching: asyncio.Task[None] | None = None

    async def changes(self) -> AsyncGenerator[Change, None]:
        page = _Page()
        self._pages.add(page)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(), name="console-news")
        try:
            while True:
                for topic in await page.next():
                    yield Change(topic)
        finally:
            self._pages.discard(page)
            if not self._pages and self._watching is not None:
                self._watching.cancel()
                self._watching = None

    async def _watch(self) -> None:
        watch = _Watch(self._database, self._clock, self._look_every)
        stop = self._board.listen(watch.hear)
        try:
            while True:
                topics = await watch.next()
                for page in self._pages:
                    page.tell(topics)
        finally:
            stop()


class _Page:
    """What one open page has not been told yet, each topic once."""

    def __init__(self) -> None:
        self._topics: dict[str, None] = {}
        self._told = asyncio.Event()

    def tell(self, topics: Collection[str]) -> None:
        if topics:
            self._topics.update(dict.fromkeys(topics))
            self._told.set()

    async def next(self) -> Sequence[str]:
        await self._told.wait()
        self._told.clear()
        topics, self._topics = list(self._topics), {}
        return topics


class _Watch:
    """Compares what is with what was."""

    def __init__(self, database: Database, clock: Clock, look_every: float) -> None:
        self._database, self._clock, self._look_every = database, clock, look_every
        self._heard: set[int] = set()
        self._woken = asyncio.Event()
        self._seen: dict[int, datetime] | None = None
        self._cases: frozenset[tuple[int, int, str, str | None]] = frozenset()
        self._looked_at = clock.now()
        self._look_next = 0.0

    def hear(self, keys: Sequence[str]) -> None:
        """A signal from this process or another."""
        named = {int(key[len(_PREFIX) :]) for key in keys if key.startswith(_PREFIX)}
        self._heard |= named
        if not named and ANY in keys:
            self._look_next = 0.0  # something changed, and nobody says where
        self._woken.set()

    async def next(self) -> list[str]:
        """The topics of the next round of changes; may be empty."""
        loop = asyncio.get_running_loop()
        if self._seen is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(self._look_next):
                    await self._woken.wait()
                await asyncio.sleep(GATHER)
        self._woken.clear()
        changed, self._heard = self._heard, set()
        try:
            if self._seen is None or loop.time() >= self._look_next:
                changed |= await self._look()
                self._look_next = loop.time() + self._look_every
            return await self._topics(changed)
        except Exception:
            # The database may be away for a while; pages go on listening, and hear of it when it is back.
            log.exception("news_interrupted")
            self._heard |= changed
            await asyncio.sleep(self._look_every)
            return []

    async def _look(self) -> set[int]:
        now = self._clock.now()
        since = min(now, self._looked_at) - LATE
        touched = dict(await self._database.read(partial(news.touched_since, at=since)))
        self._looked_at = now
        before, self._seen = self._seen, touched
        if before is None:
            self._cases = await self._database.read(news.open_case_marks)
            return set()
        return {id_ for id_, at in touched.items() if before.get(id_) != at}

    async def _topics(self, changed: set[int]) -> list[str]:
        if not changed:
            return []
        before, self._cases = self._cases, await self._database.read(news.open_case_marks)
        names = sorted(changed)
        names += await self._database.read(partial(news.formerly, conversations=names))
        waited = {mark[1] for mark in before | self._cases}
        topics = [conversation(id_) for id_ in names]
        if before != self._cases or changed & waited:
            topics.append("queue")
        return ["conversations", *topics]
