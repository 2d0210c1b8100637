"""What training makes and serving needs: numbers, words and a few settings. No code, no pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.engine.scope import ScopeRule
from nlu.entities import Known
from nlu.entities.tagger import TaggerModel

OUT_OF_SCOPE = "out_of_scope"
"""The intent whose examples show what the bot is not for; never offered as a meaning."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How raw scores become probabilities and a refusal; fitted on messages the scores had not seen."""

    shares: tuple[float, ...]
    """Factors on the scores by words (of the whole message, its strongest sentence, its last one), by the sentence's vector
    and by the examples like it (none of these two when words are all there is); their sum goes through the softmax."""
    threshold: float
    """Confidence under which a guess should not be acted upon."""
    scope: ScopeRule


@dataclass(frozen=True, slots=True)
class SentenceView:
    """What is told from a message's sentence vector, once it is centred and at length one again."""

    encoder: str
    """Fingerprint of the encoder; vectors of another one would mean nothing here."""
    centre: Floats
    weights: Floats
    """Dimension x intents."""
    bias: Floats
    axes: Floats
    """Dimension x fewer numbers: what a centred vector is narrowed by to be compared with examples."""
    examples: Floats
    """Training messages as narrowed vectors, the intents in order."""
    says: Floats
    """Examples x intents: what each says of the messages like it."""
    starts: Floats
    """The first row of each intent in `examples`."""


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model. Rows of `weights` are features (words, then pieces), columns are `intents`."""

    intents: tuple[str, ...]
    words: tuple[str, ...]
    pieces: tuple[str, ...]
    idf: Floats
    unseen_idf: float
    weights: Floats
    bias: Floats
    by_words: Calibration
    """For messages read by their words alone."""
    taught: Mapping[str, tuple[int, float]]
    """Normalised training message to the intent it has (its place in `intents`) and how unanimously."""
    word_counts: Mapping[str, int]
    spellings: Mapping[str, str]
    """Taught words without accents to how they are written with them."""
    entities: Known
    data_hash: str
    sentence: SentenceView | None = None
    by_both: Calibration | None = None
    """For messages read by words and sentence vector; there when `sentence` is."""
    tagger: TaggerModel | None = None
    """Finds the entities that rules find less well; None when there are none."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """What cross-validation measured while training; see `nlu.training`."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """How it was trained: `recipe` and the setting of the sentence encoder."""

    @property
    def name(self) -> str:
        """What traces show: engine and data."""
        return f"embedded-{self.data_hash[:12]}"
