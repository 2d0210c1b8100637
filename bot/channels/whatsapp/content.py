"""What a WhatsApp message says, by its type. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.channels.gathered import Said
from bot.channels.meta.events import event_id
from bot.channels.phones import e164
from bot.channels.reading import identifier, mapping, number, optional_mapping, words
from bot.errors import BadUpdate


def said_in(message: Mapping[str, Any]) -> Said:
    """What a message says.

    Raises:
        BadUpdate: its type is not known to this version, or it has not the shape of its type.
    """
    kind = words(message, "type")
    if kind == "unsupported" or (message.get("errors") and kind not in message):
        return Said("media", "", {"type": "unsupported"})
    if kind not in _READERS:
        raise BadUpdate(f"kind {kind[:64]!r} is not known to this version")
    said = _READERS[kind](message)
    return Said(said.kind, said.text, _around(message) | said.data)


def _around(message: Mapping[str, Any]) -> dict[str, Any]:
    """What may come with a message of any type: the one it quotes, and the advertisement it came by."""
    around: dict[str, Any] = {}
    context = optional_mapping(message, "context")
    if context.get("id"):
        around["reply_to"] = event_id(context, "id")
    if context.get("forwarded") is True or context.get("frequently_forwarded") is True:
        around["forwarded"] = True
    referral = optional_mapping(message, "referral")
    if referral:
        told = {name: words(referral, name) for name in ("source_url", "headline", "body", "ctwa_clid")}
        ref = identifier(referral, "source_id") if referral.get("source_id") else ""
        around["referral"] = {"ref": ref, "source": words(referral, "source_type")} | {k: v for k, v in told.items() if v}
    return around


def _text(message: Mapping[str, Any]) -> Said:
    return Said("text", words(mapping(message, "text"), "body"), {})


def _interactive(message: Mapping[str, Any]) -> Said:
    answer = mapping(message, "interactive")
    kind = words(answer, "type")
    if kind in ("button_reply", "list_reply"):
        pressed = mapping(answer, kind)
        return Said("press", words(pressed, "title"), {"token": identifier(pressed, "id")})
    if kind == "nfm_reply":
        form = mapping(answer, kind)
        # Its `body` is a word the application chose, not the customer's.
        return Said("media", "", {"type": "form", "form": words(form, "response_json")})
    raise BadUpdate(f"an answer of kind {kind[:64]!r} is not known to this version")


def _button(message: Mapping[str, Any]) -> Said:
    pressed = mapping(message, "button")
    return Said("press", words(pressed, "text"), {"token": identifier(pressed, "payload")})


def _media(kind: str) -> Callable[[Mapping[str, Any]], Said]:
    def read(message: Mapping[str, Any]) -> Said:
        file = mapping(message, kind)
        told: dict[str, Any] = {"type": "photo" if kind == "image" else kind}
        if kind == "audio" and file.get("voice") is True:
            told["type"] = "voice"
        if file.get("id"):
            told["file_id"] = identifier(file, "id")
        for name, ours in (("mime_type", "mime_type"), ("sha256", "sha256"), ("filename", "name"), ("url", "url")):
            if words(file, name):
                told[ours] = words(file, name)
        return Said("media", words(file, "caption"), told)

    return read


def _location(message: Mapping[str, Any]) -> Said:
    where = mapping(message, "location")
    spot: dict[str, Any] = {"latitude": number(where, "latitude"), "longitude": number(where, "longitude")}
    if words(where, "address"):
        spot["address"] = words(where, "address")
    return Said("location", words(where, "name"), spot)


def _contacts(message: Mapping[str, Any]) -> Said:
    """Contact cards. One is the sender's own when WhatsApp put the sender's id on it, or had asked the sender for it."""
    cards = message.get("contacts")
    if not isinstance(cards, list) or not cards or not all(isinstance(card, Mapping) for card in cards):
        raise BadUpdate("'contacts' should be a list of cards; the body does not come from WhatsApp")
    read = [_card(card, message, alone=len(cards) == 1) for card in cards]
    first = next((card for card in read if card["phone"]), None)
    if first is None:
        return Said("media", "", {"type": "contact", "name": read[0]["name"]})
    more = [card for card in read if card is not first]
    return Said("contact", "", first | ({"more": more} if more else {}))


def _card(card: Mapping[str, Any], message: Mapping[str, Any], *, alone: bool) -> dict[str, Any]:
    phones = card.get("phones")
    numbers = [phone for phone in phones if isinstance(phone, Mapping)] if isinstance(phones, list) else []
    known = next((phone for phone in numbers if phone.get("wa_id")), next(iter(numbers), {}))
    wa_id = identifier(known, "wa_id") if known.get("wa_id") else ""
    written = words(known, "phone")
    sent_on = bool(optional_mapping(message, "context").get("forwarded"))
    asked_for = alone and len(numbers) == 1 and words(message, "origin") == "contact_request"
    own = not sent_on and (asked_for or (bool(wa_id) and wa_id == message.get("from")))
    phone = (e164(wa_id) if wa_id else None) or e164(written) or written or wa_id
    return {"phone": phone, "own": own, "name": words(optional_mapping(card, "name"), "formatted_name") or None}


def _order(message: Mapping[str, Any]) -> Said:
    order = mapping(message, "order")
    items = order.get("product_items")
    products = [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
    ids = [identifier(item, "product_retailer_id") for item in products if item.get("product_retailer_id")]
    return Said("media", words(order, "text"), {"type": "order", "products": ids})


def _reaction(message: Mapping[str, Any]) -> Said:
    reaction = mapping(message, "reaction")
    return Said("reaction", "", {"of": event_id(reaction, "message_id"), "emoji": words(reaction, "emoji")})


def _edit(message: Mapping[str, Any]) -> Said:
    edit = mapping(message, "edit")
    said = said_in(mapping(edit, "message"))
    if said.kind == "edit":
        raise BadUpdate("an edit of an edit; the body does not come from WhatsApp")
    return Said("edit", said.text, {"of": event_id(edit, "original_message_id")})


def _revoke(message: Mapping[str, Any]) -> Said:
    return Said("unsend", "", {"of": event_id(mapping(message, "revoke"), "original_message_id")})


def _welcome(_message: Mapping[str, Any]) -> Said:
    return Said("referral", "", {"ref": "", "source": "welcome"})


_READERS: dict[str, Callable[[Mapping[str, Any]], Said]] = {
    "text": _text,
    "interactive": _interactive,
    "button": _button,
    **{kind: _media(kind) for kind in ("image", "video", "audio", "document", "sticker")},
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "request_welcome": _welcome,
}
