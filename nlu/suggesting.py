"""Sorts messages nobody has labelled: those near what is taught under their intents, the others into groups of a kind.

    found = suggest(messages, data)
    found.near                                     # under intents that are taught
    found.groups                                   # new kinds, named by their telling words

Every intent is a proposal, for somebody to look at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.checks.finding import words_of
from nlu.text_vectors import NAMELESS, Vectorise, Vectors, best_vectors
from nlu.understanding import Example, TrainingData

_NEAREST = 5
_KIND = 0.7
"""Where between the likeness of two intents' messages and of one intent's a group ends."""
_SPREAD = 2.5
"""How far above the usual likeness of a heap, in its own lower spread, messages are of one kind."""
_MOST_GROUPED = 4000
"""Messages grouped at once: every one is compared with every other."""
_LEAST_GROUP = 2
_TELLING = 3


@dataclass(frozen=True, slots=True)
class Suggested:
    """One intent proposed for some messages."""

    intent: str
    new: bool
    """Whether nobody has taught such an intent: its name is made of the messages' telling words."""
    messages: tuple[Example, ...]
    """The likest first; without an intent of their own."""
    likeness: float
    """How alike they are, on average: each other, or what is taught."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Everything proposed for one heap of messages."""

    near: tuple[Suggested, ...]
    groups: tuple[Suggested, ...]
    alone: tuple[Example, ...]
    """Messages like no other."""
    taught: int
    """How many messages are taught already, word for word."""
    repeated: int
    """How many were the same as another one of the heap."""


def suggest(messages: Sequence[Example], data: TrainingData, vectorise: Vectorise | None = None) -> Suggestions:
    """Propose intents for messages. The same messages and data always give the same proposals.

    `vectorise` is the sentence encoder of the engine, or words and pieces of words where there is none, unless given.
    """
    known = {words_of(example.text) for example in data.examples}
    fresh = {words_of(message.text): message for message in reversed(messages) if words_of(message.text) not in known}
    heap = list(reversed(fresh.values()))
    taught = sum(words_of(message.text) in known for message in messages)
    repeated = len(messages) - taught - len(heap)
    if not heap:
        return Suggestions((), (), (), taught, repeated)
    vectorise = vectorise or best_vectors([*(e.text for e in data.examples), *(m.text for m in heap)])
    here = vectorise([message.text for message in heap])
    there = vectorise([example.text for example in data.examples]) if data.examples else here[:0]
    intents = [example.intent for example in data.examples]
    near, rest = _near(heap, here, there, intents)
    groups, alone = _groups([heap[i] for i in rest], here[rest], _alike(there, intents, here[rest]), set(intents))
    return Suggestions(near, groups, alone, taught, repeated)


def _near(
    heap: Sequence[Example], here: Vectors, there: Vectors, intents: Sequence[str]
) -> tuple[tuple[Suggested, ...], list[int]]:
    """Messages near an intent, and the places of the others."""
    least = _least_likeness(there, intents)
    votes = [_vote(row, intents) for row in here @ there.T] if len(intents) else []
    found: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for place, (intent, likeness) in enumerate(votes):
        if likeness >= least:
            found[intent].append((likeness, place))
    taken = {place for some in found.values() for _, place in some}
    near = tuple(
        Suggested(
            intent,
            new=False,
            messages=tuple(heap[place] for _, place in sorted(some, key=lambda pair: (-pair[0], pair[1]))),
            likeness=sum(likeness for likeness, _ in some) / len(some),
        )
        for intent, some in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    )
    return near, [place for place in range(len(heap)) if place not in taken]


def _vote(likeness: NDArray[np.float64], intents: Sequence[str]) -> tuple[str, float]:
    """The intent of the nearest examples, and how near it is: the likeness of its best one by how unanimous they are."""
    weights: dict[str, float] = defaultdict(float)
    best: dict[str, float] = defaultdict(float)
    for place in np.argsort(-likeness, kind="stable")[:_NEAREST]:
        near = max(float(likeness[place]), 0.0)
        weights[intents[place]] += near * near
        best[intents[place]] = max(best[intents[place]], near)
    intent = max(sorted(weights), key=weights.__getitem__)
    total = sum(weights.values())
    return intent, best[intent] * weights[intent] / total if total else 0.0


def _least_likeness(there: Vectors, intents: Sequence[str]) -> float:
    """The likeness that best parts what is taught from what is not, as the taught messages themselves tell.

    Each is held out twice: alone, when it should be near its own intent, and with its whole intent, when it should be near none.
    """
    if len(set(intents)) < 2:
        return float("inf") if not intents else 0.5
    likeness = there @ there.T
    np.fill_diagonal(likeness, -1.0)
    names = np.array(intents)
    scores: list[tuple[float, int]] = []
    for row, intent in zip(likeness, intents, strict=True):
        guess, near = _vote(row, intents)
        scores.append((near, 1 if guess == intent else -1))
        scores.append((_vote(np.where(names == intent, -1.0, row), intents)[1], -1))
    best = worth = 0
    least = float("inf")
    for near, gain in sorted(scores, reverse=True):
        worth += gain
        if worth > best:
            best, least = worth, near
    return least


def _alike(there: Vectors, intents: Sequence[str], here: Vectors) -> float:
    """The likeness from which messages are of one kind: between that of one intent's messages and of two intents'.

    Where little is taught, most pairs of the heap are taken to be of two kinds.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, intent in enumerate(intents):
        places[intent].append(place)
    several = [there[some] for some in places.values() if len(some) > 2]
    if len(several) < 5:
        low, middle = np.quantile(here[:_MOST_GROUPED] @ here[:_MOST_GROUPED].T, (0.1, 0.5)) if len(here) else (0.0, 0.0)
        return float(min(0.9, max(0.1, middle + _SPREAD * (middle - low))))
    inside = [float((rows @ rows.T).sum() - len(rows)) / (len(rows) * (len(rows) - 1)) for rows in several]
    middles = np.array([rows.mean(axis=0) for rows in several])
    across = middles @ middles.T
    between = (float(across.sum()) - float(np.trace(across))) / (len(several) * (len(several) - 1))
    return between + _KIND * (float(np.median(inside)) - between)


def _groups(
    heap: Sequence[Example], here: Vectors, alike: float, taken: set[str]
) -> tuple[tuple[Suggested, ...], tuple[Example, ...]]:
    """Groups of messages of one kind, the largest first, and the messages like no other."""
    if len(heap) < _LEAST_GROUP:
        return (), tuple(heap)
    from sklearn.cluster import AgglomerativeClustering

    grouping = AgglomerativeClustering(None, metric="cosine", linkage="average", distance_threshold=1 - alike)
    labels = grouping.fit_predict(here[:_MOST_GROUPED])
    members: dict[int, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        members[int(label)].append(place)
    rare = _rarity([[heap[place] for place in places] for places in members.values()])
    groups: list[Suggested] = []
    alone = list(heap[_MOST_GROUPED:])
    for places in sorted(members.values(), key=lambda places: (-len(places), places)):
        if len(places) < _LEAST_GROUP:
            alone += [heap[place] for place in places]
            continue
        middle = here[places].mean(axis=0)
        nearness = here[places] @ middle / max(float(np.linalg.norm(middle)), 1e-12)
        ordered = tuple(heap[places[i]] for i in np.argsort(-nearness, kind="stable"))
        name = _name(ordered, rare, taken)
        taken.add(name)
        groups.append(Suggested(name, new=True, messages=ordered, likeness=float(nearness.mean())))
    return tuple(groups), tuple(alone)


def _rarity(groups: Sequence[Sequence[Example]]) -> dict[str, float]:
    """How much each word tells a group from the others."""
    counts = Counter(word for group in groups for word in {w for message in group for w in words_of(message.text).split()})
    return {word: float(np.log(1 + len(groups) / count)) for word, count in counts.items()}


def _name(messages: Sequence[Example], rare: dict[str, float], taken: set[str]) -> str:
    """A name for an intent, of the words its messages share and others do not."""
    counts = Counter(word for message in messages for word in set(words_of(message.text).split()))
    telling = [word for word in counts if len(word) > 2 and word not in NAMELESS and not word.isdigit()] or list(counts)
    best = sorted(telling, key=lambda word: (-counts[word] * rare[word], word))[:_TELLING]
    name = plain = "_".join(word for word in best if counts[word] * 4 >= len(messages) or word == best[0]) or "group"
    number = 1
    while name in taken:
        number += 1
        name = f"{plain}_{number}"
    return name
