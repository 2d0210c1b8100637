"""What training makes and serving needs: numbers, words and a few settings. No code, no pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.entities import Known

OUT_OF_SCOPE = "out_of_scope"
"""The intent whose examples show what the bot is not for; never offered as a meaning."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How raw scores become probabilities and a refusal; fitted on messages the scores had not seen."""

    sharpness: float
    """Factor on the scores before the softmax."""
    threshold: float
    """Confidence under which a guess should not be acted upon."""
    scope_mean: tuple[float, float]
    """Mean of the best score and of the known share, over messages in scope."""
    scope_deviation: tuple[float, float]
    scope_least: float
    """Scope under which a message is like nothing the bot was taught."""


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model. Rows of `weights` are features (words, then pieces), columns are `intents`."""

    intents: tuple[str, ...]
    words: tuple[str, ...]
    pieces: tuple[str, ...]
    idf: NDArray[np.float32]
    unseen_idf: float
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    calibration: Calibration
    taught: Mapping[str, tuple[int, float]]
    """Normalised training message to the intent it has (its place in `intents`) and how unanimously."""
    word_counts: Mapping[str, int]
    entities: Known
    data_hash: str
    scores: Mapping[str, float] = field(default_factory=dict)
    """What cross-validation measured while training; see `nlu.training`."""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What traces show: engine and data."""
        return f"embedded-{self.data_hash[:12]}"
