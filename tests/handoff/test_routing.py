"""Routing: the right people, in a fair order, with an honest waiting time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.case import Case, HandoffContext
from handoff.errors import HandsFull, NoQueue
from handoff.hours import OpeningHours, read_range
from handoff.routing import (
    Advisor,
    Queue,
    Staffing,
    check_load,
    choose_queue,
    deadline,
    desk_status,
    eligible,
    expected_wait,
    handling_minutes,
    in_order,
    position,
)

ALWAYS = OpeningHours(zone="Europe/Paris", always=True)
DAYS = OpeningHours(zone="Europe/Paris", week=dict.fromkeys(range(6), (read_range("10:00-19:00"),)))
GENERAL = Queue(name="general", hours=ALWAYS)
COMPLAINTS = Queue(name="complaints", hours=ALWAYS, skills=frozenset({"complaint"}))
ENGLISH = Queue(name="english", hours=ALWAYS, languages=frozenset({"en"}))
LYON = Queue(name="lyon", hours=DAYS, stores=frozenset({"lyon"}))
QUEUES = (GENERAL, COMPLAINTS, ENGLISH, LYON)
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def context(**changed: str | None) -> HandoffContext:
    asked: dict[str, str | None] = {"reason": "asked", "summary": "", "language": "fr"} | changed
    return HandoffContext(**asked)  # type: ignore[arg-type]


def case(number: int, waited: float, *, reason: str = "asked", queue: str = "general") -> Case:
    opened = NOON - timedelta(minutes=waited)
    return Case(
        id=number,
        conversation=number,
        queue=queue,
        status="waiting",
        context=context(reason=reason),
        opened_at=opened,
        deadline=NOON + timedelta(minutes=5),
    )


@pytest.mark.parametrize(
    ("skill", "store", "language", "queue"),
    [
        (None, None, "fr", "general"),
        ("complaint", None, "fr", "complaints"),
        ("complaint", "lyon", "en", "complaints"),
        (None, "lyon", "fr", "lyon"),
        (None, None, "en", "english"),
        (None, "lille", "fr", "general"),
        ("repair", None, "fr", "general"),
    ],
)
def test_a_need_goes_to_the_queue_made_for_it(skill: str | None, store: str | None, language: str, queue: str) -> None:
    assert choose_queue(QUEUES, skill=skill, store=store, language=language).name == queue


def test_a_language_nobody_speaks_still_reaches_a_person() -> None:
    assert choose_queue((ENGLISH,), skill=None, store=None, language="fr") is ENGLISH


def test_a_need_nobody_serves_is_told_to_the_brand() -> None:
    with pytest.raises(NoQueue, match=r"skill repair.*last resort"):
        choose_queue((COMPLAINTS,), skill="repair", store=None, language="fr")


def test_an_advisor_sees_the_cases_of_their_skills_stores_and_languages_only() -> None:
    ines = Advisor(name="ines", skills=frozenset({"complaint"}), languages=frozenset({"fr"}))
    assert eligible(context(skill="complaint"), ines)
    assert eligible(context(), ines)
    assert not eligible(context(skill="repair"), ines)
    assert not eligible(context(language="en"), ines)

    tom = Advisor(name="tom", stores=frozenset({"lyon"}))
    assert eligible(context(store="lyon", language="en"), tom)
    assert not eligible(context(store="lille"), tom)


def test_an_advisor_with_their_hands_full_is_asked_to_finish_first() -> None:
    check_load(Advisor(name="ines", limit=2), 1)
    with pytest.raises(HandsFull, match="close one"):
        check_load(Advisor(name="ines", limit=2), 2)


def test_a_complaint_is_served_a_little_earlier_and_a_call_back_a_little_later() -> None:
    line = [case(1, 8), case(2, 1, reason="complaint"), case(3, 12, reason="callback"), case(4, 5)]

    assert [c.id for c in in_order(line)] == [2, 1, 4, 3]
    assert position(line[0], line) == 2
    assert position(case(9, 3, queue="lyon"), line) == 0


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["asked", "complaint", "callback"])), max_size=12))
def test_nobody_is_overtaken_by_somebody_who_came_much_later(line: list[tuple[int, str]]) -> None:
    cases = [case(number, waited, reason=reason) for number, (waited, reason) in enumerate(line)]
    served = in_order(cases)

    assert sorted(c.id for c in served) == sorted(c.id for c in cases)
    assert sorted(position(c, cases) for c in cases) == list(range(1, len(cases) + 1))
    for first, second in pairwise(served):
        assert first.opened_at - second.opened_at <= timedelta(minutes=20)


def test_the_expected_wait_follows_the_line_the_people_and_the_time_a_case_takes() -> None:
    assert expected_wait(1, handling=6, advisors=2) == 3
    assert expected_wait(4, handling=6, advisors=2) == 12
    assert expected_wait(1, handling=6, advisors=2, idle=1) == 1
    assert expected_wait(1, handling=6, advisors=0) is None


def test_what_was_measured_slowly_replaces_the_estimate() -> None:
    assert handling_minutes(GENERAL, ()) == 6
    assert handling_minutes(GENERAL, [12.0] * 5) == pytest.approx(9)
    assert handling_minutes(GENERAL, [12.0] * 95) == pytest.approx(11.7)


def test_out_of_hours_is_said_before_waiting_begins() -> None:
    evening = NOON.replace(hour=20)
    status = desk_status(LYON, ahead=2, staffing=Staffing(present=1), now=evening)

    assert not status.open
    assert status.opens_at is not None
    assert status.opens_at.isoformat() == "2026-11-28T10:00:00+01:00"
    assert status.wait_minutes is None

    status = desk_status(LYON, ahead=2, staffing=Staffing(present=1), now=NOON)
    assert (status.open, status.opens_at, status.position, status.wait_minutes) == (True, None, 3, 18)


def test_a_deadline_counts_opening_time_and_exists_even_for_a_desk_that_never_opens() -> None:
    closing = datetime(2026, 11, 28, 17, 58, tzinfo=UTC)
    assert deadline(LYON, closing) == datetime(2026, 11, 30, 9, 3, tzinfo=UTC)

    never = Queue(name="never", hours=OpeningHours(zone="Europe/Paris"))
    assert deadline(never, NOON) == NOON + timedelta(minutes=5)
