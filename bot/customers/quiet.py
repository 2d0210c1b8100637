"""Hours in which nobody is to be rung: wall time where the customer lives, through every change of the clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))
_MOST_SPANS = 40
"""Spans that may follow one another without a gap before somebody is taken to mean always."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until before `end`, over midnight when `end` is not later; from midnight to midnight it is the whole day."""

    start: time
    end: time
    days: frozenset[int] = EVERY_DAY
    """The days on which it begins, Monday 0."""

    def covers(self, local: datetime) -> bool:
        """Whether this wall time is within it."""
        at, day = local.time().replace(tzinfo=None), local.weekday()
        if self.start < self.end:
            return day in self.days and self.start <= at < self.end
        return (day in self.days and at >= self.start) or ((day - 1) % 7 in self.days and at < self.end)

    def ends(self, local: datetime) -> datetime:
        """The wall time, without zone, at which the span that covers this one is over."""
        later = self.start >= self.end and local.weekday() in self.days and local.time().replace(tzinfo=None) >= self.start
        return datetime.combine(local.date() + timedelta(days=1 if later else 0), self.end)


def quiet_until(now: datetime, spans: Sequence[Span], zone: str) -> datetime | None:
    """When somebody may be rung again, in UTC; None when they may be now. `now` is aware, `zone` an IANA name."""
    place, at = ZoneInfo(zone), now
    for _ in range(_MOST_SPANS):
        local = at.astimezone(place)
        span = next((one for one in spans if one.covers(local)), None)
        if span is None:
            break
        at = _instant(span.ends(local), place, after=at)
    return None if at == now else at


def _instant(wall: datetime, place: ZoneInfo, *, after: datetime) -> datetime:
    """The first time after `after` at which the clocks there show `wall`, or jump over it."""
    both = (wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    return next((at for at in both if at > after), after + timedelta(hours=1))


def read_span(written: str) -> Span:
    """A span as a brand writes it: "21:00-08:00". Raises ValueError, which says how it is written."""
    first, _, last = (part.strip() for part in written.partition("-"))
    try:
        return Span(time.fromisoformat(first), time.fromisoformat(last))
    except ValueError:
        raise ValueError(f'{written!r} is no span of hours; write it like "21:00-08:00"') from None


def span_from(value: Mapping[str, Any]) -> Span:
    """A span as a wish keeps it: {"from": "21:00", "to": "08:00", "days": [5, 6]}."""
    days = value.get("days")
    return Span(
        time.fromisoformat(str(value.get("from", "00:00"))),
        time.fromisoformat(str(value.get("to", "00:00"))),
        EVERY_DAY if days is None else frozenset(int(day) for day in days),
    )
