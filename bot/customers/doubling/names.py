"""Two names side by side: the same, a short form, mistyped, a part of the other, or another name. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import combining, normalize

from rapidfuzz.distance import OSA, JaroWinkler

from bot.customers.doubling.nicknames import one_person

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "'": "", "’": "", "ʼ": ""})
_NOT_A_LETTER = re.compile(r"[\W_]+")
_GENERATION = re.compile(r" (?:jr|junior|sr|senior|fils|pere|ii|iii|iv)$")
_HEARD = tuple(
    (re.compile(written), heard)
    for written, heard in (
        (r"ph", "f"),
        (r"th", "t"),
        (r"sch|sh|ch", "s"),
        (r"qu|ck|q|c(?![eiy])", "k"),
        (r"c|ss|z|x", "s"),
        (r"gn", "n"),
        (r"j|g(?=[eiy])", "g"),
        (r"w", "v"),
        (r"h", ""),
    )
)
_VOWELS = re.compile(r"[aeiouy]+")
_TWICE = re.compile(r"(.)\1+")
_SILENT = re.compile(r"(?<=.)[stdxe]+$")


@lru_cache(maxsize=65536)
def folded(name: str) -> str:
    """In small letters without accents, hyphens or apostrophes, words apart: `Jean-Noël O’Neill` is `jean noel oneill`.

    Other scripts than the Latin stay what they are.
    """
    letters = "".join(one for one in normalize("NFKD", name.casefold().translate(_LETTERS)) if not combining(one))
    return _NOT_A_LETTER.sub(" ", letters).strip()


def without_generation(name: str) -> tuple[str, str]:
    """A folded name without its `fils`, `Jr` or `III`, and that word (empty when there is none)."""
    found = _GENERATION.search(name)
    return (name[: found.start()], found.group().strip()) if found else (name, "")


@lru_cache(maxsize=65536)
def sound(name: str) -> str:
    """A folded name roughly as it is heard: its consonants. Names written in different ways share it, and others too."""
    word = _SILENT.sub("", name.replace(" ", ""))
    for written, heard in _HEARD:
        word = written.sub(heard, word)
    return _TWICE.sub(r"\1", word[:1] + _VOWELS.sub("", word[1:])) or name[:1]


def mistyped(first: str, second: str) -> bool:
    """Whether one slip makes one of the other, two in a long name, or both are heard alike. Two short names are never so."""
    shorter, longer = sorted((len(first), len(second)))
    if shorter < 4:
        return False
    slips = 1 if longer < 8 else 2
    if longer - shorter <= slips and OSA.distance(first, second, score_cutoff=slips) <= slips:
        return True
    return sound(first) == sound(second) and JaroWinkler.similarity(first, second) >= 0.88


def compare_first(first: str, second: str, *, both_usual: bool) -> str:
    """How two folded first names compare: same, short, alike, neighbour, part, initial or other.

    `both_usual` tells that many people have either: what looks like a slip is then more likely another name, a `neighbour`
    such as Louis and Louise.
    """
    if first == second or first.replace(" ", "") == second.replace(" ", ""):
        return "same"
    if one_person(first, second):
        return "short"
    shorter, longer = sorted((first, second), key=len)
    if shorter.replace(" ", "") in (longer[:1], "".join(word[0] for word in longer.split())):
        return "initial"
    if mistyped(first, second):
        return "neighbour" if both_usual else "alike"
    return _part(shorter, longer) or "other"


def _part(shorter: str, longer: str) -> str:
    """Whether one of several first names stands for all: the first one, in any form of it."""
    words, more = shorter.split(), longer.split()
    if len(words) < len(more) and words and (words[0] == more[0] or one_person(words[0], more[0]) or set(words) < set(more)):
        return "part"
    return ""


def compare_last(first: str, second: str) -> str:
    """How two folded last names compare: same, alike, part or other."""
    if first == second or first.replace(" ", "") == second.replace(" ", ""):
        return "same"
    words, more = set(_long(first)), set(_long(second))
    if words and more and (words <= more or more <= words):
        return "part"
    return "alike" if mistyped(first, second) else "other"


def _long(name: str) -> list[str]:
    """The words of a name that tell something: not `de`, `la`, `von`."""
    return [word for word in name.split() if len(word) > 2]


def inverted(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether one of two (first name, last name) has them the wrong way round."""
    (one, two), (three, four) = first, second
    return (one == four or mistyped(one, four) or one_person(one, four)) and (two == three or mistyped(two, three))
