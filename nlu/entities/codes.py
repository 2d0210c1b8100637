"""Finds entities that are short codes (a size: `42`, `XL`, `39,5`) by the words that come before them.

A bare `42` or `M` says nothing; « en 42 », « taille M » and "size 12" do. Which words those are is read from the annotated
examples.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nlu.text import Folded, folded
from nlu.understanding import Entity, Example

_CODE = re.compile(r"\d{1,2}(?:[.,]\d)?|[A-Z]{1,4}")
_UNITS = (
    r"(?!\s*(?:h\b|heures?|hours?|minutes?|mn|jours?|days?|j\b|semaines?|weeks?|mois|months?|ans|years?|euros?|€|\$|eur\b|%|fois|times"
    r"|magasins?|stores?|personnes?|people|litres?|l\b|cl\b|ml\b|g\b|kg\b|km\b|cm\b|m\b|paires?|pairs?|rue|street|[/:]\d))"
)

_WORD_LONG = 5
"""Letters of a code that is a word (`medium`), which needs no capitals."""
_HALF = r"\s+et\s+demie?\b|\s+(?:and\s+a\s+)?(?:1/2|half\b)"
_TELLING = 0.6
"""Share of the numbers and codes after a word that must be of the entity for the word to announce it: `size`, but not `the`."""
_AFTER_WORD = re.compile(rf"(?P<word>[^\W\d_]+)[\s:,]+(?:\d{{1,2}}(?:[.,]\d)?(?![\w]|[.,]\d|-\d){_UNITS}|[SML]\b|X{{1,3}}[SL]\b)")

_JOINS = r"\s+(?:ou|or|et|and|to|au|a|instead\s+of(?:\s+a)?|au\s+lieu\s+d[eu']|with\s+an?|par\s+une?|pas|not)\s+"


@dataclass(frozen=True, slots=True)
class Code:
    """What the examples tell of one coded entity; JSON-ready through `asdict`."""

    name: str
    before: tuple[str, ...]
    """Words that announce a code, folded."""
    words: tuple[str, ...]
    """Codes made of letters, upper case."""
    lowest: float
    highest: float


def learn(examples: Iterable[Example]) -> tuple[Code, ...]:
    """The entities whose annotated wordings are nearly all codes."""
    examples = tuple(examples)
    seen: dict[str, list[tuple[str, str]]] = {}
    for example in examples:
        for entity in example.entities:
            words = re.findall(r"[^\W\d_]+", folded(example.text[: entity.start]))
            seen.setdefault(entity.name, []).append((words[-1] if words else "", entity.text))
    codes = []
    for name, places in sorted(seen.items()):
        written = [text for _, text in places if _CODE.fullmatch(text)]
        if len(written) < 3 or len(written) < 0.8 * len(places):
            continue
        announcing = Counter(word for word, text in places if _CODE.fullmatch(text) and word)
        standing = _standing_after(announcing, examples)
        numbers = [float(text.replace(",", ".")) for text in written if text[0].isdigit()]
        codes.append(
            Code(
                name=name,
                before=tuple(
                    sorted(
                        word
                        for word, times in announcing.items()
                        if (times > 1 or len(word) > 3) and times >= _TELLING * standing[word]
                    )
                ),
                words=tuple(sorted({text.upper() for _, text in places if text.isalpha()})),
                # The examples do not show every size there is.
                lowest=min(numbers, default=0.0) * 0.75,
                highest=max(numbers, default=-1.0) * 1.25,
            )
        )
    return tuple(codes)


def _standing_after(words: Iterable[str], examples: Iterable[Example]) -> Counter[str]:
    """How often numbers and codes of letters stand right after each of the words, whatever they are."""
    wanted = frozenset(words)
    found: Counter[str] = Counter()
    for example in examples:
        plain = folded(example.text)
        for match in _AFTER_WORD.finditer(example.text) if len(plain) == len(example.text) else ():
            if (word := plain[slice(*match.span("word"))]) in wanted:
                found[word] += 1
    return found


class Codes:
    """The coded entities of a brand, ready to be found in messages."""

    def __init__(self, codes: Iterable[Code]) -> None:
        self._codes = [(code, *_patterns(code)) for code in codes if code.before]

    def find(self, message: Folded, text: str) -> list[Entity]:
        """The codes announced by one of their words, and those joined to them (« entre M et L », "39 instead of 41")."""
        found: list[Entity] = []
        for code, announced, joined in self._codes:
            for first in announced.finditer(message.text):
                sure = len(first["before"]) > 3  # « taille m » can be nothing else; « en m ... » can
                match: re.Match[str] | None = first
                while match is not None and (entity := _entity(code, match, message, text, sure=sure)):
                    if any(entity.start < other.end and other.start < entity.end for other in found):
                        break
                    found.append(entity)
                    match = joined.match(message.text, match.end())
        return found


def _entity(code: Code, match: re.Match[str], message: Folded, text: str, *, sure: bool) -> Entity | None:
    start, end = message.span(*match.span("number" if match["number"] else "word"))
    if match["half"]:
        end = message.span(*match.span("half"))[1]
    words = text[start:end]
    if match["number"]:
        if not code.lowest <= float(match["number"].replace(",", ".")) <= code.highest:
            return None
    elif not (sure or words.isupper() or len(words) >= _WORD_LONG):
        return None
    value = f"{match['number']}.5" if match["half"] else words.upper()
    return Entity(code.name, value, words, start, end, source="regex")


def _patterns(code: Code) -> tuple[re.Pattern[str], re.Pattern[str]]:
    before = "|".join(sorted(map(re.escape, code.before), key=len, reverse=True))
    words = "|".join(sorted((word.lower() for word in code.words), key=len, reverse=True)) or "(?!)"
    number = rf"(?P<number>\d{{1,2}}(?:[.,]\d)?)(?![\w]|[.,]\d|-\d){_UNITS}(?P<half>{_HALF})?"
    one = rf"(?:{number}|(?P<word>{words})(?![\w'’]))"
    announced = rf"(?<!\w)(?P<before>{before})\s*[:,]?\s+(?:(?:us|uk|eu|fr|sent|recue?)[\s,]+)?{one}"
    return re.compile(announced), re.compile(rf"{_JOINS}{one}")


def from_json(codes: Iterable[dict[str, Any]]) -> tuple[Code, ...]:
    """The codes kept in a model."""
    return tuple(
        Code(each["name"], tuple(each["before"]), tuple(each["words"]), each["lowest"], each["highest"]) for each in codes
    )
