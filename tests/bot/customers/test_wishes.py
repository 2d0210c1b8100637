"""What may be sent when: refusals, a yes to advertising, quiet hours through clock changes, and not too much in a day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.quiet import Span, quiet_until, read_span
from bot.customers.wishes import (
    ANSWER,
    CODE,
    CONTACT,
    MARKETING,
    PREFERRED,
    PURPOSES,
    QUIET,
    REMINDER,
    SERVICE,
    SURVEY,
    ZONE,
    Manners,
    Verdict,
    Wanted,
    Wish,
    judge,
    restored,
)

NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
NIGHT = NOON.replace(hour=22)
HOUSE = Manners(unasked_per_day=2, quiet=(read_span("21:00-08:00"),), time_zone="Europe/Paris")
ZONES = ["Europe/Paris", "America/Montreal", "America/Martinique", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]


def wanted(*told: tuple[str, str, Any], kind: str = CONTACT, consents: bool = False) -> Wanted:
    wishes = tuple(
        Wish(id=number, kind=kind, channel=channel, purpose=purpose, value=value, at=NOON)
        for number, (channel, purpose, value) in enumerate(told, start=1)
    )
    return Wanted(wishes=wishes, consents=consents)


def state(who: Wanted, channel: str, purpose: str, **more: Any) -> str:
    return judge(who, HOUSE, channel=channel, purpose=purpose, now=more.pop("now", NOON + timedelta(days=3)), **more).state


def test_who_said_nothing_gets_what_serves_them_and_no_advertising() -> None:
    nobody = wanted()
    assert [state(nobody, "sms", purpose) for purpose in PURPOSES] == ["go", "no", "go", "go"]
    assert state(wanted(consents=True), "sms", MARKETING) == "go"


def test_stopping_one_channel_leaves_the_others_open() -> None:
    stopped = wanted(("sms", "", False))
    assert (state(stopped, "sms", SERVICE), state(stopped, "email", SERVICE)) == ("no", "go")


def test_letting_us_write_again_is_no_yes_to_advertising() -> None:
    back = wanted(("sms", "", False), ("sms", "", True))
    assert (state(back, "sms", SERVICE), state(back, "sms", MARKETING)) == ("go", "no")
    no_ads = Wanted(wishes=wanted(("", MARKETING, False), ("sms", "", True)).wishes, consents=True)
    assert (state(no_ads, "sms", SERVICE), state(no_ads, "sms", MARKETING)) == ("go", "no")


def test_what_was_asked_for_after_a_refusal_is_answered_and_nothing_else() -> None:
    stopped = wanted(("sms", "", False))
    asked = NOON + timedelta(hours=1)
    soon, late = asked + timedelta(minutes=5), asked + timedelta(hours=25)
    assert state(stopped, "sms", SERVICE, now=soon, asked_at=asked) == "go"
    assert state(stopped, "sms", ANSWER, now=soon, asked_at=NOON - timedelta(seconds=1)) == "no"  # written before they refused
    assert state(stopped, "sms", REMINDER, now=soon, asked_at=asked) == "no"
    assert state(stopped, "sms", SERVICE, now=late, asked_at=asked) == "no"
    assert state(stopped, "sms", CODE, now=late) == "go"


def test_nobody_is_rung_at_night_unless_they_are_up() -> None:
    who = wanted()
    eight = datetime(2026, 11, 28, 7, 0, tzinfo=UTC)
    assert judge(who, HOUSE, channel="sms", purpose=REMINDER, now=NIGHT) == Verdict(
        "later", "it waits for the end of the customer’s quiet hours", eight
    )
    assert state(who, "sms", SERVICE, now=NIGHT, asked_at=NIGHT - timedelta(minutes=30)) == "go"
    assert state(who, "sms", MARKETING, now=NIGHT, asked_at=NIGHT) == "no"
    assert state(who, "webchat", SERVICE, now=NIGHT) == "go"  # it rings nowhere
    assert state(wanted(("", "", []), kind=QUIET), "sms", REMINDER, now=NIGHT) == "go"


def test_quiet_hours_are_the_customers_own() -> None:
    montreal = wanted(("", "", "America/Montreal"), kind=ZONE)
    assert state(montreal, "sms", REMINDER, now=NIGHT) == "go"  # five in the afternoon there
    assert state(montreal, "sms", REMINDER, now=NOON) == "later"
    at_the_store = Wanted(home_store="fort_de_france")
    house = Manners(quiet=HOUSE.quiet, time_zone="Europe/Paris", store_zones={"fort_de_france": "America/Martinique"})
    assert judge(at_the_store, house, channel="sms", purpose=REMINDER, now=NIGHT).state == "go"


def test_too_much_in_a_day_is_refused_but_not_a_reminder() -> None:
    yes = wanted(consents=True)
    unasked = {"unasked_today": 2}
    said = [state(yes, "sms", purpose, **unasked) for purpose in (SERVICE, MARKETING, SURVEY, REMINDER, ANSWER)]
    assert said == ["no", "no", "no", "go", "go"]
    assert state(yes, "sms", SERVICE, now=NOON, asked_at=NOON - timedelta(hours=3), **unasked) == "go"


def test_a_channel_is_preferred_for_one_purpose_or_for_all() -> None:
    who = wanted(("", REMINDER, "sms"), ("", "", "email"), kind=PREFERRED)
    assert (who.latest(PREFERRED, REMINDER), who.latest(PREFERRED, SERVICE)) == ("email", "email")


@pytest.mark.parametrize(("purpose", "before"), [(MARKETING, False), (SERVICE, True)])
def test_taking_back_a_refusal_says_what_was_true_before(purpose: str, before: bool) -> None:
    who = wanted(("sms", purpose, False))
    assert restored(who, who.wishes[0]) is before


@pytest.mark.parametrize(
    ("now", "zone", "ends"),
    [
        ("2026-03-28T22:30+01:00", "Europe/Paris", "2026-03-29T08:00+02:00"),  # the night is an hour shorter
        ("2026-10-24T22:30+02:00", "Europe/Paris", "2026-10-25T08:00+01:00"),  # and an hour longer
        ("2026-11-01T00:30-04:00", "America/Montreal", "2026-11-01T08:00-05:00"),
    ],
)
def test_a_night_through_a_change_of_the_clocks(now: str, zone: str, ends: str) -> None:
    until = quiet_until(datetime.fromisoformat(now), HOUSE.quiet, zone)
    assert until == datetime.fromisoformat(ends)


SPANS = st.builds(
    Span,
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.frozensets(st.integers(0, 6), min_size=1, max_size=5),
)


@given(
    st.integers(0, 5 * 366 * 24 * 60).map(lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.lists(SPANS, max_size=3),
    st.sampled_from(ZONES),
)
def test_when_quiet_hours_end_nobody_is_in_them_and_nobody_waits_without_need(
    now: datetime, spans: list[Span], zone: str
) -> None:
    until = quiet_until(now, spans, zone)
    place = ZoneInfo(zone)
    if until is None:
        assert not any(span.covers(now.astimezone(place)) for span in spans)
        return
    assert until > now
    if until - now < timedelta(days=20):  # three spans a week that overlap may be for ever
        assert not any(span.covers(until.astimezone(place)) for span in spans)
    assert any(span.covers(now.astimezone(place)) for span in spans)


def test_a_span_is_written_in_hours() -> None:
    assert read_span("21:00-08:00") == Span(time(21), time(8))
    with pytest.raises(ValueError, match="write it like"):
        read_span("evening")
