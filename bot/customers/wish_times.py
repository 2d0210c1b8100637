"""Hours and days as people name them when they say when not to write. Pure; reads what `opting.plain` wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_HOUR = r"(\d{1,2})(?: ?(?:h|heures?|o clock))?(?: ?([0-5]\d))? ?(am|pm|a m|p m)?(?: du (soir|matin))?"
_WORDS: Mapping[str, tuple[str, str]] = {
    r"(?:le |la |en |du |the |in the |at )?(?:soir|soirs|soiree|soirees|evening|evenings)": ("18:00", "08:00"),
    r"(?:la |de |at |in the |during the )?(?:nuit|nuits|night|nights)": ("21:00", "08:00"),
    r"(?:le |en |in the |during the )?(?:matin|matins|matinee|morning|mornings)": ("00:00", "12:00"),
    r"(?:l |in the |during the )?(?:apres midi|afternoon|afternoons)": ("12:00", "18:00"),
    r"(?:a |at |during )?(?:midi|noon|lunch|lunchtime|l heure du dejeuner)": ("12:00", "14:00"),
}
_DAYS: Mapping[str, tuple[int, ...]] = {
    r"(?:le |les |at |on |during )?(?:the )?(?:week end|weekend|week ends|weekends)": (5, 6),
    r"(?:en |la |during the |in the )?(?:semaine|week)": (0, 1, 2, 3, 4),
    **{
        rf"(?:le |les |on )?(?:{french}s?|{english}s?)": (day,)
        for day, (french, english) in enumerate(
            (
                ("lundi", "monday"),
                ("mardi", "tuesday"),
                ("mercredi", "wednesday"),
                ("jeudi", "thursday"),
                ("vendredi", "friday"),
                ("samedi", "saturday"),
                ("dimanche", "sunday"),
            )
        )
    },
}
_AFTER = re.compile(rf"(?:apres|after|a partir de|from|passe|past) {_HOUR}")
_BEFORE = re.compile(rf"(?:avant|before) {_HOUR}")
_BETWEEN = re.compile(rf"(?:entre|between|de|from) {_HOUR} (?:et|and|a|to|until|till) {_HOUR}")
_EVENING, _MORNING = "21:00", "08:00"
"""Where nobody names the other end of the night."""


def quiet_span(words: str) -> dict[str, Any] | None:
    """The span these words name as one not to be written to in, as a wish keeps it; None when they name none."""
    if found := _BETWEEN.fullmatch(words):
        start, end = _clock(found.groups()[:4]), _clock(found.groups()[4:])
        return _span(start, end)
    if found := _AFTER.fullmatch(words):
        return _span(_clock(found.groups(), evening=True), _MORNING)
    if found := _BEFORE.fullmatch(words):
        return _span(_EVENING, _clock(found.groups()))
    for pattern, (start, end) in _WORDS.items():
        if re.fullmatch(pattern, words):
            return {"from": start, "to": end}
    for pattern, days in _DAYS.items():
        if re.fullmatch(pattern, words):
            return {"from": "00:00", "to": "00:00", "days": list(days)}
    return None


def _span(start: str | None, end: str | None) -> dict[str, Any] | None:
    return {"from": start, "to": end} if start and end and start != end else None


def _clock(parts: tuple[str | None, ...], *, evening: bool = False) -> str | None:
    """An hour as "20:00"; one that is small and said of an evening is meant after noon."""
    hour, minute, half, part = int(parts[0] or 0), int(parts[1] or 0), (parts[2] or "").replace(" ", ""), parts[3]
    if hour < 12 and (half == "pm" or part == "soir" or (evening and not half and not part and hour >= 5)):
        hour += 12
    if hour == 12 and half == "am":
        hour = 0
    return f"{hour % 24:02}:{minute:02}" if hour <= 24 else None
