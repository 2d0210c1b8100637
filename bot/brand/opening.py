"""The brand's hours in the form the handoff's rules compute with."""

from __future__ import annotations

from datetime import date, timedelta

from bot.brand.hours import WeekHours
from bot.brand.staff import Queue
from bot.brand.stores import Store
from bot.brand.whole import Brand
from handoff.hours import OpeningHours, Range


def store_hours(store: Store) -> OpeningHours:
    """When the store is open: exceptional days first, then public holidays, then the week."""
    exceptions: dict[date, tuple[Range, ...]] = {}
    for closing in store.closings:
        day = closing.first
        while day <= (closing.last or closing.first):
            exceptions[day] = ()
            day += timedelta(days=1)
    for opening in store.openings:  # stronger than a closing of the same date
        exceptions[opening.date] = tuple((r.opens, r.closes) for r in opening.hours)
    return OpeningHours(
        zone=store.time_zone,
        week=_week(store.hours),
        exceptions=exceptions,
        country=store.country if store.closed_on_public_holidays else "",
        subdivision=(store.subdivision or "") if store.closed_on_public_holidays else "",
    )


def queue_hours(queue: Queue, brand: Brand) -> OpeningHours:
    """When somebody answers in the queue, in the brand's own zone."""
    if queue.hours == "always":
        return OpeningHours(zone=brand.time_zone, always=True)
    return OpeningHours(zone=brand.time_zone, week=_week(queue.hours))


def _week(hours: WeekHours) -> dict[int, tuple[Range, ...]]:
    return {day: tuple((r.opens, r.closes) for r in hours.on_weekday(day)) for day in range(7)}
