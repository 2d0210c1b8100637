"""Bringing customer files in: what each line would change, and what becomes of it. Pure; the caller reads and writes the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.customers.customer_file import Line
from bot.customers.profile import Profile

Outcome = Literal["new", "changed", "same", "wrong"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is to be done about one line."""

    line: Line
    outcome: Outcome
    fields: tuple[str, ...] = ()
    """Names of the fields that change, of a profile that is there already. Never what is in them."""


def judge(lines: Sequence[Line], facts: Mapping[str, Mapping[str, Any]], write: Mapping[str, Mapping[str, Any]]) -> list[Judged]:
    """What each line changes: `facts` are kept now, `write` would be kept, both by id."""
    return [_judged(line, line.profile, facts, write) for line in lines]


def _judged(
    line: Line, profile: Profile | None, facts: Mapping[str, Mapping[str, Any]], write: Mapping[str, Mapping[str, Any]]
) -> Judged:
    if profile is None:
        return Judged(line=line, outcome="wrong")
    before = facts.get(profile.id)
    if before is None:
        return Judged(line=line, outcome="new")
    then = write[profile.id]
    changed = tuple(name for name in then if _plain(before.get(name)) != _plain(then[name]))
    return Judged(line=line, outcome="changed" if changed else "same", fields=changed)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
