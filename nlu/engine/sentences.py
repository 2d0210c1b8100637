"""Sentence vectors as the classifier wants them. Training and serving run this very code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlu.encoders.protocol import Floats, unit_rows

MOST_EXAMPLES = 1700
"""Training messages a message is compared with, spread evenly over the intents: 3.5 MB of vectors stay in the processor's
cache, so that comparing takes a tenth of the time of encoding."""


def centred(vectors: Floats, centre: Floats) -> Floats:
    """Vectors seen from the middle of the training messages, at length one again: what all messages share says nothing."""
    return unit_rows(vectors - centre)


def nearest_by_intent(likeness: NDArray[np.floating], starts: NDArray[np.integer]) -> NDArray[np.float64]:
    """How like each message is to the nearest example of each intent; rows are messages, columns examples by intent."""
    return np.maximum.reduceat(likeness, starts, axis=1).astype(np.float64)
