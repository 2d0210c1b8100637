"""The words by which somebody at a browser says that they are not who is known there."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 60
_PHRASES = frozenset(
    {
        "ce n est pas moi",
        "c est pas moi",
        "cest pas moi",
        "ce n est pas mon compte",
        "c est pas mon compte",
        "je ne suis pas cette personne",
        "not me",
        "it s not me",
        "its not me",
        "it is not me",
        "that s not me",
        "thats not me",
        "that is not me",
        "this is not me",
        "this isn t me",
        "that isn t me",
        "not my account",
        "this is not my account",
    }
)
_NAMED = re.compile(r"(?:moi )?(?:je ne suis pas|je suis pas|i m not|im not|i am not) (?P<name>.+)")
_AROUND = re.compile(r"^(?:non|no|euh|ah|bonjour|hello|desolee?|sorry) | (?:desolee?|sorry)$")


def may_say_not_me(text: str) -> bool:
    """Whether it may be worth looking who is known: cheap, and true of every text `says_not_me` is true of."""
    plain = _plain(text)
    return plain in _PHRASES or _NAMED.fullmatch(plain) is not None


def says_not_me(text: str, first_name: str) -> bool:
    """Whether the text says so and nothing else, where `first_name` is known."""
    plain = _plain(text)
    named = _NAMED.fullmatch(plain)
    return plain in _PHRASES or (named is not None and bool(first_name) and named["name"] == _plain(first_name))


def _plain(text: str) -> str:
    if len(text) > _LONGEST:
        return ""
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    plain = " ".join(re.sub(r"\W+", " ", letters).split())
    return _AROUND.sub("", _AROUND.sub("", plain))
