"""Telegram's updates as our messages. Pure: no network, no clock.

Updates are read as plain JSON rather than through a library's classes: a new field or kind inside an update must never
cost a customer's words, and one that cannot be read must not take its neighbours along.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.channels.reading import identifier, mapping, moment, number, optional_mapping, sender, words
from bot.errors import BadUpdate
from bot.messages import InboundMessage, Kind

NAME = "telegram"

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""What we ask Telegram to send; everything else is never made in the first place."""

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_START_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")

_MEDIA = (
    *("animation", "audio", "document", "photo", "sticker", "story", "video", "video_note", "voice"),
    *("dice", "game", "poll", "paid_media", "checklist", "invoice"),
)
"""What a person can send that the bot cannot read. `animation` stands before `document`: a GIF carries both."""


@dataclass(frozen=True, slots=True)
class _Act:
    """What somebody did, before it is known which update told us."""

    who: Mapping[str, Any]
    sent_at: datetime
    kind: Kind
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def read_update(update: Mapping[str, Any], *, received_at: datetime, account: str = "") -> InboundMessage | None:
    """What a customer did, or None when the update is not for us: groups, bots, echoes, unknown kinds.

    `received_at` stands in where Telegram does not say when something happened (a pressed button). `data` always has
    `chat`, the id to answer to, and `message_id` where there is one; a press also has `callback`, the id that
    `TelegramChannel.answer_callback` needs.

    Raises:
        BadUpdate: the body cannot come from Telegram, or is of a shape nobody here has thought of.
    """
    try:
        return _read(update, received_at, account)
    except BadUpdate:
        raise
    except Exception as error:
        # A fault of ours must cost neither this update, which is kept, nor those behind it, which would wait for ever.
        raise BadUpdate("the update has a shape this version cannot read; it is kept for one that can") from error


def _read(update: Mapping[str, Any], received_at: datetime, account: str) -> InboundMessage | None:
    if not isinstance(update, Mapping):
        raise BadUpdate("an update should be an object; the body does not come from Telegram")
    update_id = identifier(update, "update_id")
    kind = next((name for name in _READERS if name in update), None)
    act = _READERS[kind](mapping(update, kind), received_at) if kind else None
    if act is None:
        return None
    return InboundMessage(
        channel=NAME,
        account=account,
        external_id=update_id,
        sender=sender(act.who, "id"),
        sender_name=" ".join(filter(None, (words(act.who, "first_name"), words(act.who, "last_name")))) or None,
        language=_language(act.who),
        sent_at=act.sent_at,
        kind=act.kind,
        text=act.text,
        data=act.data,
    )


def _message(message: Mapping[str, Any], _received_at: datetime) -> _Act | None:
    who = _private_sender(message)
    if who is None:
        return None
    sent_at, data = moment(message, "date"), _place(message)
    if "text" in message:
        return _written(who, sent_at, words(message, "text"), data)
    if "contact" in message:
        return _Act(who, sent_at, "contact", "", data | _contact(message, who))
    if "location" in message:  # a venue carries one too
        where = mapping(message, "location")
        spot = {"latitude": number(where, "latitude"), "longitude": number(where, "longitude")}
        return _Act(who, sent_at, "location", words(optional_mapping(message, "venue"), "title"), data | spot)
    media = next((name for name in _MEDIA if name in message), None)
    if media is None:
        return None  # service messages, and kinds made after this was written
    return _Act(who, sent_at, "media", words(message, "caption"), data | _media(message, media))


def _written(who: Mapping[str, Any], sent_at: datetime, text: str, data: dict[str, Any]) -> _Act:
    """A text; `/start TOKEN` opens a link, and any other command means the words it is made of."""
    command = _COMMAND.fullmatch(text.strip())
    if command is None:
        return _Act(who, sent_at, "text", text, data)
    name, rest = command[1].lower(), (command[2] or "").strip()
    data["command"] = name
    if name != "start":
        return _Act(who, sent_at, "text", f"{name.replace('_', ' ')} {rest}".strip(), data)
    if _START_TOKEN.fullmatch(rest):
        return _Act(who, sent_at, "link", "", data | {"token": rest})
    # Telegram sends /start for everybody who opens the bot: it is how people say good day here.
    return _Act(who, sent_at, "text", "bonjour" if _language(who) == "fr" else "hello", data)


def _contact(message: Mapping[str, Any], who: Mapping[str, Any]) -> dict[str, Any]:
    """A contact card; it is the sender's own only when Telegram put the sender's id on it and it was not forwarded."""
    card = mapping(message, "contact")
    phone = identifier(card, "phone_number")
    forwarded = "forward_origin" in message or "forward_date" in message
    own = card.get("user_id") is not None and identifier(card, "user_id") == identifier(who, "id") and not forwarded
    if own and phone.isdecimal():
        phone = f"+{phone}"  # verified numbers are international, some clients leave out the sign
    name = " ".join(filter(None, (words(card, "first_name"), words(card, "last_name"))))
    return {"phone": phone, "own": own, "name": name or None}


def _media(message: Mapping[str, Any], kind: str) -> dict[str, Any]:
    told: dict[str, Any] = {"type": kind}
    if kind == "photo":
        sizes = message["photo"]
        if not isinstance(sizes, list) or not sizes or not all(isinstance(size, Mapping) for size in sizes):
            raise BadUpdate("'photo' should be a list of sizes; the body does not come from Telegram")
        # The list is in no promised order.
        told["file_id"] = identifier(max(sizes, key=lambda size: number(size, "width") * number(size, "height")), "file_id")
    elif isinstance(message[kind], Mapping) and "file_id" in message[kind]:
        told["file_id"] = identifier(message[kind], "file_id")
    if "media_group_id" in message:
        told["album"] = identifier(message, "media_group_id")
    return told


def _edited(message: Mapping[str, Any], _received_at: datetime) -> _Act | None:
    who = _private_sender(message)
    text = words(message, "text") or words(message, "caption")
    if who is None or not text:  # a live location moves by edits
        return None
    data = _place(message)
    return _Act(who, moment(message, "edit_date"), "edit", text, data | {"of": data["message_id"]})


def _pressed(press: Mapping[str, Any], received_at: datetime) -> _Act | None:
    who = mapping(press, "from")
    message = optional_mapping(press, "message")  # missing, or without content, once it has grown old
    private = not message or words(mapping(message, "chat"), "type") in ("private", "")
    if who.get("is_bot") or not private or "data" not in press:
        return None
    token = words(press, "data")
    data = _place(message) if message else {"chat": identifier(who, "id")}
    data |= {"token": token, "callback": identifier(press, "id")}
    return _Act(who, received_at, "press", _title(message, token), data)


def _title(message: Mapping[str, Any], token: str) -> str:
    keyboard = optional_mapping(message, "reply_markup").get("inline_keyboard")
    for row in keyboard if isinstance(keyboard, list) else ():
        for button in row if isinstance(row, list) else ():
            if isinstance(button, Mapping) and button.get("callback_data") == token:
                return words(button, "text")
    return ""


def _membership(change: Mapping[str, Any], _received_at: datetime) -> _Act | None:
    who = _private_sender(change)
    kinds: dict[str, Kind] = {"kicked": "blocked", "member": "unblocked"}
    kind = kinds.get(words(mapping(change, "new_chat_member"), "status"))
    if who is None or kind is None:
        return None
    return _Act(who, moment(change, "date"), kind, "", {"chat": identifier(mapping(change, "chat"), "id")})


_READERS: dict[str, Callable[[Mapping[str, Any], datetime], _Act | None]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _pressed,
    "my_chat_member": _membership,
}


def _private_sender(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The person who wrote in a private chat; None in groups and channels, and for bots, ourselves included."""
    if words(mapping(message, "chat"), "type") != "private":
        return None
    who = mapping(message, "from")
    return None if who.get("is_bot") else who


def _place(message: Mapping[str, Any]) -> dict[str, Any]:
    place = {"chat": identifier(mapping(message, "chat"), "id"), "message_id": identifier(message, "message_id")}
    if message.get("reply_to_message") is not None:
        place["reply_to"] = identifier(mapping(message, "reply_to_message"), "message_id")
    return place


def _language(who: Mapping[str, Any]) -> str | None:
    code = words(who, "language_code").split("-")[0].lower()
    return code if len(code) == 2 and code.isalpha() and code.isascii() else None
