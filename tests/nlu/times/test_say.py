"""Days and hours are said as people say them, in both languages."""

from __future__ import annotations

from datetime import date, time

import pytest

from nlu.times.say import say_clock, say_day, say_hour, say_part

SATURDAY = date(2026, 11, 28)


def test_a_day() -> None:
    assert say_day(SATURDAY, language="fr") == "samedi 28 novembre"
    assert say_day(SATURDAY, language="en") == "Saturday 28 November"
    assert say_day(date(2026, 12, 1), language="fr") == "mardi 1er décembre"


def test_the_year_is_said_when_it_is_far() -> None:
    assert say_day(date(2027, 1, 2), language="fr", today=SATURDAY) == "samedi 2 janvier"
    assert say_day(date(2028, 1, 2), language="en", today=SATURDAY) == "Sunday 2 January 2028"


def test_an_interval() -> None:
    assert say_day(SATURDAY, date(2026, 11, 29), language="fr") == "du samedi 28 au dimanche 29 novembre"
    assert say_day(SATURDAY, date(2026, 12, 4), language="en") == "Saturday 28 November to Friday 4 December"


@pytest.mark.parametrize(
    ("clock", "french", "english"),
    [
        ("15:30", "15 h 30", "3:30 pm"),
        ("09:05", "9 h 05", "9:05 am"),
        (time(12), "12 h", "12 pm"),
        ("00:15", "0 h 15", "12:15 am"),
    ],
)
def test_a_clock(clock: str | time, french: str, english: str) -> None:
    assert say_clock(clock, language="fr") == french.replace(" ", "\u00a0")
    assert say_clock(clock, language="en") == english


def test_the_value_of_an_hour() -> None:
    assert say_hour({"at": "15:00"}, language="fr") == "15\u00a0h"
    assert say_hour({"after": "14:00", "before": "16:00"}, language="fr") == "entre 14\u00a0h et 16\u00a0h"
    assert say_hour({"after": "17:00"}, language="en") == "after 5 pm"
    assert say_hour({"before": "11:00"}, language="en") == "before 11 am"
    with pytest.raises(ValueError, match="not the value of an hour"):
        say_hour({}, language="fr")


def test_a_part_of_the_day() -> None:
    assert say_part("afternoon", language="fr") == "l’après-midi"
    assert say_part("noon", language="en") == "at noon"
