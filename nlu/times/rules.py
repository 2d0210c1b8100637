"""What a rule of the grammar is: a pattern on the folded message, and the values it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nlu.times.clock import as_clock, minutes_of_day

Meaning = tuple[str, Any]
"""An entity's name and value."""
Builder = Callable[[re.Match[str]], Iterable[Meaning]]
"""Makes the meanings of a match; none when the match is not what it seemed."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of saying a time.

    The group `said`, where there is one, is the part shown as the customer's words; for a part of the day it is the group
    `part`: in « fin de matinée », the `matinée`.
    """

    pattern: re.Pattern[str]
    build: Builder
    own: bool = False
    """Whether the rule would misfire in the other language (`mon`, `we`, `at 3`)."""
    hint: re.Pattern[str] | None = None
    """What every message it could match holds somewhere; looked for once for all rules that share it."""


def rule(pattern: str, build: Builder | Mapping[str, Any], *, own: bool = False) -> Rule:
    """A rule from a pattern that starts and ends at word boundaries; a mapping stands for itself."""
    builder: Builder = build if callable(build) else _constant(build)
    return Rule(re.compile(rf"(?<![\w]){pattern}(?![\w])"), builder, own)


def hinted(hint: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The same rules, tried only on messages that hold something of `hint`."""
    shared = re.compile(hint)
    return tuple(replace(each, hint=shared) for each in rules)


def _constant(values: Mapping[str, Any]) -> Builder:
    meanings = tuple(values.items())
    return lambda _: meanings


def at(language: str) -> Builder:
    """`hour` at the group `a`."""
    return lambda match: _hours(language, at=match["a"])


def after(language: str) -> Builder:
    return lambda match: _hours(language, after=match["a"])


def before(language: str) -> Builder:
    return lambda match: _hours(language, before=match["a"])


def between(language: str) -> Builder:
    """`hour` between the groups `a` and `b`; a bare first number takes the half of the day that fits the second."""

    def build(match: re.Match[str]) -> Iterable[Meaning]:
        start, end = minutes_of_day(match["a"], language), minutes_of_day(match["b"], language)
        if start is None or end is None:
            return ()
        if re.fullmatch(r"\d{1,2}|[a-z]+", match["a"]) and match["a"] not in ("midi", "noon", "midday"):
            halves = [half for half in (start % 720, start % 720 + 720) if half < end]
            start = max(halves, default=start)
        if end <= start and end + 720 < 1440:
            end += 720
        return [("hour", {"after": as_clock(start), "before": as_clock(end)})] if start < end else ()

    return build


def _hours(language: str, **bounds: str) -> Iterable[Meaning]:
    value = {}
    for bound, written in bounds.items():
        minutes = minutes_of_day(written, language)
        if minutes is None:
            return ()
        value[bound] = as_clock(minutes)
    return [("hour", value)]


def day_and_month(day: int | None, month: int, year: int | None) -> Iterable[Meaning]:
    """A date of the calendar, unless no year has it."""
    longest = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if day is None or not 1 <= month <= 12 or not 1 <= day <= longest[month - 1]:
        return ()
    if year is not None and (month, day) == (2, 29) and (year % 4 or (year % 100 == 0 and year % 400)):
        return ()
    return [("day", {"day": day, "month": month, "year": year})]


_COMING = re.compile(
    r"\b(?:rdv|rendez|venir|viens|vien[st]|passe[rz]?|passerai\w*|ouv\w+|ferm\w+|dispo\w*|creneaux?|libre|essay\w+|retir\w+|recuper\w+|appel\w+"
    r"|rappel\w+|reserv\w+|livr\w+|appointment|appt|book\w*|slot|come|coming|open\w*|clos\w+|colse|shut|visit|drop|pop|pick|collect|call|ring"
    r"|phone|available|free|deliver\w*|fitting)\b"
)
_TOLD = re.compile(
    r"\b(?:j'ai|m'a|l'a|m'ont|on\s+a|avons|ete|depuis|since|placed|received|arrived|was|were|came|began|had|i've|we've)\b[^.!?]*$"
)
"""Before « ce matin »: it is past."""
_FEW_WORDS = 5


def of_today(match: re.Match[str], part: str) -> Iterable[Meaning]:
    """« Ce soir »: the part of the day and, where somebody is to come, call or open, today; else it only tells when."""
    told = [("part_of_day", part)]
    said_before = match.string[: match.start()]
    if len(match.string.split()) <= _FEW_WORDS or (_COMING.search(match.string) and not _TOLD.search(said_before)):
        return [("day", {"offset": 0}), *told]
    return told
