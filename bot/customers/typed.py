"""What somebody writes when they were asked for a code: the code itself, or that it did not come. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from bot.customers.challenge import DIGITS, PLACE

Wish = Literal["again", "other", "later", "malformed"]


@dataclass(frozen=True, slots=True)
class TypedCode:
    """A code in a message, by its place there."""

    code: str
    start: int
    end: int


_GAP = r"[ \u00a0\u202f.\-]?"
_CODE = re.compile(
    rf"(?<![\w.,/+#-])(?<![0-9][ \u00a0\u202f.\-])[0-9](?:{_GAP}[0-9]){{{DIGITS - 1}}}"
    rf"(?![\w/€$%]|[.,\-][0-9]|{_GAP}[0-9]| ?[€$%])"
)
_OTHER_NUMBER = re.compile(
    r"\b(?:commande|order|carte|card|fidelite|loyalty|colis|parcel|suivi|tracking|facture|invoice|postal|zip|tel|telephone|phone"
    r"|reference|ref|article|item|rue|street)\b(?:\s+(?:numero|number|no|n|est|is|c|le|la|the|my|ma|mon|:))*\s*$"
)
_BARE_DIGITS = re.compile(r"\W*(?:[0-9][\s.\-]?){3,12}\W*")
_WISHES: tuple[tuple[Wish, re.Pattern[str]], ...] = (
    (
        "other",
        re.compile(
            r"\b(?:pas|plus)\s+(?:a\s+)?(?:mon|ma|la\s+bonne|le\s+bon|cette|acces\s+a)\s*(?:bonne?\s+)?(?:mail|email|e\s+mail|adresse"
            r"|numero|tel|telephone|boite)|\b(?:autre|nouvelle|mauvaise)\s+(?:adresse|mail|email|e\s+mail|numero)|\bmauvais\s+(?:mail|numero)"
            r"|\bnot\s+my\s+(?:e\s*mail|mail|address|number|phone)|\b(?:another|different|wrong|other)\s+(?:e\s*mail|mail|address|number)"
            r"|\bno\s+(?:longer|more)\s+(?:have|use)\b.*\b(?:e\s*mail|mail|address|number)"
        ),
    ),
    (
        "again",
        re.compile(
            r"\b(?:renvo\w+|re\s*envo\w+|encore|nouveau|autre)\b.{0,14}\bcode\b|\bcode\b.{0,16}\b(?:encore|renvo\w+)\b|^renvo\w+(?:\s|$)"
            r"|\b(?:rien|pas|jamais|toujours\s+pas)\b.{0,12}\b(?:recu|arrive|eu|vu)\b|\b(?:recu|arrive)\b.{0,8}\b(?:rien|pas)\b"
            r"|\b(?:resend|send)\b.{0,12}\b(?:again|code|it|new)\b|^resend\b|\b(?:new|another)\s+code\b"
            r"|\b(?:nothing|not|never|no|didn\s?t|haven\s?t|hasn\s?t|doesn\s?t)\b.{0,16}\b(?:received?|get|got|gotten|arrived?|came|come|code)\b"
        ),
    ),
    (
        "later",
        re.compile(
            r"\b(?:plus\s+tard|pas\s+maintenant|sans\s+code|une\s+autre\s+fois|not\s+now|later|without\s+(?:a|the)?\s*code"
            r"|pas\s+(?:le|de|ce)\s+code|forget\s+(?:it|the\s+code))\b"
        ),
    ),
)


def find_code(text: str) -> TypedCode | None:
    """The code in a message: six digits alone, however they are spaced; not those of a date, a phone or an order."""
    found = codes_in(text)
    return found[0] if len(found) == 1 else None


def codes_in(text: str) -> tuple[TypedCode, ...]:
    """Everything in a message that may be a code, in its order."""
    found = [match for match in _CODE.finditer(text) if not _OTHER_NUMBER.search(_plain(text[: match.start()]))]
    return tuple(TypedCode(re.sub(r"[^0-9]", "", one.group()), one.start(), one.end()) for one in found)


def without(text: str, *typed: TypedCode) -> str:
    """The message as it is kept."""
    for one in sorted(typed, key=lambda one: one.start, reverse=True):
        text = text[: one.start] + PLACE + text[one.end :]
    return text


def wish_in(text: str) -> Wish | None:
    """What somebody wants who has no code to type; None when the message says something else."""
    if _BARE_DIGITS.fullmatch(text):
        return "malformed"
    said = _plain(text)
    return next((wish for wish, pattern in _WISHES if pattern.search(said)), None)


def _plain(text: str) -> str:
    """Without accents, case and punctuation."""
    folded = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9:]+", " ", folded).strip()
