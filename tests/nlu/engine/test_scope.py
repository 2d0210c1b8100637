"""What is out of scope is told from several signs, and learnt without a message from outside."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.engine.calibrating import Asked, calibrate
from nlu.engine.model import OUT_OF_SCOPE
from nlu.engine.scope import SIGNS, ScopeRule, signs_of


def test_signs_leave_aside_what_is_minus_infinity() -> None:
    scores = np.array([[3.0, 1.0, -np.inf], [0.0, 0.0, 0.0]])
    similar = np.array([[0.9, 0.1, -1.0], [0.2, 0.2, 0.2]])
    signs = signs_of(scores, similar, np.array([1.5, 0.0]))
    assert signs.shape == (2, len(SIGNS))
    assert signs[0] == pytest.approx([np.log(np.exp(3) + np.exp(1)), 0.9, 1.5])
    assert signs[1] == pytest.approx([np.log(3), 0.2, 0.0])
    assert signs_of(scores, None, np.zeros(2))[:, 1].tolist() == [0.0, 0.0]


def test_a_rule_is_a_weighted_sum_in_deviations() -> None:
    rule = ScopeRule((1.0, 2.0, 0.0), (1.0, 0.0, 0.0), (2.0, 1.0, 1.0), least=0.0)
    assert rule.scope(np.array([[5.0, 0.5, 9.0]])).tolist() == [3.0]


def test_messages_of_known_intents_are_told_from_strangers() -> None:
    """Messages score high for their own intent and low elsewhere; a stranger scores low for all."""
    noise = np.random.default_rng(0)
    intents = [f"intent{number}" for number in range(8)] + [OUT_OF_SCOPE]
    truth = np.repeat(np.arange(9), 12)
    scores = noise.normal(size=(len(truth), 9))
    scores[np.arange(len(truth)), truth] += 6.0
    similar = np.clip(scores / 8.0, -1.0, 1.0)
    asked = Asked(truth, np.full(len(truth), 1.8), lambda _missing: np.full(len(truth), 1.2))
    calibration, measured = calibrate(asked, [scores, scores], similar, intents)
    assert (measured.probabilities.argmax(axis=1) == truth).mean() > 0.95
    known = measured.scope[truth < 8]
    assert np.mean(known >= calibration.scope.least) > 0.9
    assert np.mean(measured.scope[truth == 8] < calibration.scope.least) > 0.9
    assert 0.15 <= calibration.threshold <= 0.6


def test_nothing_asked_calibrates_to_something_usable() -> None:
    asked = Asked(np.zeros(0, np.int64), np.zeros(0), lambda _missing: np.zeros(0))
    calibration, measured = calibrate(asked, [np.zeros((0, 2)), np.zeros((0, 2))], np.zeros((0, 2)), ["yes", "no"])
    assert calibration.shares == (1.0, 1.0)
    assert measured.probabilities.shape == (0, 2)
    assert calibration.scope.scope(np.ones((1, len(SIGNS))))[0] >= calibration.scope.least
