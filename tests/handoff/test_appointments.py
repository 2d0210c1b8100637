"""Bookable times: inside opening hours, never overlapping, meaning one moment each, on any day of the year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.appointments import Cell, cells, ends_at, fits, free_slots, from_wall_time, wall_time
from handoff.hours import OpeningHours, is_open, open_spans, read_range
from handoff.ports import Slot

LYON = OpeningHours(
    zone="Europe/Paris",
    week={day: (read_range("10:00-12:00"), read_range("14:00-16:00")) for day in range(6)},
    country="FR",
)
MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def offered(hours: OpeningHours = LYON, *, first: date = MONDAY, days: int = 1, **changed: Any) -> tuple[Slot, ...]:
    asked: dict[str, Any] = {"minutes": 45, "step": 30, "places": 1, "taken": (), "now": NOW} | changed
    last = first + timedelta(days=days - 1)
    return free_slots(hours, store="lyon", service="fitting", first=first, last=last, **asked)


def times(slots: tuple[Slot, ...]) -> list[str]:
    return [f"{slot.start:%H:%M}" for slot in slots]


def test_times_begin_at_opening_and_end_before_closing() -> None:
    assert times(offered()) == ["10:00", "10:30", "11:00", "14:00", "14:30", "15:00"]


def test_a_booked_time_is_no_longer_offered_nor_what_it_overlaps() -> None:
    booked = offered()[1]

    assert times(offered(taken=cells(booked))) == ["14:00", "14:30", "15:00"]


def test_a_second_place_is_offered_when_the_first_is_booked() -> None:
    booked = offered()[0]
    again = offered(places=2, taken=cells(booked))

    assert [(f"{s.start:%H:%M}", s.place) for s in again[:3]] == [("10:00", 1), ("10:30", 1), ("11:00", 0)]


def test_a_booking_of_another_service_or_store_takes_nothing_away() -> None:
    other = [cell._replace(service="repair") for cell in cells(offered()[0])]

    assert offered(taken=other) == offered()


def test_nothing_is_offered_too_soon_too_far_or_in_the_past() -> None:
    monday_ten = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    assert times(offered(now=monday_ten, notice=timedelta(hours=4))) == ["14:00", "14:30", "15:00"]
    assert times(offered(now=monday_ten, horizon=timedelta(hours=1))) == ["10:00", "10:30", "11:00"]
    assert offered(first=date(2026, 11, 16), days=4) == ()


def test_a_holiday_and_a_sunday_have_no_times() -> None:
    assert offered(first=date(2026, 12, 25)) == ()
    assert offered(first=date(2026, 11, 29)) == ()


def test_a_brand_that_shortens_its_service_keeps_bookings_apart() -> None:
    booked = offered(minutes=45)[0]
    assert ends_at(booked).time() == time(10, 45)

    assert times(offered(minutes=20, step=20, taken=cells(booked)))[:2] == ["11:00", "11:20"]


def test_a_choice_is_checked_again_when_it_is_booked() -> None:
    slot = offered()[0]
    assert fits(LYON, slot, step=30)

    closed_since = OpeningHours(zone="Europe/Paris", week=LYON.week, exceptions={MONDAY: ()})
    assert not fits(closed_since, slot, step=30)


def test_a_kept_time_is_read_back_as_the_same_moment() -> None:
    slot = offered()[0]

    assert wall_time(slot) == "2026-11-23T10:00"
    assert from_wall_time(wall_time(slot), "Europe/Paris") == slot.start


def test_a_grid_that_does_not_fill_the_day_is_refused() -> None:
    with pytest.raises(ValueError, match="divisor"):
        cells(offered()[0], 7)


def test_a_service_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        offered(minutes=0)


def test_a_slot_that_ends_off_the_grid_occupies_the_cell_it_touches() -> None:
    slot = Slot(store="lyon", service="fitting", start=NOW, minutes=7)

    assert cells(slot) == tuple(Cell("lyon", "fitting", 0, NOW + timedelta(minutes=m)) for m in (0, 5))


def test_at_night_the_skipped_hour_is_not_offered_and_the_repeated_one_is_offered_once() -> None:
    night = OpeningHours(zone="Europe/Paris", week={6: (read_range("01:00-04:00"),)})
    now = datetime(2026, 1, 1, tzinfo=UTC)

    spring = offered(night, first=date(2026, 3, 29), minutes=30, now=now)
    autumn = offered(night, first=date(2026, 10, 25), minutes=30, now=now)

    assert times(spring) == ["01:00", "01:30", "03:00", "03:30"]
    assert times(autumn) == ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]


# The days on which clocks change in 2026 and 2027, and their neighbours.
CHANGES = {
    "Europe/Paris": [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)],
    "America/Toronto": [date(2026, 3, 8), date(2026, 11, 1), date(2027, 3, 14), date(2027, 11, 7)],
    "America/Martinique": [date(2026, 3, 29), date(2026, 10, 25)],
}
places_and_days = st.sampled_from(sorted(CHANGES)).flatmap(
    lambda zone: st.tuples(st.just(zone), st.sampled_from(CHANGES[zone]), st.integers(-1, 1))
)
quarters = st.tuples(st.integers(0, 95), st.integers(1, 96)).filter(lambda r: r[0] < r[1])


@given(
    where=places_and_days,
    opening=quarters,
    minutes=st.integers(5, 120),
    step=st.sampled_from([5, 10, 15, 20, 30, 45, 60]),
    places=st.integers(1, 3),
    picks=st.lists(st.integers(0, 200), max_size=8),
)
def test_bookings_around_a_clock_change_never_overlap_nor_leave_opening_hours(
    where: tuple[str, date, int], opening: tuple[int, int], minutes: int, step: int, places: int, picks: list[int]
) -> None:
    zone, change, offset = where
    day = change + timedelta(days=offset)
    begin, end = (time(q // 4 % 24, q % 4 * 15) for q in opening)
    hours = OpeningHours(zone=zone, week=dict.fromkeys(range(7), ((begin, end),)))
    now = datetime(2026, 1, 1, tzinfo=UTC)

    taken: set[Cell] = set()
    booked: list[Slot] = []
    for pick in picks:
        free = offered(hours, first=day, minutes=minutes, step=step, places=places, taken=taken, now=now, horizon=timedelta(900))
        assert len({slot.start.astimezone(UTC) for slot in free}) == len(free)
        assert len({slot.start.replace(tzinfo=None) for slot in free}) == len(free)  # one moment per wall time
        for slot in free:
            _is_sound(hours, slot, day)
        if not free:
            break
        chosen = free[pick % len(free)]
        assert fits(hours, chosen, step=step)
        assert taken.isdisjoint(cells(chosen))
        taken.update(cells(chosen))
        booked.append(chosen)

    for one in booked:
        for other in booked:
            if one is not other and one.place == other.place:
                assert ends_at(one).astimezone(UTC) <= other.start.astimezone(UTC) or ends_at(other).astimezone(
                    UTC
                ) <= one.start.astimezone(UTC)


def _is_sound(hours: OpeningHours, slot: Slot, day: date) -> None:
    start, end = slot.start.astimezone(UTC), ends_at(slot).astimezone(UTC)
    assert slot.start.date() == day
    assert end - start == timedelta(minutes=slot.minutes)
    assert start.astimezone(hours.tz).replace(tzinfo=None) == slot.start.replace(tzinfo=None)  # its hour exists
    assert any(a.astimezone(UTC) <= start and end <= b.astimezone(UTC) for a, b in open_spans(hours, day))
    assert is_open(hours, start)
    assert is_open(hours, end - timedelta(seconds=1))
    assert from_wall_time(wall_time(slot), hours.zone).astimezone(UTC) == start
