"""The name a customer gives: « je m'appelle Anna », « moi c'est Karim », "my name is Anna Price", "Owen here", or a signature."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from nlu.common_words import WORDS
from nlu.entities.name_words import TITLE, WORD, can_be_name, is_full_name, is_nobodys_word, name_from
from nlu.entities.signatures import signature
from nlu.text import Folded, folded
from nlu.understanding import Entity

_TITLED = re.compile(rf"^\W*(?={TITLE})")
_ANNOUNCED = (
    r"je\s+m'?\s?app?ell?e?|j'?m'?app?ell?e?|(?:on|tout\s+le\s+monde)\s+m'?\s?appelle|je\s+me\s+nomme|me\s+presenter\s*[:,]",
    r"moi,?\s+c'?\s?est|(?:non[\s-])?mwen\s+se",
    r"mon\s+(?:petit\s+)?(?:pre)?nom(?:\s+de\s+famille)?\s*(?:est|c'?est|:)|nom\s+de\s+famille\s*(?:est|:)?|le\s+nom\s+c'?est",
    r"(?:au|sous\s+le)\s+nom\s+de|nom\s*:|prenom\s*:?|de\s+la\s+part\s+de|vous\s+parlez\s+a|je\s+signe",
    r"my\s+(?:first\s+|last\s+|full\s+)?(?:sur)?n(?:am|ma)es?\s*(?:is|'s|:)|(?:sur)?name\s*:|(?:sur)?name's|introduce\s+myself\s*[:,.]",
    r"(?:in|under)(?:\s+the)?\s+name(?:\s+of)?|i'?\s?a?m\s+called|i\s+go\s+by|(?:the\s+)?surname(?:\s*is)?|(?:first|last)\s+name\s*:?",
    r"put\s+it\s+under|(?:it'?s|booked)\s+under|write\s+down",
)
_HINTED = (
    r"je\s+suis|j'?suis|c'?\s?est(?:\s+pour(?!\s+(?:noel|paques)))?|c|ici|mettez|notez|moi|ici\s+c'?est|nom|appell?ez?[\s-]moi",
    r"(?:pouvez|peux)\s+(?:ecrire|mettre|noter)",
    r"i\s?'?\s?a?m|i\s+myself\s+am|myself|it'?s(?:\s+for(?!\s+(?:christmas|easter)))?|this\s+is|me|her[e']?s|calls?\s+me|under",
    r"who's\s+speaking\s*[.:]|(?:speaking|talking|chatting)\s+(?:to|with)",
)
_SURE = re.compile(rf"(?<!\w)(?:{'|'.join(_ANNOUNCED)})\s*(?:is\s+|est\s+|de\s+)?")
_MAYBE = re.compile(rf"(?<!\w)(?:{'|'.join(_HINTED)})\s+")
_SENTENCE = re.compile(r"(?:^|[.!?…\n])\s*(?=[^\W\d_])")
_PRESENTED = re.compile(r",|\s+(?:is|c'est)\s+(?:the|my|le|mon)\b")
"""What follows a full name that begins a sentence: « Philomène Grosjanvier, pour vous servir », "Dee Mulqueen is the name"."""
_LONGEST = 3
"""Words of a message that is only a name."""
_AFTER = re.compile(r"(?:\s*,\s*|\s+)(?:a\s+l'appareil|here|speaking|on\s+the\s+line)\b")


def find(message: Folded, text: str, taken: list[tuple[int, int]], usual: Collection[str] = ()) -> list[Entity]:
    """The entities `name` of a message, outside the spans already taken; `usual` are words that are no names."""

    def end(match: re.Match[str]) -> int:
        return message.span(0, match.end())[1]

    spans = [name_from(text, end(match), sure=True) for match in _SURE.finditer(message.text) if match.end()]
    spans += [name_from(text, end(match), sure=False) for match in _MAYBE.finditer(message.text)]
    spans += [_name_before(text, message.span(0, match.start())[1]) for match in _AFTER.finditer(message.text) if match.start()]
    spans += [name_from(text, end(match), sure=False) for match in _TITLED.finditer(message.text)]
    spans.append(_whole(text, usual))
    if any(map(str.isupper, text)):
        spans += [signature(text, usual), *_presented(text, usual)]
    found: list[Entity] = []
    for span in spans:
        if span is None or any(span[0] < end and start < span[1] for start, end in taken):
            continue
        start, stop = span
        if not any(start < other.end and other.start < stop for other in found):
            name = text[start:stop]
            value = name.title() if name.islower() else name
            found.append(Entity("name", value, name, start, stop, source="grammar"))
    return sorted(found, key=lambda entity: entity.start)


def _name_before(text: str, end: int) -> tuple[int, int] | None:
    """One to three capitalised words that end at `end`."""
    words = list(WORD.finditer(text[:end]))[-3:]
    if not words or words[-1].end() < end - 1:
        return None
    start = None
    for word in reversed(words):
        if not can_be_name(word.group(), sure=False, first=True):
            break
        start = word.start()
    return (start, words[-1].end()) if start is not None else None


def _presented(text: str, usual: Collection[str]) -> Iterator[tuple[int, int]]:
    """Full names that begin a sentence and are parted from the rest of it."""
    for sentence in _SENTENCE.finditer(text):
        span = name_from(text, sentence.end(), sure=True, usual=usual)
        if span is None or not _PRESENTED.match(text, span[1]):
            continue
        words = WORD.findall(text[slice(*span)])
        if is_full_name(words, usual) and not {folded(word) for word in words} & WORDS:
            yield span


def _whole(text: str, usual: Collection[str]) -> tuple[int, int] | None:
    """A message that is nothing but a first name and a surname."""
    words = list(WORD.finditer(text))
    if not 1 <= len(words) <= _LONGEST or re.search(r"\w", WORD.sub("", text)):
        return None
    said = [word.group() for word in words]
    # One unknown word alone is likelier misspelt, or not taught yet, than a name.
    if is_full_name(said, usual) or (len(said) > 1 and all(is_nobodys_word(word, usual) for word in said)):
        return words[0].start(), words[-1].end()
    return None
