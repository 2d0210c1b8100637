"""What a tagger may say of a word: outside every entity, the first word of one, or a further word of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.entities.tagger.words import Span
from nlu.understanding import Entity

OUTSIDE = 0


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """One thing to be found: an entity's name, with the role and group it is annotated with (empty for none)."""

    name: str
    role: str = ""
    group: str = ""


def kind_of(entity: Entity) -> Kind:
    return Kind(entity.name, entity.role or "", entity.group or "")


def first_of(kind: int) -> int:
    """The label of the first word of the kind with this number; its further words have the next label."""
    return 1 + 2 * kind


def labels_of(kinds: Sequence[Kind]) -> int:
    """How many labels there are."""
    return 1 + 2 * len(kinds)


def labelled(entities: Iterable[Entity], spans: Sequence[Span], kinds: Sequence[Kind]) -> NDArray[np.int64]:
    """The label of each word of a training message. What cuts a word in two, or lies over another entity, is left out."""
    labels = np.zeros(len(spans), np.int64)
    number = {kind: place for place, kind in enumerate(kinds)}
    for entity in entities:
        kind = number.get(kind_of(entity))
        inside = [place for place, (start, end) in enumerate(spans) if start < entity.end and entity.start < end]
        if kind is None or not inside or labels[inside].any():
            continue
        if spans[inside[0]][0] < entity.start or spans[inside[-1]][1] > entity.end:
            continue
        labels[inside] = first_of(kind) + 1
        labels[inside[0]] = first_of(kind)
    return labels


def read_labels(labels: Sequence[int]) -> list[tuple[int, int, int]]:
    """The things labelled: the place of their first word, of the word after their last, and their kind."""
    found: list[tuple[int, int, int]] = []
    for place, label in enumerate(labels):
        if label == OUTSIDE:
            continue
        kind, further = divmod(label - 1, 2)
        if further and found and found[-1][1] == place and found[-1][2] == kind:
            found[-1] = (found[-1][0], place + 1, kind)
        else:
            found.append((place, place + 1, kind))
    return found


def may_follow(labels: int) -> NDArray[np.bool_]:
    """Which label may follow which: a further word only comes after a word of the same thing."""
    allowed = np.ones((labels, labels), np.bool_)
    for further in range(2, labels, 2):
        allowed[:, further] = False
        allowed[further - 1 : further + 1, further] = True
    return allowed
