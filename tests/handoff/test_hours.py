"""Opening hours: what a person reading the sign on the door would say, also on the days when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.errors import HoursWrong
from handoff.hours import (
    ALL_DAY,
    MIDNIGHT,
    OpeningHours,
    after_open_minutes,
    closes_at,
    is_open,
    moment,
    next_opening,
    open_ranges,
    read_range,
)

PARIS = ZoneInfo("Europe/Paris")
WEEK = {day: (read_range("10:00-13:00"), read_range("14:00-19:00")) for day in range(6)}
LYON = OpeningHours(zone="Europe/Paris", week=WEEK, country="FR")


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def test_a_shop_is_closed_for_lunch_on_sunday_and_on_a_holiday() -> None:
    assert is_open(LYON, paris("2026-11-28T10:00"))
    assert not is_open(LYON, paris("2026-11-28T13:00"))
    assert is_open(LYON, paris("2026-11-28T18:59"))
    assert not is_open(LYON, paris("2026-11-28T19:00"))
    assert not is_open(LYON, paris("2026-11-29T11:00"))
    assert open_ranges(LYON, date(2026, 5, 8)) == ()  # 1945


def test_the_same_day_is_a_holiday_in_quebec_and_not_in_lyon() -> None:
    quebec = OpeningHours(zone="America/Toronto", week=WEEK, country="CA", subdivision="QC")
    martinique = OpeningHours(zone="America/Martinique", week=WEEK, country="FR", subdivision="MQ")

    assert open_ranges(quebec, date(2026, 6, 24)) == ()
    assert open_ranges(LYON, date(2026, 6, 24)) == WEEK[2]
    assert open_ranges(martinique, date(2026, 5, 22)) == ()
    assert open_ranges(LYON, date(2026, 5, 22)) == WEEK[4]


def test_an_exceptional_day_wins_over_weekday_and_holiday() -> None:
    short = (read_range("10:00-17:00"),)
    december = OpeningHours(
        zone="Europe/Paris",
        week=WEEK,
        country="FR",
        exceptions={date(2026, 11, 11): short, date(2026, 11, 28): (), date(2026, 12, 20): short},
    )
    assert open_ranges(december, date(2026, 11, 11)) == short
    assert open_ranges(december, date(2026, 11, 28)) == ()
    assert open_ranges(december, date(2026, 12, 20)) == short  # a Sunday


def test_the_next_opening_is_after_lunch_after_the_night_or_after_the_bridge() -> None:
    assert next_opening(LYON, paris("2026-11-27T11:00")) == paris("2026-11-27T11:00")
    assert next_opening(LYON, paris("2026-11-27T13:30")) == paris("2026-11-27T14:00")
    assert next_opening(LYON, paris("2026-11-28T20:00")) == paris("2026-11-30T10:00")
    assert next_opening(LYON, paris("2026-12-24T20:00")) == paris("2026-12-26T10:00")
    assert next_opening(OpeningHours(zone="Europe/Paris"), paris("2026-11-28T20:00")) is None


def test_asked_from_another_zone_the_answer_is_in_the_shops_own() -> None:
    found = next_opening(LYON, datetime(2026, 11, 28, 23, 0, tzinfo=ZoneInfo("America/Toronto")))

    assert found is not None
    assert found.isoformat() == "2026-11-30T10:00:00+01:00"


def test_a_desk_open_day_and_night_never_closes_but_on_its_exceptions() -> None:
    desk = OpeningHours(zone="Europe/Paris", always=True)
    assert is_open(desk, paris("2026-12-25T03:00"))
    assert closes_at(desk, paris("2026-12-25T03:00")) is None

    mourning = OpeningHours(zone="Europe/Paris", always=True, exceptions={date(2026, 12, 25): ()})
    assert not is_open(mourning, paris("2026-12-25T03:00"))
    assert closes_at(mourning, paris("2026-12-24T03:00")) == paris("2026-12-25T00:00")
    assert next_opening(mourning, paris("2026-12-25T03:00")) == paris("2026-12-26T00:00")


def test_a_night_is_two_ranges_and_closes_once() -> None:
    night = OpeningHours(zone="Europe/Paris", week={4: (read_range("22:00-24:00"),), 5: (read_range("00:00-02:00"),)})

    assert closes_at(night, paris("2026-11-27T23:00")) == paris("2026-11-28T02:00")


def test_waiting_time_counts_only_while_open() -> None:
    assert after_open_minutes(LYON, paris("2026-11-28T18:50"), 20) == paris("2026-11-30T10:10")
    assert after_open_minutes(OpeningHours(zone="Europe/Paris"), paris("2026-11-28T18:50"), 20) is None


@pytest.mark.parametrize(
    ("zone", "day", "clock", "instant"),
    [
        ("Europe/Paris", date(2026, 3, 29), time(2, 30), "2026-03-29T01:00:00+00:00"),  # skipped: the change itself
        ("Europe/Paris", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30:00+00:00"),  # twice: the first
        ("America/Toronto", date(2026, 3, 8), time(2, 0), "2026-03-08T07:00:00+00:00"),
        ("America/Toronto", date(2026, 11, 1), time(1, 0), "2026-11-01T05:00:00+00:00"),
        ("America/Martinique", date(2026, 3, 29), time(2, 30), "2026-03-29T06:30:00+00:00"),  # no change there
    ],
)
def test_a_wall_time_means_one_moment_when_clocks_change(zone: str, day: date, clock: time, instant: str) -> None:
    assert moment(day, clock, ZoneInfo(zone)).astimezone(UTC).isoformat() == instant


@pytest.mark.parametrize(
    ("wrong", "cure"),
    [
        ({"zone": "Europe/Lyon"}, "IANA"),
        ({"zone": ""}, "IANA"),
        ({"zone": "Europe/Paris", "week": {7: ALL_DAY}}, "Monday"),
        ({"zone": "Europe/Paris", "week": {0: ((time(10), time(9)),)}}, "two ranges"),
        ({"zone": "Europe/Paris", "week": {0: ((time(14), time(19)), (time(10), time(13)))}}, "in order"),
        ({"zone": "Europe/Paris", "week": {0: ((time(14), MIDNIGHT), (time(15), time(16)))}}, "in order"),
        ({"zone": "Europe/Paris", "country": "XX"}, "ISO"),
        ({"zone": "Europe/Paris", "country": "FR", "subdivision": "ZZ"}, "ISO"),
    ],
)
def test_hours_that_contradict_themselves_are_refused_with_the_cure(wrong: dict[str, object], cure: str) -> None:
    with pytest.raises(HoursWrong, match=cure):
        OpeningHours(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["10h-19h", "10:00", "10:00-", "19:00-10:00", "", "25:00-26:00"])
def test_a_range_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(HoursWrong):
        read_range(text)


ranges = st.tuples(st.integers(0, 95), st.integers(1, 96)).filter(lambda r: r[0] < r[1])
zones = st.sampled_from(["Europe/Paris", "America/Toronto", "America/Martinique", "Australia/Lord_Howe"])
instants = st.integers(0, 2 * 365 * 24 * 60).map(lambda m: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=m))


def quarter(number: int) -> time:
    return time(number // 4 % 24, number % 4 * 15)


@given(zone=zones, week=st.dictionaries(st.integers(0, 6), ranges, min_size=1), at=instants)
def test_the_next_opening_is_open_and_nothing_before_it_is(zone: str, week: dict[int, tuple[int, int]], at: datetime) -> None:
    hours = OpeningHours(zone=zone, week={d: ((quarter(a), quarter(b)),) for d, (a, b) in week.items()})
    found = next_opening(hours, at)

    assert found is not None
    assert is_open(hours, found)
    assert (found == at) == is_open(hours, at)
    closed = found.astimezone(UTC) - at
    for tenth in range(10):
        assert found == at or not is_open(hours, at + closed * tenth / 10)
    assert found == at or not is_open(hours, found.astimezone(UTC) - timedelta(seconds=1))
