"""Days that have a name of their own: « la veille de Noël », « le jour de l'an », "Boxing Day", "Easter Monday"."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from nlu.times.rules import hinted, rule


def _fixed(day: int, month: int) -> dict[str, Any]:
    return {"day": {"day": day, "month": month, "year": None}}


def _easter(days: int) -> dict[str, Any]:
    return {"day": {"feast": "easter", "days": days}}


_NEW_YEAR_FR = r"(?:l'an|nouvel\s+an|jour\s+de\s+l'an|premier\s+de\s+l'an)"
_YEARS = r"(?:new|nwe)\s+years?'?s?'?"

RULES = hinted(
    r"noel|christmas|xmas|x-mas|boxing|an\b|year|nye|sylvestre|valentin|toussaint|saints|bastille|canada|travail|armistice"
    r"|halloween|assomption|paques|easter|friday|saint|ascension|pentecote|whit|gras|shrove",
    (
        rule(r"(?P<said>veille\s+(?:de\s+|du\s+)(?:jour\s+de\s+)?noel|reveillon\s+de\s+noel)", _fixed(24, 12)),
        rule(r"(?P<said>(?:christmas|xmas|x-mas)\s+eve)", _fixed(24, 12)),
        rule(r"(?P<said>jour\s+de\s+noel|(?:christmas|xmas|x-mas)\s+day)", _fixed(25, 12)),
        rule(
            r"(?:at|on)\s+(?P<said>christmas|xmas)(?!\s+(?:eve|day|present|card|gift|shop|sale|party|tree)s?\b)",
            _fixed(25, 12),
        ),
        rule(r"(?P<said>lendemain\s+de\s+noel|boxing\s+day)", _fixed(26, 12)),
        rule(
            rf"(?P<said>veille\s+(?:de\s+|du\s+){_NEW_YEAR_FR}|reveillon\s+d[eu]\s+{_NEW_YEAR_FR}|(?:la\s+)?(?:saint|st)[\s-]sylvestre)",
            _fixed(31, 12),
        ),
        rule(rf"(?P<said>{_YEARS}\s+eve|nye)", _fixed(31, 12)),
        rule(rf"(?P<said>jour\s+de\s+l'an|{_YEARS}\s+day)", _fixed(1, 1)),
        rule(r"(?P<said>(?:saint|st)[\s-]valentin|valentine'?s'?\s+day)", _fixed(14, 2)),
        rule(r"(?P<said>toussaint|all\s+saints'?(?:\s+day)?)", _fixed(1, 11)),
        rule(r"(?P<said>bastille\s+day)", _fixed(14, 7)),
        rule(r"(?P<said>canada\s+day)", _fixed(1, 7)),
        rule(r"(?P<said>fete\s+du\s+travail)", _fixed(1, 5)),
        rule(r"(?P<said>armistice)", _fixed(11, 11)),
        rule(r"(?P<said>halloween)", _fixed(31, 10)),
        rule(r"(?P<said>assomption)", _fixed(15, 8)),
        rule(r"(?P<said>lundi\s+de\s+paques|easter\s+monday)", _easter(1)),
        rule(r"(?P<said>vendredi\s+saint|good\s+friday)", _easter(-2)),
        rule(r"(?P<said>samedi\s+saint|easter\s+saturday)", _easter(-1)),
        rule(r"(?P<said>(?:dimanche|jour)\s+de\s+paques|easter\s+(?:sunday|day))", _easter(0)),
        rule(r"(?P<said>jeudi\s+de\s+l'ascension|ascension(?:\s+day)?)", _easter(39)),
        rule(r"(?P<said>lundi\s+de\s+(?:la\s+)?pentecote|whit\s+monday)", _easter(50)),
        rule(r"(?P<said>pentecote)", _easter(49)),
        rule(r"(?P<said>mardi\s+gras|shrove\s+tuesday)", _easter(-47)),
    ),
)


def feast(name: str, days: int, today: date) -> date:
    """The next coming of so many days after a movable feast; the only one known is (Western) `easter`.

    Raises `ValueError` for another name.
    """
    if name != "easter":
        raise ValueError(f"not a day with a name: {name}")
    years = (today.year - 1, today.year, today.year + 1, today.year + 2)
    return next(found for year in years if (found := _easter_sunday(year) + timedelta(days=days)) >= today)


def _easter_sunday(year: int) -> date:
    """The Sunday after the first ecclesiastical full moon of spring, by the Gregorian calendar's own reckoning."""
    golden = year % 19
    century = year // 100
    moon_correction = (8 * century + 13) // 25
    epact = (19 * golden + century - century // 4 - moon_correction + 15) % 30
    full_moon = epact - (epact // 28) * (1 - (epact // 28) * (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + full_moon + 2 - century + century // 4) % 7
    return date(year, 3, 28) + timedelta(days=full_moon - weekday)
