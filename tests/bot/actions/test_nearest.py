"""Which free times are offered, and how near they come to what was asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.actions.nearest import Offer, nearest, read_wish
from handoff.ports import Slot

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def free_from(*times: str) -> list[Slot]:
    starts = [datetime.fromisoformat(f"2026-{time}").replace(tzinfo=PARIS) for time in times]
    return [Slot(store="lyon", service="fitting", start=start, minutes=30) for start in starts]


def offer(slots: list[Slot], day: Any = None, part: Any = None, hour: Any = None, *, days_ahead: int = 60) -> Offer:
    def free(first: date, last: date) -> list[Slot]:
        return [slot for slot in slots if first <= slot.start.date() <= last]

    return nearest(free, read_wish(day, part, hour), now=NOW, today=TODAY, days_ahead=days_ahead, count=3)


def told(made: Offer) -> tuple[list[str], str]:
    return [f"{slot.start:%m-%dT%H:%M}" for slot in made.slots], made.fit


SATURDAY = free_from(*[f"11-28T{hour:02d}:{minute}" for hour in range(10, 19) for minute in ("00", "30")])


def test_an_exact_hour_gets_it_and_its_neighbours() -> None:
    assert told(offer(SATURDAY, "2026-11-28", hour={"at": "15:00"})) == (["11-28T14:30", "11-28T15:00", "11-28T15:30"], "asked")


def test_an_hour_that_is_not_free_gets_the_nearest_and_is_said_so() -> None:
    assert told(offer(SATURDAY, "2026-11-28", hour={"at": "20:00"})) == (
        ["11-28T17:30", "11-28T18:00", "11-28T18:30"],
        "same_day",
    )


def test_a_day_alone_is_spread_over() -> None:
    assert told(offer(SATURDAY, "2026-11-28")) == (["11-28T10:00", "11-28T14:00", "11-28T18:30"], "asked")


def test_bounds_are_kept() -> None:
    made = offer(SATURDAY, "2026-11-28", hour={"after": "16:00", "before": "17:00"})
    assert told(made) == (["11-28T16:00", "11-28T16:30", "11-28T17:00"], "asked")


def test_a_morning_that_is_full_gets_the_rest_of_the_day() -> None:
    afternoon = free_from("11-28T15:00", "11-28T16:00")
    assert told(offer(afternoon, "2026-11-28", "morning")) == (["11-28T15:00", "11-28T16:00"], "same_day")


def test_a_day_that_is_full_gets_the_next_ones_at_the_same_hour() -> None:
    later = free_from("11-29T10:00", "11-29T15:00", "11-30T10:00", "11-30T14:30", "12-01T15:00", "12-02T15:00")
    made = offer(later, "2026-11-28", hour={"at": "15:00"})
    assert told(made) == (["11-29T15:00", "11-30T14:30", "12-01T15:00"], "other_days")


def test_a_part_of_day_nobody_has_left_gets_any_hour_of_the_next_days() -> None:
    assert told(offer(free_from("11-30T10:00"), "2026-11-28", "evening")) == (["11-30T10:00"], "other_days")


def test_no_day_gets_the_first_days() -> None:
    slots = free_from("11-24T15:00", "11-25T10:00", "11-25T15:00", "11-26T15:30", "11-27T15:00")
    assert told(offer(slots, hour={"at": "15:00"})) == (["11-24T15:00", "11-25T15:00", "11-26T15:30"], "asked")


def test_a_weekend_is_looked_at_as_a_whole() -> None:
    slots = free_from("11-27T15:00", "11-28T15:00", "11-29T15:00", "11-30T15:00")
    assert told(offer(slots, "2026-11-28/2026-11-29")) == (["11-28T15:00", "11-29T15:00"], "asked")


def test_two_places_at_one_time_are_one_offer() -> None:
    twice = free_from("11-28T10:00", "11-28T10:00", "11-28T11:00")
    assert told(offer(twice, "2026-11-28")) == (["11-28T10:00", "11-28T11:00"], "asked")


def test_what_is_past_or_too_far_is_never_offered() -> None:
    assert told(offer(free_from("11-24T08:30"), "2026-11-24")) == ([], "none")
    assert told(offer(free_from("12-24T08:30"), days_ahead=20)) == ([], "none")
    assert told(offer(free_from("11-26T10:00"), "2026-11-01")) == (["11-26T10:00"], "other_days")


def test_nothing_free_is_nothing() -> None:
    assert told(offer([])) == ([], "none")


@given(
    slots=st.lists(st.integers(0, 90 * 48), max_size=30),
    day=st.none() | st.dates(date(2026, 11, 1), date(2027, 2, 1)).map(str) | st.text(max_size=4),
    part=st.none() | st.sampled_from(["morning", "evening", "never"]),
    hour=st.none() | st.sampled_from([{"at": "15:00"}, {"after": "10:00"}, {"at": "x"}, {"before": 3}]),
)
def test_whatever_is_asked_only_free_times_to_come_are_offered_in_order(
    slots: list[int], day: str | None, part: str | None, hour: Any
) -> None:
    begin = datetime(2026, 11, 20, tzinfo=PARIS)
    free = [Slot(store="lyon", service="fitting", start=begin + timedelta(minutes=30 * step), minutes=30) for step in slots]
    made = offer(free, day, part, hour)
    starts = [slot.start for slot in made.slots]
    assert starts == sorted(set(starts))
    assert len(starts) <= 3
    assert all(start > NOW and start in {slot.start for slot in free} for start in starts)
    possible = any(slot.start > NOW and slot.start.date() <= TODAY + timedelta(days=60) for slot in free)
    reachable = day is None or not starts
    assert starts or not (possible and reachable and day is None)
    assert (made.fit == "none") == (not starts)
