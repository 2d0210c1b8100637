"""How many segments an SMS costs: GSM 03.38 where every character is in that alphabet, else UCS-2. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.channels import texts

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
"""Two units each: an escape, then the character."""

_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e«»", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u00a0\u2009\u202f", " "),
        "\u2026": "...",
        "\u2022": "-",
        "œ": "oe",
        "Œ": "OE",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """What sending a text costs, for whoever writes it."""

    alphabet: Literal["GSM-7", "UCS-2"]
    units: int
    """Its length in the alphabet's own units."""
    count: int
    """Segments; each is paid for."""
    left: int
    """Units that still fit into the last segment."""


def segments(text: str) -> Segments:
    """What `text` costs. One character outside GSM 03.38, an emoji or a `ê`, makes the whole text UCS-2."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        return _count([2 if character in _EXTENDED else 1 for character in text], "GSM-7", alone=160, joined=153)
    return _count([2 if ord(character) > 0xFFFF else 1 for character in text], "UCS-2", alone=70, joined=67)


def plain(text: str) -> str:
    """`text` with plain quotes, dashes and spaces, where that saves it from UCS-2; else unchanged."""
    simpler = text.translate(_TYPOGRAPHY)
    return simpler if simpler != text and segments(simpler).alphabet == "GSM-7" else text


def longest(text: str) -> int:
    """Length in UTF-16 units of the longer of the two forms a text, or any piece of it, may be sent in: `plain` or not."""
    return texts.utf16(text.translate(_TYPOGRAPHY))  # no sign becomes shorter


def _count(widths: list[int], alphabet: Literal["GSM-7", "UCS-2"], *, alone: int, joined: int) -> Segments:
    units = sum(widths)
    if units <= alone:
        return Segments(alphabet=alphabet, units=units, count=1 if units else 0, left=alone - units)
    count, filled = 1, 0
    for width in widths:
        if filled + width > joined:  # neither an escape nor half an emoji may stand at the end of a segment
            count, filled = count + 1, 0
        filled += width
    return Segments(alphabet=alphabet, units=units, count=count, left=joined - filled)
