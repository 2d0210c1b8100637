"""How French speakers of France, the Antilles and Québec say days and hours."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlu.times import clock, periods
from nlu.times.rules import Meaning, Rule, after, at, before, between, day_and_month, hinted, of_today, rule
from nlu.times.words import (
    FRENCH_AFTERNOON,
    FRENCH_LAST,
    FRENCH_MONTHS,
    FRENCH_NEXT,
    FRENCH_NUMBERS,
    FRENCH_WEEKDAYS,
    MONTHS,
    WEEKDAYS,
    any_of,
    number,
    stands_alone,
)

_FULL = {word: n for word, n in FRENCH_WEEKDAYS.items() if len(word) > 3}
_WD = rf"(?P<wd>{any_of(_FULL)})s?"
_WD_OR_SHORT = rf"(?P<wd>{any_of(FRENCH_WEEKDAYS)})s?\.?"
_MONTH = rf"(?P<month>{any_of(FRENCH_MONTHS)})"
_NUM = rf"(?:\d{{1,2}}|{any_of(FRENCH_NUMBERS)})"
_A = rf"(?P<a>{clock.FRENCH})"
_EDGES = {
    ("debut", "morning"): {"before": "10:30"},
    ("milieu", "morning"): {"after": "09:30", "before": "11:30"},
    ("fin", "morning"): {"after": "10:30", "before": "12:30"},
    ("debut", "afternoon"): {"after": "13:00", "before": "15:00"},
    ("milieu", "afternoon"): {"after": "14:30", "before": "16:30"},
    ("fin", "afternoon"): {"after": "16:00", "before": "18:30"},
    ("debut", "evening"): {"after": "17:00", "before": "19:00"},
    ("milieu", "evening"): {"after": "19:00", "before": "21:00"},
    ("fin", "evening"): {"after": "20:00"},
}
_MIDDAY = r"(?<!apres[\s-])(?<!apre[\s-])midi(?!\s*(?:et|trente))"
_PART = rf"(?P<part>matinees?|bon?maten|matins?|mat(?=\s|$)|{FRENCH_AFTERNOON}|soirees?|soirs?|{_MIDDAY})"


def _part(written: str) -> str:
    if written.startswith("mat") or written.endswith("maten"):
        return "morning"
    if written.startswith("soir"):
        return "evening"
    return "noon" if written == "midi" else "afternoon"


def _dated(match: re.Match[str]) -> Iterable[Meaning]:
    year = int(match["year"]) if match["year"] else None
    return day_and_month(number(match["day"]), MONTHS[match["month"]], year)


def _weekday_and_day(match: re.Match[str]) -> Iterable[Meaning]:
    day = int(match["day"])
    if not 1 <= day <= 31 or not stands_alone(match.string, match.end()):
        return ()
    return [("day", {"day": day, "weekday": WEEKDAYS[match["wd"]]})]


def _in_weeks_from(match: re.Match[str]) -> Iterable[Meaning]:
    days = 7 if match["weeks"] in ("huit", "8") else 14
    return [("day", {"offset": days + (match["from"] == "demain")})]


def _in_weeks(match: re.Match[str]) -> Iterable[Meaning]:
    weeks = 1 if match["weeks"] in ("huit", "8") else 2
    return [("day", {"weekday": WEEKDAYS[match["wd"]], "offset_weeks": weeks})]


def _of_week(match: re.Match[str], week: str | None) -> Iterable[Meaning]:
    return [("day", {"weekday": WEEKDAYS[match["wd"]], "week": week})]


def _in_days(match: re.Match[str]) -> Iterable[Meaning]:
    # « Dans huit jours » is a week and « dans quinze jours » a fortnight: French counts both ends.
    days = {"huit": 7, "8": 7, "quinze": 14, "15": 14}.get(match["n"]) or number(match["n"])
    return [("day", {"offset": days})] if days is not None else ()


def _in_whole_weeks(match: re.Match[str]) -> Iterable[Meaning]:
    weeks = number(match["n"])
    return [("day", {"offset": 7 * weeks})] if weeks is not None else ()


def _in_months(match: re.Match[str]) -> Iterable[Meaning]:
    months = number(match["n"])
    return [("day", {"offset_months": months})] if months is not None else ()


def _today_part(match: re.Match[str]) -> Iterable[Meaning]:
    return of_today(match, _part(match["part"]))


def _edge_of_part(match: re.Match[str]) -> Iterable[Meaning]:
    part = _part(match["part"])
    edge = _EDGES.get((match["edge"], part))
    return [("part_of_day", part), ("hour", edge)] if edge else [("part_of_day", part)]


def _day_of_month(match: re.Match[str]) -> Iterable[Meaning]:
    day = number(match["day"])
    if day is None or not 1 <= day <= 31 or not stands_alone(match.string, match.end()):
        return ()
    return [("day", {"day": day})]


def _one_is_an_hour(match: re.Match[str]) -> Iterable[Meaning]:
    """A range with at least one hour in it; `entre midi et deux` has one too."""
    return between("fr")(match) if re.search("h|:|midi", match["a"] + match["b"]) else ()


_X = rf"(?:{clock.FRENCH}|{clock.BARE_FRENCH})"
_LASTS_BEFORE = (
    "".join(rf"(?<!\b{word} )" for word in ("en", "dans", "sous", "pendant", "depuis", "y a", "fait", "plus de", "moins de"))
    + r"(?<!toutes les )"
)
_LASTS_AFTER = r"(?!\s*(?:de\s+(?:marche|route|retard|trajet|transport|voiture|train|vol|rando)|d'attente|sur\s+24|/\s*\d|par\s))"
"""What makes `2h` a length of time rather than an hour of the day."""
_NOT_NOON = r"(?!midi(?!\s+(?:et|trente|pile)))"
"""« Vers midi » is a part of the day; « à midi » and « midi pile » are hours."""

RULES: tuple[Rule, ...] = (
    # Dates of the calendar.
    *hinted(
        r"janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec",
        (
            rule(
                rf"(?P<said>(?:(?:{_WD_OR_SHORT})\s*,?\s*(?:le\s+)?)?(?P<day>\d{{1,2}}(?:\s?er|eme)?|1er|{any_of(FRENCH_NUMBERS)})"
                rf"\s*(?:de\s+|du\s+mois\s+de\s+)?{_MONTH}\.?(?:\s+(?P<year>20\d\d))?)",
                _dated,
            ),
        ),
    ),
    # Hours, ranges first.
    *hinted(
        r"\d|heure|midi|minuit",
        (
            # Québec's « avant-midi » is the morning; « avant midi » a bound.
            rule(r"(?:(?:l'|cet\s+|en\s+|d')(?=avant)|(?=avant-))(?P<part>avant[\s-]midi)", {"part_of_day": "morning"}),
            rule(rf"(?:entre|de|des|d'|du)\s*(?P<a>{_X})\s*(?:et|a|jusqu'?\s?a|-)\s*(?P<b>{_X})", _one_is_an_hour),
            rule(rf"(?P<a>{_X})\s*(?:-|a|jusqu'a|>)\s*(?P<b>{clock.FRENCH})", _one_is_an_hour),
            rule(
                r"(?P<said>(?:(?<!pas )apres(?!\s*midi)|a\s+(?:partir|compter)\s+de|des|passe|pas\s+avant"
                rf"|(?:pas\s+)?plus\s+tot\s+que)\s*{_A})",
                after("fr"),
            ),
            rule(rf"(?P<said>{_A}\s+(?:et\s+(?:apres|plus)|au\s+plus\s+tot|minimum|min|passees?))", after("fr")),
            rule(rf"(?P<said>(?:avant|jusqu'?\s?a|(?:pas\s+)?plus\s+tard\s+que|pas\s+apres|d'ici)\s*{_A})", before("fr")),
            rule(rf"(?P<said>{_A}\s+(?:au\s+plus\s+tard|maximum|maxi?|dernier\s+delai))", before("fr")),
            rule(r"(?:a|pour)\s+(?P<said>midi(?:\s+pile)?)(?!\s*(?:et|trente|moins))", {"hour": {"at": "12:00"}}),
            rule(
                rf"(?:(?:vers|pour|a|autour\s+de|(?:aux\s+)?environs?\s+(?:de\s+)?|sur\s+les\s+coups\s+de)\s*)(?P<said>{_NOT_NOON}{_A})"
                rf"{_LASTS_AFTER}",
                at("fr"),
            ),
            rule(rf"{_LASTS_BEFORE}(?P<said>{_NOT_NOON}{_A}){_LASTS_AFTER}", at("fr")),
        ),
    ),
    # Weekdays.
    *hinted(
        r"lun|mar|mer|jeu|ven|sam|dim|lendi|madi|mek|jedi|van|sanmdi|demain|hui",
        (
            rule(rf"(?P<said>{_WD_OR_SHORT}\s*,?\s*(?:le\s+)?(?P<day>\d{{1,2}})(?:er)?)(?!\s*(?:h|:|heure))", _weekday_and_day),
            rule(rf"{_WD}\s+en\s+(?P<weeks>huit|8|quinze|15)", _in_weeks),
            rule(r"(?P<from>aujourd['\s]?\s?hui|demain)\s+en\s+(?P<weeks>huit|8|quinze|15)", _in_weeks_from),
            rule(rf"{_WD}\s*,?\s*(?:de\s+)?la\s+(?:semaine|sem)\s+{FRENCH_NEXT}", lambda m: _of_week(m, "next")),
            rule(rf"(?:la\s+)?(?:semaine|sem)\s+{FRENCH_NEXT}\s*,?\s*(?:le\s+)?{_WD}", lambda m: _of_week(m, "next")),
            rule(rf"{_WD}\s+(?:de\s+)?cette\s+semaine", lambda m: _of_week(m, "this")),
            rule(
                rf"(?P<said>{_WD_OR_SHORT}\s+{FRENCH_LAST})",
                lambda m: _of_week(m, "last"),
            ),
            rule(rf"(?P<said>{_WD_OR_SHORT}\s+{FRENCH_NEXT})", lambda m: _of_week(m, "next")),
            rule(rf"(?:le\s+)?(?P<said>prochain\s+{_WD})", lambda m: _of_week(m, None)),
            rule(rf"(?P<said>ce\s+{_WD})", lambda m: _of_week(m, "this")),
            rule(rf"{_WD}(?:\s+(?:qui\s+vient|a\s+venir))?", lambda m: _of_week(m, None)),
            rule(r"(?P<wd>lun|ven|sam|dim)\.?", lambda m: _of_week(m, None), own=True),
            rule(
                rf"(?P<wd>mar|mer|jeu)\.?(?=\s*(?:{FRENCH_AFTERNOON}|mat|soir|midi|\d|a\s+\d|vers))",
                lambda m: _of_week(m, None),
                own=True,
            ),
            rule(r"^\W*(?P<said>(?P<wd>mar|mer|jeu))\W*$", lambda m: _of_week(m, None), own=True),
        ),
    ),
    # Days counted from today.
    *hinted(
        r"auj|ajd|ojd|jodi|jour|main|dem1|2m1|d[ei]men|denmen|hier|dans|d'ici|plus\s+(?:tot|vite)|possible|asap|importe",
        (
            rule(
                r"(?:aujourd['\s]?\s?hui|ajd|aujd|auj|ojd|jodi(?:[\s-]a)?|(?<!\ba )ce\s+jour(?![\s-]*la\b))",
                {"day": {"offset": 0}},
            ),
            rule(r"apr?e?s?[\s-]?(?:demain|dem1|2main)", {"day": {"offset": 2}}),
            rule(r"(?:demain|dem1|2main|dmain|2m1|demen|dimen|denmen)", {"day": {"offset": 1}}),
            rule(r"avant[\s-]?hier", {"day": {"offset": -2}}),
            rule(r"hier", {"day": {"offset": -1}}),
            rule(rf"(?:dans|d'ici)\s+(?P<n>{_NUM})\s+(?:jours?|j)", _in_days),
            rule(rf"(?:dans|d'ici)\s+(?P<n>{_NUM})\s+(?:semaines?|sem)", _in_whole_weeks),
            rule(rf"(?:dans|d'ici)\s+(?P<n>{_NUM})\s+mois", _in_months),
            rule(
                r"(?:(?:le|au)\s+plus\s+(?:tot|vite)\s+possible|au\s+plus\s+(?:tot|vite)|des\s+que\s+possible|asap|n'importe\s+quand"
                r"|n'importe\s+quel\s+jour|peu\s+importe\s+(?:le\s+jour|quand))",
                {"day": {"soonest": True}},
            ),
            rule(r"dans\s+une\s+quinzaine(?:\s+de\s+jours)?", {"day": {"offset": 14}}),
        ),
    ),
    *periods.FRENCH,
    # Parts of the day.
    *hinted(
        r"mat|soir|midi|ap(?:r|m)|aswe|journee",
        (
            rule(
                rf"(?P<said>(?P<edge>debut|milieu|fin)\s+(?:de\s+(?:la\s+|l')?|d'|du\s+)\s?{_PART})",
                _edge_of_part,
            ),
            rule(r"(?:en\s+)?(?P<said>fin\s+de\s+journee)", {"hour": {"after": "17:00"}}),
            rule(rf"(?:ce|cet|cette|c't|st|a(?=\s+(?:soir|matin)))\s+{_PART}", _today_part),
            rule(r"aswe(?:[\s-]a)?", lambda m: of_today(m, "evening")),
            rule(_PART, lambda m: [("part_of_day", _part(m["part"]))]),
        ),
    ),
    # A day of the month, when nothing else has taken the number.
    *hinted(
        r"\d|premier",
        (
            rule(
                r"(?:le|du|au|pour\s+le)\s+(?P<said>(?P<day>\d{1,2}|1er|premier(?=\s+du\s+mois))(?:er)?)(?!\s*(?:h|:|heure))",
                _day_of_month,
            ),
        ),
    ),
)
