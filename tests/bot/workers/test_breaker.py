"""A platform that is away is left alone, longer each time, and one message goes to see whether it is back."""

from __future__ import annotations

from bot.workers.breaker import Breaker


def test_a_few_failures_in_a_row_stop_everything() -> None:
    breaker = Breaker(failures=3, first=2.0, longest=10.0)
    assert [breaker.failed(0.0) for _ in range(3)] == [False, False, True]
    assert breaker.wait(0.5) == 1.5
    assert breaker.room(50, 0, now=1.9) == 0


def test_failures_with_an_answer_between_them_are_none_in_a_row() -> None:
    breaker = Breaker(failures=2)
    for _ in range(5):
        assert not breaker.failed(0.0)
        assert not breaker.answered()
    assert not breaker.is_open


def test_one_message_tries_and_the_pause_doubles_up_to_a_limit() -> None:
    breaker = Breaker(failures=1, first=2.0, longest=5.0)
    breaker.failed(0.0)
    assert breaker.room(50, 0, now=2.0) == 1
    assert breaker.room(50, 1, now=2.0) == 0, "a second one went while the first was still away"
    pauses, now = [], 2.0
    for _ in range(3):
        breaker.failed(now)
        pauses.append(breaker.wait(now))
        now += pauses[-1]
    assert pauses == [4.0, 5.0, 5.0]
    assert breaker.away_for(now) == now
    assert breaker.answered()
    assert breaker.room(50, 7, now=now) == 50


def test_what_was_on_its_way_when_it_opened_makes_no_pause_longer() -> None:
    breaker = Breaker(failures=2, first=2.0)
    for _ in range(20):
        breaker.failed(0.1)
    assert breaker.wait(0.1) == 2.0


def test_a_platform_that_says_how_long_is_taken_at_its_word() -> None:
    breaker = Breaker(failures=4)
    assert breaker.told_to_wait(30.0, now=1.0)
    assert not breaker.told_to_wait(10.0, now=2.0)
    assert breaker.wait(2.0) == 29.0
    assert breaker.room(50, 0, now=31.0) == 1
