"""The regression is the one scikit-learn fits, found in fewer steps."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from nlu.engine.softmax import fit_shares, fit_softmax, log_softmax, principal_axes


@pytest.mark.parametrize(("messages", "features"), [(30, 80), (90, 20)])
@pytest.mark.parametrize("sparse", [True, False])
def test_it_is_multinomial_logistic_regression(messages: int, features: int, sparse: bool) -> None:
    noise = np.random.default_rng(3)
    rows = noise.normal(size=(messages, features)) / np.sqrt(features)
    truth = np.arange(messages) % 4
    chosen = np.flatnonzero(np.arange(messages) % 3)
    axes = principal_axes(csr_matrix(rows) if sparse else rows)
    found = fit_softmax(axes, chosen, truth[chosen], 4, strength=5.0)
    theirs = LogisticRegression(C=5.0, tol=1e-8, max_iter=2000).fit(rows[chosen], truth[chosen])
    ours = log_softmax(rows @ (axes.back @ found.weights) + found.bias)
    assert np.exp(ours) == pytest.approx(theirs.predict_proba(rows), abs=0.02)


def test_an_intent_nobody_exemplifies_is_unlikely() -> None:
    rows = np.eye(6)
    found = fit_softmax(principal_axes(rows), np.arange(6), np.array([0, 0, 1, 1, 0, 1]), 3, strength=10.0)
    scores = principal_axes(rows).rows @ found.weights + found.bias
    assert (np.exp(log_softmax(scores))[:, 2] < 0.1).all()


def test_a_view_that_knows_nothing_gets_no_share() -> None:
    noise = np.random.default_rng(5)
    truth = np.arange(200) % 5
    good = noise.normal(size=(200, 5))
    good[np.arange(200), truth] += 3.0
    shares, whole = fit_shares([noise.normal(size=(200, 5)), good], truth)
    assert shares[1] > 5 * shares[0]
    assert (whole.argmax(axis=1) == truth).mean() > 0.9


def test_where_the_search_begins_changes_nothing_but_its_length() -> None:
    noise = np.random.default_rng(7)
    axes = principal_axes(noise.normal(size=(120, 30)) / 5.0)
    truth = np.arange(120) % 4
    some, every = np.arange(90), np.arange(120)
    afresh = fit_softmax(axes, every, truth, 4, strength=5.0)
    from_some = fit_softmax(axes, every, truth, 4, strength=5.0, near=fit_softmax(axes, some, truth[some], 4, strength=5.0))
    told = [np.exp(log_softmax(axes.rows @ found.weights + found.bias)) for found in (afresh, from_some)]
    assert told[1] == pytest.approx(told[0], abs=0.02)


def test_few_messages_are_not_believed_too_much() -> None:
    """A view that happens to be right on all of a handful is not made endlessly sure; of many it is believed."""
    drawn = np.random.default_rng(3)

    def sureness(messages: int) -> float:
        truth = np.arange(messages) % 3
        lucky = np.eye(3)[truth] + 0.05 * drawn.standard_normal((messages, 3))
        dull = drawn.standard_normal((messages, 3))
        shares, _ = fit_shares([lucky, dull], truth, usual=(1.0, 0.5))
        return float(shares[0] * lucky.std())

    free, _ = fit_shares([np.eye(3), np.eye(3)], np.arange(3))
    assert sureness(6) < sureness(60) < sureness(3000)
    assert sureness(6) < float(free.sum() * np.eye(3).std()) / 2
