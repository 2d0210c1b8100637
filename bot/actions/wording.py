"""Dates, times and hours as they are said in French and in English."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from babel.dates import format_date

from bot.brand import OpeningRange

_LOCALES = {"fr": "fr_FR", "en": "en_GB"}
_NEAR = {"fr": ("aujourd’hui", "demain"), "en": ("today", "tomorrow")}
_AT = {"fr": " à ", "en": ", "}


def short_when(start: datetime, language: str) -> str:
    """ "sam. 28 nov. à 14 h 30", "Sat 28 Nov, 2:30 pm": short enough for a button."""
    return f"{_date(start.date(), 'EEE d MMM', language)}{_AT.get(language, ', ')}{clock(start.time(), language)}"


def long_when(start: datetime, language: str) -> str:
    """ "samedi 28 novembre à 14 h 30", "Saturday 28 November, 2:30 pm"."""
    return f"{long_day(start.date(), language)}{_AT.get(language, ', ')}{clock(start.time(), language)}"


def long_day(day: date, language: str) -> str:
    return _date(day, "EEEE d MMMM", language)


def near_day(day: date, today: date, language: str) -> str:
    """The day with "today" or "tomorrow" where that is what it is."""
    words = _NEAR.get(language, _NEAR["en"])
    for ahead, word in enumerate(words):
        if day == today + timedelta(days=ahead):
            return f"{word}, {long_day(day, language)}"
    return long_day(day, language)


def clock(at: time, language: str) -> str:
    """ "14 h 30", "9 h"; "2:30 pm", "9 am"."""
    if language == "fr":
        return f"{at.hour} h {at.minute:02d}" if at.minute else f"{at.hour} h"
    half = "am" if at.hour < 12 else "pm"
    hour = at.hour % 12 or 12
    return f"{hour}:{at.minute:02d} {half}" if at.minute else f"{hour} {half}"


def hours(ranges: Sequence[OpeningRange], language: str) -> str:
    """ "de 9 h 30 à 13 h et de 14 h à 19 h"."""
    to, joined = ("de {} à {}", " et ") if language == "fr" else ("{} to {}", " and ")
    return joined.join(to.format(clock(r.opens, language), clock(r.closes, language)) for r in ranges)


def weekday(number: int, language: str) -> str:
    """A weekday's name, 0 for Monday."""
    return _date(date(2024, 1, 1 + number), "EEEE", language)  # the first of January 2024 was a Monday


def listed(parts: Iterable[str], language: str) -> str:
    """ "a, b et c"."""
    names = list(parts)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {'et' if language == 'fr' else 'and'} {names[-1]}"


def about_minutes(minutes: int, language: str) -> str:
    """ "environ 8 minutes"."""
    about = "environ" if language == "fr" else "about"
    return f"{about} {minutes} minute{'s' if minutes > 1 else ''}"


def spoken_names(start: datetime, language: str) -> tuple[str, ...]:
    """Other ways a customer may point at a time: machine forms for entities, then words in both languages."""
    at = start.time()
    bare = f"{at.hour}h{at.minute:02d}" if at.minute else f"{at.hour}h"
    colon = f"{at.hour}:{at.minute:02d}"
    english = clock(at, "en").replace(" ", "")
    names = [start.date().isoformat(), f"{at:%H:%M}", *parts_of_day(at), bare, colon, english, clock(at, language)]
    names += [weekday(start.weekday(), spoken) for spoken in ("fr", "en")]
    return tuple(dict.fromkeys(names))


_PARTS = {"morning": (0, 12), "noon": (12, 14), "afternoon": (13, 18), "evening": (17, 24)}


def parts_of_day(at: time) -> tuple[str, ...]:
    """The parts of the day a time falls in, as `part_of_day` entities name them; two o'clock is "afternoon" only."""
    return tuple(name for name, (first, last) in _PARTS.items() if first <= at.hour < last)


def _date(day: date, pattern: str, language: str) -> str:
    text = format_date(day, pattern, locale=_LOCALES.get(language, language))
    return text.replace(" 1 ", " 1er ", 1) if language == "fr" and day.day == 1 else text
