"""Acts done in the console: into the inbox like everything that happens, and back with what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot import signals
from bot.clock import Clock
from bot.storage import console_words, inbox
from bot.storage.accounts import find_account
from bot.storage.acts import outcome_of
from bot.storage.console_people import people
from bot.storage.database import Database
from bot.storage.inbox import Accepted
from bot.workers.house import House
from handoff.console.ports import Act, ActOutcome

LOOK_EVERY = 0.25
"""Seconds between looks at the database: another process may take the turn."""
WAIT = 5.0
"""Seconds after which an act that is safe but not done yet is said to be pending."""


class StoredActs:
    """`handoff.console.ports.Acts`."""

    def __init__(
        self,
        database: Database,
        board: signals.Signals,
        clock: Clock,
        house: House,
        wake: Callable[[int], None],
        *,
        wait: float = WAIT,
    ) -> None:
        self._database, self._board, self._clock, self._house, self._wake = database, board, clock, house, wake
        self._wait = wait

    async def submit(self, act: Act) -> ActOutcome:
        accepted, language = await self._database.write(partial(self._accept, act=act))
        if accepted is None:
            return ActOutcome(status="refused", reason="not_open")
        self._wake(accepted.conversation)
        trace = await self._outcome(accepted.message)
        return ActOutcome(status="pending") if trace is None else read_outcome(trace, language)

    def _accept(self, connection: Connection, act: Act) -> tuple[Accepted | None, str]:
        accepted = inbox.accept_act(
            connection,
            conversation_id=act.conversation,
            key=act.id,
            by=act.by,
            name=people(connection, [act.by], self._house.desks.names)[act.by],
            data={"act": act.kind, "case": act.case},
            text=inbox.clean(act.text),
            now=self._clock.now(),
        )
        person = find_account(connection, act.by)
        return accepted, (person.language if person is not None else None) or self._house.brand.languages.default

    async def _outcome(self, message: int) -> Mapping[str, Any] | None:
        """What the act's turn wrote; None when it is not committed after `WAIT` seconds."""
        loop = asyncio.get_running_loop()
        deadline, key = loop.time() + self._wait, signals.message(message)
        while True:
            signal = self._board.expect(key)
            try:
                trace = await self._database.read(partial(outcome_of, message_id=message))
                left = deadline - loop.time()
                if trace is not None or left <= 0:
                    return trace
                await asyncio.wait([signal], timeout=min(LOOK_EVERY, left))
            finally:
                self._board.forget(key, signal)


def read_outcome(trace: Mapping[str, Any], language: str) -> ActOutcome:
    """What `bot.workers.hearing` wrote about an act, for its reader."""
    if trace.get("outcome") == "done":
        return ActOutcome(status="done")
    code, words = str(trace.get("code", "")), trace.get("words") or {}
    detail = (
        words.get(language)
        or words.get("en")
        or (console_words.word(code, language) if console_words.has(code) else str(trace.get("why", "")))
    )
    reason: Any = trace.get("reason", "conflict")  # one of the words of ActOutcome.reason
    return ActOutcome(status="refused", reason=reason, by=str(trace.get("holder", "")), detail=detail)
