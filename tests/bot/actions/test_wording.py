"""Dates, times and hours as they are said."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.actions.wording import about_minutes, clock, hours, listed, long_when, near_day, parts_of_day, short_when
from bot.brand import OpeningRange


def paris(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("start", "fr", "en"),
    [
        (paris(2026, 11, 28, 14, 30), "sam. 28 nov. à 14 h 30", "Sat 28 Nov, 2:30 pm"),
        (paris(2026, 12, 1, 9, 0), "mar. 1er déc. à 9 h", "Tue 1 Dec, 9 am"),
        (paris(2026, 12, 11, 12, 0), "ven. 11 déc. à 12 h", "Fri 11 Dec, 12 pm"),
        (paris(2027, 1, 31, 0, 5), "dim. 31 janv. à 0 h 05", "Sun 31 Jan, 12:05 am"),
    ],
)
def test_a_time_short_enough_for_a_button(start: datetime, fr: str, en: str) -> None:
    assert (short_when(start, "fr"), short_when(start, "en")) == (fr, en)


def test_a_time_in_full() -> None:
    assert long_when(paris(2026, 12, 1, 14, 30), "fr") == "mardi 1er décembre à 14 h 30"
    assert long_when(paris(2026, 12, 1, 14, 30), "en") == "Tuesday 1 December, 2:30 pm"


def test_today_and_tomorrow_are_said_so() -> None:
    today = date(2026, 11, 28)
    assert near_day(today, today, "fr") == "aujourd’hui, samedi 28 novembre"
    assert near_day(date(2026, 11, 29), today, "en") == "tomorrow, Sunday 29 November"
    assert near_day(date(2026, 11, 30), today, "en") == "Monday 30 November"


def test_opening_hours_with_a_pause() -> None:
    ranges = (OpeningRange(time(9), time(12, 30)), OpeningRange(time(14), time(18)))
    assert hours(ranges, "fr") == "de 9 h à 12 h 30 et de 14 h à 18 h"
    assert hours(ranges, "en") == "9 am to 12:30 pm and 2 pm to 6 pm"


def test_small_words() -> None:
    assert [listed(names, "fr") for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a et b", "a, b et c"]
    assert listed(["a", "b"], "en") == "a and b"
    assert (about_minutes(1, "fr"), about_minutes(8, "en")) == ("environ 1 minute", "about 8 minutes")
    assert clock(time(18, 5), "fr") == "18 h 05"


@pytest.mark.parametrize(("at", "parts"), [(9, {"morning"}), (12, {"noon"}), (13, {"noon", "afternoon"}), (19, {"evening"})])
def test_parts_of_the_day(at: int, parts: set[str]) -> None:
    assert set(parts_of_day(time(at))) == parts
