"""The name a customer gives: « je m'appelle Anna », « moi c'est Karim », "my name is Anna Price", "Owen here", or a signature."""

from __future__ import annotations

import re
from collections.abc import Collection

from nlu.entities.name_words import TITLE, WORD, can_be_name, is_full_name, is_nobodys_word, name_from
from nlu.entities.signatures import signature
from nlu.text import Folded
from nlu.understanding import Entity

_TITLED = re.compile(rf"^\W*(?={TITLE})")
_SURE = re.compile(
    r"(?<!\w)(?:je\s+m'?\s?appell?e|j'?m'?appelle|(?:on|tout\s+le\s+monde)\s+m'?\s?appelle|je\s+me\s+nomme|me\s+presenter\s*[:,]"
    r"|moi,?\s+c'?\s?est|mon\s+(?:petit\s+)?(?:pre)?nom(?:\s+de\s+famille)?\s*(?:est|c'?est|:)|(?:et\s+mon\s+)?nom\s+de\s+famille\s*(?:est|:)?"
    r"|(?:au|sous\s+le)\s+nom\s+de|nom\s*:|prenom\s*:?|le\s+nom\s+c'?est|de\s+la\s+part\s+de"
    r"|vous\s+parlez\s+a|je\s+signe"
    r"|my\s+(?:first\s+|last\s+|full\s+)?(?:sur)?names?\s*(?:is|'s|:)|(?:sur)?name\s*:|(?:sur)?name's"
    r"|(?:in|under)(?:\s+the)?\s+name(?:\s+of)?|i'?\s?a?m\s+called|i\s+go\s+by"
    r"|(?:the\s+)?surname(?:\s*is)?|(?:first|last)\s+name\s*:?|put\s+it\s+under|(?:it'?s|booked)\s+under|write\s+down"
    r")\s*(?:is\s+|est\s+|de\s+)?"
)
_MAYBE = re.compile(
    r"(?<!\w)(?:je\s+suis|j'?suis|c'?\s?est(?:\s+pour(?!\s+(?:noel|paques)))?|c|ici|mettez|notez|moi|i\s?'?\s?a?m"
    r"|it'?s(?:\s+for(?!\s+(?:christmas|easter)))?|this\s+is|me|ici\s+c'?est|nom|her[e']?s|call\s+me|calls\s+me|appell?ez?[\s-]moi|who's\s+speaking\s*[.:]"
    r"|(?:speaking|talking|chatting)\s+(?:to|with))\s+"
)
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
    spans += [signature(text, usual), _whole(text, usual)]
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


def _whole(text: str, usual: Collection[str]) -> tuple[int, int] | None:
    """A message that is nothing but a first name and a surname, or one of the two."""
    words = list(WORD.finditer(text))
    if not 1 <= len(words) <= _LONGEST or re.search(r"\w", WORD.sub("", text)):
        return None
    said = [word.group() for word in words]
    written = len(said) > 1 or said[0][0].isupper()  # nobody's word alone, in small letters, is likelier misspelt
    if is_full_name(said, usual) or (written and all(is_nobodys_word(word, usual) for word in said)):
        return words[0].start(), words[-1].end()
    return None
