"""The demo brand's server without its doors: a worker taking turns over a database, and customers who write to it.

What a message means is decided by the test, so that nothing here depends on a trained model.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from bot import signals
from bot.console import console_ports
from bot.messages import InboundMessage
from bot.storage import inbox
from bot.storage.accounts import keep_account
from bot.storage.database import Database
from bot.storage.inbox import Accepted
from bot.web.inbox_door import InboxDoor
from bot.wiring import DEMO_BRAND, load_house
from bot.workers.bringing import Profiles
from bot.workers.house import House
from bot.workers.turns import TurnWorker
from handoff.console.ports import Act as DeskAct
from handoff.console.ports import ActKind, ActOutcome, ConsolePorts
from nlu.understanding import Entity, IntentGuess, Understanding

NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
"""Friday noon in Paris: everybody is there."""


class FakeClock:
    """A clock that goes on by itself by a microsecond, so that nothing happens twice at the same time."""

    def __init__(self, now: datetime = NOON) -> None:
        self.time = now

    def now(self) -> datetime:
        self.time += timedelta(microseconds=1)
        return self.time

    def advance(self, **amount: float) -> None:
        self.time += timedelta(**amount)


class FakeUnderstander:
    """Understands the wordings it was told, and nothing else."""

    def __init__(self, meanings: Mapping[str, str] | None = None) -> None:
        self.meanings = {"bonjour": "greet", "un conseiller svp": "talk_to_human", "hello": "greet"} | dict(meanings or {})
        self.entities: dict[str, tuple[Entity, ...]] = {}
        self.sure = False
        """Whether it takes everything to be written in French, for sure."""

    async def understand(self, text: str, *, language: str) -> Understanding:
        intent = self.meanings.get(text)
        sure = (IntentGuess(intent, 0.93), IntentGuess("thank_you", 0.03)) if intent else ()
        return Understanding(
            text=text,
            language="fr" if self.sure else language,
            language_sure=self.sure,
            ranking=sure or (IntentGuess("return_policy", 0.31), IntentGuess("complaint", 0.28)),
            entities=self.entities.get(text, ()),
            engine="fake 1",
        )


@lru_cache(maxsize=1)
def demo_house() -> House:
    return load_house(DEMO_BRAND)


@dataclass
class RunningHouse:
    """A running worker and everything around it."""

    database: Database
    clock: FakeClock
    board: signals.Signals
    understander: FakeUnderstander
    worker: TurnWorker
    door: InboxDoor
    house: House
    ports: ConsolePorts
    _numbers: dict[str, int] = field(default_factory=dict)

    async def says(self, sender: str, text: str = "", *, channel: str = "telegram", **more: Any) -> Accepted:
        """A customer writes (or does something else, by `kind` and `data`), and the turn is taken."""
        number = self._numbers[sender] = self._numbers.get(sender, 0) + 1
        message = InboundMessage(
            channel=channel, external_id=f"{sender}-{number}", sender=sender, text=text, sent_at=self.clock.now(), **more
        )
        accepted = await self.door.accept(message)
        await self.handled(accepted.message)
        return accepted

    async def handled(self, message: int) -> None:
        """Wait until the message's turn is committed."""
        for _ in range(500):
            if await self.database.read(partial(inbox.handled, message_id=message)):
                return
            await self.board.wait(signals.message(message), 0.02)
        raise AssertionError(f"message {message} was not handled in 10 s")

    async def does(
        self, by: str, kind: ActKind, conversation: int, text: str = "", *, form: str = "", case: int | None = None
    ) -> ActOutcome:
        """Somebody at the console presses a button of a form."""
        number = self._numbers[by] = self._numbers.get(by, 0) + 1
        act = DeskAct(
            id=f"{by}:{form or f'form-{number}'}",
            by=by,
            at=self.clock.now(),
            conversation=conversation,
            kind=kind,
            text=text,
            case=case,
        )
        return await self.ports.acts.submit(act)

    async def thread(self, conversation: int, language: str = "fr", **more: Any) -> Any:
        """The conversation as the console shows it."""
        return await self.ports.desk.thread(conversation, language=language, **more)

    async def said(self, conversation: int) -> list[tuple[str, str]]:
        """Who said what, notes included."""
        return [(message.author, message.text) for message in (await self.thread(conversation)).messages]

    async def staff(self) -> None:
        """Give everybody of the brand an account."""
        people = [(one.username, one.display_name, "advisor") for one in self.house.brand.advisors]
        people += [(one.username, one.display_name, one.role) for one in self.house.brand.accounts]
        for username, name, role in people:
            unit = partial(
                keep_account, username=username, role=role, display_name=name, password_hash="hash", now=self.clock.now()
            )
            await self.database.write(unit)


@asynccontextmanager
async def running_house(
    database: Database, *, house: House | None = None, profiles: Profiles | None = None
) -> AsyncIterator[RunningHouse]:
    """A worker taking turns until the test is over."""
    house = house or demo_house()
    clock, board, understander = FakeClock(), signals.Signals(), FakeUnderstander()
    worker = TurnWorker(database, house, understander, clock, board, name="test", profiles=profiles, poll_seconds=0.05)
    running = RunningHouse(
        database=database,
        clock=clock,
        board=board,
        understander=understander,
        worker=worker,
        door=InboxDoor(database, worker, clock, house.brand.languages.default),
        house=house,
        ports=console_ports(database=database, board=board, clock=clock, house=house, wake=worker.wake),
    )
    task = asyncio.create_task(worker.run())
    try:
        yield running
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
