"""Finds where a smooth, convex loss of many numbers is lowest (L-BFGS): all that training needs of an optimiser.

scipy has one too; importing it costs half a second, and it weighs bounds that nobody sets. Only training imports this module.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Loss = Callable[[Array], tuple[float, Array]]
"""The loss at a point, and its slope there."""

_REMEMBERED = 6
"""Steps by which the curvature is known."""
_ENOUGH, _FLATTER = 1e-4, 0.9
"""What a step must bring, of what the slope promised; and how much of the slope it may leave."""
_TRIES = 20


def lowest(loss: Loss, start: Array, *, steps: int, least: float) -> Array:
    """The point reached from `start` after so many steps, or when one lowers the loss by less than the share `least`."""
    point = np.array(start, np.float64)
    height, slope = loss(point)
    told: deque[tuple[Array, Array, float]] = deque(maxlen=_REMEMBERED)
    for _ in range(steps):
        way = _way(slope, told)
        promised = float(slope @ way)
        if promised >= 0.0:
            break
        length = 1.0 if told else min(1.0, 1.0 / float(np.abs(slope).sum()))
        found = _along(loss, point, height, way, promised, length)
        if found is None:
            break
        length, lower, new_slope = found
        moved, turned = length * way, new_slope - slope
        point = point + moved
        bent = float(moved @ turned)
        if bent > 1e-10 * float(turned @ turned):
            told.append((moved, turned, bent))
        gained, height, slope = height - lower, lower, new_slope
        if gained <= least * max(abs(height), abs(height + gained), 1.0):
            break
    return point


def _way(slope: Array, told: deque[tuple[Array, Array, float]]) -> Array:
    """Where to go: down the slope, as bent by the steps made before."""
    way = -slope
    shares = []
    for moved, turned, bent in reversed(told):
        share = float(moved @ way) / bent
        way -= share * turned
        shares.append(share)
    if told:
        _, turned, bent = told[-1]
        way *= bent / float(turned @ turned)
    for (moved, turned, bent), share in zip(told, reversed(shares), strict=True):
        way += (share - float(turned @ way) / bent) * moved
    return way


def _along(
    loss: Loss, point: Array, height: float, way: Array, promised: float, length: float
) -> tuple[float, float, Array] | None:
    """A step along `way` that lowers the loss and flattens it: its length, the loss and the slope there; None without one."""
    low, high = 0.0, np.inf
    best: tuple[float, float, Array] | None = None
    for _ in range(_TRIES):
        lower, slope = loss(point + length * way)
        here = float(slope @ way)
        if not np.isfinite(lower) or lower > height + _ENOUGH * length * promised:
            high = length
        else:
            if best is None or lower < best[1]:
                best = length, lower, slope
            if here >= _FLATTER * promised:
                return length, lower, slope
            low = length
        length = (low + high) / 2 if np.isfinite(high) else 2 * length
    return best
