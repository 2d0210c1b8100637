"""Everything the console shows, read for one reader at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date
from functools import partial
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.file_types import type_of
from bot.storage import console_lists as lists
from bot.storage import media
from bot.storage.console_thread import thread_page
from bot.storage.console_wishes import obstacle
from bot.storage.database import Database
from bot.workers.house import House
from handoff.case import Case
from handoff.console.attached import FileContent, StoredFile
from handoff.console.views import (
    CaseRow,
    ConversationFilter,
    ConversationPage,
    Counts,
    StoreView,
    Thread,
)
from handoff.ports import Appointment


class StoredDesk:
    """`handoff.console.ports.Desk`."""

    def __init__(self, database: Database, clock: Clock, house: House) -> None:
        self._database, self._clock, self._house = database, clock, house
        self._names, self._language = house.desks.names, house.brand.languages.default

    async def open_cases(self) -> Sequence[CaseRow]:
        return await self._database.read(partial(lists.open_cases, names=self._names, language=self._language))

    async def cases_of(self, conversation: int) -> Sequence[Case]:
        return await self._database.read(partial(lists.cases_of, conversation_id=conversation))

    async def conversations(self, wanted: ConversationFilter, *, page: str | None = None, limit: int = 40) -> ConversationPage:
        unit = partial(
            lists.conversations,
            wanted=wanted,
            page=page,
            limit=limit,
            names=self._names,
            language=self._language,
        )
        return await self._database.read(unit)

    async def thread(self, conversation: int, *, language: str, before: int | None = None, limit: int = 60) -> Thread | None:
        unit = partial(
            thread_page,
            conversation_id=conversation,
            brand=self._house.brand,
            flows=self._house.dialogue.flows,
            names=self._names,
            language=language,
            before=before,
            limit=limit,
            now=self._clock.now(),
        )
        thread = await self._database.read(unit)
        return thread and await self._with_wishes(self._in_words(thread, language), language)

    async def _with_wishes(self, thread: Thread, language: str) -> Thread:
        """The thread with why nothing may be written, where it is the customer who does not want it."""
        if thread.cannot_write or not thread.channel:
            return thread
        why = partial(
            obstacle,
            conversation_id=thread.conversation,
            channel=thread.channel,
            manners=self._house.manners,
            now=self._clock.now(),
            language=language,
        )
        return replace(thread, cannot_write=await self._database.read(why))

    def _in_words(self, thread: Thread, language: str) -> Thread:
        """The queue as the brand calls it; of the slots, what was learnt of the customer, not what flows note for themselves."""
        queue = self._house.brand.queue(thread.case.queue) if thread.case else None
        of_customers = {
            name
            for name, slot in self._house.domain.slots.items()
            if any(mapping.type != "controlled" for mapping in slot.mappings)
        }
        return replace(
            thread,
            queue_name=queue.name(language) if queue else "",
            slots=tuple(fact for fact in thread.slots if fact.name in of_customers),
        )

    async def file(self, file: int) -> StoredFile | None:
        found = await self._database.read(partial(media.about, media_id=file))
        if found is None:
            return None
        return StoredFile(id=file, conversation=found.conversation, name=found.name, size=found.size)

    async def content(self, file: StoredFile) -> FileContent | None:
        found = await self._database.read(partial(media.open, media_id=file.id))
        if found is None:
            return None
        return FileContent(content=found.content, mime_type=type_of(found.content, found.mime_type))

    async def stores(self, language: str) -> Sequence[StoreView]:
        brand = self._house.brand
        names = {service.id: service.name(language) for service in brand.services}
        return [
            StoreView(
                id=store.id,
                name=store.name,
                hours=self._house.hours[store.id],
                services={service: names[service] for service in store.services},
            )
            for store in brand.stores
        ]

    async def appointments(self, store: str, day: date) -> Sequence[Appointment]:
        return await self._database.read(partial(lists.day_of, store=store, day=day))

    async def counts(self) -> Counts:
        local = self._clock.now().astimezone(ZoneInfo(self._house.brand.time_zone))
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        return await self._database.read(partial(lists.counts, midnight=midnight.astimezone(UTC)))

    async def channels(self) -> Sequence[str]:
        return await self._database.read(lists.channels)
