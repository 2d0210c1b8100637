"""Which free times to offer: the nearest to what was asked, and how near they come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from bot.actions.wording import parts_of_day
from handoff.ports import Slot

Fit = Literal["asked", "same_day", "other_days", "none"]
"""asked: as the customer wished; same_day: that day, at other hours; other_days: other days; none: nothing at all."""

Free = Callable[[date, date], Sequence[Slot]]
"""Free slots between two dates, both included."""

_WEEKS = 2
"""How far to look at once when the day asked for has nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """When the customer would like to come."""

    first: date | None = None
    last: date | None = None
    part: str | None = None
    at: time | None = None
    after: time | None = None
    before: time | None = None

    @property
    def has_hour(self) -> bool:
        return any((self.part, self.at, self.after, self.before))

    def allows(self, slot: Slot) -> bool:
        """Whether the slot's time of day is as wished; an exact hour is only compared for nearness."""
        clock = slot.start.time()
        if self.part and self.part not in parts_of_day(clock):
            return False
        return not (self.after and clock < self.after) and not (self.before and clock > self.before)


@dataclass(frozen=True, slots=True)
class Offer:
    slots: tuple[Slot, ...]
    fit: Fit


def read_wish(day: Any, part: Any, hour: Any) -> Wish:
    """A wish from slot values: "2026-11-28" or "2026-11-28/2026-11-29", "morning", {"at": "15:00"}."""
    first, _, last = str(day or "").partition("/")
    clocks = hour if isinstance(hour, Mapping) else {}
    return Wish(
        first=_date(first),
        last=_date(last) or _date(first),
        part=part if isinstance(part, str) else None,
        at=_time(clocks.get("at")),
        after=_time(clocks.get("after")),
        before=_time(clocks.get("before")),
    )


def nearest(free: Free, wish: Wish, *, now: datetime, today: date, days_ahead: int, count: int) -> Offer:
    """The best `count` free slots for a wish, in order of time. `now` and the slots are aware."""
    horizon = today + timedelta(days=days_ahead)

    def between(first: date, last: date) -> list[Slot]:
        first, last = max(first, today), min(last, horizon)
        if first > last:
            return []
        starts: dict[datetime, Slot] = {}
        for slot in free(first, last):
            if slot.start > now:
                starts.setdefault(slot.start, slot)  # one of the store's parallel places is enough
        return [starts[start] for start in sorted(starts)]

    if wish.first and wish.last:
        that_day = between(wish.first, wish.last)
        if found := _best(that_day, wish, count):
            exact = wish.at is None or any(slot.start.time() == wish.at for slot in found)
            return Offer(found, "asked" if exact else "same_day")
        if that_day:
            return Offer(_spread(that_day, count), "same_day")
    begin = wish.last + timedelta(days=1) if wish.last and wish.last >= today else today
    while begin <= horizon:
        end = begin + timedelta(weeks=_WEEKS)
        later = between(begin, end)
        found = _over_days(later, wish, count) or _over_days(later, Wish(), count)
        if found:
            return Offer(found, "asked" if wish.first is None and _fits(found, wish) else "other_days")
        begin = end + timedelta(days=1)
    return Offer((), "none")


def _best(slots: Sequence[Slot], wish: Wish, count: int) -> tuple[Slot, ...]:
    fitting = [slot for slot in slots if wish.allows(slot)]
    return _spread(fitting, count) if wish.at is None else _near(fitting, wish.at, count)


def _over_days(slots: Sequence[Slot], wish: Wish, count: int) -> tuple[Slot, ...]:
    """The best slot of each of the first days, or several of one day when there is only one."""
    days: dict[date, list[Slot]] = {}
    for slot in slots:
        if wish.allows(slot):
            days.setdefault(slot.start.date(), []).append(slot)
    if len(days) == 1:
        return _best(slots, wish, count)
    return tuple(_best(day, wish, 1)[0] for day in list(days.values())[:count])


def _fits(slots: Sequence[Slot], wish: Wish) -> bool:
    return all(wish.allows(slot) for slot in slots) and (wish.at is None or any(slot.start.time() == wish.at for slot in slots))


def _near(slots: Sequence[Slot], at: time, count: int) -> tuple[Slot, ...]:
    nearest_first = sorted(slots, key=lambda slot: (abs(_minutes(slot.start.time()) - _minutes(at)), slot.start))
    return tuple(sorted(nearest_first[:count], key=lambda slot: slot.start))


def _spread(slots: Sequence[Slot], count: int) -> tuple[Slot, ...]:
    """The first slot, then others spread over what there is: three quarters of an hour in a row are hardly a choice."""
    if len(slots) <= count:
        return tuple(slots)
    if count < 2:
        return tuple(slots[:count])  # the earliest
    return tuple(slots[round(index * (len(slots) - 1) / (count - 1))] for index in range(count))


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None


def _time(written: Any) -> time | None:
    try:
        return time.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
