"""More training messages out of those there are: the same sentence with other values of the same entities.

« un rdv à [Lyon] » and « à [Lille] demain » teach that Lille may stand in the first sentence too, and that Lyon and Lille
behave alike. Which value goes where is drawn with a fixed seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from nlu.entities.tagger.labels import Kind, kind_of
from nlu.understanding import Entity, Example

_SHARE = 0.9
"""Of the entities of a copy that get another value."""


def swapped(examples: Sequence[Example], lists: Mapping[str, Iterable[str]]) -> list[Example]:
    """One copy of each example that has entities, some with values of others or of `lists` (wordings by entity name).

    Examples whose entities overlap, or which did not change, have none.
    """
    drawn = np.random.default_rng(0)
    values: dict[Kind, dict[str, None]] = {}
    for example in examples:
        for entity in example.entities:
            values.setdefault(kind_of(entity), {})[entity.text] = None
    choices = {kind: [*told, *(each for each in lists.get(kind.name, ()) if each not in told)] for kind, told in values.items()}
    copies = []
    for example in examples:
        text, done, changed = "", 0, False
        entities: list[Entity] = []
        for entity in sorted(example.entities, key=lambda each: each.start):
            if entity.start < done:
                changed = False
                break
            words = entity.text
            if drawn.random() < _SHARE:
                among = choices[kind_of(entity)]
                words = among[int(drawn.integers(len(among)))]
                changed = changed or words != entity.text
            text += example.text[done : entity.start]
            start = len(text)
            text += words
            entities.append(Entity(entity.name, words, words, start, len(text), entity.role, entity.group))
            done = entity.end
        if changed:
            copies.append(Example(text + example.text[done:], example.intent, example.language, tuple(entities)))
    return copies
