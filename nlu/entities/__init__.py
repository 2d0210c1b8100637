"""What a message names, found by rule: patterns, the brand's own wordings, times, numbers and names.

    known = learn(data)                    # what the training data tells, JSON-ready, kept in the model
    EntityFinder(known).find("un rdv à Lyon samedi", "fr")

One stretch of a message has one reading: patterns (an order number, a telephone) come first, then the longer of a wording
and a time. Only a number may share its words, with the day of the month it may also be (« le 2 »). What no list can hold is
learnt from the annotated examples and added afterwards, see `nlu.entities.tagger`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from nlu.entities import choosing, codes, names, topics
from nlu.entities.gazetteer import Gazetteer, key_of
from nlu.entities.patterns import Patterns
from nlu.text import LONGEST, fold, folded
from nlu.times.grammar import find_folded
from nlu.understanding import Entity, IntentGuess, TrainingData

_OURS = frozenset(("day", "part_of_day", "hour", "number", "phone", "email", "name"))
"""Entities read by rules: their annotated wordings are not looked up (any « Rose » is not a customer)."""


_DATED = re.compile(r"(?:\b(?:on|by|from|until|till|til|before|after|since|avant|apres|jusqu'au|depuis|des)\s+(?:le\s+)?)$")
"""What in front of « le 2 » makes it a date."""


@dataclass(frozen=True, slots=True)
class Known:
    """What training data tells of a brand's entities."""

    wordings: dict[str, dict[str, str]]
    """Entity name to wording to value."""
    regexes: dict[str, list[str]]
    codes: tuple[codes.Code, ...] = ()
    ordinary: tuple[str, ...] = ()
    """Words customers use outside every entity, folded."""
    topics: dict[str, list[str]] = field(default_factory=dict)
    """Entity name to intents that only ask about what it names, see `nlu.entities.topics`."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, written: dict[str, Any]) -> Known:
        return cls(
            written["wordings"],
            written["regexes"],
            codes.from_json(written["codes"]),
            tuple(written["ordinary"]),
            written.get("topics", {}),
        )


def learn(data: TrainingData, tagged: frozenset[str] = frozenset(), *, with_topics: bool = True) -> Known:
    """Gather every wording of every entity: look-ups, annotated examples, and the synonyms of both.

    Of the entities `tagged`, which a trained tagger finds (see `nlu.entities.tagger`), annotated wordings are left to it.
    Topics are half of the work, and only wanted by who asks for `EntityFinder.chosen`.
    """
    coded = codes.learn(data.examples)
    skipped = _OURS | set(data.regexes) | {code.name for code in coded}
    synonyms = {key_of(wording): value for wording, value in data.synonyms.items()}
    wordings: dict[str, dict[str, str]] = {}
    written = _words_written(data)
    for name, listed in data.lookups.items():
        if name not in skipped:
            for wording in (each for each in listed if not _told_by_accents(each, written)):
                wordings.setdefault(name, {}).setdefault(wording, synonyms.get(key_of(wording), wording))
    for example in data.examples:
        for entity in example.entities:
            if entity.name not in skipped | tagged and _tells(entity.text) and not _told_by_accents(entity.text, written):
                value = entity.value if entity.value != entity.text else synonyms.get(key_of(entity.text), entity.text)
                wordings.setdefault(entity.name, {}).setdefault(entity.text, str(value))
    for name in sorted(wordings):
        values = set(wordings[name].values())
        for wording, value in data.synonyms.items():
            if value in values:
                wordings[name].setdefault(wording, value)
    listed_wordings = {name: dict(sorted(wordings[name].items())) for name in sorted(wordings)}
    ordinary = tuple(sorted(_ordinary(data)))
    return Known(
        wordings=listed_wordings,
        regexes={name: list(dict.fromkeys(data.regexes[name])) for name in sorted(data.regexes)},
        codes=coded,
        ordinary=ordinary,
        topics=topics.learn_topics(data.examples, Gazetteer(listed_wordings, frozenset(ordinary))) if with_topics else {},
    )


def _tells(wording: str) -> bool:
    """Whether an annotated wording says what it is wherever it stands: not a number, not a letter or two."""
    return sum(letter.isalpha() for letter in wording) > 2


def _words_written(data: TrainingData) -> Counter[str]:
    """How often each word stands in the examples, in small letters and with its accents."""
    return Counter(word for example in data.examples for word in set(re.findall(r"\w+", example.text.lower())))


def _told_by_accents(wording: str, written: Counter[str]) -> bool:
    """Whether a wording is another, more usual word for those who leave accents out: Creole `bòt`, and a bot."""
    plain = folded(wording)
    return wording.lower() != plain and written[plain] > 2 * max(1, written[wording.lower()])


def _ordinary(data: TrainingData) -> set[str]:
    words: set[str] = set()
    for example in data.examples:
        rest, done = "", 0
        for entity in example.entities:
            rest, done = rest + example.text[done : entity.start] + " ", entity.end
        words.update(key_of(rest + example.text[done:]))
    return {word for word in words if word.isalpha()}


class EntityFinder:
    """Finds entities in messages; made once, used by every message."""

    def __init__(self, known: Known) -> None:
        self.gazetteer = Gazetteer(known.wordings, frozenset(known.ordinary))
        self._usual = frozenset(known.ordinary) | self.gazetteer.words
        self._topics = known.topics
        self._patterns = Patterns(known.regexes)
        self._codes = codes.Codes(known.codes)

    def find(self, text: str, language: str) -> tuple[Entity, ...]:
        """The entities of a message in its order; only its first `nlu.text.LONGEST` characters are read."""
        text = text[:LONGEST]
        found = self._patterns.find(text)
        message = fold(text)
        if found:
            message = message.blanked([(entity.start, entity.end) for entity in found])
        listed = self.gazetteer.find(message, text)
        timed = find_folded(message, text, language, known=self.gazetteer.words)
        listed = [each for each in listed if not any(_beats(time, each) for time in timed)]
        timed = [time for time in timed if not any(_overlap(time, each) for each in listed)]
        found += listed + timed
        coded = self._codes.find(message, text)
        found += [code for code in coded if not any(_overlap(code, each) for each in found)]
        kept = [each for each in found if each.name != "day" or not _may_be_a_place(message.text, each)]
        chosen = choosing.find(message, text)
        found += [number for number in chosen if not any(_overlap(number, each) for each in kept)]
        found += names.find(message, text, [(each.start, each.end) for each in found], self._usual)
        return tuple(sorted(found, key=lambda each: (each.start, each.end, each.name)))

    def chosen(self, text: str, entities: Sequence[Entity], ranking: Sequence[IntentGuess]) -> tuple[Entity, ...]:
        """The entities found in a message less those it only asks about, by what it may mean (`ranking`, likeliest first)."""
        return topics.chosen(text, entities, ranking, self._topics)


def _overlap(one: Entity, other: Entity) -> bool:
    return one.start < other.end and other.start < one.end


def _may_be_a_place(message: str, day: Entity) -> bool:
    """Whether a day of the month may as well be one of a list: « le 2 », but not "on the 2nd" or « mardi 2 »."""
    return set(day.value) == {"day"} and _DATED.search(message[: day.start]) is None


def _beats(time: Entity, listed: Entity) -> bool:
    return _overlap(time, listed) and time.end - time.start >= listed.end - listed.start


__all__ = ["EntityFinder", "Known", "learn"]
