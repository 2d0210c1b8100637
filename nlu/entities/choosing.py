"""Which one a customer picks from a list: « le deuxième », `2`, "the last one". The value counts from 1; the last is -1."""

from __future__ import annotations

import re

from nlu.text import Folded
from nlu.understanding import Entity

_FRENCH = {
    **dict.fromkeys(("premier", "premiere", "1er", "1ere", "1ers"), 1),
    **dict.fromkeys(("deuxieme", "second", "seconde", "2eme", "2e", "2nd", "2nde", "2ieme", "deuxiemme"), 2),
    **dict.fromkeys(("troisieme", "3eme", "3e", "3ieme"), 3),
    **dict.fromkeys(("quatrieme", "4eme", "4e"), 4),
    **dict.fromkeys(("cinquieme", "5eme", "5e"), 5),
    **dict.fromkeys(("sixieme", "6eme", "6e"), 6),
    **dict.fromkeys(("septieme", "7eme", "7e"), 7),
    **dict.fromkeys(("huitieme", "8eme", "8e"), 8),
    **dict.fromkeys(("neuvieme", "9eme", "9e"), 9),
    **dict.fromkeys(("dixieme", "10eme", "10e"), 10),
    **dict.fromkeys(("dernier", "derniere"), -1),
}
_ENGLISH = {
    **{word: n for n, pair in enumerate(("first 1st", "second 2nd", "third 3rd", "fourth 4th"), 1) for word in pair.split()},
    **{word: n for n, pair in enumerate(("fifth 5th", "sixth 6th", "seventh 7th", "eighth 8th"), 5) for word in pair.split()},
} | {"ninth": 9, "9th": 9, "tenth": 10, "10th": 10, "last": -1}
_ORDINALS = _FRENCH | _ENGLISH
_CARDINALS = {
    **{word: n for n, word in enumerate("un deux trois quatre cinq six sept huit neuf dix".split(), 1)},  # noqa: SIM905
    **{word: n for n, word in enumerate("one two three four five six seven eight nine ten".split(), 1)},  # noqa: SIM905
} | {"une": 1}
_POLITE = r"(?:svp|stp|s'il (?:vous|te) plait|merci|please|pls|plz|thanks|thx|alors|then|ok|oui|yes)"
_END = (
    rf"(?=\s*(?:$|[.,;!?)]|{_POLITE}\b|ca\b|me\b|m'|est\b|sera\b|is\b|would\b|works\b|suits\b|for\b|pour\b|plutot\b|instead\b))"
)
_THING = (
    r"(?:creneaux?|options?|propositions?|choix|horaires?|rendez[\s-]vous|rdv|magasins?|boutiques?|dates?|places?|liste"
    r"|ones?|slots?|choices?|times?\s+slots?|stores?|shops?|appointments?)"
)
_ORDINAL = re.compile(
    rf"(?<![\w'])(?:(?:le|la|l'|les|the|my|mon|ma|au|du|a\s+la)\s*)?(?P<n>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
    rf"(?![\w'])(?:\s+{_THING}\b|{_END})"
)
_NUMBERED = re.compile(
    rf"(?<!\w)(?:(?:le|la|the|l')\s*)?(?:numero|n°|no\.?|nr|number|num|option|choix|choice|#|creneau|slot|reponse|answer)\s*°?\s*"
    rf"(?P<n>\d{{1,2}}|{'|'.join(_CARDINALS)})(?!\w)"
)
_ALONE = re.compile(
    rf"^\W*(?:{_POLITE}\W+)?(?:(?:plutot|je\s+(?:prends|veux|choisis)|va\s+pour|i(?:'ll|\s+will)?\s+take|i\s+(?:want|choose|pick))\s+)?"
    rf"(?:(?:le|la|the|number)\s+)?(?P<n>\d{{1,2}}|{'|'.join(_CARDINALS)})(?:\s*[.)])?(?:\W+{_POLITE})*\W*$"
)


def find(message: Folded, text: str) -> list[Entity]:
    """The entities `number` of a message: ordinals, numbers that number something, and a number sent alone."""
    found: list[Entity] = []
    for pattern in (_ALONE, _NUMBERED, _ORDINAL):
        for match in pattern.finditer(message.text):
            value = _value(match["n"])
            start, end = message.span(*match.span("n"))
            if value is not None and not any(start < other.end and other.start < end for other in found):
                found.append(Entity("number", value, text[start:end], start, end, source="grammar"))
    return sorted(found, key=lambda entity: entity.start)


def _value(written: str) -> int | None:
    if written.isdecimal():
        return int(written) or None
    return _ORDINALS.get(written, _CARDINALS.get(written))
