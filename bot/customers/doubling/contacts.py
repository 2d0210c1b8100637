"""Two birthdays, telephones, addresses or places side by side: the same, nearly so, or others. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import OSA

_APART = re.compile(r"[._\-]+")
_DIGITS = re.compile(r"\d+")
SHORTEST_LOCAL = 5
"""A shorter part before the @ may be anybody's."""


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail address as it is compared."""

    local: str
    """What stands before the @, without dots, dashes or a tag after a plus."""
    domain: str
    named: bool
    """Whether it is made of its owner's names alone, as a namesake's is too."""


def mail_of(written: str, names: Sequence[str]) -> Mail:
    """An address in lower case; `names` are its owner's, folded, by which it is told whether it says more than they do."""
    local, _, domain = written.partition("@")
    local = local.partition("+")[0]
    words = [word for name in names for word in name.split()]
    rest = _APART.sub("", local)
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "", 1)
    initials = {word[0] for word in words if word}
    return Mail(_APART.sub("", local), domain, rest in {"", *initials})


def compare_birthdays(first: date, second: date) -> str:
    """How two birthdays compare: same, swapped (day and month), slip (one figure, or two neighbours), year or other.

    `year` is of a first of January: many files write it where only the year is known.
    """
    if first == second:
        return "same"
    if first.year == second.year and (first.day, first.month) == (second.month, second.day):
        return "swapped"
    if first.year == second.year and (1, 1) in ((first.month, first.day), (second.month, second.day)):
        return "year"
    return "slip" if OSA.distance(f"{first:%Y%m%d}", f"{second:%Y%m%d}", score_cutoff=1) <= 1 else "other"


def compare_phones(first: Sequence[str], second: Sequence[str]) -> str:
    """How the nearest two of two lists of numbers in E.164 compare: same, slip or other."""
    if not set(first).isdisjoint(second):
        return "same"
    near = any(len(a) == len(b) and OSA.distance(a, b, score_cutoff=1) <= 1 for a in first for b in second)
    return "slip" if near else "other"


_MAIL_LEVELS = ("same", "local", "slip", "named", "other")


def compare_mails(first: Sequence[Mail], second: Sequence[Mail]) -> str:
    """How the nearest two of two lists of addresses compare, the strongest first.

    same, local (the same before the @, and more than a name), slip, named (the same before the @, which is a name), or other.
    """
    found = {_compare_mail(one, other) for one in first for other in second}
    return next(level for level in _MAIL_LEVELS if level in found)


def _compare_mail(one: Mail, other: Mail) -> str:
    if one.local == other.local:
        if one.domain == other.domain:
            return "same"
        if OSA.distance(one.domain, other.domain, score_cutoff=1) <= 1:
            return "slip"
        if len(one.local) < SHORTEST_LOCAL:
            return "other"
        return "named" if one.named or other.named else "local"
    longest = max(len(one.local), len(other.local))
    if longest < SHORTEST_LOCAL or one.domain != other.domain or OSA.distance(one.local, other.local, score_cutoff=1) > 1:
        return "other"
    # 84 and 85 are two people's years of birth, or two people whom the first one's address was taken from.
    return "slip" if _DIGITS.findall(one.local) == _DIGITS.findall(other.local) else "other"


def compare_places(first: tuple[str, str], second: tuple[str, str]) -> str:
    """How two (postcode, folded city) compare: same, slip, city, area or other."""
    if first[0] and first[0] == second[0]:
        return "same"
    if first[0] and second[0] and OSA.distance(first[0], second[0], score_cutoff=1) <= 1:
        return "slip"
    if first[1] and first[1] == second[1]:
        return "city"
    return "area" if first[0] and second[0] and area(first[0]) == area(second[0]) else "other"


def area(postcode: str) -> str:
    """The larger area a postcode lies in: the first half of a British or Canadian one, the department of a French one."""
    outward, apart, _ = postcode.partition(" ")
    return outward if apart else postcode[:2]
