"""Finding the pairs of profiles that are probably one person, for somebody to judge. Pure: the caller brings the profiles.

Candidates by shared keys, compared field by field, weighed by a mixture learnt from the very pairs. The work goes in steps, so
that whoever has it done can stop in between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from bot.customers.doubling.blocks import candidates
from bot.customers.doubling.columns import Columns
from bot.customers.doubling.levels import FIELDS, LEVELS, RARE, Comparing, Levels, levels_of, patterns
from bot.customers.doubling.mixture import Mixture, declared, learnt
from bot.customers.doubling.reasons import Reason

THRESHOLD = 0.7
"""From here on a pair is shown: of those just above it more are one person than not, and few of all shown are wrong."""
STEP = 20_000
"""Pairs compared between two pauses: some 50 ms."""
Pause = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Likely:
    """Two profiles that are probably one person."""

    first_id: str
    second_id: str
    """The ids in order."""
    probability: float
    reasons: tuple[Reason, ...]
    """The most telling first."""


@dataclass(frozen=True, slots=True)
class Found:
    likely: tuple[Likely, ...]
    """The most probable first."""
    mixture: Mixture
    compared: int
    crowded: int
    """Keys too many profiles share to tell anything, such as a shop's own number."""


def search(
    columns: Columns,
    *,
    threshold: float = THRESHOLD,
    mixture: Mixture | None = None,
    changed: Collection[str] | None = None,
    pause: Pause = lambda _: None,
) -> Found:
    """The likely doubles among these profiles.

    With `changed`, only pairs in which one of these ids takes part, weighed by a `mixture` learnt before, since few pairs teach
    nothing; without a mixture everything is compared and learnt from. `pause` is called between steps with the part that is
    done, from 0 to 1; what it raises ends the work.
    """
    among = None
    if changed is not None and mixture is not None:
        wanted = set(changed)
        among = np.fromiter((id_ in wanted for id_ in columns.ids), dtype=bool, count=len(columns))
    pairs = candidates(columns, among, pause=lambda part: pause(0.3 * part))
    comparing = Comparing(columns)
    found = np.zeros(len(pairs), dtype=np.int64)
    for start in range(0, len(pairs), STEP):
        step = slice(start, start + STEP)
        found[step] = patterns(comparing.levels(pairs.first[step], pairs.second[step]))
        pause(0.3 + 0.65 * start / len(pairs))
    distinct, which, counts = np.unique(found, return_inverse=True, return_counts=True)
    levels = levels_of(distinct)
    if mixture is None:
        mixture = learnt(levels, counts, declared({field: comparing.shares(field) for field in RARE}))
    probabilities = mixture.probability(levels)
    shown = np.flatnonzero(probabilities[which] >= threshold)
    reasons = {at: reasons_of(levels[at], mixture) for at in np.unique(which[shown]).tolist()}
    likely = (
        _likely(columns, int(pairs.first[at]), int(pairs.second[at]), float(probabilities[which[at]]), reasons[int(which[at])])
        for at in shown
    )
    ranked = sorted(likely, key=lambda one: (-one.probability, one.first_id, one.second_id))
    return Found(tuple(ranked), mixture, len(pairs), pairs.crowded)


def _likely(columns: Columns, first: int, second: int, probability: float, reasons: tuple[Reason, ...]) -> Likely:
    one, other = sorted((columns.ids[first], columns.ids[second]))
    return Likely(one, other, probability, reasons)


def reasons_of(levels: Levels, mixture: Mixture) -> tuple[Reason, ...]:
    """What each field says about one pair, the most telling first; nothing of what is unknown.

    A field's weight is what would be missing without it, the others being as they are: a telephone tells less of two who live
    together anyway.
    """
    without = np.tile(levels, (len(FIELDS) + 1, 1))
    without[np.arange(len(FIELDS)), np.arange(len(FIELDS))] = 0
    *others, whole = mixture.bits(without)
    told = [
        Reason(f"{field}_{LEVELS[field][level]}", float(whole - other))
        for field, level, other in zip(FIELDS, levels.tolist(), others, strict=True)
        if level
    ]
    return tuple(sorted(told, key=lambda reason: -abs(reason.weight)))
