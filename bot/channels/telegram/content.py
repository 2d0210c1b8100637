"""What a Telegram message says, by what it carries. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.channels.gathered import Said
from bot.channels.reading import identifier, mapping, number, optional_mapping, words
from bot.errors import BadUpdate

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_START_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")

_FILES = ("animation", "audio", "document", "photo", "sticker", "video", "video_note", "voice")
"""`animation` stands before `document`: a GIF carries both."""
_OTHERS = ("story", "dice", "game", "poll", "paid_media", "checklist", "invoice", "giveaway")
"""What a person can send that has no file to fetch."""

_SERVICE = frozenset(
    (
        *("pinned_message", "message_auto_delete_timer_changed", "chat_background_set", "write_access_allowed"),
        *("connected_website", "proximity_alert_triggered", "boost_added", "paid_message_price_changed"),
        *("gift", "unique_gift", "refunded_payment", "checklist_tasks_done", "checklist_tasks_added"),
    )
)
"""What Telegram itself writes into a private chat: nobody's words."""


def said_in(message: Mapping[str, Any], who: Mapping[str, Any]) -> Said | None:
    """What `who` says by a message; None when it is Telegram's own note of something.

    Raises:
        BadUpdate: it carries nothing this version knows, or not in its shape.
    """
    for name, read in _READERS:
        if name in message:
            return read(message, who)
    media = next((name for name in (*_FILES, *_OTHERS) if name in message), None)
    if media is not None:
        return Said("media", words(message, "caption"), _media(message, media))
    if _SERVICE.isdisjoint(message):
        raise BadUpdate("the message carries nothing this version knows; it is kept for one that does")
    return None


def language_of(who: Mapping[str, Any]) -> str | None:
    """The language of somebody's application, ISO 639-1."""
    code = words(who, "language_code").split("-")[0].lower()
    return code if len(code) == 2 and code.isalpha() and code.isascii() else None


def full_name(who: Mapping[str, Any]) -> str | None:
    """First and last name as one."""
    return " ".join(filter(None, (words(who, "first_name"), words(who, "last_name")))) or None


def forwarded(message: Mapping[str, Any]) -> bool:
    """Whether these are somebody's earlier words, sent on."""
    return "forward_origin" in message or "forward_date" in message


def _written(message: Mapping[str, Any], who: Mapping[str, Any]) -> Said:
    """A text; `/start TOKEN` opens a link, and any other command means the words it is made of."""
    text = words(message, "text")
    command = _COMMAND.fullmatch(text.strip())
    if command is None or forwarded(message):
        return Said("text", text, {})
    name, rest = command[1].lower(), (command[2] or "").strip()
    if name != "start":
        return Said("text", f"{name.replace('_', ' ')} {rest}".strip(), {"command": name})
    if _START_TOKEN.fullmatch(rest):
        return Said("link", "", {"command": name, "token": rest})
    # Telegram sends /start for everybody who opens the bot: it is how people say good day here.
    return Said("text", "bonjour" if language_of(who) == "fr" else "hello", {"command": name})


def _contact(message: Mapping[str, Any], who: Mapping[str, Any]) -> Said:
    """A contact card; it is the sender's own only when Telegram put the sender's id on it and it was not forwarded."""
    card = mapping(message, "contact")
    phone = identifier(card, "phone_number")
    same = card.get("user_id") is not None and identifier(card, "user_id") == identifier(who, "id")
    own = same and not forwarded(message)
    if own and phone.isdecimal():
        phone = f"+{phone}"  # verified numbers are international, some clients leave out the sign
    return Said("contact", "", {"phone": phone, "own": own, "name": full_name(card)})


def _location(message: Mapping[str, Any], _who: Mapping[str, Any]) -> Said:
    """A place; a venue names it too."""
    where, venue = mapping(message, "location"), optional_mapping(message, "venue")
    spot: dict[str, Any] = {"latitude": number(where, "latitude"), "longitude": number(where, "longitude")}
    if words(venue, "address"):
        spot["address"] = words(venue, "address")
    return Said("location", words(venue, "title"), spot)


def _media(message: Mapping[str, Any], kind: str) -> dict[str, Any]:
    told: dict[str, Any] = {"type": kind}
    held = message[kind]
    if kind == "photo":
        if not isinstance(held, list) or not held or not all(isinstance(size, Mapping) for size in held):
            raise BadUpdate("'photo' should be a list of sizes; the body does not come from Telegram")
        # The list is in no promised order.
        held = max(held, key=lambda size: number(size, "width") * number(size, "height"))
    if isinstance(held, Mapping):
        told |= _described(held)
    if "media_group_id" in message:
        told["album"] = identifier(message, "media_group_id")
    return told


def _described(held: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a file, or of a thing that has none."""
    told: dict[str, Any] = {}
    if held.get("file_id") is not None:
        told["file_id"] = identifier(held, "file_id")
    names = (("mime_type", "mime_type"), ("file_name", "name"), ("emoji", "emoji"), ("question", "title"), ("title", "title"))
    for name, ours in names:
        if isinstance(held.get(name), str) and held[name]:
            told[ours] = words(held, name)
    if held.get("file_size") is not None:
        told["size"] = int(number(held, "file_size"))
    return told


_READERS: tuple[tuple[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Said]], ...] = (
    ("text", _written),
    ("contact", _contact),
    ("location", _location),
)
