"""Which times of a service can still be booked, and what a booking occupies.

A booking occupies *cells*: fixed pieces of one place's time. Storage gives them a unique constraint, so that two
customers who want the last slot at the same instant cannot both get it, whatever the number of processes. The grid of
cells does not depend on a service's length or step: a brand may change those without two bookings ever overlapping.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from handoff.hours import OpeningHours, moment, open_spans
from handoff.ports import Slot

CELL_MINUTES = 5
"""Opening hours and lengths are multiples of it in practice; what is not still never overlaps, only wastes minutes."""


class Cell(NamedTuple):
    """One piece of one place's time; unique among live bookings."""

    store: str
    service: str
    place: int
    start: datetime
    """Aware UTC, a multiple of the cell's length."""


def cells(slot: Slot, step: int = CELL_MINUTES) -> tuple[Cell, ...]:
    """Every cell the slot touches, first to last; two slots of one place overlap when they share one."""
    if step < 1 or 1440 % step:
        raise ValueError(f"cells of {step} minutes do not fill a day; use a divisor of 1440, such as {CELL_MINUTES}")
    begin = slot.start.astimezone(UTC)
    end = begin + timedelta(minutes=slot.minutes)
    first = begin - timedelta(minutes=(begin.hour * 60 + begin.minute) % step, seconds=begin.second)
    first = first.replace(microsecond=0)
    found = []
    while first < end:
        found.append(Cell(slot.store, slot.service, slot.place, first))
        first += timedelta(minutes=step)
    return tuple(found)


def free_slots(
    hours: OpeningHours,
    *,
    store: str,
    service: str,
    minutes: int,
    step: int,
    places: int,
    first: date,
    last: date,
    taken: Collection[Cell],
    now: datetime,
    notice: timedelta = timedelta(0),
    horizon: timedelta = timedelta(days=365),
) -> tuple[Slot, ...]:
    """Slots that can be booked from `first` to `last` (local dates, both included), earliest first.

    A slot lasts `minutes` and begins every `step` minutes from each opening, ends before closing, and begins between
    `now + notice` and `now + horizon`. `taken` holds the cells of live bookings. Of `places` parallel places the
    lowest free one is offered, so each time appears once. A start that happens twice when clocks go back is offered
    the first time only: "02:30" must mean one moment to the customer.
    """
    if min(minutes, step, places) < 1:
        raise ValueError("a service needs a length, a step and at least one place; correct it in the brand's stores")
    occupied = taken if isinstance(taken, set | frozenset) else frozenset(taken)
    today = now.astimezone(hours.tz).date()
    earliest, latest = now.astimezone(UTC) + notice, now.astimezone(UTC) + horizon
    last = min(last, latest.astimezone(hours.tz).date())
    found = []
    day = max(first, today)
    while day <= last:
        for start in _starts(hours, day, minutes=minutes, step=step):
            if not earliest <= start.astimezone(UTC) <= latest:
                continue
            for place in range(places):
                slot = Slot(store=store, service=service, start=start, minutes=minutes, place=place)
                if occupied.isdisjoint(cells(slot)):
                    found.append(slot)
                    break
        day += timedelta(days=1)
    return tuple(found)


def fits(hours: OpeningHours, slot: Slot, *, step: int) -> bool:
    """Whether the slot is one this place offers: booking checks it again, since a choice may be hours old."""
    day = slot.start.astimezone(hours.tz).date()
    at = slot.start.astimezone(UTC)
    return any(at == start.astimezone(UTC) for start in _starts(hours, day, minutes=slot.minutes, step=step))


def ends_at(slot: Slot) -> datetime:
    """When the slot ends, in the store's zone (minutes that really pass, even when clocks change meanwhile)."""
    return (slot.start.astimezone(UTC) + timedelta(minutes=slot.minutes)).astimezone(slot.start.tzinfo)


def wall_time(slot: Slot) -> str:
    """The start as local wall time, "2026-11-28T15:00": what is kept, beside the zone's name."""
    return slot.start.replace(tzinfo=None).isoformat(timespec="minutes")


def from_wall_time(wall: str, zone: str) -> datetime:
    """The instant a kept wall time means under today's rules of its zone."""
    local = datetime.fromisoformat(wall)
    return moment(local.date(), local.time(), ZoneInfo(zone))


def _starts(hours: OpeningHours, day: date, *, minutes: int, step: int) -> Iterator[datetime]:
    for opening, closing in open_spans(hours, day):
        start, end = opening.astimezone(UTC), closing.astimezone(UTC)
        while start + timedelta(minutes=minutes) <= end:
            local = start.astimezone(hours.tz)
            if local.fold == 0:
                yield local
            start += timedelta(minutes=step)
