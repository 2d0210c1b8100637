"""What an action server answers, as the result of an action: its events fill slots, its responses are said. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import structlog

from bot.actions.context import ActionResult
from bot.dialogue.domain import ASK, Domain, Variation
from bot.dialogue.events import Say
from bot.dialogue.payloads import parse_payload
from bot.dialogue.state import Choice

log = structlog.get_logger(__name__)

SPOKEN = "utter_spoken_by_action"
"""The response whose words are the action server's own."""
_SET_SLOTS = "set_slots"
"""The intent of buttons in an exported project (`bot.rasa.domain`), where 3.6 knows no `/SetSlots(...)`."""


class Unreadable(Exception):
    """The answer cannot be used; the words say what to do and hold nothing of the answer."""


def spoken(languages: Sequence[str]) -> Mapping[str, tuple[Variation, ...]]:
    """What a domain needs beside its own responses, so that an action server's words can be said."""
    return {SPOKEN: (Variation(texts=dict.fromkeys(languages, "{text}")),)}


def read_answer(answer: Any, action: str, domain: Domain, slots: Mapping[str, Any]) -> ActionResult:
    """The result of `action`; `slots` are those of the conversation. Raises `Unreadable` when it is no answer at all.

    Single events and responses that have no meaning here are left out, and logged by their kind.
    """
    if not isinstance(answer, Mapping):
        raise Unreadable("the action server's answer is not one; see that FILROUGE_ACTION_ENDPOINT ends in /webhook")
    filled: dict[str, Any] = {}
    for event in _mappings(answer.get("events")):
        filled |= _filled(event, action, domain, slots)
    says = [say for response in _mappings(answer.get("responses")) for say in _said(response, action, domain)]
    if says and (says[-1].choices or action.startswith(ASK)):
        last = says[-1]
        says[-1] = Say(last.response, last.values, last.choices, question=True)
    return ActionResult(slots=filled, says=tuple(says))


def _mappings(listed: Any) -> list[Mapping[str, Any]]:
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []


def _filled(event: Mapping[str, Any], action: str, domain: Domain, slots: Mapping[str, Any]) -> dict[str, Any]:
    match event.get("event"):
        case "slot":
            slot = domain.slots.get(str(event.get("name")))
            value = event.get("value")
            if slot is None or (value is not None and slot.read(value) is None):
                _left_out(action, "a slot the domain does not know" if slot is None else f"a value `{slot.name}` cannot hold")
                return {}
            return {slot.name: None if value is None else slot.read(value)}
        case "reset_slots":
            return dict.fromkeys(slots)
        case kind:
            _left_out(action, f"the event {str(kind)[:40]!r}")
            return {}


def _said(response: Mapping[str, Any], action: str, domain: Domain) -> Iterator[Say]:
    choices = tuple(choice for button in _mappings(response.get("buttons")) for choice in _choice(button, action, domain))
    name = response.get("response") or response.get("template")
    text = "\n".join(str(response[key]) for key in ("text", "image", "attachment") if response.get(key))
    if isinstance(name, str) and name in domain.responses:
        yield Say(name, {key: value for key, value in response.items() if key not in _OWN}, choices)
    elif name:
        _left_out(action, "a response the domain does not know")
    if text:
        yield Say(SPOKEN, {"text": text}, () if name in domain.responses else choices)
    if response.get("custom") or response.get("elements"):
        _left_out(action, "a response only one channel could show (`custom`, `elements`)")


_OWN = frozenset({"text", "buttons", "elements", "custom", "template", "response", "image", "attachment"})
"""What a response is made of; everything else fills the placeholders of a named one."""


def _choice(button: Mapping[str, Any], action: str, domain: Domain) -> Iterator[Choice]:
    title, url = str(button.get("title") or ""), str(button.get("url") or "")
    if title and url:
        yield Choice(title, url=url)
        return
    try:
        payload = parse_payload(str(button.get("payload") or ""))
    except ValueError:
        _left_out(action, "a button whose payload is none of `/intent`, `/intent{...}` and `/SetSlots(...)`")
        return
    if not title:
        return
    if payload.intent == _SET_SLOTS:
        yield Choice(title, set={name: value for name, value in payload.entities.items() if name in domain.slots})
    else:
        yield Choice(title, set={**payload.set, **_slots_of(payload.entities, domain)}, intent=payload.intent)


def _slots_of(entities: Mapping[str, Any], domain: Domain) -> dict[str, Any]:
    """Entities of a button as the slots they fill."""
    return {
        slot.name: entities[mapping.key]
        for slot in domain.slots.values()
        for mapping in slot.mappings
        if mapping.type == "from_entity" and mapping.key in entities
    }


def _left_out(action: str, what: str) -> None:
    log.warning("action_answer_left_out", action=action, what=what)
