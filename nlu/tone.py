"""How a message is said: its tone, an insult in it, and whether somebody is in need of more than a shop can give.

Small lists for French and English, read in microseconds. What they find never decides what a message means; it decides
how it is answered, and what an advisor sees first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nlu.text import LONGEST, folded, squeezed
from nlu.tone_words import AIMED, ANGRY, DANGER, DISTRESS, FIGURES_OF_SPEECH, GLAD, INSULTS, KIND, NEGATIVE, POSITIVE, URGENT

Tone = Literal["negative", "neutral", "positive", "urgent"]
Distress = Literal["", "distress", "danger"]
"""`danger`: somebody's life may be at stake; `distress`: somebody is at the end of their strength, or in mourning."""

_BAD, _GOOD = 1.0, 1.0
_POLITE = 0.5
"""What "thanks" weighs: two of them, or one and a compliment, are a tone; one is only manners."""
_SHOUTED = 0.5
_CAPITALS = 12
"""Letters: a shorter message may well be an order number or a name."""
_WORD = re.compile(r"[^\W_]+")
_NOT = frozenset({"pas", "not", "no", "sans", "jamais", "never", "aucun", "aucune", "isn", "wasn", "don"})


_LETTERS = re.compile(r"[a-z]{2,}")
_EVERYWHERE = frozenset(
    """
    je tu il elle on nous vous ils elles les des une un le la de du en et ou au aux ce ca se te me mon ma mes est es
    sont suis ai as avez ont pas plus ne que qui quoi dans pour avec sur par tres vraiment fait fais va vais veux
    the you he she we they my your an to of in on at is are was not no it this that so very have has been do does
    for with want going need am im us
    """.split()  # noqa: SIM905 - words read better as text
)
"""Words nearly every message has: they do not tell which phrase may be in it."""


class Phrases:
    """Phrases, one a line, each of which may itself be a pattern; only those of which the message has a word are looked for."""

    def __init__(self, written: str) -> None:
        self._by_stem: dict[str, list[re.Pattern[str]]] = {}
        self.lines = [
            re.compile(rf"(?<!\w)(?:{line.strip()})(?!\w)") for line in written.strip().replace("\\\n", "").splitlines()
        ]
        for line in self.lines:
            letters = re.sub(r"[a-z]\?|\\.|\?[:!=<]+", " ", line.pattern)
            for stem in {word[:4] for word in _LETTERS.findall(letters)} - _EVERYWHERE:
                self._by_stem.setdefault(stem, []).append(line)

    def count(self, plain: str, stems: frozenset[str]) -> int:
        """How often the phrases occur in a folded text, whose words begin with `stems`."""
        return sum(1 for line in self._likely(stems) for _ in line.finditer(plain))

    def among(self, plain: str, stems: frozenset[str]) -> bool:
        """Whether one of them occurs."""
        return any(line.search(plain) for line in self._likely(stems))

    def without(self, plain: str, stems: frozenset[str]) -> str:
        """The text with these phrases taken out."""
        for line in self._likely(stems):
            plain = line.sub(" ", plain)
        return plain

    def _likely(self, stems: frozenset[str]) -> dict[re.Pattern[str], None]:
        known = self._by_stem.keys() & stems
        return {line: None for stem in sorted(known) for line in self._by_stem[stem]} if known else {}


_WEIGHTS: Mapping[str, float] = {
    **dict.fromkeys(NEGATIVE.split(), -_BAD),
    **dict.fromkeys(POSITIVE.split(), _GOOD),
    **dict.fromkeys(KIND.split(), _POLITE),
}
_SIGNS: Mapping[str, float] = {
    **dict.fromkeys("😡🤬😠😤👎💢😒🙄😾💩", -_BAD),
    **dict.fromkeys("😊😍🥰👍❤💚🎉😃😄😁🤩👏", _GOOD),
}
_ANGRY, _GLAD, _URGENT = Phrases(ANGRY), Phrases(GLAD), Phrases(URGENT)
_INSULTS, _DANGER, _DISTRESS, _FIGURES = Phrases(INSULTS), Phrases(DANGER), Phrases(DISTRESS), Phrases(FIGURES_OF_SPEECH)
_NAMES = "|".join(AIMED.replace("\\\n", "").split("\n")[1:-1])
"""What is an insult only when it is said of somebody: « c'est idiot » is none."""
_AIMED = Phrases(
    rf"(?:tu es|t'es|tes|vous etes|z'etes|espece d[e']|bande d[e']|gros|grosse|sale|pauvre|quels?|quelle|you(?:'re| are)?|ur|u r"
    rf"|stupid|dumb|bunch of)\s*(?:(?:une?|des|a|an|vraiment|tous|trop|all|such|really|so|completement|que)\s+)*(?:{_NAMES})"
)
_ONLY_NAMED = re.compile(rf"(?:{_NAMES})")


@dataclass(frozen=True, slots=True)
class Manner:
    """How one message is said."""

    tone: Tone = "neutral"
    insult: bool = False
    distress: Distress = ""


def read_manner(text: str) -> Manner:
    """The tone of a message, whether it insults, and whether it tells of distress."""
    text = text[:LONGEST]
    plain = squeezed(folded(text))
    words = _WORD.findall(plain)
    stems = frozenset(word[:4] for word in words)
    return Manner(_tone(text, plain, words, stems), _insults(plain, stems), _distress(plain, stems))


def _distress(plain: str, stems: frozenset[str]) -> Distress:
    without = _FIGURES.without(plain, stems)
    if _DANGER.among(without, stems):
        return "danger"
    return "distress" if _DISTRESS.among(without, stems) else ""


def _insults(plain: str, stems: frozenset[str]) -> bool:
    if _INSULTS.among(plain, stems) or _AIMED.among(plain, stems):
        return True
    return _ONLY_NAMED.fullmatch(plain.strip(" !.,")) is not None


def _tone(text: str, plain: str, words: list[str], stems: frozenset[str]) -> Tone:
    weight = 0.0
    for place, word in enumerate(words):
        found = _WEIGHTS.get(word, 0.0)
        if found and not _NOT.isdisjoint(words[max(0, place - 2) : place]):
            found = -found if found == _GOOD else 0.0  # « pas inutile » is no praise yet
        weight += found
    weight += _GOOD * _GLAD.count(plain, stems) - _BAD * _ANGRY.count(plain, stems)
    if not _SIGNS.keys().isdisjoint(text):
        weight += sum(_SIGNS.get(character, 0.0) for character in text)
    if _shouted(text):
        weight -= _SHOUTED
    if "!!" in text or "??" in text:
        weight += _SHOUTED if weight > 0 else -_SHOUTED
    if weight <= -_BAD:
        return "negative"
    if _URGENT.among(plain, stems):
        return "urgent"
    return "positive" if weight >= _GOOD else "neutral"


def _shouted(text: str) -> bool:
    capitals = sum(map(str.isupper, text))
    return capitals > 0.8 * _CAPITALS and _CAPITALS <= sum(map(str.isalpha, text)) < capitals / 0.8


__all__ = ["Distress", "Manner", "Tone", "read_manner"]
