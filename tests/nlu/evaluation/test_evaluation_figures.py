"""The arithmetic, held against scikit-learn's and against definitions written out."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_recall_fscore_support, roc_auc_score

from nlu.evaluation.figures import BINS, calibration, counts_by_name, macro_f1, percentile, wins

NAMES = st.sampled_from(["ask", "buy", "call", "drop"])


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=40))
def test_precision_recall_and_f1_are_the_usual_ones(pairs: list[tuple[str, str]]) -> None:
    meant, guessed = zip(*pairs, strict=True)
    counts = counts_by_name(pairs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns of names nobody guessed
        expected = precision_recall_fscore_support(meant, guessed, labels=[one.name for one in counts])
        assert macro_f1(counts) == pytest.approx(f1_score(meant, guessed, average="macro"))
    ours = [(one.precision, one.recall, one.f1, one.support) for one in counts]
    assert ours == [pytest.approx(row) for row in zip(*expected, strict=True)]


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=40))
def test_the_area_under_the_curve_is_the_usual_one(pairs: list[tuple[int, bool]]) -> None:
    kinds = [kind for _, kind in pairs]
    assume(len(set(kinds)) == 2)
    won, total = wins([score for score, kind in pairs if kind], [score for score, kind in pairs if not kind])
    assert won / total == pytest.approx(roc_auc_score(kinds, [score for score, _ in pairs]))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_the_calibration_error_is_its_definition(pairs: list[tuple[float, bool]]) -> None:
    sure, right = [score for score, _ in pairs], [kind for _, kind in pairs]
    error, bins = calibration(sure, right)
    by_hand = 0.0
    for number in range(BINS):
        inside = [p for p in pairs if min(int(p[0] * BINS), BINS - 1) == number]
        by_hand += abs(sum(kind - score for score, kind in inside)) / len(pairs)
    assert error == pytest.approx(by_hand)
    assert sum(one.count for one in bins) == len(pairs)


def test_an_empty_guess_is_nobodys_mistake_but_a_miss() -> None:
    (one,) = counts_by_name([("ask", ""), ("ask", "ask")])
    assert (one.precision, one.recall) == (1.0, 0.5)


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99), percentile([], 0.5)) == (50, 99, 7, None)
