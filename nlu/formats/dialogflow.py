"""Reads what Dialogflow ES exports: a folder or zip with `intents/` and `entities/`, one JSON file for each and its language.

Entities of Dialogflow's own (`@sys.date`, `@sys.number`) keep their words without a mark: our grammar finds times, numbers,
telephones and addresses by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, Field, RootModel

from nlu.engine.model import OUT_OF_SCOPE
from nlu.errors import TrainingDataError
from nlu.formats.sources import Model, Source, open_source, read_model
from nlu.understanding import Entity, Example, TrainingData

_PHRASES = re.compile(r"(?P<intent>.+)_usersays_(?P<language>[A-Za-z]{2})(?:-[\w-]+)?\.json")
_ENTRIES = re.compile(r"(?P<entity>.+)_entries_(?P<language>[A-Za-z]{2})(?:-[\w-]+)?\.json")


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Part(_Read):
    text: str = ""
    alias: str | None = None
    meta: str | None = None


class _Phrase(_Read):
    data: list[_Part] = Field(default_factory=list)
    isTemplate: bool = False  # noqa: N815 - Dialogflow's name


class _Phrases(RootModel[list[_Phrase]]):
    pass


class _Intent(_Read):
    name: str = ""
    fallbackIntent: bool = False  # noqa: N815 - Dialogflow's name
    userSays: list[_Phrase] = Field(default_factory=list)  # noqa: N815 - as before; exports before 2018


class _EntityType(_Read):
    name: str = ""
    isRegexp: bool = False  # noqa: N815 - Dialogflow's name


class _Entry(_Read):
    value: str
    synonyms: list[str] = Field(default_factory=list)


class _Entries(RootModel[list[_Entry]]):
    pass


class _Agent(_Read):
    language: str = ""


def read_dialogflow(path: Path) -> tuple[TrainingData, tuple[str, ...]]:
    """The training data of an export and what of it has no place here. Raises `TrainingDataError`.

    Training phrases of fallback intents are examples of `out_of_scope`.
    """
    return _Reader(open_source(path), str(path)).read()


class _Reader:
    def __init__(self, source: Source, path: str) -> None:
        self.source, self.path = source, path
        self.lost: Counter[str] = Counter()
        self.synonyms: dict[str, str] = {}
        self.regexes: dict[str, list[str]] = {}
        self.lookups: dict[str, list[str]] = {}

    def read(self) -> tuple[TrainingData, tuple[str, ...]]:
        self._entities(self._in("entities"))
        examples = self._intents(self._in("intents"))
        if not examples and not self.lookups:
            problem = "no intents/*_usersays_*.json here; export the agent with Settings > Export and Import > Export as ZIP"
            raise TrainingDataError(problem, file=self.path)
        data = TrainingData(tuple(examples), self.synonyms, self.regexes, self.lookups)
        return data, tuple(f"{what} ({count})" for what, count in sorted(self.lost.items()))

    def _in(self, folder: str) -> dict[str, str]:
        """File names of one folder, wherever it is in the export, to their full names."""
        found = [PurePosixPath(name) for name in self.source.names]
        return {path.name: str(path) for path in found if path.parent.name == folder and path.suffix == ".json"}

    def _entities(self, files: dict[str, str]) -> None:
        regexes = set()
        for file, name in files.items():
            if not _ENTRIES.fullmatch(file) and self._model(_EntityType, name).isRegexp:
                regexes.add(file.removesuffix(".json"))
        for file, name in files.items():
            if (found := _ENTRIES.fullmatch(file)) is None:
                continue
            stem = found["entity"]
            entity = (self._model(_EntityType, files[f"{stem}.json"]).name if f"{stem}.json" in files else "") or stem
            entity = _entity_name(entity)
            for entry in self._model(_Entries, name).root:
                self._entry(entity, entry, regex=stem in regexes, file=name)

    def _entry(self, entity: str, entry: _Entry, *, regex: bool, file: str) -> None:
        if regex:
            for pattern in entry.synonyms or [entry.value]:
                try:
                    re.compile(pattern)
                except re.error:
                    self.lost["regular expressions Python cannot read"] += 1
                    continue
                if pattern not in self.regexes.setdefault(entity, []):
                    self.regexes[entity].append(pattern)
            return
        for wording in dict.fromkeys(entry.synonyms or [entry.value]):  # the value itself is only found when listed again
            if "@" in wording and re.search(r"@[\w.-]+:", wording):
                self.lost["entity entries made of other entities"] += 1
                continue
            if not (wording := " ".join(wording.split())):
                raise TrainingDataError(f"an entry of `{entity}` is empty; fill or delete it", file=self.source.shown(file))
            if wording not in self.lookups.setdefault(entity, []):
                self.lookups[entity].append(wording)
            if wording != entry.value:
                self.synonyms[wording.lower()] = entry.value

    def _intents(self, files: dict[str, str]) -> list[Example]:
        intents = {f.removesuffix(".json"): self._model(_Intent, n) for f, n in files.items() if not _PHRASES.fullmatch(f)}
        agent = next((name for name in self.source.names if PurePosixPath(name).name == "agent.json"), None)
        language = self._model(_Agent, agent).language[:2].lower() if agent is not None else ""
        examples: list[Example] = []
        for stem, intent in intents.items():
            examples += self._examples(intent, stem, intent.userSays, language, files[f"{stem}.json"])
        for file, name in files.items():
            if (found := _PHRASES.fullmatch(file)) is not None:
                intent = intents.get(found["intent"], _Intent())
                phrases = self._model(_Phrases, name).root
                examples += self._examples(intent, found["intent"], phrases, found["language"].lower(), name)
        return examples

    def _examples(self, intent: _Intent, stem: str, phrases: list[_Phrase], language: str, file: str) -> list[Example]:
        name = OUT_OF_SCOPE if intent.fallbackIntent else intent.name or stem
        found = []
        for phrase in phrases:
            if phrase.isTemplate:
                self.lost["training phrases written as templates"] += 1
            elif (example := self._example(phrase, name, language)).text:
                found.append(replace(example, file=self.source.shown(file)))
        return found

    def _example(self, phrase: _Phrase, intent: str, language: str) -> Example:
        text, entities = "", list[Entity]()
        for part in phrase.data:
            piece = re.sub(r"\s+", " ", part.text)
            if not text:
                piece = piece.lstrip()
            words = piece.strip()
            if words and part.meta and part.meta.startswith("@") and not part.meta.startswith("@sys."):
                entities.append(self._entity(part, words, len(text) + piece.index(words)))
            text += piece
        return Example(text.rstrip(), intent, language, tuple(entities))

    def _entity(self, part: _Part, words: str, start: int) -> Entity:
        name = _entity_name(str(part.meta)[1:])
        role = part.alias if part.alias and _entity_name(part.alias) != name else None
        value = self.synonyms.get(words.lower(), words)
        return Entity(name, value, words, start, start + len(words), role=role)

    def _model(self, model: type[Model], name: str) -> Model:
        return read_model(model, self.source.read(name), self.source.shown(name))


def _entity_name(name: str) -> str:
    """A name our notation takes: letters, digits, `_` and `-`, a letter first."""
    safe = re.sub(r"[^\w-]", "_", name)
    return safe if re.match(r"[^\W\d]", safe) else f"entity_{safe}"
