"""Finds the days and hours a message names.

The rules of a language run in order, the most telling first, and what one has read no later rule reads again. Both
languages' rules run on every message, its own language's first: a French customer books « Friday », an English one
"samedi". What is found is symbolic (`{"weekday": 5, "week": null}`), so nothing here knows what day it is.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import replace
from itertools import groupby

from nlu.common_words import WORDS
from nlu.slips import likely_slip
from nlu.spelling import Spelling
from nlu.text import LONGEST, Folded, fold
from nlu.times import english, feasts, french
from nlu.times.rules import Meaning, Rule, day_and_month, hinted, rule
from nlu.times.unmeant import UNMEANT
from nlu.times.words import MEANT, NOT_SLIPS, names_a_thing, stands_alone
from nlu.understanding import Entity

_TOKEN = re.compile(r"[a-z]{5,}")
_ANYTHING = re.compile(
    r"\d|\b(?:lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun|jour|hui|auj|ajd|ojd|ce|cet|cette|st|dem|dm|hier|sem"
    r"|fin|week|we|wk|wknd|mat|bomaten|bonmaten|apr|apm|lapre|lapwe|aswe|jodi|demen|dimen|denmen|lendi|madi|mekredi|mekwedi|jedi|vandredi|sanmdi|soir|midi|heure|minuit|day|tod|tdy|tom|tmr|tmw|ton|yest|night|nite|noon|midd|morn|after"
    r"|even|lunch|half|quarter|early|mid|late|jan|fev|feb|avr|apr|mai|may|juin|jun|juil|jul|aout|aug|sep|oct|nov|dec"
    r"|quinz|fortn|at|around|about|by|before|between|from|on the|in a|one|two|three|four|five|six|seven|eight|nine|ten|eleven"
    r"|twelve|twenty|une|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|treize|quatorze|seize|vingt|dans|plus tot|plus vite"
    r"|des que|importe|as soon|asap|any|whenever|debut|milieu"
    r"|noel|l'an|nouvel an|sylvestre|reveillon|valentin|toussaint|armistice|assomption|paques|ascension|pentecote|gras|christmas"
    r"|xmas|x-mas|new year|nye|boxing|easter|halloween|all saints)"
)
"""A cheap first look: most messages name no time at all."""

_MEANT = Spelling(MEANT)


def _numeric(match: re.Match[str]) -> Iterable[Meaning]:
    """`12/05`, `12/05/2027`, `12.05.2027`: the day comes first unless it cannot (the brand is European)."""
    text = match.string
    if match.group() in ("24/7", "7/7", "24/24", "1/2") or names_a_thing(text, match.start()):
        return ()
    if not stands_alone(text, match.end()):
        return ()
    day, month = int(match["one"]), int(match["two"])
    if month > 12 >= day:
        day, month = month, day
    year = int(match["year"]) if match["year"] else None
    return day_and_month(day, month, year + 2000 if year is not None and year < 100 else year)


def _iso(match: re.Match[str]) -> Iterable[Meaning]:
    return day_and_month(int(match["day"]), int(match["month"]), int(match["year"]))


_BEFORE_DATE, _AFTER_DATE = r"(?<![\w.,/:+-])", r"(?![\w/]|[.,:-]\d|\s*(?:€|\$|eur\b|%))"
_DATES = hinted(
    r"\d",
    (
        rule(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)", _iso),
        rule(
            rf"{_BEFORE_DATE}(?P<one>\d{{1,2}})(?P<sep>[/.-])(?P<two>\d{{1,2}})(?P=sep)(?P<year>20\d\d|\d\d){_AFTER_DATE}",
            _numeric,
        ),
        rule(rf"{_BEFORE_DATE}(?P<one>\d{{1,2}})/(?P<two>\d{{1,2}})(?P<year>(?!))?{_AFTER_DATE}", _numeric),
    ),
)


def _tried(own: Iterable[Rule], other: Iterable[Rule]) -> list[tuple[re.Pattern[str] | None, tuple[Rule, ...]]]:
    """The rules in the order in which they are tried, those that share a hint together."""
    rules = (*_DATES, *feasts.RULES, *own, *(each for each in other if not each.own))
    return [(hint, tuple(group)) for hint, group in groupby(rules, key=lambda each: each.hint)]


_BY_LANGUAGE = {"fr": _tried(french.RULES, english.RULES), "en": _tried(english.RULES, french.RULES)}


def find(text: str, language: str, *, known: Container[str] = ()) -> list[Entity]:
    """Return the entities `day`, `part_of_day` and `hour` of a message, in its order.

    `known` are words of the bot that must not be taken for misspelt time words. Values:

    - `day`: see `nlu.times.resolve.resolve_day`
    - `part_of_day`: `"morning"`, `"noon"`, `"afternoon"` or `"evening"`
    - `hour`: `{"at": "15:00"}`, `{"after": "15:00"}`, `{"before": "11:00"}` or both bounds
    """
    return find_folded(fold(text[:LONGEST]), text, language, known=known)


def find_folded(message: Folded, text: str, language: str, *, known: Container[str] = ()) -> list[Entity]:
    """The same for a message already folded, in which what is not to be read may have been blanked out."""
    if not _ANYTHING.search(message.text) and not _TOKEN.search(message.text):
        return []
    message = _repaired(message, known)
    if not _ANYTHING.search(message.text):
        return []
    taken = [unmeant.span() for unmeant in UNMEANT.finditer(message.text)]
    found: list[Entity] = []
    rules = (
        each
        for hint, group in _BY_LANGUAGE.get(language, _BY_LANGUAGE["en"])
        if hint is None or hint.search(message.text)
        for each in group
    )
    for each in rules:
        for match in each.pattern.finditer(message.text):
            span = match.span()
            if any(span[0] < end and start < span[1] for start, end in taken):
                continue
            meanings = list(each.build(match))
            if meanings:
                taken.append(span)
                for name, value in meanings:
                    start, end = message.span(*_said(match, name))
                    found.append(Entity(name, value, text[start:end], start, end, source="grammar"))
    return sorted(_in_the_evening(found), key=lambda entity: (entity.start, entity.name))


def _said(match: re.Match[str], name: str) -> tuple[int, int]:
    """The words of a match that are shown for one of its meanings."""
    wanted = ("part", "said") if name == "part_of_day" else ("said",)
    start, end = next((match.span(group) for group in wanted if group in match.re.groupindex), match.span())
    dotted = name == "day" and match.string[end - 1] == "."  # « sam. », or the end of the sentence
    return start, end - dotted


def _in_the_evening(found: list[Entity]) -> list[Entity]:
    """`8h` beside « demain soir » is eight in the evening."""
    if not any(entity.name == "part_of_day" and entity.value == "evening" for entity in found):
        return found
    return [
        replace(entity, value={bound: _later(clock) for bound, clock in entity.value.items()})
        if entity.name == "hour" and all("06:00" <= clock < "12:00" for clock in entity.value.values())
        else entity
        for entity in found
    ]


def _later(clock: str) -> str:
    return f"{int(clock[:2]) + 12}{clock[2:]}"


def _repaired(message: Folded, known: Container[str]) -> Folded:
    """Weekdays, months and the like with one slip in them, written properly."""
    changes = {}
    for token in _TOKEN.finditer(message.text):
        word = token.group()
        if word in WORDS or word in MEANT or word in NOT_SLIPS or word in known:
            continue
        near = [meant for meant in _MEANT.near(word) if likely_slip(word, meant)]
        if near:
            changes[token.span()] = near[0]
    return message.replaced(changes)
