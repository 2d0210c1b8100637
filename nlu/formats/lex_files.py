"""The files Amazon Lex exports, as one shape: V1 is one JSON file a bot, V2 a folder of them for each language; both come zipped.

V2 keeps intents in `BotLocales/en_US/Intents/NAME/Intent.json`, their slots beside in `Slots/NAME/Slot.json`, and slot types in
`BotLocales/en_US/SlotTypes/NAME/SlotType.json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from nlu.errors import TrainingDataError
from nlu.formats.bounded import read_bytes
from nlu.formats.sources import Source, open_source, read_model


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore")


class LexSlot(_Read):
    name: str
    slotType: str = ""  # noqa: N815 - Lex's name
    sampleUtterances: list[str] = Field(default_factory=list)  # noqa: N815 - Lex's name


class LexIntent(_Read):
    name: str
    sampleUtterances: list[str] = Field(default_factory=list)  # noqa: N815 - Lex's name
    slots: list[LexSlot] = Field(default_factory=list)
    parentIntentSignature: str = ""  # noqa: N815 - Lex's name


class LexValue(_Read):
    value: str
    synonyms: list[str] = Field(default_factory=list)


class LexSlotType(_Read):
    name: str
    enumerationValues: list[LexValue] = Field(default_factory=list)  # noqa: N815 - Lex's name


class LexBot(_Read):
    """One bot in one language."""

    locale: str = "en-US"
    intents: list[LexIntent]
    slotTypes: list[LexSlotType] = Field(default_factory=list)  # noqa: N815 - Lex's name
    file: str = Field(default="", exclude=True)
    """Where it was read, for errors."""


class _First(_Read):
    resource: LexBot


class _Utterance(_Read):
    utterance: str


class _SecondIntent(_Read):
    name: str
    sampleUtterances: list[_Utterance] | None = None  # noqa: N815 - Lex's name
    parentIntentSignature: str | None = None  # noqa: N815 - Lex's name


class _SecondSlot(_Read):
    name: str
    slotTypeName: str | None = None  # noqa: N815 - Lex's name


class _Word(_Read):
    value: str


class _SecondValue(_Read):
    sampleValue: _Word  # noqa: N815 - Lex's name
    synonyms: list[_Word] | None = None


class _SecondType(_Read):
    name: str
    slotTypeValues: list[_SecondValue] | None = None  # noqa: N815 - Lex's name


_Shape = TypeVar("_Shape", bound=BaseModel)


def read_bots(path: Path) -> list[LexBot]:
    """Every bot of an export, one a language. Raises `TrainingDataError` for a file that is no such export."""
    if path.suffix.lower() == ".json":
        return [_first(read_bytes(path), str(path))]
    source = open_source(path)
    if any("BotLocales" in PurePosixPath(name).parts for name in source.names):
        return list(_second(source))
    files = [name for name in source.names if name.lower().endswith(".json")]
    if not files:
        raise TrainingDataError("no JSON file of a bot here; export it from Lex and name that file", file=str(path))
    return [_first(source.read(name), source.shown(name)) for name in files]


def _first(content: bytes, file: str) -> LexBot:
    return read_model(_First, content, file).resource.model_copy(update={"file": file})


def _second(source: Source) -> Iterator[LexBot]:
    """The bots of a V2 export, in the words of V1."""
    locales: dict[str, list[PurePosixPath]] = {}
    for path in map(PurePosixPath, source.names):
        if "BotLocales" in path.parts[:-2] and path.suffix == ".json":
            locales.setdefault(path.parts[path.parts.index("BotLocales") + 1], []).append(path)
    for locale, paths in sorted(locales.items()):
        intents = _named(source, paths, "Intent.json", _SecondIntent)
        slots = _named(source, paths, "Slot.json", _SecondSlot)
        kinds = _named(source, paths, "SlotType.json", _SecondType)
        yield LexBot(
            locale=locale,
            intents=[_intent(path, intent, slots) for path, intent in intents.items()],
            slotTypes=[_slot_type(kind) for kind in kinds.values()],
            file=source.shown(str(paths[0].parents[0])),
        )


def _named(source: Source, paths: list[PurePosixPath], name: str, shape: type[_Shape]) -> dict[PurePosixPath, _Shape]:
    """Every file of that name, by its path."""
    return {path: read_model(shape, source.read(str(path)), source.shown(str(path))) for path in paths if path.name == name}


def _intent(path: PurePosixPath, intent: _SecondIntent, slots: Mapping[PurePosixPath, _SecondSlot]) -> LexIntent:
    own = [slot for place, slot in slots.items() if path.parent in place.parents]
    return LexIntent(
        name=intent.name,
        sampleUtterances=[said.utterance for said in intent.sampleUtterances or ()],
        slots=[LexSlot(name=slot.name, slotType=slot.slotTypeName or "") for slot in own],
        parentIntentSignature=intent.parentIntentSignature or "",
    )


def _slot_type(kind: _SecondType) -> LexSlotType:
    values = [
        LexValue(value=value.sampleValue.value, synonyms=[word.value for word in value.synonyms or ()])
        for value in kind.slotTypeValues or ()
    ]
    return LexSlotType(name=kind.name, enumerationValues=values)
