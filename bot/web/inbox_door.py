"""The one way in: every door hands its messages here, and answers its platform only after this has returned."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection

from bot import metrics
from bot.channels.ways import opened
from bot.clock import Clock
from bot.messages import InboundMessage, Reading
from bot.signals import OpenRequests
from bot.storage import inbox, public, receipts, unreadable
from bot.storage.database import Database
from bot.storage.inbox import Accepted, Claim

log = structlog.get_logger(__name__)

TOGETHER = 100
"""Most messages of one body that are committed at once: others that arrive meanwhile wait for that."""
Files = Mapping[int, bytes]
"""The bytes of what came with a message, by their place."""
FilesOf = Callable[[InboundMessage], Files | None]
Beside = Callable[[Connection, Accepted], None]
"""What is written in the transaction that accepts a message, or raises to have it not accepted after all."""


def no_files(_message: InboundMessage) -> None:
    """Nothing came along."""


class Claiming(Protocol):
    def __call__(self, connection: Connection, wanted: Sequence[int]) -> list[Claim]: ...


class Worker(Protocol):
    """Whoever takes turns in this process."""

    def wake(self, conversation_id: int) -> None:
        """Something is due in this conversation."""
        ...

    def claiming(self) -> Claiming | None:
        """How to claim a conversation in the transaction that accepts a message; None while all hands are full."""
        ...

    def begin(self, claims: Sequence[Claim]) -> None:
        """Take the turns of conversations claimed so."""
        ...


@dataclass(frozen=True, slots=True)
class InboxDoor:
    """Commits messages to the inbox and wakes whoever takes turns."""

    database: Database
    worker: Worker
    clock: Clock
    language: str
    """The brand's own language, for somebody whose platform says nothing."""

    requests: OpenRequests = field(default_factory=OpenRequests)
    noted: Callable[[Collection[int]], None] = lambda _conversations: None
    """Told the conversations in which something was heard of our own messages."""
    came: Callable[[InboundMessage, Accepted], None] = lambda _message, _accepted: None
    """Told of every message that has just become ours."""

    async def accept(self, message: InboundMessage, files: Files | None = None, *, beside: Beside | None = None) -> Accepted:
        """Commit one message. When this returns, it is ours and will be answered, whatever happens to this process."""
        accepted, _ = await self._accept_for_good(message, asks=False, files=files, beside=beside)
        return accepted

    async def ask(self, message: InboundMessage) -> tuple[Accepted, asyncio.Future[Any]]:
        """The same for a caller who waits for the answers: the future gets them, and goes back to `requests.close`."""
        accepted, answers = await self._accept_for_good(message, asks=True)
        assert answers is not None
        return accepted, answers

    async def _accept_for_good(
        self, message: InboundMessage, *, asks: bool, files: Files | None = None, beside: Beside | None = None
    ) -> tuple[Accepted, asyncio.Future[Any] | None]:
        # Shielded: what is committed must also be handed to the worker, even when the caller hangs up meanwhile.
        return await asyncio.shield(asyncio.ensure_future(self._accept(message, asks=asks, files=files, beside=beside)))

    async def _accept(
        self, message: InboundMessage, *, asks: bool, files: Files | None, beside: Beside | None
    ) -> tuple[Accepted, asyncio.Future[Any] | None]:
        now, claiming = self.clock.now(), self.worker.claiming()

        def unit(connection: Connection) -> tuple[Accepted, list[Claim]]:
            accepted = inbox.accept(connection, message, now, language=self.language, files=files)
            if beside is not None:
                beside(connection, accepted)
            # One commit for both: nobody can answer it before it is accepted, and then nothing needs to be looked for.
            return accepted, claiming(connection, [accepted.conversation]) if claiming and accepted.fresh else []

        accepted, claims = await self.database.write(unit)
        metrics.ACCEPTED.labels(message.channel, "yes" if accepted.fresh else "no").inc()
        answers = self.requests.open(accepted.message) if asks else None
        if accepted.fresh:
            self.came(message, accepted)
        if claims:
            self.worker.begin(claims)
        elif claiming is None:
            self.worker.wake(accepted.conversation)
        return accepted, answers

    async def keep_unreadable(self, channel: str, account: str, bodies: Sequence[str]) -> None:
        """Commit what the platform sent and nobody here can read, as it came."""
        if not bodies:
            return
        keep = partial(unreadable.keep, channel=channel, account=account, bodies=bodies, now=self.clock.now())
        await self.database.write(keep)
        metrics.REFUSED.labels(channel, "unreadable").inc(len(bodies))

    async def take(self, reading: Reading, *, channel: str, account: str, files: FilesOf = no_files) -> list[Accepted]:
        """Commit everything one body of a platform held. When this returns, the platform may be told so.

        Raises the first failure after all else has been committed, so that the platform sends the body again.
        """
        await self.keep_unreadable(channel, account, [json.dumps({"why": one.why, "raw": one.raw}) for one in reading.unread])
        accepted = await self.accept_all([opened(message) for message in reading.messages], files)
        if reading.public or reading.receipts:
            await self._note(reading)
        return accepted

    async def _note(self, reading: Reading) -> None:
        now = self.clock.now()

        def unit(connection: Connection) -> Collection[int]:
            for said in reading.public:
                public.record(connection, said, now)
            return receipts.note(connection, reading.receipts, now).conversations

        self.noted(await self.database.write(unit))

    async def accept_all(self, messages: Sequence[InboundMessage], files: FilesOf = no_files) -> list[Accepted]:
        """Commit the messages of one body in their order; one that cannot be stored does not cost its neighbours.

        Raises the first failure after all others have been committed, so that the platform sends the body again.
        """
        results: list[Any] = []
        for start in range(0, len(messages), TOGETHER):
            several = messages[start : start + TOGETHER]
            results += (len(several) > 1 and await self._accept_together(several, files)) or await self._one_by_one(
                several, files
            )
        for result in results:
            if isinstance(result, Exception):
                raise result
        return results

    async def _accept_together(self, messages: Sequence[InboundMessage], files: FilesOf) -> list[Accepted]:
        """Several in one commit, since a platform waits while a thousand are committed; none when any of them fails."""
        now, came = self.clock.now(), [(message, files(message)) for message in messages]

        def unit(connection: Connection) -> list[Accepted]:
            return [inbox.accept(connection, message, now, language=self.language, files=its) for message, its in came]

        async def commit() -> list[Accepted]:
            results = await self.database.write(unit)
            for message, accepted in zip(messages, results, strict=True):
                metrics.ACCEPTED.labels(message.channel, "yes" if accepted.fresh else "no").inc()
                if accepted.fresh:
                    self.came(message, accepted)
                    self.worker.wake(accepted.conversation)
            return results

        try:
            return await asyncio.shield(asyncio.ensure_future(commit()))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - which of them it was comes to light one by one
            log.info("accepted_one_by_one", messages=len(messages), error=type(error).__name__)
            return []

    async def _one_by_one(self, messages: Sequence[InboundMessage], files: FilesOf) -> list[Any]:
        results: list[Any] = []
        for message in messages:
            try:
                results.append(await self.accept(message, files(message)))
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - raised by the caller, once the neighbours are safe
                results.append(error)
        return results
