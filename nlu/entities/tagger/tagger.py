"""Adds what was learnt from annotated examples to what the rules found in a message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from nlu.encoders import Tokens
from nlu.entities.gazetteer import key_of
from nlu.entities.tagger.chain import Chain
from nlu.entities.tagger.features import Numbered, rule_marks, spread
from nlu.entities.tagger.labels import Kind, read_labels
from nlu.entities.tagger.model import TaggerModel
from nlu.entities.tagger.words import Floats, Span, Words, cut, pooled
from nlu.text import LONGEST
from nlu.understanding import Entity, IntentGuess

_LIKELY = 0.15
"""Confidence from which a second or third intent may lend its entities."""
_INTENTS = 3


class Tagger:
    """Finds entities by what their words and surroundings look like; made once, used by every message."""

    def __init__(self, model: TaggerModel) -> None:
        self.model = model
        self._features = Numbered(model.features)
        self._chain = Chain(model.weights)

    def add(
        self,
        text: str,
        found: Sequence[Entity],
        ranking: Sequence[IntentGuess],
        tokens: Callable[[], Tokens] | None = None,
    ) -> tuple[Entity, ...]:
        """All entities of a message, in its order: those the rules `found` and those learnt.

        `ranking` is what the message may mean, most likely first; `tokens` gives its tokens as the encoder of
        `model.needs_vectors` reads them, and is only called when they are wanted; without it the tagger goes by words
        alone. Patterns, listed wordings and our own grammar come first; where they say nothing of a role or group, what was
        learnt completes them.
        """
        intents = tuple(guess.name for guess in ranking[:_INTENTS] if guess is ranking[0] or guess.confidence >= _LIKELY)

        def vectors(words: Words) -> Floats | None:
            if tokens is None:
                return None
            seen = tokens()
            return pooled(words.spans, seen.spans, seen.vectors)

        return self.read(text, found, intents, vectors)

    def read(
        self, text: str, found: Sequence[Entity], intents: tuple[str, ...], vectors: Callable[[Words], Floats | None]
    ) -> tuple[Entity, ...]:
        """The same for a message with these likely intents; `vectors` gives those of its words when they are wanted."""
        labels = self._labels(intents)
        words = cut(text[:LONGEST]) if labels else None
        if words is None or self.model.outside.issuperset(text[start:end] for start, end in words.spans):
            return tuple(found)
        hints = self.model.listed.marks(words.plain)
        marks = [ruled + told for ruled, told in zip(rule_marks(words, found), spread(hints), strict=True)]
        rows = self._features.numbers(words, intents[0], marks)
        best, likely = self._chain.label(rows, vectors(words) if self.model.needs_vectors else None, labels)
        learnt = []
        for first, end, kind in read_labels(best):
            span = words.spans[first][0], words.spans[end - 1][1]
            if self.model.kinds[kind].name in self.model.names and any(map(str.isalnum, text[slice(*span)])):
                learnt.append(self._entity(text, span, self.model.kinds[kind], min(likely[first:end])))
        return merged(found, learnt)

    def _labels(self, intents: tuple[str, ...]) -> tuple[int, ...]:
        """The labels that words of such messages may have; none when whatever could be found is found by rules."""
        labels = self.model.labels(intents)
        return labels if any(self.model.kinds[(label - 1) // 2].name in self.model.names for label in labels[1:]) else ()

    def _entity(self, text: str, span: Span, kind: Kind, confidence: float) -> Entity:
        words = text[slice(*span)]
        value = self.model.values.get(kind.name, {}).get(" ".join(key_of(words)), words)
        return Entity(
            kind.name, value, words, *span, kind.role or None, kind.group or None, confidence=round(min(confidence, 1.0), 4)
        )


def merged(found: Sequence[Entity], learnt: Sequence[Entity]) -> tuple[Entity, ...]:
    """What rules found and what was learnt, as one reading of the message."""
    kept = list(found)
    for entity in learnt:
        rivals = [place for place, each in enumerate(kept) if _rival(each, entity)]
        if not rivals:
            kept.append(entity)
        elif all(_gives_way(kept[place], entity) for place in rivals):
            kept = [each for place, each in enumerate(kept) if place not in rivals] + [entity]
        else:
            for place in rivals:
                if kept[place].name == entity.name and not (kept[place].role or kept[place].group):
                    kept[place] = replace(kept[place], role=entity.role, group=entity.group)
    return tuple(sorted(kept, key=lambda each: (each.start, each.end, each.name)))


def _rival(ruled: Entity, learnt: Entity) -> bool:
    """Whether the two cannot both be told. A day may also be what the brand calls a delivery date."""
    overlap = ruled.start < learnt.end and learnt.start < ruled.end
    return overlap and (ruled.source != "grammar" or ruled.name == learnt.name)


def _gives_way(ruled: Entity, learnt: Entity) -> bool:
    """A listed word inside a longer thing of another name is part of that: the `song` of a playlist « song of songs »."""
    inside = learnt.start <= ruled.start and ruled.end <= learnt.end and ruled.end - ruled.start < learnt.end - learnt.start
    return ruled.source == "lookup" and ruled.name != learnt.name and inside
