"""The embedded engine: two linear models, one over words and their pieces, one over a sentence vector; numpy, nothing heavier."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.encoders import SentenceEncoder, Tokens, shared_encoder
from nlu.encoders.protocol import Floats
from nlu.engine.features import Featurizer, Vector
from nlu.engine.model import OUT_OF_SCOPE, Model
from nlu.engine.model_file import load_model
from nlu.engine.parts import parts_of
from nlu.engine.repair import Repair
from nlu.engine.scope import signs_of
from nlu.engine.sentences import centred, hearing, narrowed, nearest_by_intent
from nlu.engine.writing import Writer, Written
from nlu.entities import EntityFinder
from nlu.entities.tagger import Tagger
from nlu.language import identify
from nlu.text import LONGEST, tokens
from nlu.understanding import Entity, IntentGuess, Understanding

log = logging.getLogger(__name__)

_USUAL, _BEGINNING = 3000, 300
"""The usual words the encoder is told to expect, and those of them that often begin a message."""
_BEST = 5
"""How many guesses are told."""
_MANY = 2
"""Messages from which having their vectors together is quicker."""
_TAUGHT_CONFIDENCE = 0.99
_BARE_THRESHOLD = 0.9
"""Confidence a message needs when it only names things: « samedi aprem » answers a question oftener than it asks one."""
_GLUE_WORDS = (
    "a au aux de des du d en et l la le les ou pour vers plutot dans ce cet cette chez sur svp s il vous te plait stp merci ok"
    " at on in of for the and or to please pls thanks around about from by an"
)
_GLUE = frozenset(_GLUE_WORDS.split())

Heard = tuple[Floats | None, Callable[[], Tokens] | None, str]
"""The vector of a message, well written, what gives its tokens, each at its author's place, for the tagger, and how it was
written."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the classifier makes of a message, before it is told to the rest of the house."""

    probabilities: NDArray[np.float64]
    """One an intent, adding up to one."""
    scope: float
    """How much the message is like what the bot was taught: higher is more."""


class EmbeddedEngine:
    """An `Understander` that answers from memory, in about a millisecond: no thread, no waiting.

    Safe to share between tasks of one event loop; each process loads its own. `encoder` must be the one the model was trained
    with; when it is left out it is built from the model's settings, and when it cannot be had the model goes by words alone.
    """

    def __init__(self, model: Model, encoder: SentenceEncoder | None = None) -> None:
        self.model = model
        self._features = Featurizer(model.words, model.pieces, model.idf, model.unseen_idf)
        self._entities = EntityFinder(model.entities)
        self._tagger = Tagger(model.tagger) if model.tagger else None
        self._encoder = _encoder_of(model, encoder)
        self._repair = Repair(model.word_counts, self._encoder.knows_word) if self._encoder else Repair(model.word_counts)
        self._writer = Writer(self._repair, model.spellings)
        if self._encoder:
            self._encoder.expect(_usual_words(model))
        self._sentence = model.sentence if self._encoder else None
        both = model.by_both if self._encoder else None
        self.calibration = both or model.by_words
        self.name = model.name if self._encoder or not model.sentence else f"{model.name}-words"
        """What traces show: the model, and `-words` when its sentence encoder is missing."""
        self._shares = np.array(self.calibration.shares)
        self._within = np.array([intent != OUT_OF_SCOPE for intent in model.intents])
        self._starts = self._sentence.starts.astype(np.intp) if self._sentence else np.zeros(0, np.intp)

    @classmethod
    def load(cls, path: Path | str, encoder: SentenceEncoder | None = None) -> EmbeddedEngine:
        """Load a model file. Raises `nlu.errors.ModelError`."""
        return cls(load_model(path), encoder)

    async def understand(self, text: str, *, language: str) -> Understanding:
        """What `text` means; see `nlu.understanding.Understander`."""
        # Faster than handing it to a thread and back; bounded because only the first LONGEST characters are read.
        return self.understand_now(text, language)

    def understand_many(self, messages: Sequence[tuple[str, str]]) -> list[Understanding]:
        """What messages with the hints of their languages mean. Their sentence vectors are had together: a third of the work."""
        if self._encoder is None or len(messages) < _MANY:
            return [self.understand_now(text, language) for text, language in messages]
        written = [self._writer.write(text, identify(text, language)[0]) for text, language in messages]
        seen = self._seen([one.text for one in written])
        heard = [self._heard(one, tokens) for one, tokens in zip(written, seen, strict=True)]
        return [self.understand_now(*message, heard=one) for message, one in zip(messages, heard, strict=True)]

    def understand_now(self, text: str, language: str, *, heard: Heard | None = None) -> Understanding:
        """The same without `await`; `heard` is what the encoder says of the message where it was asked before."""
        spoken, sure = identify(text, language)
        entities = self._entities.find(text, spoken)
        taught = self.model.taught.get(taught_key(text))
        vector = self._vector(text[:LONGEST], spoken, entities)
        ranking: tuple[IntentGuess, ...] = ()
        odd, scope, written = False, 0.0, ""
        if vector.ids.size or (self._sentence is not None and any(map(str.isalpha, text[:LONGEST]))):
            sentence, seen, written = heard or self._sentence_of(text, spoken)
            parts = [self._vector(part, spoken, within) for part, within in parted(text[:LONGEST], entities)]
            reading = self.read(vector, parts, sentence)
            scope = reading.scope
            ranking, odd = self._told(_with_taught(reading.probabilities, taught), taught is not None, scope)
            if self._tagger:
                entities = self._tagger.add(text, entities, ranking, seen)
            entities = self._entities.chosen(text, entities, ranking)
        return Understanding(
            text=text,
            language=spoken,
            ranking=ranking,
            entities=entities,
            threshold=self._threshold(text, entities, taught=taught is not None),
            language_sure=sure,
            engine=self.name,
            out_of_scope=odd,
            scope=scope,
            written=written,
        )

    def _vector(self, text: str, language: str, entities: Sequence[Entity]) -> Vector:
        return self._features.vector(self._repair(tokens(text, language)), sorted({entity.name for entity in entities}))

    def read(self, vector: Vector, parts: Sequence[Vector], sentence: Floats | None) -> Reading:
        """Weigh one message's features, those of its sentences, and its vector (as the encoder gives it, None to go without)."""
        whole = self._by_words(vector)
        said = [self._by_words(part) for part in parts] or [whole]
        views = [whole, np.maximum.reduce(said), said[-1]]
        similar = None
        view = self._sentence
        if view is not None and sentence is not None:
            row = centred(sentence[None], view.centre)
            likeness = narrowed(row, view.axes) @ view.examples.T
            similar = nearest_by_intent(likeness, self._starts)
            views += [(row @ view.weights + view.bias)[0], (hearing(likeness) @ view.says)[0]]
        scores = self._shares[: len(views)] @ np.array(views, np.float64)
        powers = np.exp(scores - scores.max())
        within = self._within
        signs = signs_of(scores[None, within], None if similar is None else similar[:, within], np.array([vector.known]))
        return Reading(powers / powers.sum(), float(self.calibration.scope.scope(signs)[0]))

    def _by_words(self, vector: Vector) -> Floats:
        scores: Floats = vector.values @ self.model.weights[vector.ids] + self.model.bias
        return scores

    def _sentence_of(self, text: str, language: str) -> Heard:
        if self._encoder is None:
            return None, None, ""
        written = self._writer.write(text, language)
        return self._heard(written, self._seen([written.text])[0])

    def _seen(self, texts: Sequence[str]) -> Sequence[Tokens | Floats]:
        """The vectors of messages, with their tokens where the tagger wants those: both come of one pass."""
        assert self._encoder is not None
        if self._tagger is None or not self._tagger.model.needs_vectors:
            return list(self._encoder.encode(texts))
        return [self._encoder.encode_tokens(texts[0])] if len(texts) == 1 else self._encoder.encode_tokens_of(texts)

    def _heard(self, written: Written, seen: Tokens | Floats) -> Heard:
        if not isinstance(seen, Tokens):
            return seen, None, written.text
        return seen.vector, lambda: replace(seen, spans=written.own(seen.spans)), written.text

    def _threshold(self, text: str, entities: Sequence[Entity], *, taught: bool) -> float:
        """The confidence needed to act upon a message."""
        usual = self.calibration.threshold
        if taught or not entities:
            return usual
        rest, done = [], 0
        for entity in entities:
            rest.append(text[done : max(done, entity.start)])
            done = max(done, entity.end)
        rest.append(text[done:LONGEST])
        bare = _GLUE.issuperset(word for word in tokens(" ".join(rest), "") if word != "?")
        return max(usual, _BARE_THRESHOLD) if bare else usual

    def _told(self, probabilities: NDArray[np.float64], taught: bool, scope: float) -> tuple[tuple[IntentGuess, ...], bool]:
        """The best guesses, and whether the message is outside everything taught."""
        intents = self.model.intents
        order = np.argsort(-probabilities, kind="stable")[: _BEST + 1]
        guesses = [IntentGuess(intents[i], float(probabilities[i])) for i in order]
        odd = guesses[0].name == OUT_OF_SCOPE or (not taught and scope < self.calibration.scope.least)
        return tuple(guess for guess in guesses if guess.name != OUT_OF_SCOPE)[:_BEST], odd


def _encoder_of(model: Model, given: SentenceEncoder | None) -> SentenceEncoder | None:
    """The encoder of the model's sentence view, if the model has one and that very encoder can be had."""
    if model.sentence is None:
        return None
    encoder = given or shared_encoder(str(model.settings["encoder"]))
    if encoder.fingerprint == model.sentence.encoder:
        return encoder
    log.warning(
        "the model was trained with the sentence encoder %s and there is %s: it goes by words alone; train again",
        model.sentence.encoder,
        encoder.fingerprint,
    )
    return None


def _usual_words(model: Model) -> list[str]:
    """The words most training messages have, as they are written, the most usual first."""
    usual = sorted(model.word_counts, key=lambda word: (-model.word_counts[word], word))[:_USUAL]
    written = [model.spellings.get(word, word) for word in usual]
    return [*written, *map(str.capitalize, written[:_BEGINNING])]


def taught_key(text: str) -> str:
    """What makes two messages the same lesson: their words, whatever the case, accents, digits and punctuation."""
    return " ".join(word for word in tokens(text[:LONGEST], "") if word != "?")


def parted(text: str, entities: Sequence[Entity]) -> list[tuple[str, list[Entity]]]:
    """The sentences of a message with the entities in each; none of a message of a single one."""
    return [(text[start:end], [entity for entity in entities if start <= entity.start < end]) for start, end in parts_of(text)]


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
