"""How English speakers say days and hours."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlu.times import clock, periods
from nlu.times.rules import Builder, Meaning, Rule, after, at, before, between, day_and_month, hinted, of_today, rule
from nlu.times.words import (
    ENGLISH_MONTHS,
    ENGLISH_NUMBERS,
    ENGLISH_ORDINALS,
    ENGLISH_WEEKDAYS,
    MONTHS,
    WEEKDAYS,
    any_of,
    costs,
    number,
    stands_alone,
)

_FULL = {word: n for word, n in ENGLISH_WEEKDAYS.items() if word.endswith("day")}
_SHORT_SURE = {
    word: n for word, n in ENGLISH_WEEKDAYS.items() if not word.endswith("day") and word not in ("sun", "sat", "wed", "mon")
}
_WD = rf"(?P<wd>{any_of(_FULL)})s?"
_WD_OR_SHORT = rf"(?P<wd>{any_of(ENGLISH_WEEKDAYS)})s?\.?"
_MONTH = rf"(?P<month>{any_of(ENGLISH_MONTHS)})\.?"
_NUM = rf"(?:\d{{1,2}}|{any_of(ENGLISH_NUMBERS)})"
_ORD = r"(?:st|nd|rd|th)"
_DAY = rf"(?P<day>\d{{1,2}}{_ORD}?|{any_of(ENGLISH_ORDINALS)})"
_YEAR = r"(?:,?\s+(?P<year>20\d\d))?"
_PART = r"(?P<part>(?:morning|afternoon|evening|lunch\s?time|noon|midday)s?)"
_PARTS = {"morning": "morning", "afternoon": "afternoon", "evening": "evening", "night": "evening"}
_EDGES = {
    ("early", "morning"): {"before": "10:30"},
    ("mid", "morning"): {"after": "09:30", "before": "11:30"},
    ("late", "morning"): {"after": "10:30", "before": "12:30"},
    ("early", "afternoon"): {"after": "13:00", "before": "15:00"},
    ("mid", "afternoon"): {"after": "14:30", "before": "16:30"},
    ("late", "afternoon"): {"after": "16:00", "before": "18:30"},
    ("early", "evening"): {"after": "17:00", "before": "19:00"},
    ("mid", "evening"): {"after": "19:00", "before": "21:00"},
    ("late", "evening"): {"after": "20:00"},
}
_A = rf"(?P<a>{clock.ENGLISH})"
_BARE = rf"(?P<a>{clock.BARE_ENGLISH})"
_X = rf"(?:{clock.ENGLISH}|{clock.BARE_ENGLISH})"


def _part(written: str) -> str:
    return _PARTS.get(written.removesuffix("s"), "noon")


def _dated(match: re.Match[str]) -> Iterable[Meaning]:
    if re.match(r"\s*(?:[ap]\.?m\b|:\d)", match.string[match.end() :]):
        return ()  # `march 3pm` is not the third of March
    sure = match["month"] != "may" or re.search(r"(?:st|nd|rd|th)\b|the |of ", match.group())
    if not sure and not stands_alone(match.string, match.end()):
        return ()  # `we may 2 people`: the verb
    year = int(match["year"]) if match["year"] else None
    return day_and_month(number(match["day"]), MONTHS[match["month"]], year)


def _weekday_and_day(match: re.Match[str]) -> Iterable[Meaning]:
    day = number(match["day"])
    if day is None or not 1 <= day <= 31 or not stands_alone(match.string, match.end()):
        return ()
    return [("day", {"day": day, "weekday": WEEKDAYS[match["wd"]]})]


def _of_week(match: re.Match[str], week: str | None) -> Iterable[Meaning]:
    return [("day", {"weekday": WEEKDAYS[match["wd"]], "week": week})]


def _weeks_later(match: re.Match[str], weeks: int) -> Iterable[Meaning]:
    return [("day", {"weekday": WEEKDAYS[match["wd"]], "offset_weeks": weeks})]


def _week_after(match: re.Match[str]) -> Iterable[Meaning]:
    return [("day", {"weekday": WEEKDAYS[match["wd"] or match["wd2"]], "offset_weeks": 1})]


def _in(match: re.Match[str], days: int) -> Iterable[Meaning]:
    count = 2 if match["n"].startswith("a couple") else number(match["n"])
    return [("day", {"offset": days * count})] if count is not None else ()


def _in_months(match: re.Match[str]) -> Iterable[Meaning]:
    months = 2 if match["n"].startswith("a couple") else number(match["n"])
    return [("day", {"offset_months": months})] if months is not None else ()


def _today_part(match: re.Match[str]) -> Iterable[Meaning]:
    return of_today(match, _part(match["part"]))


def _edge_of_part(match: re.Match[str]) -> Iterable[Meaning]:
    part = _part(match["part"])
    return [("part_of_day", part), ("hour", _EDGES[match["edge"], part])]


def _day_of_month(match: re.Match[str]) -> Iterable[Meaning]:
    day = number(match["day"])
    if day is None or not 1 <= day <= 31 or not stands_alone(match.string, match.end()):
        return ()
    return [("day", {"day": day})]


def _bare(bound: str) -> Builder:
    """`at 3`, `before eleven`: an hour when nothing is counted."""
    make = {"at": at, "after": after, "before": before}[bound]("en")

    def build(match: re.Match[str]) -> Iterable[Meaning]:
        hour = number(match["a"])
        if hour is None or not 1 <= hour <= 23 or not stands_alone(match.string, match.end()) or costs(match):
            return ()
        return make(match)

    return build


def _range(match: re.Match[str]) -> Iterable[Meaning]:
    """Two hours, when one is written as an hour or nothing is counted (`from 2 to 4`, not `2 to 4 days`)."""
    written = re.search(r"[ap]\.?m|:|clock|noon|past|half", match["a"] + match["b"])
    return between("en")(match) if written or stands_alone(match.string, match.end()) else ()


_COUNT = rf"(?P<n>a\s+couple\s+of|{_NUM})"

RULES: tuple[Rule, ...] = (
    # Dates of the calendar.
    *hinted(
        r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec",
        (
            rule(rf"(?P<said>(?:{_WD_OR_SHORT},?\s+)?(?:the\s+)?{_DAY}\s+(?:of\s+)?{_MONTH}{_YEAR})", _dated),
            rule(rf"(?P<said>(?:{_WD_OR_SHORT},?\s+)?{_MONTH}\s+(?:the\s+)?{_DAY}{_YEAR})", _dated),
        ),
    ),
    # Hours, ranges first.
    *hinted(
        r"\d|noon|midday|half|quarter|\b(?:at|around|about)?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty)",
        (
            rule(rf"(?:between|from)\s+(?P<a>{_X})\s*(?:and|to|till|til|until|-)\s*(?P<b>{_X})", _range),
            rule(rf"(?P<a>{_X})\s*(?:-|to|till|til|until|and)\s*(?P<b>{clock.ENGLISH})", _range),
            rule(rf"(?:any\s?time\s+)?(?P<said>(?:after|from|past|not\s+before|no\s+earlier\s+than)\s+{_A})", after("en")),
            rule(rf"(?P<said>{_A}\s+(?:onwards?|or\s+later|or\s+after|at\s+the\s+earliest))", after("en")),
            rule(rf"(?:any\s?time\s+)?(?P<said>(?:before|by|until|till|til|no\s+later\s+than|not\s+after)\s+{_A})", before("en")),
            rule(rf"(?P<said>{_A}\s+(?:at\s+the\s+latest|or\s+(?:earlier|before)|max))", before("en")),
            rule(r"(?:around|about)\s+(?P<said>noon|midday)", {"part_of_day": "noon"}),
            rule(r"at\s+(?P<said>(?:12\s+)?(?:noon|midday))", {"hour": {"at": "12:00"}}),
            rule(rf"(?P<said>(?P<a>(?!noon|midday){clock.ENGLISH}))", at("en")),
            rule(rf"(?P<said>(?P<a>{clock.BARE_ENGLISH}\s+in\s+the\s+(?:morning|afternoon|evening)))", at("en")),
            rule(rf"(?P<said>(?:before|by|until|till|no\s+later\s+than)\s+{_BARE})", _bare("before"), own=True),
            rule(rf"(?P<said>(?:after|not\s+before)\s+{_BARE})", _bare("after"), own=True),
            rule(rf"(?:at|around|about|@)\s*(?P<said>{_BARE})", _bare("at"), own=True),
            rule(rf"(?P<said>{_BARE}\s?-?ish)", at("en"), own=True),
            rule(
                rf"(?P<said>(?P<a>{clock.DOTTED}))(?=\s+(?:on\s+|this\s+|next\s+)?(?:{any_of(_FULL)}|tomorrow|today|tmrw)\b|[\s.!?]*$)",
                at("en"),
            ),
            rule(rf"(?<=day )(?P<said>(?P<a>{clock.DOTTED}))", at("en")),
        ),
    ),
    # Weekdays.
    *hinted(
        r"mon|tue|wed|thu|fri|sat|sun",
        (
            rule(rf"{_WD}\s+week|(?:a\s+)?week\s+(?:on|from)\s+(?P<wd2>{any_of(_FULL)})", _week_after),
            rule(rf"(?:a\s+)?fortnight\s+(?:on|from)\s+{_WD}", lambda m: _weeks_later(m, 2)),
            rule(rf"{_WD}\s+fortnight", lambda m: _weeks_later(m, 2)),
            rule(rf"(?:the\s+)?{_WD}\s+after\s+next", lambda m: _weeks_later(m, 1)),
            rule(rf"{_WD_OR_SHORT}\s+(?:of\s+)?next\s+week", lambda m: _of_week(m, "next")),
            rule(rf"next\s+week,?\s+(?:on\s+)?{_WD_OR_SHORT}", lambda m: _of_week(m, "next")),
            rule(rf"{_WD_OR_SHORT}\s+(?:of\s+)?this\s+week", lambda m: _of_week(m, "this")),
            rule(rf"last\s+{_WD_OR_SHORT}", lambda m: _of_week(m, "last")),
            rule(rf"next\s+{_WD_OR_SHORT}", lambda m: _of_week(m, "next")),
            rule(rf"this\s+(?:coming\s+)?{_WD_OR_SHORT}", lambda m: _of_week(m, "this")),
            rule(rf"(?P<said>{_WD_OR_SHORT},?\s+(?:the\s+)?(?P<day>\d{{1,2}}{_ORD}?))(?!\s*(?:[ap]\.?m|:|o'))", _weekday_and_day),
            rule(rf"(?:coming\s+)?{_WD}", lambda m: _of_week(m, None)),
            rule(rf"(?P<wd>{any_of(_SHORT_SURE)})\.?", lambda m: _of_week(m, None), own=True),
            rule(
                r"(?<!much )(?<!more )(?<!the )(?<!of )(?P<wd>sat|sun|wed|mon)\.?"
                r"(?=\s*(?:$|[,?!]|morn|after|even|at\s|@|\d|or\s|and\s|in\s|if\s|please|pls|the\s\d))",
                lambda m: _of_week(m, None),
                own=True,
            ),
            rule(
                r"(?:on|by|for|before|until|till)\s+(?P<said>(?P<wd>sat|sun|wed|mon))\.?", lambda m: _of_week(m, None), own=True
            ),
        ),
    ),
    # Days counted from today.
    *hinted(
        r"day|tdy|tom|tm[rw]|2m|yest|ton|2nite|week|wk|month|fortnight|soon|asap|any|whenever",
        (
            rule(r"(?:the\s+)?day\s+after\s+(?:tomorrow|tmrw|tmr|tomorow)", {"day": {"offset": 2}}),
            rule(r"(?:today|tdy|2day)", {"day": {"offset": 0}}),
            rule(r"(?:tomorrow|tomm?orr?ow|tomo|2mrw|tmrw|tmr|tmw|tomoz|2moro|2morrow)", {"day": {"offset": 1}}),
            rule(r"(?:the\s+)?day\s+before\s+yesterday", {"day": {"offset": -2}}),
            rule(r"yesterday", {"day": {"offset": -1}}),
            rule(r"(?:tonight|tonite|2nite)", lambda m: of_today(m, "evening")),
            rule(rf"in\s+{_COUNT}\s+days?(?:'?\s+time)?", lambda m: _in(m, 1)),
            rule(rf"in\s+{_COUNT}\s+(?:weeks?|wks?)(?:'?s?\s+time)?", lambda m: _in(m, 7)),
            rule(rf"in\s+{_COUNT}\s+months?(?:'?s?\s+time)?", _in_months),
            rule(
                r"(?:as\s+soon\s+as\s+(?:possible|you\s+can)|asap|any\s?time(?!\s+(?:soon|i\b|you|we|a))|any\s+day|whenever(?=\s*(?:$|[.,;!?]|suits|works|is\b|you)))",
                {"day": {"soonest": True}},
            ),
            rule(rf"{_COUNT}\s+weeks?\s+from\s+(?:now|today)", lambda m: _in(m, 7)),
            rule(rf"{_COUNT}\s+days?\s+from\s+(?:now|today)", lambda m: _in(m, 1)),
            rule(r"in\s+a\s+fortnight(?:'?s?\s+time)?|(?:a\s+)?fortnight\s+from\s+(?:now|today)", {"day": {"offset": 14}}),
        ),
    ),
    *periods.ENGLISH,
    # Parts of the day.
    *hinted(
        r"morning|afternoon|evening|lunch|noon|midday|end\s+of",
        (
            rule(r"(?P<edge>early|mid|late)(?:[\s-]|\s+in\s+the\s+)?(?P<part>morning|afternoon|evening)", _edge_of_part),
            rule(r"(?P<edge>late|early)r?\s+(?:on\s+)?in\s+the\s+(?P<part>morning|afternoon|evening)", _edge_of_part),
            rule(r"(?:at\s+the\s+)?(?P<said>end\s+of\s+(?:the\s+)?day)", {"hour": {"after": "17:00"}}),
            rule(r"this\s+(?P<part>morning|afternoon|evening|lunch\s?time)", _today_part),
            rule(rf"(?:in\s+the\s+|at\s+)?{_PART}", lambda m: [("part_of_day", _part(m["part"]))]),
        ),
    ),
    # A day of the month, when nothing else has taken the number.
    *hinted(
        r"\d|th\b|first|second|third",
        (
            rule(rf"(?P<said>the\s+(?P<day>\d{{1,2}}){_ORD})", _day_of_month),
            rule(rf"(?:on|for|by|before|until|till)\s+(?P<said>(?P<day>\d{{1,2}}){_ORD})", _day_of_month),
            rule(r"on\s+(?P<said>the\s+(?P<day>\d{1,2}))", _day_of_month),
            rule(rf"on\s+(?P<said>the\s+(?P<day>{any_of(ENGLISH_ORDINALS)}))", _day_of_month),
        ),
    ),
)
