"""Messages as they are typed in haste on a telephone: to measure what an engine loses on them.

    noisy(Example("je voudrais un rendez-vous à Lyon", ...)).text       # "jvoudrais un rdv a Lyno"

The same message always gets the same noise: dropped accents and apostrophes, words shortened, letters swapped, missed,
doubled or taken from the key beside. Numbers, codes and addresses are left alone, and entities keep their places.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from nlu.noise_words import NEIGHBOURS, SHORT
from nlu.text import fold, folded
from nlu.understanding import Entity, Example

_NO_ACCENTS = 0.6
"""Share of people in haste who type no accent at all."""
_NO_APOSTROPHES = 0.4
_NO_CAPITALS = 0.6
_SHORTENED = 0.5
"""Share of the words that can be shortened that are."""
_TYPO = 0.08
"""Share of the longer words with a slip of the finger."""
_LONG = 4
"""Letters from which a word gets slips."""

_WORD = re.compile(r"[^\W\d_]+")
_KEPT = re.compile(r"\S*[\d@/]\S*")
"""Numbers, codes, addresses: who sends them copies them or looks twice."""
_APOSTROPHE = re.compile("['’](?=[^\\W\\d_])")


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    written: str


def noisy(example: Example) -> Example:
    """The same message in haste, its entities where they have moved to. Languages without a table get French keys' slips."""
    text, dice = example.text, _dice(example.text)
    language = example.language if example.language in SHORT else "fr"
    taken = bytearray(len(text))
    for found in _KEPT.finditer(text):
        taken[found.start() : found.end()] = b"\1" * (found.end() - found.start())
    kept = bytes(taken)
    plain_accents, no_apostrophes = dice.random() < _NO_ACCENTS, dice.random() < _NO_APOSTROPHES
    edits = list(_shortened(example, language, dice, taken))
    edits += _slips(text, language, dice, taken, always=not edits)
    if no_apostrophes:
        edits += [_Edit(m.start(), m.end(), "") for m in _APOSTROPHE.finditer(text) if not taken[m.start()]]
    if plain_accents:
        edits = [replace(edit, written=folded(edit.written)) for edit in edits]
        edits += [_Edit(p, p + 1, _bare(text[p])) for p in range(len(text)) if not taken[p] and _bare(text[p]) != text[p]]
    if dice.random() < _NO_CAPITALS:
        edits = _lowered(text, edits, kept)
    return _apply(example, edits)


def _dice(text: str) -> random.Random:
    """Chance that a message decides by itself, so that it never changes."""
    seed = int.from_bytes(hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:8], "big")
    return random.Random(seed)  # noqa: S311 - repeatable on purpose; guards no secret


def _shortened(example: Example, language: str, dice: random.Random, taken: bytearray) -> Iterator[_Edit]:
    """Common words and phrases in their short forms; a phrase is left alone where an entity begins or ends inside it."""
    seen = fold(example.text)
    borders = {place for entity in example.entities for place in (entity.start, entity.end)}
    for found in _phrases(language).finditer(seen.text):
        start, end = seen.span(*found.span())
        if any(taken[start:end]) or any(start < border < end for border in borders) or dice.random() >= _SHORTENED:
            continue
        taken[start:end] = b"\1" * (end - start)
        short = dice.choice(SHORT[language][found.group()])
        yield _Edit(start, end, short)


@cache
def _phrases(language: str) -> re.Pattern[str]:
    longest_first = sorted(SHORT[language], key=lambda phrase: (-len(phrase), phrase))
    return re.compile(r"(?<![\w'-])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![\w'-])")


def _slips(text: str, language: str, dice: random.Random, taken: bytearray, *, always: bool) -> list[_Edit]:
    """Slips of the finger in longer words; `always` one at least, where there is such a word."""
    words = [m for m in _WORD.finditer(text) if len(m.group()) >= _LONG and not any(taken[m.start() : m.end()])]
    slipped = [word for word in words if dice.random() < _TYPO]
    if always and not slipped and words:
        slipped = [dice.choice(words)]
    edits = []
    for word in slipped:
        taken[word.start() : word.end()] = b"\1" * len(word.group())
        edits.append(_Edit(word.start(), word.end(), _slip(word.group(), language, dice)))
    return edits


def _slip(word: str, language: str, dice: random.Random) -> str:
    """`word` with one slip, never in its first letter: people look at that one."""
    place = dice.randrange(1, len(word) - 1)
    letter = word[place]
    match dice.choice(("swap", "miss", "double", "neighbour")):
        case "swap":
            return word[:place] + word[place + 1] + letter + word[place + 2 :]
        case "miss":
            return word[:place] + word[place + 1 :]
        case "double":
            return word[:place] + letter + word[place:]
        case _:
            beside = NEIGHBOURS[language].get(_bare(letter).lower(), letter)
            return word[:place] + dice.choice(beside) + word[place + 1 :]


def _bare(letter: str) -> str:
    """A letter without its accent, in its own case; anything that is not one letter afterwards stays as it is."""
    if letter.isascii() or not letter.isalpha():
        return letter
    bare = folded(letter)
    return bare.upper() if letter.isupper() else bare


def _lowered(text: str, edits: list[_Edit], kept: bytes) -> list[_Edit]:
    """The same edits, and no capital anywhere else but in what is kept."""
    edited = {place for edit in edits for place in range(edit.start, edit.end)}
    lowered = [replace(edit, written=edit.written.lower()) for edit in edits]
    return lowered + [_Edit(p, p + 1, c.lower()) for p, c in enumerate(text) if c.isupper() and not kept[p] and p not in edited]


def _apply(example: Example, edits: list[_Edit]) -> Example:
    """Write every edit and move the entities along."""
    text, places, written = example.text, [0] * (len(example.text) + 1), ""
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        for place in range(done, edit.start + 1):
            places[place] = len(written) + place - done
        written += text[done : edit.start] + edit.written
        for place in range(edit.start + 1, edit.end):  # inside a rewritten word nothing has a place of its own
            places[place] = len(written)
        done = edit.end
    for place in range(done, len(text) + 1):
        places[place] = len(written) + place - done
    written += text[done:]
    return replace(example, text=written, entities=tuple(_moved(entity, places, written) for entity in example.entities))


def _moved(entity: Entity, places: list[int], written: str) -> Entity:
    start, end = places[entity.start], places[entity.end]
    return replace(entity, text=written[start:end], start=start, end=end)
