"""Days and hours as people say them: « samedi 28 novembre », « 15 h 30 »; "Saturday 28 November", "3:30 pm"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from babel.dates import format_date

_PARTS = {
    "fr": {"morning": "le matin", "noon": "à midi", "afternoon": "l’après-midi", "evening": "le soir"},
    "en": {"morning": "in the morning", "noon": "at noon", "afternoon": "in the afternoon", "evening": "in the evening"},
}
_FAR_AWAY = 300
"""Days from which a date needs its year."""


def say_day(first: date, last: date | None = None, *, language: str, today: date | None = None) -> str:
    """One day or an interval; the year is said when `today` is given and far from it."""
    last = last or first
    with_year = today is not None and abs((first - today).days) > _FAR_AWAY
    end = _day(last, language, month=True, year=with_year)
    if first == last:
        return end
    same_month = (first.year, first.month) == (last.year, last.month)
    start = _day(first, language, month=not same_month, year=with_year and first.year != last.year)
    return f"du {start} au {end}" if language == "fr" else f"{start} to {end}"


def say_clock(at: str | time, *, language: str) -> str:
    """One hour of the day, given as a time or as `15:30`; French has a no-break space on both sides of its `h`."""
    clock = time.fromisoformat(at) if isinstance(at, str) else at
    if language == "fr":
        return f"{clock.hour}\N{NO-BREAK SPACE}h" + (f"\N{NO-BREAK SPACE}{clock.minute:02}" if clock.minute else "")
    hour = clock.hour % 12 or 12
    return f"{hour}" + (f":{clock.minute:02}" if clock.minute else "") + (" am" if clock.hour < 12 else " pm")


def say_hour(value: Mapping[str, Any], *, language: str) -> str:
    """The value of an `hour` entity: `15 h 30`, `après 15 h`, `entre 14 h et 16 h`."""
    french = language == "fr"
    said = {key: say_clock(value[key], language=language) for key in ("at", "after", "before") if value.get(key)}
    match said:
        case {"at": at}:
            return at
        case {"after": after, "before": before}:
            return f"entre {after} et {before}" if french else f"between {after} and {before}"
        case {"after": after}:
            return f"après {after}" if french else f"after {after}"
        case {"before": before}:
            return f"avant {before}" if french else f"before {before}"
    raise ValueError(f"not the value of an hour: {dict(value)}")


def say_part(part: str, *, language: str) -> str:
    """The value of a `part_of_day` entity: `l’après-midi`, `in the morning`."""
    return _PARTS["fr" if language == "fr" else "en"][part]


def _day(day: date, language: str, *, month: bool, year: bool) -> str:
    pattern = "EEEE d" + (" MMMM" if month else "") + (" y" if year else "")
    if language == "fr" and day.day == 1:
        pattern = pattern.replace("d", "d'er'")
    return format_date(day, pattern, locale="fr" if language == "fr" else "en_GB")
