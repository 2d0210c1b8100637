"""Cutting texts to what a platform can show, never inside a link or an emoji."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

Measure = Callable[[str], int]
"""The length of a text in a platform's own unit."""

_LINK = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]+", re.IGNORECASE)
_LONGEST_ADDRESS = 320
"""Characters of a mail address, at most: no further must be looked for the end of one."""
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_SENTENCE = re.compile(r"[.!?…][»”\")]*\s")
_WORD = re.compile(r"\s")

_JOINER = "\u200d"
_KEYCAP = "\u20e3"


def utf16(text: str) -> int:
    """Length in UTF-16 code units, the way Telegram counts: most emoji are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """Length in what a reader would call characters, the way some networks count."""
    return sum(1 for _ in clusters(text))


def clean(text: str) -> str:
    """`text` without what no database or wire can carry: NUL characters and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def split(text: str, limit: int, measure: Measure = utf16) -> list[str]:
    """Cut `text` into pieces of at most `limit`: between paragraphs, else sentences, else words.

    White space at a cut is dropped; nothing else is. A blank text gives no piece at all. A single word, link or emoji
    longer than the limit is cut all the same, because the platform would refuse the whole message.
    """
    if limit < 4:
        raise ValueError(f"a limit of {limit} leaves no room for a single emoji; use 4 or more")
    pieces = []
    rest = text.strip()
    while measure(rest) > limit:
        end = _cut(rest, _reach(rest, limit, measure))
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*pieces, rest] if rest else pieces


def shorten(text: str, limit: int, measure: Measure = utf16) -> str:
    """`text` in at most `limit`, ending with an ellipsis where something had to go."""
    if measure(text) <= limit:
        return text
    kept = ""
    for cluster in clusters(text):
        if measure(kept + cluster) > limit - 1:
            break
        kept += cluster
    return kept.rstrip() + "…"


def clusters(text: str) -> Iterator[str]:
    """What a reader would call one character: a letter with its accents, a whole emoji, a flag."""
    start = 0
    for position in range(1, len(text)):
        if not _continues(text, start, position):
            yield text[start:position]
            start = position
    if text:
        yield text[start:]


def _continues(text: str, start: int, position: int) -> bool:
    """Whether the character at `position` belongs to the cluster that began at `start`."""
    here, before = text[position], text[position - 1]
    if here in (_JOINER, _KEYCAP) or before == _JOINER or before + here == "\r\n":
        return True
    if unicodedata.category(here) in ("Mn", "Mc", "Me"):  # accents and variation selectors
        return True
    if 0x1F3FB <= ord(here) <= 0x1F3FF or 0xE0020 <= ord(here) <= 0xE007F:  # skin tones, flags of regions
        return True
    return _regional(here) and _regional(before) and position - start == 1  # two letters make a flag


def _regional(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF


def _reach(text: str, limit: int, measure: Measure) -> int:
    """How many characters of `text` fit, by bisection, so that any unit can be counted."""
    low, high = 1, min(len(text), limit)
    while high < len(text) and measure(text[:high]) <= limit:  # a unit of several characters, such as what a reader calls one
        low, high = high, min(len(text), 2 * high)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= limit else (low, middle - 1)
    return low


def _cut(text: str, reach: int) -> int:
    """Where to cut a text of which `reach` characters fit."""
    window = text[: reach + 1]  # one more, so that a word that ends exactly at the limit is seen to end
    for boundary, least in ((_PARAGRAPH, reach // 3), (_SENTENCE, reach // 3), (_WORD, 0)):
        ends = [found.end() for found in boundary.finditer(window) if found.end() - 1 > least]
        if ends:
            return ends[-1]
    for link in _LINK.finditer(text[: reach + _LONGEST_ADDRESS]):
        if 0 < link.start() < reach < link.end():
            return link.start()
    return _between_clusters(text, reach)


def _between_clusters(text: str, reach: int) -> int:
    end = 0
    for cluster in clusters(text):
        if end + len(cluster) > reach:
            break
        end += len(cluster)
    return end or reach
