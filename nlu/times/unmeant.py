"""Words of time that name no day to come: wishes (« bonne soirée », "Morning all!") and what is past (« il y a trois jours »)."""

from __future__ import annotations

import re

from nlu.times.words import (
    ENGLISH_MONTHS,
    ENGLISH_NUMBERS,
    FRENCH_AFTERNOON,
    FRENCH_LAST,
    FRENCH_MONTHS,
    FRENCH_NUMBERS,
    FRENCH_WEEKDAYS,
    any_of,
)

_FR_KIND = r"(?:(?:tres|bien)\s+)?(?:bon+e?s?|belles?|excellente?s?|agreables?|joyeu(?:x|ses?)|douce|merveilleu(?:x|se))"
_FR_TIME = (
    rf"(?:soirees?|soir|journees?|matinees?|matin|midi|nuitee|nuit|{FRENCH_AFTERNOON}|week[\s-]?end|wkd|we|wk|fin\s+de\s+semaine"
    r"|semaine|mois|annee|vacances|fetes?|noel|paques|reveillon)"
)
_FR_REST = r"(?:(?:fin|debut|reste|suite|continuation)\s+(?:de\s+(?:la\s+|l')?|d'|du\s+))?"
_FR_WEEKDAY = rf"{any_of({word: n for word, n in FRENCH_WEEKDAYS.items() if len(word) > 3})}"
_ONLY_A_WISH = r"(?=\s*(?:$|[!.,;)]|a\s+(?:vous|toi|tous|toute)))"
"""« Bon samedi à tous » wishes; « bon samedi alors » and "nice, Saturday then" accept."""

_EN_KIND = (
    r"(?:good|gd|gud|happy|lovely|nice|great|wonderful|pleasant|beautiful|fab(?:ulous)?|fantastic|peaceful|cracking|blessed"
    r"|relaxing|amazing|merry|restful|splendid|brilliant|cosy|cozy|quiet|decent)"
)
_EN_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
_EN_TIME = r"(?:morning|mornin|afternoon|arvo|evening|evenin|night|week\s?-?end|wknd|week|christmas|xmas|easter|new\s+year)"

_FR_COUNT = rf"(?:\d{{1,3}}|{any_of(FRENCH_NUMBERS)})"
_EN_COUNT = rf"(?:\d{{1,3}}|{any_of(ENGLISH_NUMBERS)})"

_GONE_BY = (
    rf"(?:semaine|sem|week[\s-]?end|wkd|we|mois|{any_of(FRENCH_MONTHS)})\s+{FRENCH_LAST}"
    rf"|y\s?a\s+(?:environ\s+|deja\s+|bien\s+|a\s+peine\s+)?{_FR_COUNT}\s+(?:jours?|semaines?|sem|mois|heures?|h)"
    rf"|(?:depuis|ca\s+fait)\s+{_FR_COUNT}\s+(?:jours?|semaines?|sem|mois)"
    rf"|last\s+(?:week\s?-?end|wknd|week|wk|month|night|evening|{any_of(ENGLISH_MONTHS)})s?"
    rf"|{_EN_COUNT}\s+(?:days?|weeks?|wks?|months?|hours?)\s+ago"
    r"|(?<!partir )d'une\s+heure(?!\s*(?:et|du|de\s+l'))"  # how long, or by how much
    r"|black\s+friday"  # a sale rather than a day
)

UNMEANT = re.compile(
    r"(?<!\w)(?:" + _GONE_BY + "|"
    rf"(?:une?\s+)?{_FR_KIND}\s+(?:et\s+\w+\s+)?{_FR_REST}(?:{_FR_TIME}|{_FR_WEEKDAY}{_ONLY_A_WISH})"
    rf"|(?:passez|passe|souhaite)(?:\s+\w+){{0,2}}?\s+une?\s+{_FR_REST}{_FR_TIME}"
    rf"|{_EN_KIND}\s+(?:(?:rest|end|start)\s+(?:of|to)\s+(?:the|your)\s+)?(?:{_EN_WEEKDAY}\s+)?{_EN_TIME}"
    rf"|(?!good\s+friday){_EN_KIND}\s+{_EN_WEEKDAY}{_ONLY_A_WISH}"
    rf"|(?:rest\s+of\s+(?:the|your)|enjoy\s+(?:the|your)|top\s+of\s+the|g'?)\s*(?:{_EN_TIME}|{_EN_WEEKDAY})"
    r"|(?:nighty?|nite)[\s-]+(?:nighty?|nite)|goodnight"
    r")(?!\w)"
    # "Morning, do you have ...", "Evening all": a greeting when it opens a message that goes on to something else.
    r"|^\W*(?:morning|mornin|afternoon|evening|evenin)'?(?=\s*(?:!|[,.]\s*(?!please|pls|if|or\b|would|is\b|works|for\b|on\b|around"
    r"|about|at\b|thanks|thank|any\s?time|\d)\w+\W+\w|\s(?:all|everyone|everybody|team|folks|guys|there|mate|both|ladies"
    r"|to\s+(?:you|ye|all))\b))"
)
"""Matches in a folded message. Nobody books what is in them, and nothing else may be read into it."""
