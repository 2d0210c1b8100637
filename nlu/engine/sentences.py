"""Sentence vectors as the classifier wants them. Training and serving run this very code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlu.encoders.protocol import Floats, unit_rows

MOST_EXAMPLES = 9000
"""Training messages a message is compared with, spread evenly over the intents: 5 MB of narrowed vectors, so that comparing
takes a fraction of the time of encoding. Teaching what each says takes two seconds, and eight times as long for twice as many."""
_NARROW, _NARROWER, _MANY = 128, 96, 3000
"""Numbers of a vector that is compared with others: those in which the training messages differ most tell as much as all, and
of many messages fewer do: reading them is what comparing costs."""
_CLOSENESS = 2.0


def centred(vectors: Floats, centre: Floats) -> Floats:
    """Vectors seen from the middle of the training messages, at length one again: what all messages share says nothing."""
    return unit_rows(vectors - centre)


def narrowed(rows: Floats, axes: Floats) -> Floats:
    """Centred vectors along the axes on which training messages differ most, at length one again."""
    return unit_rows(rows @ axes)


def compared_numbers(messages: int) -> int:
    """Numbers of the vectors that are compared with those of so many training messages."""
    return _NARROWER if messages > _MANY else _NARROW


def hearing(likeness: Floats, out: Floats | None = None) -> Floats:
    """How much a message hears of what each training message says, given their likeness (cosines); in `out`, where given."""
    heard: Floats = np.multiply(likeness, np.float32(_CLOSENESS), out=out)
    heard -= np.float32(_CLOSENESS)
    return np.exp(heard, out=heard)


def nearest_by_intent(likeness: NDArray[np.floating], starts: NDArray[np.integer]) -> NDArray[np.float64]:
    """How like each message is to the nearest example of each intent; rows are messages, columns examples by intent."""
    return np.maximum.reduceat(likeness, starts, axis=1).astype(np.float64)
