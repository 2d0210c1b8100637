"""JSON as Amazon Lex exports a bot: intents with sample utterances such as `a fitting in {store}`, and slot types with values.

An utterance names its slots rather than holding words, so reading fills each with values of its type in turn, and writing puts
the names back. What Lex's own types match (`AMAZON.Date`, `AMAZON.Number`) is filled with common words without a mark: our
grammar finds those by itself.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nlu.annotations import plain
from nlu.engine.model import OUT_OF_SCOPE
from nlu.errors import TrainingDataError
from nlu.formats.lex_files import LexBot, read_bots
from nlu.formats.written import Written, by_intent, languages_of
from nlu.training_files import merge
from nlu.understanding import Entity, Example, TrainingData

_PLACE = re.compile(r"\{([\w.-]+)\}")
_FALLBACK = "AMAZON.FallbackIntent"
_OWN_TYPES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "fr": {
        "date": ("demain", "samedi", "le 12 mai"),
        "time": ("14h", "10h30", "midi"),
        "number": ("2", "3", "10"),
        "city": ("Lyon", "Lille", "Nantes"),
        "firstname": ("Camille", "Hugo"),
        "lastname": ("Martin", "Petit"),
        "phonenumber": ("06 12 34 56 78",),
        "emailaddress": ("camille@exemple.fr",),
    },
    "en": {
        "date": ("tomorrow", "Saturday", "May 12"),
        "time": ("2 pm", "10:30", "noon"),
        "number": ("2", "3", "10"),
        "city": ("London", "Leeds", "Bath"),
        "firstname": ("Alex", "Sam"),
        "lastname": ("Martin", "Taylor"),
        "phonenumber": ("07700 900123",),
        "emailaddress": ("alex@example.com",),
    },
}


def read_lex(path: Path, *, language: str | None = None) -> tuple[TrainingData, tuple[str, ...]]:
    """The training data of an export (JSON, zip or folder) and what of it has no place here. Raises `TrainingDataError`."""
    parts: list[TrainingData] = []
    lost: Counter[str] = Counter()
    for bot in read_bots(path):
        spoken = language or bot.locale[:2].lower()
        if not re.fullmatch("[a-z]{2}", spoken):
            raise TrainingDataError(f"`locale` is {bot.locale!r}; write one such as fr-FR, or give --language", file=bot.file)
        reader = _Reader(bot, spoken)
        parts.append(reader.read())
        lost += reader.lost
    return merge(parts), tuple(f"{what} ({count})" for what, count in sorted(lost.items()))


class _Reader:
    def __init__(self, bot: LexBot, language: str) -> None:
        self.bot, self.language = bot, language
        self.values = {kind.name: kind.enumerationValues for kind in bot.slotTypes}
        self.turns: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()

    def read(self) -> TrainingData:
        examples: list[Example] = []
        lookups: dict[str, list[str]] = {}
        synonyms: dict[str, str] = {}
        for intent in self.bot.intents:
            kinds = {slot.name: slot.slotType for slot in intent.slots}
            if answers := sum(len(slot.sampleUtterances) for slot in intent.slots):
                self.lost["answers to the questions of slots"] += answers
            for name, kind in kinds.items():
                for value in self.values.get(kind, ()):
                    wordings = list(map(plain, (value.value, *value.synonyms)))
                    lookups[name] = list(dict.fromkeys([*lookups.get(name, ()), *filter(None, wordings)]))
                    synonyms |= {w.lower(): plain(value.value) for w in wordings if w and w != plain(value.value)}
            meant = OUT_OF_SCOPE if _FALLBACK in (intent.name, intent.parentIntentSignature) else intent.name
            found = (self._filled(utterance, meant, kinds) for utterance in intent.sampleUtterances)
            examples += [replace(example, file=self.bot.file) for example in found if example is not None]
        return TrainingData(tuple(examples), synonyms, {}, lookups)

    def _filled(self, utterance: str, intent: str, kinds: Mapping[str, str]) -> Example | None:
        """An utterance with words in its places; None when there are none to put there."""
        utterance = plain(utterance)
        text, done, entities = "", 0, list[Entity]()
        for place in _PLACE.finditer(utterance):
            text += utterance[done : place.start()]
            done = place.end()
            name = place[1]
            kind = kinds.get(name, name)
            value = self._next(kind)
            if value is None:
                self.lost["utterances whose slots have no values to fill them with"] += 1
                return None
            words, meaning = value
            if meaning is not None:
                entities.append(Entity(_entity_name(name), meaning, words, len(text), len(text) + len(words)))
            text += words
        text += utterance[done:]
        return Example(text, intent, self.language, tuple(entities)) if text else None

    def _next(self, kind: str) -> tuple[str, str | None] | None:
        """The next words for a slot type, and their value where they are to be marked."""
        turn = self.turns[kind]
        self.turns[kind] += 1
        values = [(plain(w), plain(v.value)) for v in self.values.get(kind, ()) for w in (v.value, *v.synonyms) if plain(w)]
        if values:
            return values[turn % len(values)]
        known = _OWN_TYPES.get(self.language, _OWN_TYPES["en"])
        own = known.get(kind.removeprefix("AMAZON.").replace("_", "").lower(), ())
        return (own[turn % len(own)], None) if own else None


def write_lex(data: TrainingData) -> Written:
    """One `bot.<language>.json` a language."""
    files = {
        f"bot.{language}.json": json.dumps(_bot(data, language), ensure_ascii=False, indent=2) + "\n"
        for language in languages_of(data)
    }
    marks = [entity for example in data.examples for entity in example.entities]
    told = {
        "roles and groups of entities": sum(bool(entity.role or entity.group) for entity in marks),
        "regular expressions": sum(map(len, data.regexes.values())),
        "the words marked in examples, now only the name of their slot": len(marks),
    }
    return Written(files, tuple(f"{what} ({count})" for what, count in told.items() if count))


def _bot(data: TrainingData, language: str) -> dict[str, Any]:
    examples = [example for example in data.examples if example.language == language]
    types: dict[str, dict[str, list[str]]] = {}
    for example in examples:
        for entity in example.entities:
            value = entity.value if isinstance(entity.value, str) else plain(entity.text)
            _add(types.setdefault(entity.name, {}), value, plain(entity.text))
    for name, wordings in data.lookups.items():
        if name in types:
            for wording in map(plain, wordings):
                _add(types[name], data.synonyms.get(wording.lower(), wording), wording)
    intents = [_intent(name, some) for name, some in by_intent(examples).items()]
    slot_types = [
        {
            "name": f"{name}_values",
            "version": "1",
            "enumerationValues": [{"value": value, "synonyms": wordings} for value, wordings in values.items()],
            "valueSelectionStrategy": "TOP_RESOLUTION",
        }
        for name, values in types.items()
    ]
    locale = {"fr": "fr-FR", "en": "en-US"}.get(language, language)
    resource = {"name": "bot", "version": "1", "locale": locale, "intents": intents, "slotTypes": slot_types}
    return {"metadata": {"schemaVersion": "1.0", "importType": "LEX", "importFormat": "JSON"}, "resource": resource}


def _add(values: dict[str, list[str]], value: str, wording: str) -> None:
    synonyms = values.setdefault(value, [])
    if wording != value and wording not in synonyms:
        synonyms.append(wording)


def _intent(name: str, examples: list[Example]) -> dict[str, Any]:
    slots = dict.fromkeys(entity.name for example in examples for entity in example.entities)
    return {
        "name": name,
        "version": "1",
        "sampleUtterances": list(dict.fromkeys(map(_utterance, examples))),
        "slots": [{"name": slot, "slotConstraint": "Optional", "slotType": f"{slot}_values"} for slot in slots],
        **({"parentIntentSignature": _FALLBACK} if name == OUT_OF_SCOPE else {}),
    }


def _utterance(example: Example) -> str:
    """The text with the names of its entities in the place of their words; braces of its own would read as such names."""
    parts, done = [], 0
    for entity in sorted(example.entities, key=lambda entity: entity.start):
        if entity.start >= done:
            parts += [_bare(example.text[done : entity.start]), f"{{{entity.name}}}"]
            done = entity.end
    return plain("".join([*parts, _bare(example.text[done:])]))


def _bare(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")


def _entity_name(name: str) -> str:
    safe = re.sub(r"[^\w-]", "_", name)
    return safe if re.match(r"[^\W\d]", safe) else f"entity_{safe}"
