"""Reading `domain.yml` in Rasa's format, with keys of ours under a slot.

`replaces` and `persisted` say what else a value ends and whether it outlives its flow; `fresh_for`, `past` and `check_again` how
it ages: docs/brand.md tells each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.dialogue.domain import VALIDATE, Domain, Mapped, Origin, ResponseButton, Slot, SlotType, Variation
from bot.dialogue.mistakes import mistake, read_checked, unknown
from bot.dialogue.payloads import Payload, parse_payload
from nlu.files import Place, YamlFile

PLACEHOLDER = re.compile(r"\{(\w+)\}")
_DURATION = re.compile(r"(?P<count>[1-9]\d{0,4})\s+(?P<unit>hour|day|week)s?")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Mapping(_Part):
    type: Origin
    entity: str = ""
    role: str = ""
    intent: str | list[str] = Field(default_factory=list)
    not_intent: str | list[str] = Field(default_factory=list)
    value: Any = None


class _Slot(_Part):
    type: SlotType
    values: list[str] = Field(default_factory=list)
    min_value: float | None = None
    max_value: float | None = None
    initial_value: Any = None
    influence_conversation: bool = True
    shared: bool = False
    persisted: bool = False
    mappings: list[_Mapping] = Field(default_factory=list)
    replaces: list[str] = Field(default_factory=list)
    fresh_for: str = ""
    past: Literal["", "ask_again"] = ""
    check_again: bool = False


class _Title(_Part):
    title: str


class _Button(_Part):
    title: str
    payload: str = ""
    url: str = ""
    translation: dict[str, str | _Title] = Field(default_factory=dict)


class _Condition(_Part):
    type: Literal["slot"]
    name: str
    value: Any


class _Variation(_Part):
    text: str
    id: str = ""
    channel: str = ""
    condition: list[_Condition] = Field(default_factory=list)
    buttons: list[_Button] = Field(default_factory=list)
    translation: dict[str, str] = Field(default_factory=dict)
    metadata: dict[str, Any] = Field(default_factory=dict)


class _File(_Part):
    version: str = ""
    intents: list[str | dict[str, Any]] = Field(default_factory=list)
    entities: list[str | dict[str, Any]] = Field(default_factory=list)
    slots: dict[str, _Slot] = Field(default_factory=dict)
    responses: dict[str, list[_Variation]] = Field(default_factory=dict)
    actions: list[str] = Field(default_factory=list)
    session_config: dict[str, Any] = Field(default_factory=dict)


def load_domain(path: Path, languages: Sequence[str]) -> Domain:
    """Read and check `domain.yml`; `languages` are the brand's, the one of `text:` first.

    Raises:
        BrandError: something is wrong; it carries the file, the line, and what to write instead.
    """
    file, said = read_checked(path, _File)
    reader = _Reader(file, said, tuple(languages))
    return Domain(
        languages=tuple(languages),
        intents=frozenset(reader.intents),
        entities=frozenset(reader.entities),
        slots={name: reader.slot(name, slot) for name, slot in said.slots.items()},
        responses={name: reader.response(name, wordings) for name, wordings in said.responses.items()},
        actions=frozenset(said.actions),
        file=str(path),
    )


class _Reader:
    """One file on its way to a `Domain`."""

    def __init__(self, file: YamlFile, said: _File, languages: tuple[str, ...]) -> None:
        self.file, self.said, self.languages = file, said, languages
        self.intents = [name for entry in said.intents for name in ([entry] if isinstance(entry, str) else entry)]
        self.entities = [name for entry in said.entities for name in ([entry] if isinstance(entry, str) else entry)]

    def slot(self, name: str, said: _Slot) -> Slot:
        here: Place = ("slots", name)
        if (said.type == "categorical") != bool(said.values):
            cure = "list them under `values`" if said.type == "categorical" else "only `categorical` slots have `values`"
            raise mistake(f"the slot `{name}`: {cure}", self.file, (*here, "values"))
        for index, other in enumerate(said.replaces):
            self.known("slot", other, self.said.slots, (*here, "replaces", index))
        slot = Slot(
            name=name,
            type=said.type,
            values=tuple(said.values),
            smallest=said.min_value,
            largest=said.max_value,
            initial=said.initial_value,
            persisted=said.persisted or said.shared,
            mappings=tuple(self.mapped(m, (*here, "mappings", n)) for n, m in enumerate(said.mappings)),
            replaces=tuple(said.replaces),
            fresh_for=self.fresh_for(said, (*here, "fresh_for")) if said.fresh_for else None,
            passes=bool(said.past),
            check_again=said.check_again,
        )
        if said.check_again and VALIDATE + name not in self.said.actions:
            problem = f"nothing can look at `{name}` again; write the action `{VALIDATE}{name}` and add it to `actions`"
            raise mistake(problem, self.file, (*here, "check_again"))
        if said.initial_value is not None and slot.read(said.initial_value) is None:
            problem = f"a {said.type} slot cannot begin with {said.initial_value!r}; write a value it can hold"
            raise mistake(problem, self.file, (*here, "initial_value"))
        return slot

    def fresh_for(self, said: _Slot, here: Place) -> timedelta:
        if said.type == "bool":
            raise mistake("a yes or no does not grow old; remove `fresh_for`", self.file, here)
        found = _DURATION.fullmatch(said.fresh_for.strip())
        if found is None:
            raise mistake(f"{said.fresh_for!r} is no length of time; write it like `90 days` or `12 hours`", self.file, here)
        return timedelta(**{found["unit"] + "s": int(found["count"])})

    def mapped(self, said: _Mapping, here: Place) -> Mapped:
        mapped = Mapped(
            type=said.type,
            entity=said.entity,
            role=said.role,
            intents=_several(said.intent),
            not_intents=_several(said.not_intent),
            value=said.value,
        )
        if said.type == "from_entity":
            if not said.entity:
                raise mistake("a mapping `from_entity` needs its `entity`; add `entity: <name>`", self.file, here)
            self.known("entity", said.entity, self.entities, (*here, "entity"))
        if said.type == "from_intent" and (not mapped.intents or said.value is None):
            raise mistake("a mapping `from_intent` needs its `intent` and its `value`; add both", self.file, here)
        for key, names in (("intent", mapped.intents), ("not_intent", mapped.not_intents)):
            for name in names:
                self.known("intent", name, self.intents, (*here, key))
        return mapped

    def response(self, name: str, said: Sequence[_Variation]) -> tuple[Variation, ...]:
        here: Place = ("responses", name)
        if not name.startswith("utter_"):
            raise mistake(f"a response is named `utter_...`; call this one `utter_{name}`", self.file, here)
        if not any(not wording.condition and not wording.channel for wording in said):
            raise mistake(f"`{name}` needs one wording without `condition` and `channel`; add it", self.file, here)
        return tuple(self.variation(wording, (*here, number)) for number, wording in enumerate(said))

    def variation(self, said: _Variation, here: Place) -> Variation:
        for index, condition in enumerate(said.condition):
            self.known("slot", condition.name, self.said.slots, (*here, "condition", index, "name"))
        texts = self.in_every_language(said.text, said.translation, "text", here)
        for text, place in ((said.text, "text"), *((text, "translation") for text in said.translation.values())):
            if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
                raise mistake("a lone brace; placeholders are written {slot_name}", self.file, (*here, place))
        wanted = set(PLACEHOLDER.findall(said.text))
        for language, text in said.translation.items():
            for name in set(PLACEHOLDER.findall(text)) - wanted:
                raise unknown("placeholder", name, wanted, self.file, (*here, "translation", language))
        return Variation(
            texts=texts,
            channel=said.channel,
            conditions={condition.name: condition.value for condition in said.condition},
            buttons=tuple(self.button(button, (*here, "buttons", n)) for n, button in enumerate(said.buttons)),
        )

    def button(self, said: _Button, here: Place) -> ResponseButton:
        titles = {language: t if isinstance(t, str) else t.title for language, t in said.translation.items()}
        if bool(said.payload) == bool(said.url):
            raise mistake("a button has either a `payload` or a `url`; write one of the two", self.file, here)
        payload = self.payload(said.payload, (*here, "payload")) if said.payload else Payload()
        return ResponseButton(
            titles=self.in_every_language(said.title, titles, "title", here),
            set=payload.set,
            intent=payload.intent,
            entities=payload.entities,
            url=said.url,
        )

    def payload(self, written: str, here: Place) -> Payload:
        try:
            payload = parse_payload(written)
        except ValueError as wrong:
            raise mistake(str(wrong), self.file, here) from None
        for name in payload.set:
            self.known("slot", name, self.said.slots, here)
        for name in payload.entities:
            self.known("entity", name, self.entities, here)
        if payload.intent:
            self.known("intent", payload.intent, self.intents, here)
        return payload

    def in_every_language(self, text: str, translation: Mapping[str, str], key: str, here: Place) -> dict[str, str]:
        default, *others = self.languages
        for language in others:
            if not translation.get(language, "").strip():
                problem = f"this {key} has no wording in `{language}`; add `translation: {{{language}: ...}}`"
                raise mistake(problem, self.file, (*here, "translation" if translation else key))
        for language in translation:
            self.known("language", language, self.languages, (*here, "translation", language))
        return {default: text, **translation}

    def known(self, kind: str, name: str, known: Mapping[str, Any] | Sequence[str], place: Place) -> None:
        if name not in known:
            raise unknown(kind, name, known, self.file, place)


def _several(written: str | list[str]) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else tuple(written)
