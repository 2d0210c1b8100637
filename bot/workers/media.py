"""Fetches the files customers send, for one account of one channel: soon, each once, and never more than is shown.

Addresses of files expire soon on some platforms, so whoever accepts a message wakes the worker; it also looks for itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from bot import signals
from bot.channels.files import FileRefused, Media
from bot.clock import Clock
from bot.errors import AccountRefused, CustomerGone, Refused, TryLater
from bot.metrics import FILES
from bot.storage import fetching
from bot.storage.database import Database
from bot.storage.fetching import Waiting
from bot.storage.media import pieces_of

log = structlog.get_logger(__name__)

Fetch = Callable[[Mapping[str, Any]], Awaitable[Media]]
"""Gets a file by what its channel said of it (`bot.storage.fetching.Waiting.reference`); raises a `bot.errors.SendFailed`."""

Note = Callable[[Connection], int | None]
"""A unit of work that writes down what became of a file; gives the conversation to tell of it."""

LONGEST_WAIT = 600.0
"""Seconds between two tries of a platform that does not hand a file out."""
GIVE_UP_AFTER = 100
"""Tries after which a file counts as gone, most of a day at the longest waits."""
ACCOUNT_WAIT = 60.0
"""Seconds until a refused account is tried again: the operator may have mended it."""


class MediaWorker:
    """Fetches what waits for one account until it is told to stop."""

    def __init__(
        self,
        database: Database,
        fetch: Fetch,
        clock: Clock,
        board: signals.Signals,
        *,
        channel: str,
        account: str = "",
        name: str,
        claim_seconds: float = 60.0,
        poll_seconds: float = 2.0,
        parallel: int = 3,
        most_bytes: int = 30_000_000,
    ) -> None:
        """`parallel` files of at most `most_bytes` each are in memory at once. `name` is for the log."""
        self._database, self._fetch, self._clock, self._board = database, fetch, clock, board
        self._channel, self._account, self._name = channel, account, name
        self._claim, self._poll = timedelta(seconds=claim_seconds), poll_seconds
        # A fetch ends, and is written down, well before its claim runs out: nobody else can be at it meanwhile.
        self._patience = claim_seconds / 2
        self._parallel, self._most_bytes = parallel, most_bytes
        self._due = asyncio.Event()
        self._fetching: dict[asyncio.Task[None], int] = {}

    def wake(self) -> None:
        """Something may have come."""
        self._due.set()

    async def run(self) -> None:
        """Fetch for ever; cancel to stop. What was being fetched is given back, for whoever comes next."""
        try:
            while True:
                await self._once()
        finally:
            await self._give_back()

    async def _once(self) -> None:
        self._due.clear()
        for waiting in await self._claimed(self._parallel - len(self._fetching)):
            task = asyncio.create_task(self._take(waiting), name=f"file {waiting.id}")
            self._fetching[task] = waiting.id
            task.add_done_callback(self._finished)
        try:
            async with asyncio.timeout(self._poll):
                await self._due.wait()
        except TimeoutError:
            return

    async def _claimed(self, room: int) -> list[Waiting]:
        if room <= 0:
            return []
        now = self._clock.now()
        claim = partial(
            fetching.claim_waiting, channel=self._channel, account=self._account, now=now, until=now + self._claim, limit=room
        )
        try:
            return await self._database.write(claim)
        except Exception:
            log.exception("files_not_claimed", channel=self._channel, worker=self._name)
            return []

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._fetching.pop(task, None)
        self._due.set()  # there is room for another, which may have waited for it

    async def _take(self, waiting: Waiting) -> None:
        """Fetch one file and write down what became of it."""
        found = await self._fetched(waiting)
        try:
            outcome, note = found if isinstance(found, tuple) else ("kept", await self._begun(waiting, found))
            told = await self._database.write(note)
        except Exception:
            # The claim runs out, and somebody fetches it again.
            log.exception("file_not_noted", channel=self._channel, file=waiting.id)
            outcome, told = "not_noted", None
        FILES.labels(self._channel, outcome).inc()
        if told is not None:
            self._board.tell([signals.conversation(told)])

    async def _fetched(self, waiting: Waiting) -> Media | tuple[str, Note]:
        """The file; or what became of it, and what is to be written of that."""
        try:
            async with asyncio.timeout(self._patience):
                found = await self._fetch(waiting.reference)
        except FileRefused as error:
            return self._refused(waiting, error.code)
        except (Refused, CustomerGone) as error:
            return self._refused(waiting, str(error))
        except AccountRefused as error:
            log.warning("files_refused_to_account", channel=self._channel, account=self._account, why=str(error))
            return self._later(waiting, ACCOUNT_WAIT)
        except TryLater as error:
            return self._later(waiting, error.wait)
        except Exception as error:  # noqa: BLE001  a platform that hangs, cuts or surprises: the next try may go better
            log.warning("file_not_fetched", channel=self._channel, file=waiting.id, error=type(error).__name__)
            return self._later(waiting, None)
        return self._refused(waiting, "too_large") if len(found.content) > self._most_bytes else found

    async def _begun(self, waiting: Waiting, found: Media) -> Note:
        """Write all pieces of a file but the last, each by itself: no message waits behind a film. The rest is given back."""
        *before, _ = pieces_of(found.content)
        for place, piece in enumerate(before):
            if not await self._database.write(partial(fetching.put, media_id=waiting.id, piece=piece, place=place)):
                break  # it was taken back meanwhile, as the last step will find too
        return partial(
            fetching.keep,
            media_id=waiting.id,
            content=found.content,
            mime_type=found.mime_type,
            name=found.name,
            now=self._clock.now(),
            written=len(before),
        )

    def _refused(self, waiting: Waiting, why: str) -> tuple[str, Note]:
        return "refused", partial(fetching.refuse, media_id=waiting.id, why=why, now=self._clock.now())

    def _later(self, waiting: Waiting, wait: float | None) -> tuple[str, Note]:
        if waiting.attempts >= GIVE_UP_AFTER:
            return self._refused(waiting, "gone")
        seconds = wait if wait is not None else min(LONGEST_WAIT, 0.5 * 2.0 ** min(waiting.attempts, 12))
        next_at = self._clock.now() + timedelta(seconds=seconds)
        return "later", partial(fetching.later, media_id=waiting.id, next_at=next_at)

    async def _give_back(self) -> None:
        """Stop every fetch and let its file be claimed at once by another."""
        stopped = dict(self._fetching)
        for task in stopped:
            task.cancel()
        if not stopped:
            return
        await asyncio.wait(stopped, timeout=5)
        now = self._clock.now()

        def free(connection: Any) -> None:
            for media_id in stopped.values():
                fetching.later(connection, media_id, now)

        try:
            await self._database.write(free)
        except Exception:
            log.exception("files_not_given_back", channel=self._channel, files=len(stopped))
