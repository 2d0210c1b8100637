"""The arithmetic of an evaluation: counts in, shares out. Every share is between 0 and 1, None where nothing can be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

BINS = 10
"""Bins of confidence for the calibration error, of equal width."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Found rightly, found wrongly, missed: of one intent, one entity or all."""

    name: str
    right: int
    wrong: int
    missed: int

    @property
    def support(self) -> int:
        """How many there were to find."""
        return self.right + self.missed

    @property
    def precision(self) -> float:
        return share(self.right, self.right + self.wrong) or 0.0

    @property
    def recall(self) -> float:
        return share(self.right, self.support) or 0.0

    @property
    def f1(self) -> float:
        return share(2 * self.right, 2 * self.right + self.wrong + self.missed) or 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """The messages of one range of confidence: how sure the engine was of them, and how right."""

    least: float
    most: float
    count: int
    confidence: float
    accuracy: float


def share(part: float, whole: float) -> float | None:
    """`part / whole`; None of nothing."""
    return part / whole if whole else None


def counts_by_name(pairs: Iterable[tuple[str, str]]) -> tuple[Counts, ...]:
    """Counts of each name from (meant, guessed) pairs; an empty guess is nobody's. By name."""
    pairs = list(pairs)
    right = Counter(meant for meant, guess in pairs if meant == guess)
    wrong = Counter(guess for meant, guess in pairs if guess and meant != guess)
    missed = Counter(meant for meant, guess in pairs if meant != guess)
    names = sorted(right.keys() | wrong.keys() | missed.keys())
    return tuple(Counts(name, right[name], wrong[name], missed[name]) for name in names)


def macro_f1(counts: Sequence[Counts]) -> float | None:
    """Every name's F1, all counting the same, also names that were only ever guessed."""
    return share(sum(each.f1 for each in counts), len(counts))


def calibration(confidences: Sequence[float], right: Sequence[bool]) -> tuple[float | None, tuple[Bin, ...]]:
    """The expected calibration error and the bins (those with messages) it is made of."""
    inside: list[list[int]] = [[] for _ in range(BINS)]
    for place, confidence in enumerate(confidences):
        inside[min(int(confidence * BINS), BINS - 1)].append(place)
    bins = []
    for number, places in enumerate(inside):
        if places:
            sure = sum(confidences[place] for place in places) / len(places)
            accuracy = sum(right[place] for place in places) / len(places)
            bins.append(Bin(number / BINS, (number + 1) / BINS, len(places), sure, accuracy))
    error = share(sum(one.count * abs(one.confidence - one.accuracy) for one in bins), len(confidences))
    return error, tuple(bins)


def wins(higher: Iterable[float], lower: Iterable[float]) -> tuple[float, int]:
    """In how many pairs of one from each the first is higher (ties are half), and how many pairs there are."""
    values = sorted([(value, True) for value in higher] + [(value, False) for value in lower])
    won, below, total = 0.0, 0, 0
    for _, tied in groupby(values, key=lambda pair: pair[0]):
        kinds = [first for _, first in tied]
        ups = sum(kinds)
        downs = len(kinds) - ups
        won += ups * (below + downs / 2)
        below += downs
        total += ups
    return won, total * below


def percentile(values: Sequence[float], share_below: float) -> float | None:
    """The value under which that share of values lies (nearest rank)."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share_below * len(ordered)) - 1))]
