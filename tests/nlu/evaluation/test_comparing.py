"""Two engines on the same messages."""

from __future__ import annotations

import pytest

from nlu.evaluation.asking import Answer
from nlu.evaluation.comparing import compared, outcome, sign_test
from nlu.understanding import Example, IntentGuess, Understanding


def answer(text: str, meant: str, guess: str, sure: float = 0.9) -> Answer:
    return Answer(Example(text, meant, "en", file="t.csv", line=2), Understanding(text, "en", (IntentGuess(guess, sure),)))


def test_asking_again_is_worth_more_than_doing_the_wrong_thing() -> None:
    assert outcome(answer("hi", "greet", "greet")) == "right"
    assert outcome(answer("hi", "greet", "greet", 0.1)) == "refused"
    assert outcome(answer("hi", "greet", "bye", 0.1)) == "refused"
    assert outcome(answer("hi", "greet", "bye")) == "wrong"
    assert outcome(answer("rain?", "out_of_scope", "greet", 0.1)) == "right"
    assert outcome(answer("rain?", "out_of_scope", "greet")) == "wrong"


def test_better_and_worse_are_told_message_by_message() -> None:
    first = [answer("a", "x", "y"), answer("b", "x", "x"), answer("c", "x", "y"), answer("d", "x", "x")]
    second = [answer("a", "x", "x"), answer("b", "x", "y", 0.1), answer("c", "x", "y", 0.2), answer("d", "x", "x")]
    found = compared(first, second)
    assert [pair.example.text for pair in found.better] == ["a", "c"]
    assert [pair.example.text for pair in found.worse] == ["b"]
    told = found.as_json()
    assert (told["first"]["accuracy"], told["second"]["accuracy"]) == (0.5, 0.5)
    assert told["better"][0] == {
        "text": "a",
        "meant": "x",
        "file": "t.csv",
        "line": 2,
        "first": {"guessed": "y", "confidence": 0.9, "outcome": "wrong"},
        "second": {"guessed": "x", "confidence": 0.9, "outcome": "right"},
    }


def test_luck_is_the_exact_sign_test() -> None:
    assert sign_test(0, 0) == 1.0
    assert sign_test(3, 3) == 1.0
    assert sign_test(5, 0) == pytest.approx(2 / 32)
    assert sign_test(1, 9) == sign_test(9, 1) == pytest.approx(2 * 11 / 1024)
    assert sign_test(900, 1000) < 0.03  # beyond what a float of 2**1900 could hold
