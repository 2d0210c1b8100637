"""What a message on Messenger or Instagram says: words, a choice taken, files. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.gathered import Said
from bot.channels.meta.events import event_id
from bot.channels.meta.page_table import PageTable
from bot.channels.reading import identifier, mapping, number, optional_mapping, words
from bot.errors import BadUpdate

SAY = "say:"
"""A payload of an operator's own that begins so (a greeting, an ice-breaker) stands for the words after it, or its title."""

_TYPES = {"image": "photo", "file": "document", "fallback": "link"}
"""Where our word differs from Meta's; every other type keeps its name."""


def said_in(message: Mapping[str, Any], table: PageTable) -> Said:
    """What a message says; with nothing in it that is known, it is media of type "unsupported"."""
    text, around = words(message, "text"), _around(message)
    chosen = optional_mapping(message, "quick_reply")
    if chosen:
        said = pressed(identifier(chosen, "payload"), text)
        return Said(said.kind, said.text, around | said.data)
    files = message.get("attachments")
    if files and (not isinstance(files, list) or not all(isinstance(file, Mapping) for file in files)):
        raise BadUpdate("'attachments' should be a list of objects; the body does not come from this platform")
    if not files:
        return Said("text", text, around) if text.strip() else Said("media", "", around | {"type": "unsupported"})
    place = next((file for file in files if file.get("type") == "location"), None)
    if place is not None:
        return Said("location", text or words(place, "title"), around | _spot(place))
    told = [_file(file, table) for file in files]
    if text.strip() and all(file["type"] == "link" for file in told):
        return Said("text", text, around | {"shared": told})  # the preview of an address that stands in the text
    return Said("media", text, around | told[0] | ({"more": told[1:]} if told[1:] else {}))


def pressed(payload: str, title: str) -> Said:
    """A choice taken: one of ours by its token, or words an operator put under a button of the platform's."""
    if payload.startswith(SAY):
        return Said("text", payload.removeprefix(SAY).strip() or title, {})
    return Said("press", title, {"token": payload})


def referral_in(outer: Mapping[str, Any]) -> dict[str, Any]:
    """By which link or advertisement somebody came."""
    told: dict[str, Any] = {"ref": words(outer, "ref"), "source": words(outer, "source")}
    if outer.get("ad_id"):
        told["ad_id"] = identifier(outer, "ad_id")
    if words(outer, "type"):
        told["type"] = words(outer, "type")
    return told


def _around(message: Mapping[str, Any]) -> dict[str, Any]:
    """What may come with any message: the one it quotes, the story it answers, the link it came by."""
    around: dict[str, Any] = {}
    quoted = optional_mapping(message, "reply_to")
    if quoted.get("mid"):
        around["reply_to"] = event_id(quoted, "mid")
    story = optional_mapping(quoted, "story")
    if story:
        around["story"] = {name: words(story, name) for name in ("id", "url") if words(story, name)}
    referral = optional_mapping(message, "referral")
    if referral:
        around["referral"] = referral_in(referral)
    return around


def _file(file: Mapping[str, Any], table: PageTable) -> dict[str, Any]:
    kind = words(file, "type")[:32] or "unsupported"
    payload = optional_mapping(file, "payload")
    told: dict[str, Any] = {"type": _TYPES.get(kind, kind)}
    for name in ("url", "title"):
        if given := words(payload, name) or words(file, name):
            told[name] = given
    if payload.get("sticker_id"):  # a sticker came as an image until 2026
        told["type"], told["sticker"] = "sticker", identifier(payload, "sticker_id")
        if told["sticker"] in table.likes:
            told["like"] = True
    if kind == "story_mention":
        told["fleeting"] = True  # its file may not be kept once the story is over
    return told


def _spot(place: Mapping[str, Any]) -> dict[str, Any]:
    where = mapping(mapping(place, "payload"), "coordinates")
    return {"latitude": number(where, "lat"), "longitude": number(where, "long")}
