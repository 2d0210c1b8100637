"""Which one a customer picks from a list: « le deuxième », `2`, "the last one". The value counts from 1; the last is -1."""

from __future__ import annotations

import re

from nlu.common_words import WORDS
from nlu.slips import likely_slip
from nlu.spelling import Spelling
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
_POLITE = (
    r"(?:svp|stp|s'il (?:vous|te) plait|merci|please|pls|plz|thanks|thx|alors|then|ok|oui|yes"
    r"|(?:pour|pr|for)\s+(?:moi|me|nous|us))"
)
_AND_SO_ON = (
    r"ca|me|m'|it|est|sera|serait|irait|ira|convient|va|is|was|would|could|might|will|works|suits|looks|sounds|seems|for|pour|plutot|instead"
    r"|et|and|ou|or|mais|but|of\s+(?:these|those|them|the\s+(?:list|two|three|four|lot))|from\s+(?:the|your|that)\s+list|on\s+(?:the|your|that)"
    r"\s+list|there|(?:that\s+)?you\s+(?:gave|listed|offered|proposed|said|mentioned)|de\s+(?:la|ta|votre)\s+liste|des\s+(?:deux|trois|quatre)"
    r"|que\s+(?:vous|tu)|si\s+(?:c'est|vous)|if\s+(?:i|you|it)"
)
_END = rf"(?=\s*(?:$|[^\w\s'€$%/-]|-\s|{_POLITE}\b|(?:{_AND_SO_ON})(?<!')\b|m'))"
_THING = (
    r"(?:creneaux?|opti?ons?|propos\w+|possib\w+|choix|horaires?|rendez[\s-]vous|rdv|magasins?|boutiques?|dates?|places?|lignes?|lines?"
    r"|ones?|slots?|choices?|times?\s+slots?|stores?|shops?|appointments?|suggestions?|reponses?|solutions?)"
)
_NOT_COUNTED = r"(?<!\bune )(?<!\bun )(?<!\ba )(?<!\beach )(?<!\bevery )(?<!\bau )(?<!\bmois )(?<!\bsemaine )(?<!\bin )"
_ARTICLE = r"(?P<article>(?:le|la|l'|les|the|my|mon|ma|du)\s*)"
_ORDINAL = re.compile(
    rf"(?<![\w']){_ARTICLE}?{_NOT_COUNTED}(?P<n>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
    rf"(?![\w'])(?:\s+{_THING}\b|{_END})"
)
_NUMBERED = re.compile(
    rf"(?<!\w)(?:(?:le|la|the|l')\s*)?(?:numero|n°|no\.|nr|number|num|opti?on|choix|choice|#|creneau|slot|reponse|answer|proposition|possibility)"
    rf"\s*[°:]?\s*(?P<n>\d{{1,2}}|{'|'.join(_CARDINALS)})(?!\w)(?=\s*(?:$|[^\w\s])|\s+(?:{_POLITE}|{_AND_SO_ON}|out|from|on|in|at|de|s'il)\b)"
)
_TAKES = (
    r"(?:prends|prendrai|prendrais|prendre|choisis|choisirai|garde|opte\s+pour|vote\s+pour|prefere|va\s+pour|disons|bloquez|reservez|mets-moi"
    r"|take|choose|pick|go\s+for|go\s+with|prefer|have|book|say)"
)
_TAKEN = re.compile(rf"(?<!\w){_TAKES}\s+(?:(?:le|la|the|number)\s+)?(?P<n>[1-9])(?![\w:/]|[.,]\d){_END}")
_ALONE = re.compile(
    rf"^\W*(?:{_POLITE}\W+)?(?:(?:plutot|je\s+(?:prends|veux|choisis)|va\s+pour|i(?:'ll|\s+will)?\s+take|i\s+(?:want|choose|pick))\s+)?"
    rf"(?:(?:le|la|the|number)\s+)?(?P<n>\d{{1,2}}|{'|'.join(_CARDINALS)})(?:\s*[.)])?(?:\W+{_POLITE})*\W*$"
)
_SLIPS = Spelling(word for word in _ORDINALS if len(word) > 5)
_SHORT = 80
"""Characters of a message in which a choice is worth a look at its spelling."""
_LONG_WORD = re.compile(r"[a-z]{6,}")


def find(message: Folded, text: str) -> list[Entity]:
    """The entities `number` of a message: ordinals, numbers that number something, and a number sent alone."""
    message = _repaired(message)
    found: list[Entity] = []
    for pattern in (_ALONE, _NUMBERED, _TAKEN, _ORDINAL):
        for match in pattern.finditer(message.text):
            value = _value(match["n"])
            start, end = message.span(*match.span("n"))
            if (
                value is not None
                and not (value == -1 and not match["article"])
                and not any(start < other.end and other.start < end for other in found)
            ):
                found.append(Entity("number", value, text[start:end], start, end, source="grammar"))
    return sorted(found, key=lambda entity: entity.start)


def _value(written: str) -> int | None:
    if written.isdecimal():
        return int(written) or None
    return _ORDINALS.get(written, _CARDINALS.get(written))


def _repaired(message: Folded) -> Folded:
    """« Deusieme » as it should be."""
    if len(message.text) > _SHORT:
        return message
    changes = {}
    for token in _LONG_WORD.finditer(message.text):
        word = token.group()
        if word not in _ORDINALS and word not in WORDS and (near := _SLIPS.near(word)) and likely_slip(word, near[0]):
            changes[token.span()] = near[0]
    return message.replaced(changes)
