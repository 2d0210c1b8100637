"""The lowest point of a convex loss is found, the same each time, and odd losses end the search rather than break it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nlu.steepest import lowest

Array = NDArray[np.float64]


def bowl(point: Array) -> tuple[float, Array]:
    """Lowest at 1, 2, 3, ...; a thousand times steeper one way than another."""
    steep = np.logspace(0, 3, len(point))
    gap = point - np.arange(1, len(point) + 1)
    return 0.5 * float(steep @ gap**2), steep * gap


def bent(point: Array) -> tuple[float, Array]:
    """No parabola: the logarithm of a sum of powers, with a small cost of size."""
    powers = np.exp(point - point.max())
    shares = powers / powers.sum()
    height = float(np.log(powers.sum()) + point.max() - point[0] + 0.05 * point @ point)
    slope = shares + 0.1 * point
    slope[0] -= 1.0
    return height, slope


@pytest.mark.parametrize("size", [1, 5, 40])
def test_the_bottom_of_a_bowl_is_found(size: int) -> None:
    found = lowest(bowl, np.zeros(size), steps=200, least=1e-12)
    assert np.abs(found - np.arange(1, size + 1)).max() < 1e-3


def test_the_slope_is_flat_where_it_ends() -> None:
    found = lowest(bent, np.zeros(8), steps=200, least=1e-12)
    assert np.abs(bent(found)[1]).max() < 1e-3
    assert np.array_equal(found, lowest(bent, np.zeros(8), steps=200, least=1e-12))


def test_fewer_steps_go_less_far_and_never_up() -> None:
    heights = [bowl(lowest(bowl, np.zeros(10), steps=steps, least=0.0))[0] for steps in (0, 1, 3, 10, 60)]
    assert heights == sorted(heights, reverse=True)
    assert heights[-1] < 1e-3 * heights[0]


def test_a_loss_that_is_no_number_somewhere_is_kept_away_from() -> None:
    def walled(point: Array) -> tuple[float, Array]:
        inside = 1.0 - float(point[0])
        if inside <= 0.0:
            return np.nan, np.zeros(1)
        return -3.0 * float(point[0]) - float(np.log(inside)), np.array([-3.0 + 1.0 / inside])

    assert lowest(walled, np.zeros(1), steps=50, least=1e-12) == pytest.approx(2.0 / 3.0, abs=1e-3)
