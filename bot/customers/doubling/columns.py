"""Many profiles as columns, small enough for hundreds of thousands: each distinct value is kept once, profiles as numbers."""

from __future__ import annotations

from array import array
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from bot.customers.doubling.contacts import Mail, mail_of
from bot.customers.doubling.names import folded, without_generation
from bot.customers.profile import Profile

V = TypeVar("V", bound=Hashable)
Integers = npt.NDArray[np.int64]
NOTHING = 0
"""The number of the empty value of every column."""


class Column(Generic[V]):
    """One field of every profile."""

    def __init__(self, nothing: V) -> None:
        self.values: list[V] = [nothing]
        """Every distinct value once; what is not known is the first."""
        self._numbers: dict[V, int] = {nothing: NOTHING}
        self._of: array[int] = array("q")

    def add(self, value: V) -> None:
        """The next profile's value."""
        number = self._numbers.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        self._of.append(number)

    def numbers(self) -> Integers:
        """By profile, the place of its value in `values`."""
        return np.frombuffer(self._of, dtype=np.int64) if self._of else np.zeros(0, dtype=np.int64)

    def counts(self) -> Integers:
        """By value, how many profiles have it."""
        return np.bincount(self.numbers(), minlength=len(self.values))


@dataclass(slots=True)
class Columns:
    """All that is compared of all profiles."""

    ids: list[str] = field(default_factory=list)
    first: Column[str] = field(default_factory=lambda: Column(""))
    last: Column[str] = field(default_factory=lambda: Column(""))
    birthday: Column[date] = field(default_factory=lambda: Column(date.min))
    phones: Column[tuple[str, ...]] = field(default_factory=lambda: Column[tuple[str, ...]](()))
    mails: Column[tuple[Mail, ...]] = field(default_factory=lambda: Column[tuple[Mail, ...]](()))
    place: Column[tuple[str, str]] = field(default_factory=lambda: Column(("", "")))
    generation: Column[str] = field(default_factory=lambda: Column(""))
    """`fils`, `Jr` and the like, as it stood after a name."""

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, profile: Profile) -> None:
        first, younger = without_generation(folded(profile.first_name))
        last, older = without_generation(folded(profile.last_name))
        self.ids.append(profile.id)
        self.first.add(first)
        self.last.add(last)
        self.generation.add(younger or older)
        self.birthday.add(profile.birthday or date.min)
        self.phones.add(profile.phones)
        self.mails.add(tuple(mail_of(written, (first, last)) for written in profile.emails))
        postcode = " ".join(profile.postcode.upper().split())
        self.place.add((postcode, folded(profile.city)) if postcode or profile.city else ("", ""))
