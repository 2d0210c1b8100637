"""Promise 9: no double booking, under concurrency, on both databases; times are wall times that survive clock changes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, select

import bot
from bot.brand import load_brand
from bot.brand.opening import store_hours
from bot.storage.database import Database
from bot.storage.diary import StoreDiary, appointment_from
from bot.storage.schema import appointment, appointment_cell
from handoff.appointments import cells
from handoff.ports import Appointment, Slot, SlotTaken

BRAND = load_brand(Path(bot.__path__[0]) / "demo")
HOURS = {store.id: store_hours(store) for store in BRAND.stores}
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SATURDAY = date(2026, 11, 28)
T = TypeVar("T")


async def diary(database: Database, conversation: int, do: Callable[[StoreDiary], T]) -> T:
    def unit(connection: Connection) -> T:
        return do(StoreDiary(connection, BRAND, HOURS, conversation, NOW))

    return await database.write(unit)


async def free(database: Database, store: str = "lyon", service: str = "fitting") -> list[Slot]:
    return list(await diary(database, 0, lambda book: book.free(store, service, SATURDAY, SATURDAY)))


async def book(database: Database, conversation: int, slot: Slot) -> Appointment:
    return await diary(database, conversation, lambda book: book.book(slot, name=f"Customer {conversation}", phone=None))


async def check(database: Database) -> int:
    """No place is taken twice, and the cells are exactly those of the live appointments."""

    def look(connection: Connection) -> int:
        live = select(appointment).where(appointment.c.status == "booked")
        booked = [appointment_from(row) for row in connection.execute(live)]
        occupied = Counter(cell for one in booked for cell in cells(one.slot))
        assert set(occupied.values()) <= {1}
        kept = {tuple(row) for row in connection.execute(select(*list(appointment_cell.c)[:4]))}
        assert kept == {(cell.store, cell.service, cell.place, cell.start) for cell in occupied}
        return len(booked)

    return await database.read(look)


async def test_what_is_booked_is_offered_to_nobody_else(database: Database) -> None:
    offered = BRAND.store("lyon").services["fitting"]  # type: ignore[union-attr]
    first = (await free(database))[0]
    for conversation in range(offered.places):
        await book(database, conversation, first)
    assert first.start not in [slot.start for slot in await free(database)]
    with pytest.raises(SlotTaken):
        await book(database, 99, first)
    assert await check(database) == offered.places


async def test_many_who_want_the_same_time_at_once_get_as_many_places_as_there_are(database: Database) -> None:
    offered = BRAND.store("lyon").services["fitting"]  # type: ignore[union-attr]
    wanted = (await free(database))[3]
    results = await asyncio.gather(*(book(database, n, wanted) for n in range(12)), return_exceptions=True)
    assert Counter(type(result) for result in results) == {Appointment: offered.places, SlotTaken: 12 - offered.places}
    assert await check(database) == offered.places


async def test_overlapping_times_exclude_each_other_too(database: Database) -> None:
    slots = await free(database, "lille", "repair")
    results = await asyncio.gather(*(book(database, n, slot) for n, slot in enumerate(slots[:12] * 2)), return_exceptions=True)
    assert not [result for result in results if not isinstance(result, Appointment | SlotTaken)]
    assert await check(database) == sum(isinstance(result, Appointment) for result in results)


async def test_moving_gives_the_former_time_back_or_keeps_it(database: Database) -> None:
    offered = BRAND.store("lyon").services["fitting"]  # type: ignore[union-attr]
    early, late = (await free(database))[0], (await free(database))[8]
    mine = await book(database, 1, early)
    for conversation in range(2, 2 + offered.places):
        await book(database, conversation, late)
    with pytest.raises(SlotTaken):
        await diary(database, 1, lambda book: book.move(mine.id, late))
    assert await check(database) == 1 + offered.places
    other = (await free(database))[2]
    moved = await diary(database, 1, lambda book: book.move(mine.id, other))
    assert moved.slot.start == other.start
    assert early.start in [slot.start for slot in await free(database)]
    assert await check(database) == 1 + offered.places


async def test_cancelling_gives_the_time_back(database: Database) -> None:
    before = await free(database)
    mine = await book(database, 1, before[0])
    await diary(database, 1, lambda book: book.cancel(mine.id))
    assert [slot.start for slot in await free(database)] == [slot.start for slot in before]
    assert await diary(database, 1, lambda book: list(book.upcoming())) == []
    assert await check(database) == 0


async def test_nobody_touches_the_appointment_of_another_conversation(database: Database) -> None:
    mine = await book(database, 1, (await free(database))[0])
    with pytest.raises(LookupError):
        await diary(database, 2, lambda book: book.cancel(mine.id))
    assert await check(database) == 1


@pytest.mark.parametrize("store", ["lyon", "montreal", "fort_de_france"])
async def test_an_appointment_is_the_wall_time_that_was_agreed(database: Database, store: str) -> None:
    slot = (await free(database, store))[0]
    mine = await book(database, 1, slot)
    (upcoming,) = await diary(database, 1, lambda book: list(book.upcoming()))
    assert upcoming == mine
    assert upcoming.slot.start.isoformat() == slot.start.isoformat()
    row = await database.read(lambda connection: connection.execute(select(appointment)).one())
    assert (row.local_start, row.zone) == (slot.start.replace(tzinfo=None).isoformat(timespec="minutes"), HOURS[store].zone)


async def test_a_choice_that_is_too_old_can_no_longer_be_booked(database: Database) -> None:
    slot = (await free(database))[0]
    past = Slot(store=slot.store, service=slot.service, start=slot.start.replace(day=25), minutes=slot.minutes)
    with pytest.raises(SlotTaken):
        await book(database, 1, past)
    closed = Slot(store=slot.store, service=slot.service, start=slot.start.replace(hour=3), minutes=slot.minutes)
    with pytest.raises(SlotTaken):
        await book(database, 1, closed)
