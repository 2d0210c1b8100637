"""What is over and what is old, by instants and local dates; what cannot be dated does not age."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.dialogue.ageing import is_over, later, older, renewed
from bot.dialogue.state import SlotValue

NOON = "2026-11-28T11:00:00+00:00"


@pytest.mark.parametrize(
    ("value", "today", "over"),
    [
        ("2026-11-27", "2026-11-28", True),
        ("2026-11-28", "2026-11-28", False),
        ("2026-11-27/2026-11-28", "2026-11-28", False),
        ("2026-11-26/2026-11-27", "2026-11-28", True),
        ({"start": "2026-11-28T12:00:00+01:00"}, "2026-11-28", True),
        ({"start": "2026-11-28T12:00:01+01:00"}, "2026-11-28", False),
        ({"at": "15:00"}, "2026-11-28", False),
        ({"start": 5}, "2026-11-28", False),
        ("some day", "2026-11-28", False),
        ("2026-11-27", "", False),
        (None, "2026-11-28", False),
        ("other", "2026-11-28", False),
    ],
)
def test_a_day_is_over_with_its_last_hour_and_a_time_when_it_begins(value: Any, today: str, over: bool) -> None:
    assert is_over(value, now=NOON, today=today) is over


def test_time_is_counted_in_instants_whatever_the_clocks_on_the_wall_do() -> None:
    before, after = "2027-03-27T22:30:00+01:00", "2027-03-28T11:30:00+02:00"
    assert not older(before, timedelta(hours=12), now=after), "13 hours by the clocks of Paris are 12 hours"
    assert older(before, timedelta(hours=11, minutes=59), now=after)


@pytest.mark.parametrize(("at", "now"), [("", NOON), (NOON, ""), ("long ago", NOON)])
def test_what_is_not_dated_is_not_old(at: str, now: str) -> None:
    assert not older(at, timedelta(0), now=now)


def test_the_later_of_two_instants_wins_and_an_unreadable_one_never_does() -> None:
    assert later("2026-11-28T12:00:00+02:00", NOON) == NOON
    assert later(NOON, "2026-11-28T10:00:00+00:00") == NOON
    assert later("soon", NOON) == NOON
    assert later(NOON, "") == NOON


def test_what_is_confirmed_keeps_its_source_and_what_was_proposed_becomes_the_customer_s_own() -> None:
    old = SlotValue("+33639980101", "profile", "2026-01-01T00:00:00+00:00", by=7)
    assert renewed(old, NOON) == SlotValue("+33639980101", "profile", NOON, by=7)
    proposed = SlotValue("lyon", "profile", NOON, sure=False)
    assert renewed(proposed, "") == SlotValue("lyon", "customer", NOON)
