"""The name a customer gives: « je m'appelle Anna », « moi c'est Karim », "my name is Anna Price", "Owen here"."""

from __future__ import annotations

import re

from nlu.common_words import WORDS
from nlu.text import Folded, folded
from nlu.understanding import Entity

_TITLE = r"(?:(?:madame|monsieur|mademoiselle|mme|mlle|mr|mrs|miss|ms)\.?\s+|m\.\s+)"
_TITLED = re.compile(rf"(?<![\w'’]){_TITLE}")
_SURE = re.compile(
    r"(?<!\w)(?:je\s+m'?\s?appell?e|j'?m'?appelle|je\s+me\s+nomme|moi,?\s+c'?\s?est|mon\s+(?:petit\s+)?(?:pre)?nom(?:\s+de\s+famille)?"
    r"\s*(?:est|c'?est|:)|au\s+nom\s+de|nom\s*:|prenom\s*:?|le\s+nom\s+c'?est|appell?ez?[\s-]moi|my\s+(?:first\s+|last\s+|full\s+)?"
    r"(?:sur)?name\s*(?:is|'s|:)|(?:sur)?name\s*:|name's|call\s+me|under(?:\s+the)?\s+name(?:\s+of)?|i'?\s?a?m\s+called|surname|"
    r"(?:first|last)\s+name\s*:?|put\s+it\s+under|it'?s\s+under|write\s+down)\s*(?:is\s+|est\s+|de\s+)?"
)
_MAYBE = re.compile(
    r"(?<!\w)(?:je\s+suis|j'?suis|c'?\s?est(?:\s+pour(?!\s+(?:noel|paques)))?|c|ici|mettez|notez|moi|i\s?'?\s?a?m"
    r"|it'?s(?:\s+for(?!\s+(?:christmas|easter)))?|this\s+is|me|ici\s+c'?est|nom|her[e']?s)\s+"
)
_AFTER = re.compile(r"(?:\s*,\s*|\s+)(?:a\s+l'appareil|here|speaking|on\s+the\s+line)\b")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")
_LONGEST = 4
_PARTICLES = frozenset(("de", "du", "des", "la", "le", "van", "von", "da", "di", "el", "ben", "saint", "st", "mc", "d"))

_NEVER = frozenset(("svp", "stp", "pls", "plz", "thx", "ok", "je", "i", "et", "and", "pour", "for", "merci", "thanks"))


def find(message: Folded, text: str, taken: list[tuple[int, int]]) -> list[Entity]:
    """The entities `name` of a message, outside the spans already taken."""
    spans = [
        _name_from(text, message.span(0, match.end())[1], sure=True) for match in _SURE.finditer(message.text) if match.end()
    ]
    spans += [_name_from(text, message.span(0, match.end())[1], sure=False) for match in _MAYBE.finditer(message.text)]
    spans += [_name_before(text, message.span(0, match.start())[1]) for match in _AFTER.finditer(message.text) if match.start()]
    spans += [_name_from(text, message.span(*match.span())[0], sure=False) for match in _TITLED.finditer(message.text)]
    spans.append(_whole(text))
    found: list[Entity] = []
    for span in spans:
        if span is None or any(span[0] < end and start < span[1] for start, end in taken):
            continue
        start, end = span
        if not any(start < other.end and other.start < end for other in found):
            name = text[start:end]
            value = name.title() if name.islower() else name
            found.append(Entity("name", value, name, start, end, source="grammar"))
    return sorted(found, key=lambda entity: entity.start)


def _name_from(text: str, start: int, *, sure: bool) -> tuple[int, int] | None:
    """The name that begins at `start`: capitalised words, or any uncommon ones when it is `sure` that a name comes."""
    title = re.compile(_TITLE, re.IGNORECASE).match(text, start)
    begin = title.start() if title else start
    position = title.end() if title else start
    end = None
    for _ in range(_LONGEST):
        word = _WORD.match(text, position)
        if word is None or not _can_be_name(word.group(), sure=sure or title is not None, first=end is None):
            break
        end = word.end() - word.group().endswith(".")
        gap = re.compile(r"\s+").match(text, word.end())
        if gap is None:
            break
        position = gap.end()
    if end is None:
        return None
    last = re.search(r"\s(\S+)$", text[begin:end])
    while last and folded(last[1]) in _PARTICLES:
        end = begin + last.start()
        last = re.search(r"\s(\S+)$", text[begin:end])
    return begin, end


def _can_be_name(word: str, *, sure: bool, first: bool) -> bool:
    plain = folded(word.rstrip("."))
    if plain in _PARTICLES and not first:
        return True
    if plain in WORDS or plain in _NEVER:
        return sure and word[0].isupper() and plain not in _NEVER  # a Miss Price gives her name like anybody
    return word[0].isupper() or sure


def _name_before(text: str, end: int) -> tuple[int, int] | None:
    """One to three capitalised words that end at `end`."""
    words = list(_WORD.finditer(text[:end]))[-3:]
    if not words or words[-1].end() < end - 1:
        return None
    start = None
    for word in reversed(words):
        if not _can_be_name(word.group(), sure=False, first=True):
            break
        start = word.start()
    return (start, words[-1].end()) if start is not None else None


def _whole(text: str) -> tuple[int, int] | None:
    """A message that is nothing but a first name and a surname."""
    words = list(_WORD.finditer(text))
    named = 2 <= len(words) <= 3 and all(_can_be_name(word.group(), sure=False, first=True) for word in words)
    if not named or _WORD.sub("", text).strip():
        return None
    return words[0].start(), words[-1].end()
