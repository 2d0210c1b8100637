"""Who people are, for the console: proofs, joins, likely doubles, archives and erasures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot import signals
from bot.clock import Clock
from bot.customers.sources import Order
from bot.errors import ClaimLost, MergeRefused, PersonRefused
from bot.storage import console_joining, console_person, double_decisions, erasing, joining_by_hand, parting
from bot.storage import person as persons
from bot.storage.console_person import Reader
from bot.storage.database import Database
from bot.storage.joining_by_hand import USUAL, part_profiles
from bot.storage.merging import follow
from bot.storage.recognition import holder_of
from bot.storage.schema import conversation as conversations
from bot.storage.schema import profile_merge
from bot.workers.erasing import erase
from bot.workers.exporting import archive
from bot.workers.house import House
from handoff.console.person_ports import Archive, PersonOutcome
from handoff.console.person_views import Comparison, DoublePage, PersonFile, ReceiptView

Did = tuple[int, ...]
"""Conversations that have changed, the one to look at first."""


class StoredPersons:
    """`handoff.console.person_ports.Persons`."""

    def __init__(
        self,
        database: Database,
        board: signals.Signals,
        clock: Clock,
        house: House,
        wake: Callable[[int], None],
        *,
        order: Order = USUAL,
    ) -> None:
        """`order`: whom to believe where the sources of two joined profiles contradict each other."""
        self._database, self._board, self._clock, self._house, self._wake = database, board, clock, house, wake
        self._order, self._names = order, house.desks.names

    async def file(self, conversation: int, *, language: str) -> PersonFile:
        zone, now = self._house.brand.time_zone, self._clock.now()
        reader = Reader(language=language, zone=zone, now=now, names=self._names)
        return await self._database.read(partial(console_person.person_file, conversation_id=conversation, reader=reader))

    async def revoke(self, conversation: int, proof: int, *, by: str) -> PersonOutcome:
        def unit(connection: Connection) -> Did:
            done = console_person.revoke_one(connection, conversation, proof, by=by, now=self._clock.now())
            return (follow(connection, conversation),) if done else ()

        return await self._decide(unit)

    async def undo(self, conversation: int, join: int, sort: str, *, by: str, why: str) -> PersonOutcome:
        def unit(connection: Connection) -> Did:
            if not console_person.is_of(connection, conversation, join, sort):
                return ()
            return self._undo(connection, join=join, sort=sort, by=by, why=why)

        return await self._decide(unit)

    async def compare(self, one: int, other: int, *, language: str) -> Comparison | None:
        unit = partial(
            console_joining.compare,
            one=one,
            other=other,
            brand=self._house.brand,
            language=language,
            now=self._clock.now(),
        )
        return await self._database.read(unit)

    async def join(self, one: int, other: int, *, by: str, why: str, although_apart: bool) -> PersonOutcome:
        def unit(connection: Connection) -> Did:
            pair = follow(connection, one), follow(connection, other)
            joining_by_hand.join_by_hand(connection, *pair, by=by, why=why, now=self._clock.now(), although_apart=although_apart)
            return (follow(connection, one), *pair)

        return await self._decide(unit)

    async def doubles(self, state: str, *, language: str, page: str | None = None) -> DoublePage:
        unit = partial(
            console_joining.doubles, state=state, brand=self._house.brand, names=self._names, language=language, after=page
        )
        return await self._database.read(unit)

    async def accept(self, double: int, *, by: str, keep: str | None = None) -> PersonOutcome:
        def unit(connection: Connection) -> Did:
            now = self._clock.now()
            number = double_decisions.accept(connection, double, by=by, now=now, keep=keep, order=self._order)
            kept = connection.execute(profile_merge.select().where(profile_merge.c.id == number)).one().kept_id
            home = holder_of(connection, kept)
            return () if home is None else (home,)

        return await self._decide(unit, may_be_nobody=True)

    async def reject(self, double: int, *, by: str) -> PersonOutcome:
        def unit(connection: Connection) -> Did:
            double_decisions.reject(connection, double, by=by, now=self._clock.now())
            return ()

        return await self._decide(unit, may_be_nobody=True)

    async def archive(self, conversation: int, *, by: str) -> Archive | None:
        who = await self._database.read(partial(persons.of_conversation, conversation_id=conversation))
        if who is None:
            return None
        now, brand = self._clock.now(), self._house.brand
        language = await self._database.read(partial(_language_of, conversation=who.conversation))
        pieces = archive(self._database, brand, who, by=by, now=now, language=language or brand.languages.default)
        return Archive(f"person-{who.conversation}-{now:%Y%m%d-%H%M%S}.zip", pieces)

    async def erase(self, conversation: int, *, by: str, cancel_appointments: bool) -> PersonOutcome:
        try:
            receipt = await erase(
                self._database,
                self._clock,
                self._house.brand,
                by=by,
                conversation_id=conversation,
                cancel_appointments=cancel_appointments,
            )
        except PersonRefused as refused:
            return PersonOutcome(reason=_code(refused.code))
        self._board.tell([signals.conversation(conversation)])
        return PersonOutcome(receipt=receipt.number)

    async def receipt(self, number: str) -> ReceiptView | None:
        try:
            found = await self._database.read(partial(erasing.receipt, number=number))
        except PersonRefused:
            return None
        return ReceiptView(
            number=found.number,
            at=found.at,
            by=self._names.get(found.by, found.by),
            finished=found.finished,
            backups_until=found.backups_until,
            unreadable_until=found.unreadable_until,
            counts=found.counts,
        )

    def _undo(self, connection: Connection, *, join: int, sort: str, by: str, why: str) -> Did:
        now = self._clock.now()
        if sort == "conversations":
            parted = parting.undo(connection, join, by=by, why=why, now=now)
            return parted.stays, parted.leaves
        part_profiles(connection, join, by=by, why=why, now=now, order=self._order)
        row = connection.execute(profile_merge.select().where(profile_merge.c.id == join)).one()
        homes = [holder_of(connection, profile_id) for profile_id in (row.kept_id, row.dropped_id)]
        return tuple(home for home in homes if home is not None)

    async def _decide(self, unit: Callable[[Connection], Did], *, may_be_nobody: bool = False) -> PersonOutcome:
        """Take a decision, and tell the pages and the worker about the conversations it changed."""
        try:
            changed = await self._database.write(unit)
        except MergeRefused as refused:
            return PersonOutcome(reason=_code(refused.code))
        except ClaimLost:  # joined elsewhere, or somebody recognised, in this very moment
            return PersonOutcome(reason="gone")
        if not changed:
            return PersonOutcome() if may_be_nobody else PersonOutcome(reason="unknown")
        self._board.tell([signals.conversation(number) for number in dict.fromkeys(changed)])
        for number in dict.fromkeys(changed):
            self._wake(number)
        return PersonOutcome(conversation=changed[0])


def _language_of(connection: Connection, *, conversation: int | None) -> str | None:
    query = conversations.select().where(conversations.c.id == conversation)
    row = connection.execute(query).first()
    return row.language if row is not None else None


def _code(code: str) -> Any:
    """As `PersonOutcome.reason` has it; what it has no word for is told as gone."""
    return code if code in ("unknown", "undone", "too_old", "same", "two_people", "apart", "appointments") else "gone"
