"""When a store or a desk is open: weekly hours, exceptional days, public holidays, in its own time zone.

Hours are written as people write them, in local wall time; what is computed is exact instants. Where the two disagree,
on the two days a year when clocks change: a time that is skipped means the moment of the change, and a time that
happens twice means its first occurrence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from handoff.errors import HoursWrong

Range = tuple[time, time]
"""From opening (included) to closing (excluded), wall time; a closing at 00:00 is midnight at the end of the day."""

MIDNIGHT = time(0)
ALL_DAY: tuple[Range, ...] = ((MIDNIGHT, MIDNIGHT),)
LOOK_AHEAD = timedelta(days=400)
"""How far an opening is looked for: a place closed for more than a year is closed for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """The opening hours of one place. Raises `HoursWrong` when they contradict themselves."""

    zone: str
    """IANA name, such as "Europe/Paris"."""
    week: Mapping[int, tuple[Range, ...]] = field(default_factory=dict)
    """Weekday (Monday is 0) to its ranges, earliest first; a weekday left out is closed."""
    exceptions: Mapping[date, tuple[Range, ...]] = field(default_factory=dict)
    """Dates with hours of their own, which win over weekday and holiday; no range means closed."""
    country: str = ""
    """ISO 3166 country whose public holidays close the place; empty when holidays are days like others."""
    subdivision: str = ""
    """Region of that country with holidays of its own, such as "QC" or "MQ"."""
    always: bool = False
    """Open day and night; exceptions still hold."""

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise HoursWrong(f"{self.zone!r} is no time zone; write an IANA name such as Europe/Paris.") from None
        for weekday, ranges in self.week.items():
            if weekday not in range(7):
                raise HoursWrong(f"{weekday!r} is no weekday; write 0 (Monday) to 6 (Sunday).")
            _check(ranges, f"weekday {weekday}")
        for day, ranges in self.exceptions.items():
            _check(ranges, day.isoformat())
        if self.country:
            _holidays(self.country, self.subdivision, 2026)  # an unknown country is told now, not on the first of May

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def read_range(text: str) -> Range:
    """Read "10:00-19:30"; "00:00" or "24:00" as closing is midnight at the end of the day."""
    opening, _, closing = text.replace("–", "-").replace(" ", "").partition("-")
    try:
        found = time.fromisoformat(opening), MIDNIGHT if closing == "24:00" else time.fromisoformat(closing)
    except ValueError:
        raise HoursWrong(f"{text!r} is no opening range; write it like 10:00-19:30.") from None
    _check((found,), repr(text))
    return found


def open_ranges(hours: OpeningHours, day: date) -> tuple[Range, ...]:
    """The ranges of that local date, earliest first; empty when closed all day."""
    if day in hours.exceptions:
        return hours.exceptions[day]
    if hours.always:
        return ALL_DAY
    if is_holiday(hours, day):
        return ()
    return hours.week.get(day.weekday(), ())


def is_holiday(hours: OpeningHours, day: date) -> bool:
    """Whether that date is a public holiday where the place stands."""
    return bool(hours.country) and day in _holidays(hours.country, hours.subdivision, day.year)


def open_spans(hours: OpeningHours, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The same ranges as instants in the place's own zone; one that a clock change swallows whole is left out."""
    for opening, closing in open_ranges(hours, day):
        last_day = day + timedelta(days=1) if closing == MIDNIGHT else day
        start, end = moment(day, opening, hours.tz), moment(last_day, closing, hours.tz)
        if start.astimezone(UTC) < end.astimezone(UTC):
            yield start, end


def is_open(hours: OpeningHours, at: datetime) -> bool:
    """Whether it is open at that instant."""
    return _span_around(hours, at) is not None


def next_opening(hours: OpeningHours, at: datetime) -> datetime | None:
    """The first moment from `at` on when it is open (`at` itself when it is), in its zone; None when never."""
    return next((max(at, start, key=_instant).astimezone(hours.tz) for start, _ in _spans_from(hours, at)), None)


def closes_at(hours: OpeningHours, at: datetime) -> datetime | None:
    """When it will close, having been open without a break since `at`; None when closed at `at`, or never closing."""
    around = _span_around(hours, at)
    if around is None or (hours.always and not hours.exceptions):
        return None
    end = around[1]
    for start, later in _spans_from(hours, end):
        if _instant(start) > _instant(end):
            return end
        end = later
    return end if _instant(end) < _instant(at) + LOOK_AHEAD else None


def after_open_minutes(hours: OpeningHours, at: datetime, minutes: float) -> datetime | None:
    """The moment when it will have been open for `minutes` counted from `at`, in UTC; None when it never will."""
    left = timedelta(minutes=minutes)
    for start, end in _spans_from(hours, at):
        begin, finish = max(_instant(at), _instant(start)), _instant(end)
        if finish - begin >= left:
            return begin + left
        left -= finish - begin
    return None


def moment(day: date, clock: time, tz: ZoneInfo) -> datetime:
    """The instant of a wall time, in its zone: the first of two, or the moment of the change for a skipped one."""
    wall = datetime.combine(day, clock, tzinfo=tz).replace(fold=0)
    if _instant(wall).astimezone(tz).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return wall
    # PEP 495: in a gap, fold=1 reads the time with the later offset and so falls before the change, fold=0 after it.
    before, after = _instant(wall.replace(fold=1)), _instant(wall)
    old_offset = before.astimezone(tz).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(tz).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0).astimezone(tz)


def _span_around(hours: OpeningHours, at: datetime) -> tuple[datetime, datetime] | None:
    day = at.astimezone(hours.tz).date()
    return next((s for s in open_spans(hours, day) if _instant(s[0]) <= _instant(at) < _instant(s[1])), None)


def _spans_from(hours: OpeningHours, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    first = at.astimezone(hours.tz).date()
    for offset in range(LOOK_AHEAD.days + 1):
        for start, end in open_spans(hours, first + timedelta(days=offset)):
            if _instant(end) > _instant(at):
                yield start, end


def _instant(at: datetime) -> datetime:
    # Two datetimes of one zone are compared and subtracted by their wall clocks; instants must be compared in UTC.
    return at.astimezone(UTC)


def _check(ranges: tuple[Range, ...], where: str) -> None:
    last = MIDNIGHT
    for number, (opening, closing) in enumerate(ranges):
        if number and (last == MIDNIGHT or opening < last):
            raise HoursWrong(f"{where}: {opening:%H:%M} begins before the range above it ends; write them in order.")
        if closing != MIDNIGHT and closing <= opening:
            raise HoursWrong(
                f"{where}: {opening:%H:%M}-{closing:%H:%M} ends before it begins; "
                "a night past midnight is two ranges, one on each day."
            )
        last = closing


@lru_cache(maxsize=256)
def _holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
    except NotImplementedError:
        place = f"{country}-{subdivision}" if subdivision else country
        raise HoursWrong(f"no public holidays are known for {place}; write ISO codes such as FR, or CA and QC.") from None
