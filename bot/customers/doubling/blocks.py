"""Which profiles are worth comparing: those that share a key, such as a number, or a first name and a postcode. Pure.

Comparing all with all would take hours. Each kind of key forgives other mistakes, so that a pair is only missed where nearly
everything about it differs. A key that very many share tells nothing (a shop's own number typed for everybody) and is left out.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np
import numpy.typing as npt

from bot.customers.doubling.columns import Columns, Integers
from bot.customers.doubling.contacts import SHORTEST_LOCAL
from bot.customers.doubling.names import sound
from bot.customers.doubling.nicknames import also

MOST = 400
"""Most profiles that may share a key for it to be followed."""
MOST_NAMESAKES = 100
"""The same of a name: of so many who have one, those who have nothing else in common are never one person by what is known."""
Keys = Callable[[int], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of places in the columns, the lower one first, none twice."""

    first: Integers
    second: Integers
    crowded: int
    """Keys that too many profiles share."""

    def __len__(self) -> int:
        return len(self.first)


def candidates(
    columns: Columns, changed: npt.NDArray[np.bool_] | None = None, *, pause: Callable[[float], None] = lambda _: None
) -> Candidates:
    """The pairs worth comparing; with `changed`, by profile, only those in which one has changed.

    `pause` is called after each kind of key with the part that is done.
    """
    found = np.zeros(0, dtype=np.int64)
    crowded = 0
    kinds = tuple(_kinds(columns))
    for done, (keys, most) in enumerate(kinds, start=1):
        pairs, left_out = _pairs(columns, keys, most, changed)
        found = np.union1d(found, pairs)  # kind by kind, so that what many kinds lead to is never held more than twice
        crowded += left_out
        pause(done / len(kinds))
    first, second = np.divmod(found, max(1, len(columns)))
    return Candidates(first, second, crowded)


def _pairs(columns: Columns, keys: Keys, most: int, changed: npt.NDArray[np.bool_] | None) -> tuple[Integers, int]:
    """The pairs one kind of key leads to, each as one number."""
    count = len(columns)
    hashes, owners = _hashed(count, keys)
    order = np.argsort(hashes, kind="stable")
    hashes, owners = hashes[order], owners[order]
    starts = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1]))) if len(hashes) else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.concatenate((starts, [len(hashes)])))
    crowded = sizes > most
    parts = [
        _within(owners[starts[sizes == size][:, None] + np.arange(size)], count, changed)
        for size in np.unique(sizes[~crowded])
        if size > 1
    ]
    pairs = np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)
    return pairs, int(crowded.sum())


def _hashed(count: int, keys: Keys) -> tuple[Integers, Integers]:
    """Every key of every profile as a number, and whose it is."""
    hashes, owners = array("q"), array("q")
    for place in range(count):
        for key in set(keys(place)):
            if key:
                hashes.append(hash(key))
                owners.append(place)
    return np.array(hashes, dtype=np.int64), np.array(owners, dtype=np.int64)


def _within(blocks: Integers, count: int, changed: npt.NDArray[np.bool_] | None) -> Integers:
    """All pairs within each of some blocks of one size, a block a line."""
    one, other = np.triu_indices(blocks.shape[1], 1)
    first, second = blocks[:, one].ravel(), blocks[:, other].ravel()
    if changed is not None:
        wanted = changed[first] | changed[second]
        first, second = first[wanted], second[wanted]
    low, high = np.minimum(first, second), np.maximum(first, second)
    pairs: Integers = low * count + high
    return pairs


def _kinds(columns: Columns) -> Iterator[tuple[Keys, int]]:
    """Each kind of key: by the place of a profile, its keys of this kind (an empty one is none), and how many may share one."""
    phones, mails, places, days = (c.numbers() for c in (columns.phones, columns.mails, columns.place, columns.birthday))
    firsts, lasts = columns.first.numbers(), columns.last.numbers()
    heads = [name.split()[0] if name else "" for name in columns.first.values]
    roots = [[name, *also(name)] for name in heads]
    first_sounds = [[sound(name), *also(name)] if name else [] for name in heads]
    last_sounds = [[sound(word) for word in _telling(name)] for name in columns.last.values]
    postcodes = [postcode for postcode, _ in columns.place.values]
    dates = ["" if day == date.min else f"{day.year}{sorted((day.month, day.day))}" for day in columns.birthday.values]

    yield (lambda at: columns.phones.values[phones[at]]), MOST
    yield (lambda at: (f"{mail.local}@{mail.domain}" for mail in columns.mails.values[mails[at]])), MOST
    yield (lambda at: (m.local for m in columns.mails.values[mails[at]] if len(m.local) >= SHORTEST_LOCAL and not m.named)), MOST
    # In no order: some write their names the wrong way round.
    yield (lambda at: map(_in_no_order, product(first_sounds[firsts[at]], last_sounds[lasts[at]]))), MOST_NAMESAKES
    yield (lambda at: _beside(postcodes[places[at]], roots[firsts[at]])), MOST
    yield (lambda at: _beside(postcodes[places[at]], last_sounds[lasts[at]])), MOST
    yield (lambda at: _beside(dates[days[at]], (name[:1] for name in (heads[firsts[at]], *last_sounds[lasts[at]])))), MOST
    yield (lambda at: _beside(dates[days[at]], (postcodes[places[at]],))), MOST


def _in_no_order(both: Iterable[str]) -> str:
    return "|".join(sorted(both))


def _telling(name: str) -> list[str]:
    return [word for word in name.split() if len(word) > 2] or [name]


def _beside(one: str, others: Iterable[str]) -> Iterator[str]:
    return (f"{one}|{other}" for other in others if one and other)
