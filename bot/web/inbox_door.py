"""The one way in: every door hands its messages here, and answers its platform only after this has returned."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from bot import metrics
from bot.clock import Clock
from bot.messages import InboundMessage
from bot.storage import inbox
from bot.storage.database import Database
from bot.storage.inbox import Accepted


class Worker(Protocol):
    def wake(self, conversation_id: int) -> None: ...


@dataclass(frozen=True, slots=True)
class InboxDoor:
    """Commits messages to the inbox and wakes whoever takes turns."""

    database: Database
    worker: Worker
    clock: Clock
    language: str
    """The brand's own language, for somebody whose platform says nothing."""

    async def accept(self, message: InboundMessage) -> Accepted:
        """Commit one message. When this returns, it is ours and will be answered, whatever happens to this process."""
        unit = partial(inbox.accept, inbound=message, now=self.clock.now(), language=self.language)
        accepted = await self.database.write(unit)
        metrics.ACCEPTED.labels(message.channel, "yes" if accepted.fresh else "no").inc()
        self.worker.wake(accepted.conversation)
        return accepted

    async def accept_all(self, messages: Sequence[InboundMessage]) -> list[Accepted]:
        """Commit the messages of one body in their order; one that cannot be stored does not cost its neighbours.

        Raises the first failure after all others have been committed, so that the platform sends the body again.
        """
        results: list[Any] = []
        for message in messages:
            try:
                results.append(await self.accept(message))
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - raised below, once the neighbours are safe
                results.append(error)
        for result in results:
            if isinstance(result, Exception):
                raise result
        return results
