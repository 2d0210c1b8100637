"""Nobody knocks more often than agreed, and nobody waits longer than needed."""

from __future__ import annotations

from bot.web.pace import Pace


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_let_in_and_then_one_at_a_time() -> None:
    clock = Clock()
    pace = Pace(burst=3, per_second=2.0, clock=clock)
    assert [pace.knock("camille") for _ in range(4)] == [0, 0, 0, 0.5]
    clock.now = 0.5
    assert [pace.knock("camille"), pace.knock("camille")] == [0, 0.5]


def test_knocking_in_vain_does_not_make_the_wait_longer() -> None:
    clock = Clock()
    pace = Pace(burst=1, per_second=1.0, clock=clock)
    pace.knock("camille")
    assert [pace.knock("camille") for _ in range(3)] == [1, 1, 1]


def test_one_person_does_not_slow_another() -> None:
    pace = Pace(burst=1, per_second=1.0, clock=Clock())
    assert [pace.knock("camille"), pace.knock("emma")] == [0, 0]


def test_only_the_latest_are_remembered() -> None:
    pace = Pace(burst=1, per_second=1.0, keys=2, clock=Clock())
    for key in ("camille", "emma", "paul"):
        pace.knock(key)
    assert [pace.knock("emma"), pace.knock("paul"), pace.knock("camille")] == [1, 1, 0]
