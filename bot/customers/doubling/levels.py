"""How two profiles compare, field by field: one level out of a few for each, for many pairs at a time. Pure.

A level that begins with `same` tells how many others have the value, too: the same rare name says more than the same common one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from bot.customers.doubling import contacts, names
from bot.customers.doubling.columns import NOTHING, Column, Columns, Integers

SAME = ("same_rare", "same_usual", "same_common")
LEVELS: Mapping[str, tuple[str, ...]] = {
    "first_name": ("unknown", *SAME, "short", "alike", "part", "initial", "inverted", "neighbour", "other"),
    "last_name": ("unknown", *SAME, "alike", "part", "other"),
    "birthday": ("unknown", "same", "swapped", "slip", "year", "other"),
    "phone": ("unknown", "same", "slip", "other"),
    "mail": ("unknown", "same", "local", "slip", "named", "other"),
    "place": ("unknown", *SAME, "slip", "city", "area", "other"),
    "generation": ("unknown", "same", "other"),
}
"""By field, what a comparison of it may tell. `unknown`: one of the two does not have it, which tells nothing."""
FIELDS = tuple(LEVELS)
SHAPE = tuple(len(levels) for levels in LEVELS.values())
RARE = {"first_name": (1 / 1000, 1 / 100), "last_name": (1 / 5000, 1 / 500), "place": (1 / 5000, 1 / 1000)}
"""The share of all who have a value besides these two, below which it is rare, and below which it is usual."""
USUAL_FROM = 1 / 5000
"""A first name that this share of all have is no slip of the pen."""
V = TypeVar("V")
Levels = npt.NDArray[np.int8]


class Comparing:
    """Everything needed to compare any two of these profiles."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._rarity = {
            "first_name": _rarity("first_name", columns.first, len(columns)),
            "last_name": _rarity("last_name", columns.last, len(columns)),
            "place": _place_rarity(columns),
        }
        self._many = columns.first.counts() >= max(3, len(columns) * USUAL_FROM)

    def levels(self, first: Integers, second: Integers) -> Levels:
        """By pair (a line) and field (as in `FIELDS`), the place of its level in `LEVELS`. Pairs are places in the columns."""
        columns = self._columns
        told = np.zeros((len(first), len(FIELDS)), dtype=np.int8)
        told[:, 0] = self._first_names(first, second)
        told[:, 1] = self._ranked("last_name", columns.last, names.compare_last, first, second)
        told[:, 2] = _compared("birthday", columns.birthday, contacts.compare_birthdays, first, second)
        told[:, 3] = _compared("phone", columns.phones, contacts.compare_phones, first, second)
        told[:, 4] = _compared("mail", columns.mails, contacts.compare_mails, first, second)
        told[:, 5] = self._ranked("place", columns.place, contacts.compare_places, first, second)
        told[:, 6] = self._generations(first, second)
        self._turn_round(told, first, second)
        return told

    def shares(self, field: str) -> npt.NDArray[np.float64]:
        """Of all profiles, the share whose value is rare, usual and common."""
        column: Column[Any] = {"first_name": self._columns.first, "last_name": self._columns.last}.get(field, self._columns.place)
        counts = column.counts().astype(np.float64)
        counts[NOTHING] = 0
        shares = np.bincount(self._rarity[field], weights=counts, minlength=len(SAME)).astype(np.float64) + 1
        return shares / float(shares.sum())

    def _ranked(self, field: str, column: Column[V], compare: Callable[[V, V], str], first: Integers, second: Integers) -> Levels:
        """As `_compared`, with how rare the value is where it is the same."""
        return _compared(field, column, compare, first, second, self._rarity[field])

    def _first_names(self, first: Integers, second: Integers) -> Levels:
        column, many = self._columns.first, self._many
        places = {name: bool(many[number]) for number, name in enumerate(column.values)}

        def compare(one: str, other: str) -> str:
            return names.compare_first(one, other, both_usual=places[one] and places[other])

        return self._ranked("first_name", column, compare, first, second)

    def _generations(self, first: Integers, second: Integers) -> Levels:
        numbers = self._columns.generation.numbers()
        one, other = numbers[first], numbers[second]
        return np.where((one == NOTHING) & (other == NOTHING), 0, np.where(one == other, 1, 2)).astype(np.int8)

    def _turn_round(self, told: Levels, first: Integers, second: Integers) -> None:
        """Where both names differ, see whether one profile has them the wrong way round."""
        others = [LEVELS[field].index("other") for field in ("first_name", "last_name")]
        firsts, lasts = self._columns.first, self._columns.last
        for at in np.flatnonzero((told[:, 0] == others[0]) & (told[:, 1] == others[1])):
            one, other = (
                (firsts.values[firsts.numbers()[place]], lasts.values[lasts.numbers()[place]])
                for place in (first[at], second[at])
            )
            if names.inverted(one, other):
                told[at, :2] = LEVELS["first_name"].index("inverted"), 0


def _compared(
    field: str,
    column: Column[V],
    compare: Callable[[V, V], str],
    first: Integers,
    second: Integers,
    rarity: Levels | None = None,
) -> Levels:
    """The level of each pair; each two values are compared once, however many pairs have them."""
    numbers, places = column.numbers(), {level: place for place, level in enumerate(LEVELS[field])}
    one, other = numbers[first], numbers[second]
    low, high = np.minimum(one, other), np.maximum(one, other)
    distinct, where = np.unique(low * len(column.values) + high, return_inverse=True)
    levels = np.zeros(len(distinct), dtype=np.int8)
    for at, (left, right) in enumerate(zip(*np.divmod(distinct, len(column.values)), strict=True)):
        if left == NOTHING:
            continue
        level = compare(column.values[left], column.values[right])
        if rarity is not None and level == "same":
            level = SAME[max(rarity[left], rarity[right])]
        levels[at] = places[level]
    return levels[where.ravel()]


def _rarity(field: str, column: Column[Any], profiles: int) -> Levels:
    """By value, its place in `SAME`."""
    return np.digitize((column.counts() - 2) / max(1, profiles), RARE[field]).astype(np.int8)


def _place_rarity(columns: Columns) -> Levels:
    """The same of places: how many have the postcode, whatever their town is called."""
    counts = columns.place.counts()
    of_postcode: dict[str, int] = {}
    for number, (postcode, _) in enumerate(columns.place.values):
        of_postcode[postcode] = of_postcode.get(postcode, 0) + int(counts[number])
    shared = np.array([of_postcode[postcode] for postcode, _ in columns.place.values])
    return np.digitize((shared - 2) / max(1, len(columns)), RARE["place"]).astype(np.int8)


def patterns(levels: Levels) -> Integers:
    """Every line of levels as one number."""
    flat: Integers = np.ravel_multi_index(tuple(levels.T.astype(np.int64)), SHAPE).astype(np.int64)
    return flat


def levels_of(pattern: Sequence[int] | Integers) -> Levels:
    """The other way round: the lines of levels these numbers stand for."""
    return np.stack(np.unravel_index(np.asarray(pattern, dtype=np.int64), SHAPE), axis=1).astype(np.int8)
