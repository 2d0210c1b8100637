"""How the two kinds of messages are told apart, at every threshold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.evaluation.asking import Answer
from nlu.evaluation.figures import wins
from nlu.evaluation.scope import scope_auroc, scope_curve
from nlu.understanding import Example, IntentGuess, Understanding


def answer(score: float, *, inside: bool = True, model: int = 0, confidence: float = 0.5) -> Answer:
    meaning = Understanding("x", "en", (IntentGuess("greet", confidence),), scope=score)
    return Answer(Example("x", "greet" if inside else "out_of_scope", "en"), meaning, model=model)


scores = st.lists(st.integers(-5, 5).map(float), max_size=20)


@given(scores, scores)
def test_pairs_are_counted_as_by_hand(higher: list[float], lower: list[float]) -> None:
    by_hand = sum((a > b) + (a == b) / 2 for a in higher for b in lower)
    assert wins(higher, lower) == (by_hand, len(higher) * len(lower))


def test_only_answers_of_one_model_are_compared() -> None:
    first = [answer(10, model=0), answer(9, inside=False, model=0)]
    second = [answer(1, model=1), answer(0.5, inside=False, model=1)]
    assert scope_auroc(first + second) == 1.0


def test_confidence_serves_where_an_engine_tells_no_scope() -> None:
    assert scope_auroc([answer(0, confidence=0.9), answer(0, inside=False, confidence=0.2)]) == 1.0
    assert scope_auroc([answer(0)]) is None


def test_the_curve_goes_from_accepting_all_to_refusing_all() -> None:
    curve = scope_curve([answer(n) for n in range(10)] + [answer(n, inside=False) for n in range(-5, 5)])
    assert (curve[0].accepted, curve[0].refused) == (1.0, 0.5)
    assert (curve[-1].accepted, curve[-1].refused) == (0.0, 1.0)
    assert [point.refused for point in curve] == sorted(point.refused for point in curve)
    half = curve[len(curve) // 2]
    assert (half.accepted, half.refused) == (pytest.approx(0.5, abs=0.1), 1.0)
