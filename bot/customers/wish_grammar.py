"""What a message says about being written to, when it says that and nothing else: in French and English. Pure.

A small grammar over whole messages. Whatever it does not read is a message like any other, for the bot or a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from zoneinfo import available_timezones

from bot.customers import wish_phrases as phrases
from bot.customers.opting import Word, plain, read_word
from bot.customers.phrases import which
from bot.customers.wish_times import quiet_span
from bot.customers.wishes import CONTACT, LANGUAGE, PREFERRED, QUIET, ZONE

HERE = "here"
"""In place of a channel: the one it was written on."""
LONGEST = 140
"""Characters of a message that may be about nothing but this."""
_POLITE = (
    r"s il (?:vous|te) plait|svp|stp|merci(?: beaucoup| d avance| bien)?|please|thanks|thank you|bonjour|bonsoir|hello|hi|"
    r"madame|monsieur|ok|alors|desormais|dorenavant|a l avenir|from now on|in future"
)
_ENDS = re.compile(rf"^(?:(?:{_POLITE}) )+|(?: (?:{_POLITE}))+$")


@dataclass(frozen=True, slots=True)
class Said:
    """One wish as a message tells it."""

    kind: str
    value: Any
    channel: str = ""
    """`HERE`, a channel's name, or empty for all."""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a message says of being written to: a word alone, or a wish in a sentence."""

    wish: Said | None = None
    word: Word | Literal["undo", ""] = ""


def read_wish(text: str, channel: str) -> Spoken | None:
    """What a message written on `channel` says of being written to; None when it is about anything else, or not only about it."""
    if len(text) > 2 * LONGEST:
        return None
    word = read_word(text, channel)
    if word is not None:
        return Spoken(word=word)
    said = plain(text)
    if not said or len(said) > LONGEST:
        return None
    said = _ENDS.sub("", said)
    if phrases.UNDO.read(said) is not None:
        return Spoken(word="undo")
    found = _any_time(said) or _zone(said) or _language(said) or _prefers(said) or _allows(said) or _refuses(said)
    return Spoken(found) if found is not None else None


def _any_time(said: str) -> Said | None:
    return Said(QUIET, []) if phrases.ANY_TIME.read(said) is not None else None


def _language(said: str) -> Said | None:
    found = phrases.SPEAKS.read(said)
    return None if found is None else Said(LANGUAGE, which(phrases.LANGUAGES, found["language"]))


def _prefers(said: str) -> Said | None:
    found = phrases.PREFERS.read(said)
    if found is None:
        return None
    return Said(PREFERRED, which(phrases.CHANNELS, found["channel"]), purpose=which(phrases.KINDS, found.get("kind", "")))


def _allows(said: str) -> Said | None:
    found = phrases.ALLOWS.read(said)
    if found is None:
        return None
    what = found.get("what", "")
    purpose, channel = which(phrases.KINDS, what), which(phrases.CHANNELS, found.get("channel", ""))
    # Whoever only says that we may write means the channel they name, or this one; offers may come wherever they like.
    return Said(CONTACT, True, channel or ("" if purpose else which(phrases.CHANNELS, what) or HERE), purpose)


def _refuses(said: str) -> Said | None:
    """What is refused: all, one purpose, one channel, or some hours; None when the end of the sentence says something else."""
    if phrases.OFF_THE_LIST.read(said) is not None:
        return Said(CONTACT, False)
    found = phrases.REFUSALS.read(said)
    if found is None:
        return None
    what, rest = found.get("what") or found.get("channel", ""), _ENDS.sub("", f" {found['rest']}").strip()
    purpose = which(phrases.KINDS, what)
    channel = "" if purpose else which(phrases.CHANNELS, what)
    if not rest:
        return Said(CONTACT, False, channel or ("" if purpose else HERE), purpose)
    if phrases.EVERYWHERE.read(rest) is not None:
        return Said(CONTACT, False, channel, purpose)
    if by := phrases.BY_CHANNEL.read(rest):
        return Said(CONTACT, False, which(phrases.CHANNELS, by["channel"]), purpose)
    if about := phrases.ABOUT.read(rest):
        return Said(CONTACT, False, channel, which(phrases.KINDS, about["kind"]))
    span = quiet_span(rest) if not purpose else None
    return Said(QUIET, [span]) if span is not None else None


def _zone(said: str) -> Said | None:
    found = phrases.ZONES.read(said)
    zone = _zones().get(found["rest"]) if found is not None else None
    return Said(ZONE, zone) if zone is not None else None


@cache
def _zones() -> Mapping[str, str]:
    """Names people give to time zones: "america montreal", "montreal"."""
    named: dict[str, str] = {}
    for zone in sorted(available_timezones()):
        if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/", "SystemV/", "US/")):
            named.setdefault(plain(zone), zone)
            named.setdefault(plain(zone.rpartition("/")[2]), zone)
    return named
