"""Symbolic days become dates of the calendar by arithmetic alone: no clock is read."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.times import find, resolve_day

NEW_YEARS_EVE = date(2026, 12, 31)  # a Thursday
SUNDAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("value", "today", "first", "last"),
    [
        ({"offset": 1}, NEW_YEARS_EVE, "2027-01-01", None),
        ({"weekday": 0, "week": None}, NEW_YEARS_EVE, "2027-01-04", None),
        ({"weekday": 4, "week": "next"}, NEW_YEARS_EVE, "2027-01-08", None),
        ({"weekend": "this"}, NEW_YEARS_EVE, "2027-01-02", "2027-01-03"),
        ({"week": "next"}, NEW_YEARS_EVE, "2027-01-04", "2027-01-10"),
        ({"day": 30, "month": 12, "year": None}, NEW_YEARS_EVE, "2027-12-30", None),
        ({"day": 31, "month": 12, "year": None}, NEW_YEARS_EVE, "2026-12-31", None),
        ({"day": 3}, NEW_YEARS_EVE, "2027-01-03", None),
        ({"day": 31}, date(2027, 2, 1), "2027-03-31", None),
        ({"day": 13, "weekday": 4}, NEW_YEARS_EVE, "2027-08-13", None),
        ({"day": 1, "month": 1, "year": 2020}, NEW_YEARS_EVE, "2020-01-01", None),
        ({"day": 29, "month": 2, "year": None}, date(2096, 3, 1), "2104-02-29", None),
        ({"weekend": "this"}, SUNDAY, "2026-11-29", "2026-11-29"),
        ({"weekend": "next"}, SUNDAY, "2026-12-05", "2026-12-06"),
        ({"week": "this"}, SUNDAY, "2026-11-29", "2026-11-29"),
        ({"weekday": 6, "week": None}, SUNDAY, "2026-12-06", None),
        ({"weekday": 6, "week": "this"}, SUNDAY, "2026-11-29", None),
        ({"weekday": 1, "offset_weeks": 1}, date(2026, 11, 24), "2026-12-01", None),
        ({"offset_weeks": 2}, SUNDAY, "2026-12-13", None),
        ({"weekday": 5, "week": "last"}, SUNDAY, "2026-11-28", None),
        ({"weekday": 6, "week": "last"}, SUNDAY, "2026-11-22", None),
        ({"week": "next", "part": "start"}, SUNDAY, "2026-11-30", "2026-12-01"),
        ({"week": "this", "part": "end"}, SUNDAY, "2026-11-29", "2026-11-29"),
        ({"week": "this", "part": "start"}, SUNDAY, "2026-11-30", "2026-12-01"),
        ({"week": "after next"}, SUNDAY, "2026-12-07", "2026-12-13"),
        ({"feast": "easter", "days": 0}, SUNDAY, "2027-03-28", None),
        ({"feast": "easter", "days": 0}, date(2027, 3, 29), "2028-04-16", None),
        ({"feast": "easter", "days": 50}, date(2027, 3, 29), "2027-05-17", None),
        ({"soonest": True}, SUNDAY, "2026-11-29", "2026-12-05"),
        ({"offset_months": 3}, SUNDAY, "2027-02-28", None),
        ({"offset_months": 12}, NEW_YEARS_EVE, "2027-12-31", None),
    ],
)
def test_days_on_the_calendar(value: dict[str, Any], today: date, first: str, last: str | None) -> None:
    assert resolve_day(value, today) == (date.fromisoformat(first), date.fromisoformat(last or first))


@pytest.mark.parametrize(
    "value", [{}, {"day": 32}, {"day": 30, "month": 2, "year": None}, {"weekday": "x"}, {"part": 1}, {"feast": "x", "days": 0}]
)
def test_what_is_not_a_day_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"day|no "):
        resolve_day(value, SUNDAY)


SAID = [
    "milieu de semaine",
    "la veille de Noël",
    "le lundi de Pâques",
    "samedi",
    "demain",
    "ce week-end",
    "la semaine prochaine",
    "le 8 mai",
    "le 12",
    "mardi en huit",
    "samedi prochain",
]


@given(today=st.dates(date(2000, 1, 1), date(2100, 1, 1)), said=st.sampled_from(SAID))
def test_what_is_ahead_is_never_behind(today: date, said: str) -> None:
    first, last = resolve_day(find(said, "fr")[0].value, today)
    assert today <= first <= last <= today + timedelta(days=400)


@given(today=st.dates(date(2000, 1, 1), date(2100, 1, 1)), weekday=st.integers(0, 6))
def test_a_weekday_is_that_weekday(today: date, weekday: int) -> None:
    coming, _ = resolve_day({"weekday": weekday, "week": None}, today)
    following, _ = resolve_day({"weekday": weekday, "week": "next"}, today)
    assert coming.weekday() == following.weekday() == weekday
    assert 1 <= (coming - today).days <= 7
    assert following.isocalendar()[:2] == (today + timedelta(weeks=1)).isocalendar()[:2]


@given(text=st.text(max_size=60), language=st.sampled_from(["fr", "en", "es"]))
def test_any_text_is_read_without_failing(text: str, language: str) -> None:
    for entity in find(text, language):
        assert entity.text == text[entity.start : entity.end]
        if entity.name == "day":
            resolve_day(entity.value, SUNDAY)


TIME_WORDS = "le du 12 31 28 / 05 2027 samedi mai février h 15 30 à en huit dans 3 jours semaine prochaine on the 8th may at pm"
WORDS = TIME_WORDS.split()


@given(words=st.lists(st.sampled_from(WORDS), max_size=8), language=st.sampled_from(["fr", "en"]))
def test_any_heap_of_time_words_resolves(words: list[str], language: str) -> None:
    found = find(" ".join(words), language)
    spans: dict[str, list[tuple[int, int]]] = {}
    for entity in found:
        if entity.name == "day":
            resolve_day(entity.value, SUNDAY)
        spans.setdefault(entity.name, []).append((entity.start, entity.end))
    for places in spans.values():
        ordered = sorted(places)
        assert all(end <= start for (_, end), (start, _) in pairwise(ordered))
