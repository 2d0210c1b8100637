"""What each training message says of the messages like it: ridge regression, worked out once for all and for all but a fold."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.encoders.protocol import unit_rows
from nlu.engine.by_sentence import fit_examples
from nlu.engine.sentences import hearing

DOUBT = 0.05


@pytest.mark.parametrize("messages", [40, 1_300])
def test_what_examples_say_solves_the_regression_with_and_without_a_fold(messages: int) -> None:
    drawn = np.random.default_rng(7)
    vectors = unit_rows(drawn.normal(size=(messages, 24)).astype(np.float32))
    truth = np.arange(messages) % 5
    folds = np.where(np.arange(messages) % 4 == 0, 0, -1)
    own = folds == 0

    says, heard = fit_examples(vectors, truth, folds, vectors[own], folds[own], 5)

    wanted = np.eye(5)[truth] - 0.2
    every = hearing(vectors @ vectors.T).astype(np.float64)
    assert says == pytest.approx(np.linalg.solve(every + DOUBT * np.eye(messages), wanted), abs=2e-3)
    others = np.linalg.solve(every[np.ix_(~own, ~own)] + DOUBT * np.eye(int((~own).sum())), wanted[~own])
    assert heard == pytest.approx(every[np.ix_(own, ~own)] @ others, abs=2e-3)
