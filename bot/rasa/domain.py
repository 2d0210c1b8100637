"""A brand's domain as Rasa 3.6 reads it.

What 3.6 lacks is said in another form: `translation` becomes variants on the slot `language`, `controlled` becomes `custom`,
and a button that sets slots becomes the intent `set_slots` with an entity for each slot.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.dialogue.domain import Domain, Mapped, ResponseButton, Slot, Variation
from nlu.understanding import TrainingData

SET_SLOTS = "set_slots"
"""The intent a button has that sets slots."""


def domain_of(domain: Domain, data: TrainingData, forms: Mapping[str, tuple[str, ...]], actions: Iterable[str]) -> dict[str, Any]:
    """What the project's `domain.yml` holds. `forms` are form names to the slots they ask for."""
    language = language_slot(domain)
    set_by_buttons = sorted(_set_by_buttons(domain))
    intents = domain.intents | {example.intent for example in data.examples} | ({SET_SLOTS} if set_by_buttons else set())
    entities = domain.entities | {entity.name for example in data.examples for entity in example.entities} | set(set_by_buttons)
    return {
        "version": "3.1",
        "intents": sorted(intents),
        "entities": [_entity(name, data) for name in sorted(entities)],
        "slots": {
            language: _language(domain),
            **{name: _slot(slot, name in set_by_buttons, forms) for name, slot in domain.slots.items()},
        },
        "responses": {name: list(_variants(domain, wordings, language)) for name, wordings in domain.responses.items()},
        "actions": sorted(actions),
        "forms": {name: {"required_slots": list(slots)} for name, slots in forms.items()},
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }


def language_slot(domain: Domain) -> str:
    """The slot by which Rasa chooses a translation; whatever speaks to Rasa sets it."""
    return "language" if "language" not in domain.slots else "spoken_language"


def _entity(name: str, data: TrainingData) -> str | dict[str, Any]:
    marked = [entity for example in data.examples for entity in example.entities if entity.name == name]
    roles = sorted({entity.role for entity in marked if entity.role})
    groups = sorted({entity.group for entity in marked if entity.group})
    more = ({"roles": roles} if roles else {}) | ({"groups": groups} if groups else {})
    return {name: more} if more else name


def _language(domain: Domain) -> dict[str, Any]:
    first = domain.languages[0]
    return {
        "type": "categorical",
        "values": list(domain.languages),
        "initial_value": first,
        "influence_conversation": False,
        "mappings": [{"type": "custom"}],
    }


def _slot(slot: Slot, by_button: bool, forms: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    written: dict[str, Any] = {"type": slot.type, "influence_conversation": False}
    if slot.values:
        written["values"] = list(slot.values)
    if slot.smallest is not None:
        written["min_value"] = slot.smallest
    if slot.largest is not None:
        written["max_value"] = slot.largest
    if slot.initial is not None:
        written["initial_value"] = slot.initial
    mappings = [{"type": "from_entity", "entity": slot.name, "intent": SET_SLOTS}] if by_button else []
    mappings += [found for mapping in slot.mappings if (found := _mapping(slot, mapping, forms))]
    return written | {"mappings": mappings or [{"type": "custom"}]}


def _mapping(slot: Slot, mapping: Mapped, forms: Mapping[str, tuple[str, ...]]) -> dict[str, Any] | None:
    if mapping.type == "controlled":
        return None
    written: dict[str, Any] = {"type": mapping.type}
    if mapping.entity:
        written["entity"] = mapping.entity
    if mapping.role:
        written["role"] = mapping.role
    if mapping.intents:
        written["intent"] = list(mapping.intents)
    if mapping.not_intents:
        written["not_intent"] = list(mapping.not_intents)
    if mapping.type == "from_intent":
        written["value"] = mapping.value
    if mapping.type == "from_text":
        # Ours is for the answer to its question alone; Rasa's would take every message.
        asked = [{"active_loop": form, "requested_slot": slot.name} for form, slots in forms.items() if slot.name in slots]
        return written | {"conditions": asked} if asked else None
    return written


def _variants(domain: Domain, wordings: Iterable[Variation], language: str) -> Iterator[dict[str, Any]]:
    """Every wording in every language: those of the default one without a condition on it, so that there is always one."""
    first, *others = domain.languages
    written = list(wordings)
    for spoken in (*others, first):
        for wording in written:
            conditions = [{"type": "slot", "name": name, "value": value} for name, value in wording.conditions.items()]
            if spoken != first:
                conditions.append({"type": "slot", "name": language, "value": spoken})
            yield _variant(wording, spoken, conditions)


def _variant(wording: Variation, language: str, conditions: list[dict[str, Any]]) -> dict[str, Any]:
    written: dict[str, Any] = {"text": wording.texts[language]}
    if wording.buttons:
        written["buttons"] = [_button(button, language) for button in wording.buttons]
    if wording.channel:
        written["channel"] = wording.channel
    return written | ({"condition": conditions} if conditions else {})


def _button(button: ResponseButton, language: str) -> dict[str, Any]:
    title = button.titles[language]
    if button.url:
        return {"title": title, "type": "web_url", "url": button.url}
    intent, entities = (SET_SLOTS, button.set) if button.set else (button.intent, button.entities)
    return {"title": title, "payload": f"/{intent}" + (json.dumps(dict(entities), ensure_ascii=False) if entities else "")}


def _set_by_buttons(domain: Domain) -> set[str]:
    buttons = (button for wordings in domain.responses.values() for wording in wordings for button in wording.buttons)
    return {slot for button in buttons for slot in button.set}
