"""What a day is called, on the calendar: pure arithmetic from the day somebody spoke."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from nlu.times.feasts import feast

Days = tuple[date, date]
"""First and last day, both included; the same twice for a single day."""


def resolve_day(value: Mapping[str, Any], today: date) -> Days:
    """Return the day or days a `day` entity's value means to somebody who speaks on `today` (the store's local date).

    - `{"weekday": 5, "week": null}`: the next Saturday after today; `"this"`: today counts; `"next"`: in the next calendar week;
      `"last"`: the latest one before today.
    - `{"weekday": 1, "offset_weeks": 1}` (mardi en huit): that many weeks after the coming one.
    - `{"offset_months": 3}`: the same day of the month, or its last one when it has no such day.
    - `{"soonest": true}`: from today, a week long.
    - `{"offset": 2}`, `{"day": 8, "month": 5, "year": null}` (its next coming), `{"day": 28, "weekday": 5}` (the next 28th,
      a Saturday if one comes within a year), `{"weekend": ...}`, `{"week": ...}` (what is left of it): `"this"`, `"next"`
      or `"after next"`.
    - `{"week": "next", "part": "start"}`: its first days; also `"middle"` and `"end"`.
    - `{"feast": "easter", "days": 1}`: see `nlu.times.feasts.feast`.

    Raises `ValueError` for a value that is not one of these or a day that does not exist.
    """
    match value:
        case {"weekday": int(weekday), "offset_weeks": int(weeks)}:
            return _single(_coming(weekday, today) + timedelta(weeks=weeks))
        case {"day": int(day), "month": int(month)}:
            return _single(_dated(day, month, value.get("year"), today))
        case {"day": int(day)}:
            return _single(_day_of_month(day, value.get("weekday"), today))
        case {"weekday": int(weekday)}:
            return _single(_weekday(weekday, value.get("week"), today))
        case {"offset": int(days)}:
            return _single(today + timedelta(days=days))
        case {"offset_weeks": int(weeks)}:
            return _single(today + timedelta(weeks=weeks))
        case {"offset_months": int(months)}:
            return _single(_months_on(months, today))
        case {"soonest": True}:
            return today, today + timedelta(days=6)
        case {"feast": str(name), "days": int(days)}:
            return _single(feast(name, days, today))
        case {"weekend": which}:
            return _weekend(which, today)
        case {"week": which}:
            return _week(which, value.get("part"), today)
    raise ValueError(f"not the value of a day: {dict(value)}")


def _single(day: date) -> Days:
    return day, day


def _coming(weekday: int, today: date) -> date:
    """The first such weekday from today on."""
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _months_on(months: int, today: date) -> date:
    years, month = divmod(today.month - 1 + months, 12)
    year = today.year + years
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _monday(today: date) -> date:
    return today - timedelta(days=today.weekday())


def _weekday(weekday: int, week: str | None, today: date) -> date:
    if week == "next":
        return _monday(today) + timedelta(days=7 + weekday)
    if week == "this":
        return _coming(weekday, today)
    if week == "last":
        return _coming(weekday, today - timedelta(days=7))
    return _coming(weekday, today + timedelta(days=1))  # who means today says so


def _dated(day: int, month: int, year: int | None, today: date) -> date:
    if year is not None:
        return date(year, month, day)
    for candidate in range(today.year, today.year + 9):  # 29 February may be eight years away
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError(f"there is no {day}/{month}")


def _day_of_month(day: int, weekday: int | None, today: date) -> date:
    if not 1 <= day <= 31:
        raise ValueError(f"no month has {day} days")
    found: list[date] = []
    for ahead in range(14):
        year, month = divmod(today.month - 1 + ahead, 12)
        try:
            candidate = date(today.year + year, month + 1, day)
        except ValueError:
            continue
        if candidate >= today:
            found.append(candidate)
    return next((day for day in found if weekday is not None and day.weekday() == weekday), found[0])


_WEEKS = {"this": 0, "next": 7, "after next": 14}


def _weekend(which: str | None, today: date) -> Days:
    saturday = _monday(today) + timedelta(days=5 + _WEEKS.get(which or "this", 0))
    return max(saturday, today), saturday + timedelta(days=1)


_PARTS_OF_WEEK = {"start": (0, 1), "middle": (2, 3), "end": (4, 6)}


def _week(which: str | None, part: str | None, today: date) -> Days:
    monday = _monday(today) + timedelta(days=_WEEKS.get(which or "this", 0))
    first, last = _PARTS_OF_WEEK.get(part or "", (0, 6))
    if which == "this" and monday + timedelta(days=last) < today:  # « en début de semaine », said on a Thursday
        monday += timedelta(days=7)
    return max(monday + timedelta(days=first), today), monday + timedelta(days=last)
