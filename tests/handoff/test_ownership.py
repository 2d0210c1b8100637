"""Ownership: exactly one speaker at any time, and no case that waits for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.case import OPEN, Case, CaseStatus, HandoffContext
from handoff.errors import AlreadyTaken, NotPossible
from handoff.ownership import OF_ITS_ADVISOR, TRANSITIONS, Act, Speaker, after, possible, speaker

START = datetime(2026, 11, 28, 9, tzinfo=UTC)
LATER = START + timedelta(minutes=5)


def waiting() -> Case:
    context = HandoffContext(reason="asked", summary="wants a person", language="fr")
    return Case(id=1, conversation=7, queue="general", status="waiting", context=context, opened_at=START, deadline=LATER)


def test_a_case_is_taken_answered_and_given_back_with_one_line() -> None:
    taken = after(waiting(), "take", by="ines", now=START)
    assert (taken.status, taken.advisor, taken.taken_at, taken.deadline) == ("taken", "ines", START, None)
    assert speaker(taken) == "advisor"

    answered = after(taken, "answer", by="ines", now=LATER)
    assert answered == taken

    back = after(answered, "give_back", by="ines", now=LATER, note="Refund promised for Monday.")
    assert (back.status, back.ended_at, back.note) == ("given_back", LATER, "Refund promised for Monday.")
    assert speaker(back) == "bot"


def test_the_second_of_two_advisors_is_told_who_has_it() -> None:
    taken = after(waiting(), "take", by="ines", now=START)

    assert after(taken, "take", by="ines", now=LATER) == taken  # a double click
    with pytest.raises(AlreadyTaken, match="ines has already taken") as refusal:
        after(taken, "take", by="tom", now=LATER)
    assert refusal.value.by == "ines"


@pytest.mark.parametrize("act", sorted(OF_ITS_ADVISOR))
def test_nobody_acts_on_somebody_elses_case(act: Act) -> None:
    taken = after(waiting(), "take", by="ines", now=START)
    with pytest.raises(AlreadyTaken):
        after(taken, act, by="tom", now=LATER, deadline=LATER + timedelta(minutes=5))


def test_a_manager_takes_over_from_anybody() -> None:
    taken = after(waiting(), "take", by="ines", now=START)
    over = after(taken, "take_over", by="maud", now=LATER)

    assert (over.advisor, over.taken_at) == ("maud", LATER)


def test_nobody_took_it_in_time_and_the_customer_chose_to_go_on_waiting() -> None:
    late = after(waiting(), "time_out", now=LATER)
    assert speaker(late) == "bot"  # who offers the choice

    again = after(late, "wait_again", now=LATER, deadline=LATER + timedelta(minutes=5))
    assert speaker(again) == "queue"
    assert again.opened_at == START  # their place in the queue is kept


def test_a_case_does_not_time_out_early() -> None:
    with pytest.raises(NotPossible, match="not over"):
        after(waiting(), "time_out", now=START)


def test_a_released_case_waits_with_a_new_deadline() -> None:
    taken = after(waiting(), "take", by="ines", now=START)
    with pytest.raises(NotPossible, match="deadline"):
        after(taken, "release", by="ines", now=LATER)

    released = after(taken, "release", by="ines", now=LATER, deadline=LATER + timedelta(minutes=5))
    assert (released.status, released.advisor) == ("waiting", None)


def test_an_act_of_a_person_needs_a_name() -> None:
    with pytest.raises(NotPossible, match="who"):
        after(waiting(), "take", now=START)


@pytest.mark.parametrize("status", get_args(CaseStatus))
def test_every_impossible_act_says_what_to_do(status: CaseStatus) -> None:
    case = Case(
        id=1,
        conversation=7,
        queue="general",
        status=status,
        context=waiting().context,
        opened_at=START,
        advisor="ines" if status == "taken" else None,
    )
    assert possible(case) == set(TRANSITIONS[status])
    for act in set(get_args(Act)) - possible(case) - {"take" if status == "taken" else ""}:
        with pytest.raises(NotPossible, match=r"take|wait"):
            after(case, act, by="ines", now=LATER, deadline=LATER + timedelta(minutes=5))


acts = st.tuples(
    st.sampled_from(sorted(get_args(Act))),
    st.sampled_from(["ines", "tom", None]),
    st.integers(0, 6),
    st.booleans(),
)


@given(st.lists(acts, max_size=25))
def test_whatever_happens_one_speaker_and_no_case_waits_for_ever(story: list[tuple[Act, str | None, int, bool]]) -> None:
    case, now = waiting(), START
    for act, by, minutes, with_deadline in story:
        now += timedelta(minutes=minutes)
        before = case
        try:
            case = after(case, act, by=by, now=now, deadline=now + timedelta(minutes=5) if with_deadline else None, note="line")
        except NotPossible:
            assert case == before
        _is_legal(case)
        if before.status not in OPEN:
            assert case == before  # what is over stays over


def _is_legal(case: Case) -> None:
    assert case.status in TRANSITIONS
    assert speaker(case) in get_args(Speaker)
    assert (case.status == "waiting") == (case.deadline is not None)
    assert (case.status == "taken") == (speaker(case) == "advisor")
    if case.status == "taken":
        assert case.advisor
        assert case.taken_at
    if case.status == "waiting":
        assert case.advisor is None
    assert (case.status in OPEN) == (case.ended_at is None)


def test_from_every_open_status_a_case_can_still_end_and_be_taken() -> None:
    for status in OPEN:
        reachable, todo = {status}, [status]
        while todo:
            for found in TRANSITIONS[todo.pop()].values():
                if found not in reachable:
                    reachable.add(found)
                    todo.append(found)
        assert {"taken", "closed", "given_back"} <= reachable
