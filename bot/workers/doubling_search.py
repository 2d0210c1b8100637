"""One search for doubles: profiles read page by page, compared in a thread of its own, proposals written a few at a time.

Nothing here keeps anybody waiting: a page or a handful of proposals is one short transaction, and the thread that computes rests
as long as it works.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.customers.doubling.columns import Columns
from bot.customers.doubling.mixture import Mixture
from bot.customers.doubling.search import Found, Likely, search
from bot.storage import doubling
from bot.storage.database import Database
from bot.storage.schema import EPOCH

READ = 1000
"""Profiles read at once."""
WRITTEN = 200
"""Proposals written, or looked through, in one transaction."""
OVERLAP = timedelta(hours=1)
"""What changed so long before the last search began is compared again: it may have been committed after it was read."""
WHOLE_EVERY = timedelta(days=30)
GROWN = 1.2
"""With so many times the profiles that were learnt from, everything is compared and learnt from again."""
LONGEST_REST = 0.25
T = TypeVar("T")
Told = Callable[[str, float], None]
"""What is being done (reading, comparing, writing), and the part of it that is done, from 0 to 1. Called from any thread."""


def _silent(_what: str, _part: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search came to."""

    profiles: int
    compared: int
    """Pairs."""
    found: int
    """Likely doubles, those that were known before included."""
    opened: int
    """Of these, newly waiting to be judged."""
    whole: bool
    """Whether everything was compared, and learnt from."""


@dataclass(slots=True)
class _Gathered:
    columns: Columns = field(default_factory=Columns)
    changed: set[str] = field(default_factory=set)
    last: str = ""

    def add(self, page: Sequence[doubling.Read], since: datetime | None) -> None:
        """Take in a page; of what was written without a time nobody knows whether it changed."""
        for read in page:
            self.columns.add(read.profile)
            if since is None or read.changed_at is None or read.changed_at >= since or read.changed_at == EPOCH:
                self.changed.add(read.profile.id)
        self.last = page[-1].profile.id


async def search_for_doubles(
    database: Database,
    *,
    threshold: float,
    now: Callable[[], datetime],
    whole: bool = False,
    rests: float = 1.0,
    told: Told = _silent,
) -> Outcome:
    """Compare what changed since the last search with everything, or everything where that is due or `whole` wants it.

    `rests` is how long the computing thread rests for each second it has worked. Cancelled, it stops at its next step.
    """
    began_at = now()
    latest = await database.read(doubling.last_run)
    learnt = None if whole else _still_good(await database.read(partial(doubling.last_run, whole=True)), began_at)
    with _computing(rests) as computing:
        gathered = await _gather(database, computing, latest.began_at - OVERLAP if latest else None, told)
        columns = gathered.columns
        mixture = _learnt(learnt, len(columns))
        changed = None if mixture is None else gathered.changed
        compare = partial(search, columns, threshold=threshold, mixture=mixture, changed=changed)
        found: Found = await computing.do(lambda: compare(pause=computing.pauses(partial(told, "comparing"))))
    opened = await _write(database, found.likely, changed, now(), told)
    kept = None if mixture else found.mixture.to_json()
    run = doubling.Run(began_at=began_at, profiles=len(columns), compared=found.compared, found=len(found.likely), learnt=kept)
    await database.write(partial(doubling.keep_run, run=run, ended_at=now()))
    return Outcome(len(columns), found.compared, len(found.likely), opened, whole=mixture is None)


def _learnt(whole: doubling.Run | None, profiles: int) -> Mixture | None:
    """What a former search learnt, where that is still good for so many profiles."""
    if whole is None or whole.learnt is None or profiles > GROWN * whole.profiles:
        return None
    return Mixture.from_json(whole.learnt)


def _still_good(last_whole: doubling.Run | None, now: datetime) -> doubling.Run | None:
    return last_whole if last_whole is not None and now - last_whole.began_at < WHOLE_EVERY else None


async def _gather(database: Database, computing: _Computing, since: datetime | None, told: Told) -> _Gathered:
    gathered = _Gathered()
    count = max(1, await database.read(doubling.count_profiles))
    while True:
        page = await database.read(partial(doubling.profiles_after, after=gathered.last, limit=READ))
        if not page:
            return gathered
        await computing.do(partial(gathered.add, page, since))
        told("reading", min(1.0, len(gathered.columns) / count))


async def _write(database: Database, likely: Sequence[Likely], changed: Set[str] | None, now: datetime, told: Told) -> int:
    """Propose what was found and take back what no longer holds. Returns how many are newly open."""
    opened = 0
    for start in range(0, len(likely), WRITTEN):
        opened += await database.write(partial(doubling.put_forward, likely=likely[start : start + WRITTEN], now=now))
        told("writing", start / len(likely))
    found = {(one.first_id, one.second_id) for one in likely}
    last: int | None = 0
    while last is not None:
        last = await database.write(partial(doubling.withdraw, after=last, limit=WRITTEN, found=found, among=changed))
    told("writing", 1.0)
    return opened


class _Computing:
    """The thread that computes, and how it is told to stop."""

    def __init__(self, thread: ThreadPoolExecutor, rests: float) -> None:
        self._thread, self._rests = thread, rests
        self.stopped = threading.Event()

    async def do(self, work: Callable[[], T]) -> T:
        """Run `work` there."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def pauses(self, told: Callable[[float], None]) -> Callable[[float], None]:
        """What is called between two steps: tells how far it is, rests, and ends the work when it was called off."""
        since = time.monotonic()

        def pause(part: float) -> None:
            nonlocal since
            told(part)
            if self.stopped.wait(min(LONGEST_REST, self._rests * (time.monotonic() - since))):
                raise InterruptedError("the search was called off")
            since = time.monotonic()

        return pause


@contextmanager
def _computing(rests: float) -> Iterator[_Computing]:
    thread = ThreadPoolExecutor(1, thread_name_prefix="filrouge-doubling")
    computing = _Computing(thread, rests)
    try:
        yield computing
    finally:
        computing.stopped.set()
        thread.shutdown(wait=False, cancel_futures=True)
