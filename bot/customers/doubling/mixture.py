"""What is one person, and what only looks like it: a mixture of kinds of pairs, learnt without anybody's judgement. Pure.

Fellegi and Sunter weigh each field by how often it agrees in pairs of one person (m) and in others (u). Other pairs are of
several kinds, though: two people of one household share name, address and telephone; two namesakes share both names and nothing
else. Taken together, as u, they would make a family look like one person. So there is a class for each kind, each with its own
probabilities, which expectation-maximisation fits to the pairs at hand. What is declared beside is where it begins and what it is
held by, as if that many pairs had been judged before: with few profiles that decides, with many the data do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.customers.doubling.columns import Integers
from bot.customers.doubling.declared import CLASSES, OTHER_FIRST_NAME, SHARES, row
from bot.customers.doubling.levels import FIELDS, LEVELS, Levels

Floats = npt.NDArray[np.float64]
ONE_PERSON = 0
ROUNDS = 60
HELD_BY = 200.0
"""So many pairs of each class the declared probabilities count for."""
PERSON_HELD_BY = 1000.0
"""So many those of one person count for: that class must not come to mean something else."""
ENOUGH = 1e-7


@dataclass(frozen=True, slots=True)
class Mixture:
    """What has been learnt, as numbers that can be kept."""

    shares: Floats
    """By class, its share of all compared pairs."""
    likely: tuple[Floats, ...]
    """By field, a table: by class and level, how often it occurs where both have the field."""

    def probability(self, levels: Levels) -> Floats:
        """By pair, the probability that it is one person."""
        return _posterior(self, levels)[:, ONE_PERSON]

    def bits(self, levels: Levels) -> Floats:
        """By pair, the same in bits: 0 is as probable as not, each 1 more doubles the odds."""
        scores = _scores(self, levels)
        others = np.logaddexp.reduce(np.delete(scores, ONE_PERSON, axis=1), axis=1)
        bits: Floats = (scores[:, ONE_PERSON] - others) / np.log(2)
        return bits

    def to_json(self) -> dict[str, Any]:
        return {"shares": self.shares.tolist(), "likely": {f: t.tolist() for f, t in zip(FIELDS, self.likely, strict=True)}}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Mixture | None:
        """What was kept; None when it was learnt by a version with other fields or levels."""
        tables = {field: np.array(kept.get("likely", {}).get(field, ()), dtype=np.float64) for field in FIELDS}
        if any(tables[field].shape != (len(CLASSES), len(LEVELS[field])) for field in FIELDS):
            return None
        return cls(np.array(kept["shares"], dtype=np.float64), tuple(tables.values()))


def declared(shares_of: Mapping[str, Floats]) -> Mixture:
    """Where learning begins. `shares_of`: by field with degrees of `same`, how many have a rare, a usual and a common value."""
    tables = tuple(np.array([row(name, field, shares_of.get(field)) for name in CLASSES]) for field in FIELDS)
    return Mixture(np.array([SHARES[name] for name in CLASSES]), tables)


def learnt(levels: Levels, counts: Integers, begin: Mixture) -> Mixture:
    """The mixture that fits these patterns best, `counts` telling how many pairs have each."""
    mixture, weights = begin, counts.astype(np.float64)
    held = np.full(len(CLASSES), HELD_BY)
    held[ONE_PERSON] = PERSON_HELD_BY
    for _ in range(ROUNDS):
        belongs = _posterior(mixture, levels) * weights[:, None]
        shares = belongs.sum(axis=0) + held * begin.shares
        tables = tuple(_fitted(begin.likely[at], levels[:, at], belongs, held, field) for at, field in enumerate(FIELDS))
        after = Mixture(shares / shares.sum(), tables)
        moved = max(float(np.abs(a - b).max()) for a, b in zip(after.likely, mixture.likely, strict=True))
        mixture = after
        if moved < ENOUGH:
            break
    return mixture


def _fitted(begin: Floats, levels: npt.NDArray[np.int8], belongs: Floats, held: Floats, field: str) -> Floats:
    table: Floats = held[:, None] * begin
    for number, of_class in enumerate(belongs.T):
        table[number] += np.bincount(levels, weights=of_class, minlength=table.shape[1])
    table[:, 0] = 0
    table /= table.sum(axis=1, keepdims=True)
    if field == "first_name":
        table[ONE_PERSON, :-1] *= (1 - OTHER_FIRST_NAME) / (1 - table[ONE_PERSON, -1])
        table[ONE_PERSON, -1] = OTHER_FIRST_NAME
    table[:, 0] = 1  # what is not known tells nothing
    return table


def _scores(mixture: Mixture, levels: Levels) -> Floats:
    """By pair and class, the logarithm of how likely it is to meet such a pair of that class."""
    scores: Floats = np.log(mixture.shares)[None, :].repeat(len(levels), axis=0)
    for place, table in enumerate(mixture.likely):
        scores += np.log(table)[:, levels[:, place]].T
    return scores


def _posterior(mixture: Mixture, levels: Levels) -> Floats:
    """By pair and class, the probability that the pair is of that class."""
    scores = _scores(mixture, levels)
    weights: Floats = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights
