"""What did not reach its customer, for the console."""

from __future__ import annotations

from functools import partial

from bot import signals
from bot.clock import Clock
from bot.storage.console_undelivered import undelivered_page
from bot.storage.database import Database
from bot.storage.undelivered import send_again
from bot.workers.house import House
from handoff.console.views import UndeliveredPage


class StoredUndelivered:
    """`handoff.console.ports.Undelivered`."""

    def __init__(self, database: Database, board: signals.Signals, clock: Clock, house: House) -> None:
        self._database, self._board, self._clock = database, board, clock
        self._language = house.brand.languages.default

    async def page(self, language: str, *, page: str | None = None, limit: int = 40) -> UndeliveredPage:
        unit = partial(undelivered_page, page=page, limit=limit, language=self._language, reader_language=language)
        return await self._database.read(unit)

    async def send_again(self, message: int) -> int | None:
        sent = await self._database.write(partial(send_again, message_id=message, now=self._clock.now()))
        if sent is None:
            return None
        self._board.tell([signals.conversation(sent.conversation)])
        return sent.conversation
