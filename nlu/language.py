"""Tells French from English in a few words, and says so when it cannot tell.

`ok`, `2`, `samedi` or a city do not tell: people who speak one language use the other's names of days and places.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nlu.common_words import ENGLISH, FRENCH
from nlu.shop_words import ENGLISH_SHOP, FRENCH_SHOP
from nlu.slang import SLANG
from nlu.text import LONGEST, folded, squeezed

_SURE = 1.0
"""How much more one language must weigh than the other before the words outweigh the hint."""

_NEUTRAL = frozenset(
    """
ok oki okay okey stop mail email message site code service services question questions point points date page photo total
non no yo bye ciao super zero simple note type six on est son ton main dos pour as an or but a y t s me plus train
lundi mardi mercredi jeudi vendredi samedi dimanche monday tuesday wednesday thursday friday saturday sunday
info infos promo promos bus stock client normal sport plz pls thx lol wk sup mon sun sam sat wed fri re am pm
""".split()  # noqa: SIM905 - words read better as text
)
"""Words of both languages, or that speakers of one use in the other: they weigh nothing."""

_STRONG = 1.6
_WEAK = 0.4
_FRENCH, _ENGLISH = FRENCH | (FRENCH_SHOP - ENGLISH), ENGLISH | (ENGLISH_SHOP - FRENCH)
_ONLY_FRENCH = dict.fromkeys((_FRENCH | SLANG["fr"].keys()) - _ENGLISH - SLANG["en"].keys() - _NEUTRAL, _STRONG)
_ONLY_ENGLISH = dict.fromkeys((_ENGLISH | (SLANG["en"].keys() - SLANG["fr"].keys())) - _FRENCH - _NEUTRAL, -_STRONG)
# `merci` is said in English too, but not the other way round; a few words are real ones in both, with one far likelier.
_LEANING = {"mon": 0.6, "son": 0.6, "pour": 1.0, "est": 1.2, "plus": 0.5, "on": -0.2, "an": -0.6, "or": -0.6, "but": -0.8}
_LEANING |= {"as": -0.2, "me": -0.1, "a": 0.0, "am": -0.6, "no": -0.6, "non": _STRONG, "y": 0.3, "t": 0.1, "main": -0.1}
_WEIGHTS: Mapping[str, float] = _ONLY_FRENCH | _ONLY_ENGLISH | _LEANING

_LOOKS_FRENCH = re.compile(
    r"(?:eau|eux|euse|oir|ais|ait|aient|ment|elle|ette|ique|ez|ier|iere|age|tte|ee|ees)$|^qu|oeu|aill|eill|ouill"
)
_LOOKS_ENGLISH = re.compile(r"(?:ing|ed|ly|ght|sh|th|ness|ful|ck|wn|ey|ty|ies|ough|less|ship)$|^(?:wh|th|kn|wr|sh)|w|oo|ee[a-z]")
_LETTERS = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"\S+@\S+|https?:\S+|www\.\S+")
_ACCENTED = re.compile(r"(?<![^\W\d_])[a-zàâçèéêëîïôùûœ]*[àâçèéêëîïôùûœ][^\W\d_]*")
"""Words with an accent that are no names: an Inès from Montréal may write in English."""
_ACCENT = 1.0
_WEEKEND = re.compile(r"\bweek-?ends?\b")


def identify(text: str, hint: str) -> tuple[str, bool]:
    """Return the language of `text` (`fr` or `en`) and whether its own words tell; if not, the language is `hint`."""
    text = text[:LONGEST]
    weight = 0.0
    for found in _LETTERS.finditer(_WEEKEND.sub(" ", _ADDRESS.sub(" ", folded(text)))):
        word = found.group()
        known = _WEIGHTS.get(word)
        if known is None and word not in _NEUTRAL:
            known = _WEIGHTS.get(squeezed(word), _shape(word))
        weight += known or 0.0
    if not text.isascii() and weight > -_SURE:
        weight += _ACCENT * min(len(_ACCENTED.findall(text)), 3)
    if abs(weight) < _SURE:
        return hint, False
    return ("fr" if weight > 0 else "en"), True


def _shape(word: str) -> float:
    """What the look of an unknown word tells: little."""
    if len(word) < 4:
        return 0.0
    return _WEAK * (bool(_LOOKS_FRENCH.search(word)) - bool(_LOOKS_ENGLISH.search(word)))
