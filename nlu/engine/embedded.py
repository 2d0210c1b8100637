"""The embedded engine: a linear model over words and pieces of words, our own extractors, numpy and nothing heavier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.engine.features import Featurizer, Vector
from nlu.engine.model import OUT_OF_SCOPE, Calibration, Model
from nlu.engine.model_file import load_model
from nlu.engine.repair import Repair
from nlu.entities import EntityFinder
from nlu.language import identify
from nlu.text import LONGEST, tokens
from nlu.understanding import Entity, IntentGuess, Understanding

_BEST = 5
"""How many guesses are told."""
_TAUGHT_CONFIDENCE = 0.99
_BARE_THRESHOLD = 0.6
"""Confidence a message needs when it only names things: « samedi aprem » answers a question oftener than it asks one."""
_GLUE_WORDS = (
    "a au aux de des du d en et l la le les ou pour vers plutot dans ce cet cette chez sur svp s il vous te plait stp merci ok"
    " at on in of for the and or to please pls thanks around about from by an"
)
_GLUE = frozenset(_GLUE_WORDS.split())


@dataclass(frozen=True, slots=True)
class Reading:
    """What the classifier makes of a message, before it is told to the rest of the house."""

    probabilities: NDArray[np.float64]
    """One an intent, adding up to one."""
    scope: float
    """How much the message is like what the bot was taught: 0 is usual, negative is odd."""


class EmbeddedEngine:
    """An `Understander` that answers from memory, in well under a millisecond: no thread, no waiting.

    Safe to share between tasks of one event loop; each process loads its own.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._features = Featurizer(model.words, model.pieces, model.idf, model.unseen_idf)
        self._repair = Repair(model.word_counts)
        self._entities = EntityFinder(model.entities)

    @classmethod
    def load(cls, path: Path | str) -> EmbeddedEngine:
        """Load a model file. Raises `nlu.errors.ModelError`."""
        return cls(load_model(path))

    async def understand(self, text: str, *, language: str) -> Understanding:
        """What `text` means; see `nlu.understanding.Understander`."""
        # Faster than handing it to a thread and back; bounded because only the first LONGEST characters are read.
        return self.understand_now(text, language)

    def understand_now(self, text: str, language: str) -> Understanding:
        """The same without `await`, for terminals and tests."""
        spoken, sure = identify(text, language)
        entities = self._entities.find(text, spoken)
        words = tokens(text[:LONGEST], spoken)
        taught = self.model.taught.get(taught_key(text))
        vector = self._features.vector(self._repair(words), sorted({entity.name for entity in entities}))
        ranking: tuple[IntentGuess, ...] = ()
        odd = False
        if vector.ids.size:
            reading = self.read(vector)
            probabilities = _with_taught(reading.probabilities, taught)
            ranking, odd = self._told(probabilities, reading.scope if taught is None else 0.0)
        return Understanding(
            text=text,
            language=spoken,
            ranking=ranking,
            entities=entities,
            threshold=self._threshold(text, entities, taught=taught is not None),
            language_sure=sure,
            engine=self.model.name,
            out_of_scope=odd,
        )

    def read(self, vector: Vector) -> Reading:
        """Weigh one message's features."""
        scores = vector.values @ self.model.weights[vector.ids] + self.model.bias
        calibration = self.model.calibration
        powers = np.exp((scores - scores.max()).astype(np.float64) * calibration.sharpness)
        return Reading(powers / powers.sum(), scope_of(float(scores.max()), vector.known, calibration))

    def _threshold(self, text: str, entities: Sequence[Entity], *, taught: bool) -> float:
        """The confidence needed to act upon a message."""
        usual = self.model.calibration.threshold
        if taught or not entities:
            return usual
        rest, done = [], 0
        for entity in entities:
            rest.append(text[done : max(done, entity.start)])
            done = max(done, entity.end)
        rest.append(text[done:LONGEST])
        bare = _GLUE.issuperset(word for word in tokens(" ".join(rest), "") if word != "?")
        return max(usual, _BARE_THRESHOLD) if bare else usual

    def _told(self, probabilities: NDArray[np.float64], scope: float) -> tuple[tuple[IntentGuess, ...], bool]:
        """The best guesses, and whether the message is outside everything taught."""
        intents = self.model.intents
        order = np.argsort(-probabilities, kind="stable")[: _BEST + 1]
        guesses = [IntentGuess(intents[i], float(probabilities[i])) for i in order]
        odd = guesses[0].name == OUT_OF_SCOPE or scope < self.model.calibration.scope_least
        return tuple(guess for guess in guesses if guess.name != OUT_OF_SCOPE)[:_BEST], odd


def scope_of(best_score: float, known: float, calibration: Calibration) -> float:
    """How usual a message is: its best score and its share of known features, each in its own deviations."""
    mean, deviation = calibration.scope_mean, calibration.scope_deviation
    return float((best_score - mean[0]) / deviation[0] + (known - mean[1]) / deviation[1])


def taught_key(text: str) -> str:
    """What makes two messages the same lesson: their words, whatever the case, accents, digits and punctuation."""
    return " ".join(word for word in tokens(text[:LONGEST], "") if word != "?")


def _with_taught(probabilities: NDArray[np.float64], taught: tuple[int, float] | None) -> NDArray[np.float64]:
    """A message that is word for word in the training data means what it was taught to mean."""
    if taught is None:
        return probabilities
    intent, share = taught
    least = _TAUGHT_CONFIDENCE * share
    if probabilities[intent] >= least:
        return probabilities
    others = 1.0 - probabilities[intent]
    changed: NDArray[np.float64] = probabilities * ((1.0 - least) / others)
    changed[intent] = least
    return changed
