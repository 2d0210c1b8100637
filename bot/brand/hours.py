"""Opening hours: ranges in a day, days in a week, and the dated days that are different."""

from __future__ import annotations

import re
from datetime import date, time
from itertools import pairwise
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bot.brand.words import BrandModel, Texts

_RANGE = re.compile(r"(\d\d):(\d\d)\s*[-–]\s*(\d\d):(\d\d)")


class OpeningRange(NamedTuple):
    """One stretch of opening, in the store's own local time; `closes` is the first minute it is shut."""

    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


class Opening(NamedTuple):
    """What one store does on one date."""

    ranges: tuple[OpeningRange, ...]
    """In order; empty when it is closed."""
    reason: dict[str, str] | None = None
    """Why this date differs from the week's hours, by language; None when it does not."""


def read_range(written: Any) -> OpeningRange:
    """Turn "10:00-19:00" into a range.

    Raises:
        ValueError: it is not such a range, or it closes before it opens.
    """
    if isinstance(written, OpeningRange):
        return written
    found = _RANGE.fullmatch(written.strip()) if isinstance(written, str) else None
    if not found:
        raise ValueError(f'{written!r} is not a range of hours; write it like "10:00-19:00", in quotes')
    numbers = [int(group) for group in found.groups()]
    try:
        opens, closes = time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
    except ValueError:
        raise ValueError(f'{written!r} names an hour that does not exist; hours go from "00:00" to "23:59"') from None
    if closes <= opens:
        raise ValueError(f"{written!r} closes before it opens; write the earlier hour first")
    return OpeningRange(opens, closes)


def in_order(ranges: tuple[OpeningRange, ...]) -> tuple[OpeningRange, ...]:
    for earlier, later in pairwise(ranges):
        if later.opens < earlier.closes:
            raise ValueError(f"{earlier} and {later} overlap or are out of order; write the earlier one first")
    return ranges


Range = Annotated[OpeningRange, BeforeValidator(read_range)]
DayHours = Annotated[tuple[Range, ...], AfterValidator(in_order)]


class WeekHours(BrandModel):
    """The hours of an ordinary week; every day is written, an empty list means closed."""

    monday: DayHours
    tuesday: DayHours
    wednesday: DayHours
    thursday: DayHours
    friday: DayHours
    saturday: DayHours
    sunday: DayHours

    def on_weekday(self, weekday: int) -> tuple[OpeningRange, ...]:
        """The ranges of a weekday, 0 for Monday to 6 for Sunday."""
        days = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday)
        return days[weekday]


class ExceptionalClosing(BrandModel):
    """Days, first and last included, on which a store that would be open is closed."""

    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="to")
    reason: Texts

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> ExceptionalClosing:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"the closing ends ({self.last}) before it begins ({self.first}); swap `from` and `to`")
        return self

    def covers(self, day: date) -> bool:
        return self.first <= day <= (self.last or self.first)


class ExceptionalOpening(BrandModel):
    """A date with hours of its own, stronger than the week's hours and than public holidays."""

    date: date
    hours: DayHours = Field(min_length=1)
    reason: Texts
