"""Finds the wordings a brand listed or annotated: longest first, whatever the case, accents, plural or one slip of the finger."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nlu.common_words import WORDS
from nlu.slips import OTHER_WORDS, likely_slip
from nlu.spelling import Spelling
from nlu.text import Folded, folded
from nlu.understanding import Entity

_WORD = re.compile(r"[^\W_]+")
_SLIPS_FROM = 5
"""Shorter words have too many neighbours for a slip to be told from another word."""


_DOUBLED = re.compile(r"([a-z])\1")
_VOWELS = tuple("aeiouyh")
_DETERMINERS = frozenset(
    """
    le la les l un une des du ma mon mes ta ton tes sa son se ses notre nos votre vos leur leurs ce cet cette ces quelque
    quelques plusieurs nouvelle nouvelles nouveau nouveaux
    the a an my your his her its our their one one's this that these those some any few new couple
    """.split()  # noqa: SIM905 - reads better as text
)
"""Words that may stand in front of a noun: « retirer ma commande » is said of any `commande`."""
_PAIRS = frozenset((("paire", "de"), ("pair", "of"), ("couple", "of")))
_HEADS = frozenset(("room", "desk", "point", "counter", "box", "rack"))
"""English puts the thing last: a fitting room is a room, and a pick-up point no pick-up."""
_GENERAL_FROM = 2
"""Wordings of one entity that name another, from which any other wording of that one will do."""


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    value: str


@dataclass(slots=True)
class _Node:
    """A place in the tree of wordings: what may follow, and what is named when nothing does."""

    words: dict[str, _Node] = field(default_factory=dict)
    entities: dict[str, _Node] = field(default_factory=dict)
    entry: _Entry | None = None


_Token = tuple[int, int, str]
_REMEMBERED = 20_000
"""Words whose meaning is remembered; customers use the same few thousand."""


class Gazetteer:
    """Every listed wording of every entity, ready to be found in messages.

    `wordings` maps entity names to wordings and their values; `ordinary` are words customers use for themselves,
    so never misspellings of a wording. Articles and the like inside a wording may be others, or none. Where several wordings
    of one entity name things of another (« essayer des bottes »), they are found with any of those things.
    """

    def __init__(self, wordings: Mapping[str, Mapping[str, str]], ordinary: frozenset[str] = frozenset()) -> None:
        entries: dict[tuple[str, ...], _Entry] = {}
        for name in wordings:
            for wording, value in wordings[name].items():
                entries.setdefault(key_of(wording), _Entry(name, value))
        entries.pop((), None)
        self._root = _Node()
        for key, entry in entries.items():
            node = self._root
            for word in _without_determiners(key):
                node = node.words.setdefault(word, _Node())
            node.entry = node.entry or entry
        for general, entry in _general(entries):
            node = self._root
            for word, entity in general:
                node = node.entities.setdefault(entity, _Node()) if entity else node.words.setdefault(word, _Node())
            node.entry = node.entry or entry
        self.words = frozenset(word for key in entries for word in key)
        self._written = frozenset(word for listed in wordings.values() for each in listed for word in _WORD.findall(folded(each)))
        self._ordinary = frozenset(map(singular, WORDS | ordinary)) - self.words
        self._spelling = Spelling(word for word in self.words if len(word) >= _SLIPS_FROM)
        self._plurals = Spelling(f"{word}s" for word in self.words if len(word) == _SLIPS_FROM - 1)
        self._told: dict[str, tuple[int, str]] = {}

    def find(self, message: Folded, text: str) -> list[Entity]:
        """The listed wordings in a message, none overlapping another."""
        tokens = [self._token(match) for match in _WORD.finditer(message.text)]
        found: list[Entity] = []
        place = 0
        first_words = self._root.words
        while place < len(tokens):
            if tokens[place][2] not in first_words:
                place += 1
                continue
            longest = self._longest(message.text, tokens, place, self._root)
            if longest is None:
                place += 1
                continue
            entry, end = longest
            if end < len(tokens) and tokens[end][2] in _HEADS and message.text[tokens[end - 1][1] : tokens[end][0]].isspace():
                place = end
                continue
            first, last = message.span(tokens[place][0], tokens[end - 1][1])
            found.append(Entity(entry.name, entry.value, text[first:last], first, last, source="lookup"))
            place = end
        return found

    def _longest(self, text: str, tokens: Sequence[_Token], place: int, node: _Node) -> tuple[_Entry, int] | None:
        """What the longest wording that goes on from `node` with the token at `place` names, and the place after it."""
        best = (node.entry, place) if node.entry else None
        if place >= len(tokens) or (node is not self._root and not _joined(text, tokens, place)):
            return best
        following = node.words.get(tokens[place][2])
        ways = [self._longest(text, tokens, place + 1, following)] if following else []
        if node is not self._root:
            if node.entities:
                thing = self._longest(text, tokens, place, self._root)
                if thing and thing[0].name in node.entities:
                    ways.append(self._longest(text, tokens, thing[1], node.entities[thing[0].name]))
            if (skipped := _skipped(tokens, place)) and (node.words or node.entities):
                further = self._longest(text, tokens, place + skipped, node)
                ways.append(further if further and further[1] > place + skipped else None)
        return max((way for way in (best, *ways) if way), key=lambda way: way[1], default=None)

    def _token(self, match: re.Match[str]) -> _Token:
        start, end = match.span()
        word = match.group()
        told = self._told.get(word)
        if told is None:
            if len(self._told) >= _REMEMBERED:
                self._told.clear()
            told = self._told[word] = self._tell(word)
        return start + told[0], end, told[1]

    def _tell(self, word: str) -> tuple[int, str]:
        """How many letters of a typed word are another's, and what the rest is taken for."""
        meant = self._meant(word)
        if word[0] in "ld" and word[1:2] in _VOWELS and meant not in self.words and meant not in self._ordinary:
            behind = singular(word[1:])
            if behind in self.words:  # « latelier », typed without its apostrophe
                return 1, behind
        return 0, meant

    def _meant(self, typed: str) -> str:
        if typed in OTHER_WORDS and typed not in self._written:
            return ""  # a `pari` is no Paris
        word = singular(typed)
        if len(typed) < _SLIPS_FROM or word in self.words or word in self._ordinary or typed in self._ordinary:
            return word
        near = [each for each in self._spelling.near(word) if likely_slip(word, each)] if len(word) >= _SLIPS_FROM else []
        if near:
            return near[0]
        near = [each for each in self._plurals.near(typed) if likely_slip(typed, each)] if word not in OTHER_WORDS else []
        if near:
            return singular(near[0])
        once = _DOUBLED.sub(r"\1", word)
        return once if once in self.words and len(once) == len(word) - 1 else word


def _without_determiners(key: tuple[str, ...]) -> list[str]:
    """The words of a wording that must be there; the first always must."""
    kept = [key[0]]
    place = 1
    while place < len(key):
        if key[place : place + 2] in _PAIRS:
            place += 2
        else:
            kept += [] if key[place] in _DETERMINERS and place < len(key) - 1 else [key[place]]
            place += 1
    return kept


def _general(entries: Mapping[tuple[str, ...], _Entry]) -> list[tuple[list[tuple[str, str]], _Entry]]:
    """Wordings with a thing of another entity in them, as words and, in the place of the thing, the entity's name."""
    found: dict[tuple[str, str], list[tuple[list[tuple[str, str]], _Entry]]] = {}
    for key, entry in entries.items():
        for start in range(1, len(key)):
            inside = next((end for end in range(len(key), start, -1) if key[start:end] in entries), None)
            if inside is None or (other := entries[key[start:inside]].name) == entry.name:
                continue
            before, after = _without_determiners((*key[:start], ""))[:-1], key[inside:]
            general = [*((word, "") for word in before), ("", other), *((word, "") for word in after)]
            found.setdefault((entry.name, other), []).append((general, entry))
            break
    return [each for group in found.values() if len(group) >= _GENERAL_FROM for each in group]


def _skipped(tokens: Sequence[_Token], place: int) -> int:
    """How many words from `place` on only introduce a noun."""
    if (tokens[place][2], tokens[place + 1][2] if place + 1 < len(tokens) else "") in _PAIRS:
        return 2
    return int(tokens[place][2] in _DETERMINERS)


def _joined(text: str, tokens: Sequence[_Token], place: int) -> bool:
    """Whether only spaces, hyphens, apostrophes or full stops part two words: a comma parts two things."""
    return re.fullmatch(r"[\s'.-]{1,3}", text[tokens[place - 1][1] : tokens[place][0]]) is not None


def key_of(wording: str) -> tuple[str, ...]:
    """A wording as it is compared: folded words, singular."""
    return tuple(map(singular, _WORD.findall(folded(wording))))


def singular(word: str) -> str:
    """A folded word without the mark of the plural, near enough for comparing."""
    return word[:-1] if len(word) > 3 and word[-1] in "sx" and word[-2] != "s" else word
