"""Writes training data as Dialogflow ES restores it: Settings > Export and Import > Restore from ZIP, of the folder zipped."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from nlu.annotations import plain
from nlu.engine.model import OUT_OF_SCOPE
from nlu.formats.written import Written, by_intent, file_names, languages_of
from nlu.understanding import Example, TrainingData

_NAMESPACE = uuid.UUID("6f6a1c1e-4a0b-5b7e-9a53-0f3c6d1f7a10")
"""Dialogflow wants an id on everything; the same data always gets the same ones."""


def write_dialogflow(data: TrainingData) -> Written:
    """`agent.json`, `package.json`, `intents/` and `entities/`."""
    languages = languages_of(data) or ["en"]
    files: dict[str, Any] = {
        "package.json": {"version": "1.0.0"},
        "agent.json": {"description": "", "language": languages[0], "supportedLanguages": languages[1:]},
    }
    entries = _entries(data)
    stems = file_names([*entries, *(name for name in data.regexes if name not in entries)])
    for name, found in entries.items():
        files |= _entity_files(name, stems[name], found, languages, regex=False)
    for name, patterns in data.regexes.items():
        if name not in entries:
            found = {name: list(patterns)}
            files |= _entity_files(name, stems[name], found, languages, regex=True)
    intents = by_intent(data.examples)
    for name, stem in file_names(list(intents)).items():
        files[f"intents/{stem}.json"] = _intent(name, intents[name])
        for language in languages:
            phrases = [_phrase(example) for example in intents[name] if example.language == language]
            if phrases:
                files[f"intents/{stem}_usersays_{language}.json"] = phrases
    return Written(
        {name: json.dumps(content, ensure_ascii=False, indent=2) + "\n" for name, content in files.items()}, _lost(data, entries)
    )


def _entries(data: TrainingData) -> dict[str, dict[str, list[str]]]:
    """Entity name to value to wordings: what look-ups list and what examples mark."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, wordings in data.lookups.items():
        values = found.setdefault(name, {})
        for wording in map(plain, wordings):
            _add(values, data.synonyms.get(wording.lower(), wording), wording)
    for example in data.examples:
        for entity in example.entities:
            words = plain(entity.text)
            value = str(entity.value) if isinstance(entity.value, str) else words
            if entity.name not in data.regexes or entity.name in found:
                _add(found.setdefault(entity.name, {}), data.synonyms.get(words.lower(), value), words)
    return found


def _add(values: dict[str, list[str]], value: str, wording: str) -> None:
    wordings = values.setdefault(value, [])
    if wording not in wordings:
        wordings.append(wording)


def _entity_files(
    name: str, stem: str, entries: Mapping[str, Sequence[str]], languages: Sequence[str], *, regex: bool
) -> dict[str, Any]:
    kind = {"isEnum": False, "isRegexp": regex, "automatedExpansion": not regex, "allowFuzzyExtraction": False}
    listed = [{"value": value, "synonyms": list(wordings)} for value, wordings in entries.items()]
    files: dict[str, Any] = {f"entities/{stem}.json": {"id": _id("entity", name), "name": name, "isOverridable": True, **kind}}
    return files | {f"entities/{stem}_entries_{language}.json": listed for language in languages}


def _intent(name: str, examples: Sequence[Example]) -> dict[str, Any]:
    marks = dict.fromkeys((entity.role or entity.name, entity.name) for example in examples for entity in example.entities)
    parameters = [
        {
            "id": _id("parameter", name, alias),
            "name": alias,
            "required": False,
            "dataType": f"@{entity}",
            "value": f"${alias}",
            "isList": False,
        }
        for alias, entity in marks
    ]
    response = {"resetContexts": False, "affectedContexts": [], "parameters": parameters, "messages": []}
    return {
        "id": _id("intent", name),
        "name": name,
        "auto": True,
        "contexts": [],
        "responses": [response],
        "priority": 500000,
        "webhookUsed": False,
        "webhookForSlotFilling": False,
        "fallbackIntent": name == OUT_OF_SCOPE,
        "events": [],
    }


def _phrase(example: Example) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    done = 0
    for entity in sorted(example.entities, key=lambda entity: entity.start):
        if entity.start < done:  # Dialogflow marks a word once
            continue
        parts.append({"text": example.text[done : entity.start], "userDefined": False})
        mark = {"alias": entity.role or entity.name, "meta": f"@{entity.name}", "userDefined": True}
        parts.append({"text": example.text[entity.start : entity.end], **mark})
        done = entity.end
    parts.append({"text": example.text[done:], "userDefined": False})
    data = [part for part in parts if part["text"]]
    identity = _id("phrase", example.intent, example.language, example.text)
    return {"id": identity, "data": data, "isTemplate": False, "count": 0, "lang": example.language, "updated": 0}


def _lost(data: TrainingData, entries: Mapping[str, Mapping[str, Sequence[str]]]) -> tuple[str, ...]:
    kept = {wording.lower() for values in entries.values() for wordings in values.values() for wording in wordings}
    unlisted = sum(wording not in kept for wording in data.synonyms)
    beside = sum(name in entries for name in data.regexes)
    groups = sum(bool(entity.group) for example in data.examples for entity in example.entities)
    told = {
        "synonyms of no look-up and no marked words": unlisted,
        "regular expressions of entities that also have a list": beside,
        "groups of entities": groups,
    }
    return tuple(f"{what} ({count})" for what, count in told.items() if count)


def _id(*names: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "\0".join(names)))
