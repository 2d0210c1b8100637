"""Bringing customer files in: what each line would change, and what becomes of it. Pure; the caller reads and writes the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.customers.customer_file import Line
from bot.customers.sources import Change, Told, facts_of

Outcome = Literal["new", "changed", "same", "wrong", "erased"]

"""`erased`: its person was, and no source brings them back by itself."""
_OUTCOMES: Mapping[str, Outcome] = {"new": "new", "changed": "changed", "erased": "erased"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is to be done about one line."""

    line: Line
    outcome: Outcome
    fields: tuple[str, ...] = ()
    """Names of the fields that change, of a profile that is there already. Never what is in them."""


def told_by_lines(lines: Iterable[Line]) -> list[Told]:
    """What the lines that are right tell of their profiles."""
    return [Told(id=line.profile.id, facts=facts_of(line.profile, line.said)) for line in lines if line.profile is not None]


def judge(lines: Iterable[Line], changes: Iterable[Change]) -> list[Judged]:
    """What becomes of each line; `changes` are those of the lines that are right, in their order."""
    following = iter(changes)
    return [_judged(line, None if line.profile is None else next(following)) for line in lines]


def _judged(line: Line, change: Change | None) -> Judged:
    if change is None:
        return Judged(line=line, outcome="wrong")
    return Judged(line=line, outcome=_OUTCOMES.get(change.outcome, "same"), fields=change.fields)
