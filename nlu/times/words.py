"""The words of days and hours in French and English, folded, and the pieces of patterns made of them."""

from __future__ import annotations

import re

FRENCH_WEEKDAYS = {
    word: number
    for words in ("lundi mardi mercredi jeudi vendredi samedi dimanche", "lun mar mer jeu ven sam dim")
    for number, word in enumerate(words.split())
}
_CREOLE_WEEKDAYS = {
    word: number
    for number, words in enumerate(["lendi", "madi", "mekredi mekwedi", "jedi", "vandredi", "sanmdi", "dimanch"])
    for word in words.split()
}
"""As they are written in the French Antilles."""
FRENCH_WEEKDAYS |= _CREOLE_WEEKDAYS
ENGLISH_WEEKDAYS = {
    word: number
    for words in ("monday tuesday wednesday thursday friday saturday sunday", "mon tue wed thu fri sat sun")
    for number, word in enumerate(words.split())
} | {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
WEEKDAYS = FRENCH_WEEKDAYS | ENGLISH_WEEKDAYS

_FRENCH_MONTHS = (
    "janvier janv|fevrier fevr fev|mars|avril avr|mai|juin|juillet juil|aout|septembre sept|octobre oct|novembre nov|decembre dec"
)
_ENGLISH_MONTHS = (
    "january jan|february feb|march|april apr|may|june jun|july jul|august aug|september sept sep|october oct"
    "|november nov|december dec"
)


def _numbered(written: str) -> dict[str, int]:
    return {word: number for number, words in enumerate(written.split("|"), 1) for word in words.split()}


FRENCH_MONTHS = _numbered(_FRENCH_MONTHS)
ENGLISH_MONTHS = _numbered(_ENGLISH_MONTHS)
MONTHS = FRENCH_MONTHS | ENGLISH_MONTHS

FRENCH_NUMBERS = _numbered(
    "un une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix-sept|dix-huit"
    "|dix-neuf|vingt|vingt-et-un|vingt-deux|vingt-trois"
) | {"premier": 1, "trente": 30, "quarante": 40, "quarante-cinq": 45, "vingt-cinq": 25, "trente-et-un": 31}
ENGLISH_NUMBERS = _numbered(
    "one a|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    "|eighteen|nineteen|twenty"
) | {"thirty": 30, "forty-five": 45, "twenty-five": 25}
ENGLISH_ORDINALS = _numbered(
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth"
    "|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|twenty-first|twenty-second|twenty-third|twenty-fourth"
    "|twenty-fifth|twenty-sixth|twenty-seventh|twenty-eighth|twenty-ninth|thirtieth|thirty-first"
)
NUMBERS = FRENCH_NUMBERS | ENGLISH_NUMBERS | ENGLISH_ORDINALS


def number(written: str) -> int | None:
    """The number written in digits or words (`8`, `8th`, `1er`, `quinze`, `twenty first`)."""
    digits = re.match(r"\d+", written)
    if digits:
        return int(digits.group())
    return NUMBERS.get("-".join(written.split()))


def any_of(words: dict[str, int]) -> str:
    """A pattern matching any of the words, longest first; a hyphen in a word may be typed as a space."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(word.replace("-", r"[\s-]") for word in ordered) + ")"


_ALSO_MEANT = "demain aujourd semaine prochain prochaine matinee soiree today tomorrow weekend morning afternoon evening tonight"
MEANT = frozenset([*(word for word in WEEKDAYS | MONTHS if len(word) >= 5), *_ALSO_MEANT.split()])
"""Words worth recognising with one slip in them."""

_NOT_SLIPS = (
    "sundae sundry hardi mardin matine marci marchi marche marcher marches marched match semelle midday prochains"
    " prochaines demains demande janine mayday payday matinees soirees semaines weekends mornings evenings"
)
NOT_SLIPS = frozenset(_NOT_SLIPS.split())
"""Words and names one slip from a time word that mean themselves."""

FRENCH_AFTERNOON = r"(?:apres?[\s-]?midi|lap(?:r|w)e[\s-]?midi|aprem|aprm|apr[\s-]?m|aprems|apm)"
"""The many ways of typing `après-midi`."""

FRENCH_NEXT = r"(?:prochaine?s?|proch|pro|suivante?|d'apres|qui\s+suit)"
"""« Prochain », in the words of those who type in haste too."""

FRENCH_LAST = r"(?:derni?e?re?s?|dern|passee?s?(?!\s+(?:a|chez|au|en|me|te|prendre)\b))"

_FOLLOWERS = """
a ac after afternoon and aprem apres around at au aussi autour avant avec before between but by c c'est ca can ce
celui cet cette chez could d d'apres dans de des dispo disponible does du each either elle en entre est et etre
evening fait for from i i'd i'm if il ils in instead irait is it j'ai j'aimerais je jusqu'a l'apres les m'arrange
m'arrangerait m'irait mais matin matinee maybe me merci midi moi morning next non noon of ok okay on or ou oui
ouvert ouverte ouverts par pas peut pile please pls plutot plz possible pour prefer prochain que qui rather s'il
serait sharp si sinon so soir soiree soit sont sounds stp suffit suits svp thank thanks that the then this thx till
to today tomorrow tonight too under until va vers vous we what will with works would y you
"""
_FOLLOWS = re.compile(
    r"\s*(?:$|[.,;!?)…]|[-–]\s|:(?!\d)|(?:" + "|".join(sorted(_FOLLOWERS.split(), key=len, reverse=True)) + r")\b"
    r"|(?:" + "|".join(WEEKDAYS) + r")\b"
    r"|\d{1,2}\s*(?:h|:\d\d|heures?|am|pm)\b)"
)


def stands_alone(text: str, end: int) -> bool:
    """Whether what follows `end` cannot be what a number just before it counts (`le 12` but not `le 12 rue ...`)."""
    return _FOLLOWS.match(text, end) is not None


_COUNTED_BEFORE = re.compile(
    r"(?:taille|pointure|size|sizes|tailles|numero|no|n°|nr|ref|reference|commande|order|code|modele|model|article|item"
    r"|lot|rue|street|avenue|bis|ligne|page|chambre|room|n)\s*[:#°.]?\s*$"
)


def names_a_thing(text: str, start: int) -> bool:
    """Whether the word before `start` makes a number the name of something (`taille 42`, `commande 12/05`)."""
    return _COUNTED_BEFORE.search(text[max(0, start - 14) : start]) is not None


_MONEY = re.compile(r"\s*(?:€|\$|£|eur\b|euros?\b|dollars?\b|pounds?\b|quid\b|bucks\b|%|kg\b|km\b|cm\b)")


def costs(match: re.Match[str]) -> bool:
    """Whether the number that ends a match is a price or a measure (`at 12.50 €`)."""
    return _MONEY.match(match.string, match.end()) is not None
