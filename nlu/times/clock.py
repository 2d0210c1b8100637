"""Hours of the day as they are typed: `15h30`, `3 pm`, `trois heures et demie`, `quarter past two`, `midi`.

Shops are open in daytime, so a bare `3h` or `at 3` is three in the afternoon, unless `du matin`, `am` or a leading zero
says otherwise. French counts to 24 and only 1 to 6 are ambiguous; in English 7 is too.
"""

from __future__ import annotations

import re

from nlu.times.words import ENGLISH_NUMBERS, FRENCH_NUMBERS, any_of, number

_FR_NUMBER = any_of({word: n for word, n in FRENCH_NUMBERS.items() if n < 24 and word not in ("un", "premier")})
_EN_HOUR = any_of({word: n for word, n in ENGLISH_NUMBERS.items() if n <= 12 and word != "a"})
_EN_MINUTES = any_of({word: n for word, n in ENGLISH_NUMBERS.items() if n in (5, 10, 20, 25)})
_HALF_DAY = r"(?:[ap]\.m\.?|[ap]m\b)"
_OF_THE_DAY = r"(?:\s+(?:du\s+(?:matin|soir)|de\s+l'?\s?apr[\w\s-]{1,8}?m(?:idi)?\b|in\s+the\s+(?:morning|afternoon|evening)))?"

FRENCH = (
    r"(?:(?:\d{1,2}\s*(?:h|heures?|hrs?)(?![a-z])(?:\s*[0-5]\d(?!\d))?|\d{1,2}:[0-5]\d(?!\d)"
    rf"|{_FR_NUMBER}\s+heures?|(?<!apres[\s-])(?<!apre[\s-])midi|minuit)"
    r"(?:\s+(?:et\s+(?:quart|demie?)|moins\s+(?:le\s+)?quart|trente|quinze)\b)?" + _OF_THE_DAY + ")"
)
ENGLISH = (
    r"(?:"
    rf"\d{{1,2}}[:.][0-5]\d\s*{_HALF_DAY}|\d{{1,2}}:[0-5]\d(?!\d)|(?:\d{{1,2}}|{_EN_HOUR})\s*{_HALF_DAY}"
    rf"|(?:\d{{1,2}}|{_EN_HOUR})\s*o\s?'?\s?clock\b"
    rf"|(?:half|(?:a\s+)?quarter|{_EN_MINUTES})\s+(?:past|to)\s+(?:\d{{1,2}}|{_EN_HOUR})\b(?:\s*{_HALF_DAY})?"
    rf"|half\s+(?:{_EN_HOUR}|\d{{1,2}})\b(?!\s*(?:price|off|%))|{_EN_HOUR}\s+(?:thirty|fifteen|forty[\s-]five)\b(?:\s*{_HALF_DAY})?|(?:12\s+)?noon\b|midday\b"
    r")" + _OF_THE_DAY
)
ANY = rf"(?:{FRENCH}|{ENGLISH})"
DOTTED = r"(?:[01]?\d|2[0-3])\.[0-5]\d(?![\d.])"
"""`10.30`, which may be a price as well: only between words that say it is an hour."""
BARE_FRENCH = r"(?:\d{1,2}|une|deux|trois|quatre)"
BARE_ENGLISH = rf"(?:{DOTTED}|\d{{1,2}}(?!\.\d)|{_EN_HOUR})"

_AFTERNOON_FROM = {"fr": range(1, 7), "en": range(1, 8)}


def minutes_of_day(written: str, language: str) -> int | None:
    """Minutes after midnight of an hour matched by one of the patterns above, or None when there is no such hour."""
    found = _past_or_to(written) or _plain(written)
    if found is None:
        return None
    hour, minute, literal = found
    if re.search(r"p\.?m|soir|apr|afternoon|evening", written):
        hour += 12 if hour < 12 else 0
    elif re.search(r"\d\s*a\.?m|[a-z] a\.?m|matin|morning", written):
        hour = 0 if hour == 12 else hour
    elif not literal and hour in _AFTERNOON_FROM["fr" if re.search(r"\dh|heure", written) else language]:
        hour += 12
    total = hour * 60 + minute
    return total if 0 <= total < 24 * 60 else None


def as_clock(minutes: int) -> str:
    """`15:30` for 930."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _past_or_to(written: str) -> tuple[int, int, bool] | None:
    """`half past three`, `ten to two`: hour, minute, whether the hour is beyond doubt."""
    found = re.match(r"(?:a\s+)?(half|quarter|\d+|[a-z]+(?:[\s-]five)?)\s+(?:(past|to)\s+)?(\d{1,2}|[a-z]+)", written)
    if not found or not (found[2] or found[1] == "half"):
        return None
    hour = number(found[3])
    away = {"half": 30, "quarter": 15}.get(found[1]) or number(found[1])
    if hour is None or away is None:
        return None
    hour += 12 if hour in _AFTERNOON_FROM["en"] and not re.search(r"a\.?m|morning", written) else 0
    return (hour - 1, 60 - away, True) if found[2] == "to" else (hour, away, True)


def _plain(written: str) -> tuple[int, int, bool] | None:
    if re.match("midi|(?:12 )?noon|midday|minuit", written):
        hour, minute, literal = (0 if written.startswith("minuit") else 12), 0, True
    elif digits := re.match(r"(\d{1,2})\s*(?:h(?:eures?|rs?)?|[:.])?\s*([0-5]\d)?", written):
        hour, minute = int(digits[1]), int(digits[2] or 0)
        literal = digits[1].startswith("0")
    else:
        word = re.match(r"[a-z]+(?:[\s-](?:et[\s-]un|deux|trois|sept|huit|neuf)\b)?", written)
        named = number(word.group()) if word else None
        if named is None:
            return None
        hour, minute, literal = named, 0, False
    if re.search(r"et\s+(?:quart)|fifteen|\squinze", written):
        minute = 15
    elif re.search(r"demi|thirty|\strente", written):
        minute = 30
    elif re.search(r"moins", written):
        hour, minute = hour - 1, 45
    elif re.search(r"forty", written):
        minute = 45
    return hour, minute, literal
