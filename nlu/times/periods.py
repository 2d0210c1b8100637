"""Weekends and weeks, whole or in part: « ce week-end », « en début de semaine prochaine », "early next week"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlu.times.rules import Meaning, hinted, rule
from nlu.times.words import FRENCH_NEXT

_PARTS = {"debut": "start", "milieu": "middle"} | {
    "early": "start",
    "start": "start",
    "beginning": "start",
    "mid": "middle",
    "middle": "middle",
    "late": "end",
    "later": "end",
    "end": "end",
}
_EN_PART = (
    r"(?:(?P<part>(?:early|late|later)(?=\s)|mid)[\s-]*|(?:the\s+)?(?P<part2>start|beginning|middle|end)\s+of\s+(?:the\s+)?)"
)
_EN_WEEKEND = r"(?:week\s?end|wknd|week-end)"


def _part_of(match: re.Match[str]) -> str:
    named = match.groupdict()
    return _PARTS[named.get("part") or named.get("part2") or ""]


def _part_of_week(match: re.Match[str], week: str) -> Iterable[Meaning]:
    return [("day", {"week": week, "part": _part_of(match)})]


# « Fin de semaine » is what Québec calls the weekend; elsewhere it ends with one.
FRENCH = hinted(
    r"sem|week|wk|\bwe\b",
    (
        rule(
            rf"(?:le\s+|au\s+)?(?P<said>(?:ce\s+)?(?:week[\s-]?end|wk|wkd|(?:cette\s+)?fin\s+de\s+(?:la\s+)?(?:semaine|sem))\s+{FRENCH_NEXT})",
            {"day": {"weekend": "next"}},
        ),
        rule(r"(?P<said>prochaine?\s+(?:week[\s-]?end|fin\s+de\s+semaine))", {"day": {"weekend": "next"}}),
        rule(r"(?P<said>(?:ce\s+)?(?:week[\s-]?end|wkd)(?:\s+qui\s+vient)?)", {"day": {"weekend": "this"}}),
        rule(rf"(?P<said>(?:ce\s+)?we\s+{FRENCH_NEXT})", {"day": {"weekend": "next"}}, own=True),
        rule(r"(?:(?:le|du|au)\s+(?=w)|(?=ce))(?P<said>(?:ce\s+)?(?:we|wk))", {"day": {"weekend": "this"}}, own=True),
        rule(
            rf"(?P<said>(?P<part>debut|milieu)\s+de\s+(?:la\s+)?(?:semaine|sem)\s+{FRENCH_NEXT})",
            lambda m: _part_of_week(m, "next"),
        ),
        rule(
            r"(?P<said>(?P<part>debut|milieu)\s+de\s+(?:la\s+|cette\s+)?(?:semaine|sem))(?!\s+dern)",
            lambda m: _part_of_week(m, "this"),
        ),
        rule(r"(?<!en debut et )(?P<said>(?:cette\s+)?fin\s+de\s+(?:la\s+)?semaine)", {"day": {"weekend": "this"}}),
        rule(rf"(?P<said>(?:semaine|sem)\s+(?:{FRENCH_NEXT}|qui\s+vient))", {"day": {"week": "next"}}),
        rule(r"(?P<said>cette\s+(?:semaine|sem)|(?:dans|courant)\s+(?:la\s+)?semaine)", {"day": {"week": "this"}}),
    ),
)
ENGLISH = hinted(
    r"week|wk|wknd",
    (
        rule(rf"(?P<said>(?:the\s+)?{_EN_WEEKEND}\s+after\s+next)", {"day": {"weekend": "after next"}}),
        rule(rf"(?P<said>next\s+{_EN_WEEKEND})", {"day": {"weekend": "next"}}),
        rule(rf"(?P<said>(?:this\s+(?:coming\s+)?)?{_EN_WEEKEND})s?", {"day": {"weekend": "this"}}),
        rule(rf"(?P<said>{_EN_PART}next\s+(?:week|wk))", lambda m: _part_of_week(m, "next")),
        rule(rf"(?P<said>{_EN_PART}(?:this\s+)?(?:week|wk))", lambda m: _part_of_week(m, "this")),
        rule(r"(?P<said>(?:the\s+)?week\s+after\s+next)", {"day": {"week": "after next"}}),
        rule(r"(?P<said>next\s+(?:week|wk))", {"day": {"week": "next"}}),
        rule(r"(?P<said>this\s+(?:week|wk))", {"day": {"week": "this"}}),
    ),
)
