"""Our messages as calls of Telegram's Bot API. Pure: no network, no clock."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.channels import buttons, texts
from bot.errors import Refused
from bot.messages import Button, Limits, OutboundMessage

LIMITS = Limits(text=4096, buttons=100, button_title=64, per_recipient_per_second=1.0, per_second=30.0)
"""Text in UTF-16 units; the pace is what Telegram asks of bots, short bursts are tolerated."""

TOKEN_BYTES = 64
"""Longest `callback_data`, in bytes."""


def write_message(message: OutboundMessage) -> dict[str, Any]:
    """The parameters of `sendMessage`: plain text, so that nobody's words are ever read as formatting.

    Raises:
        Refused: Telegram could never take it; the caller should have cut it with `parts_of`.
    """
    if not message.text.strip():
        raise Refused("Telegram takes no empty message; give the response a text")
    if (length := texts.utf16(message.text)) > LIMITS.text:
        raise Refused(f"{length} characters are more than Telegram's {LIMITS.text}; send the message in parts")
    return {
        "chat_id": message.recipient,
        "text": message.text,
        "link_preview_options": {"is_disabled": True},
        "reply_markup": _markup(message),
    }


def parts_of(message: OutboundMessage) -> list[OutboundMessage]:
    """The same message in pieces Telegram can show, in order; only the last one has the buttons.

    The keys of several parts are `key/1`, `key/2` and so on, the same at each attempt.
    """
    pieces = texts.split(message.text, LIMITS.text)
    if len(pieces) < 2:
        return [message]
    parts = [
        replace(message, text=piece, key=f"{message.key}/{place}", buttons=(), ask_contact="")
        for place, piece in enumerate(pieces, start=1)
    ]
    parts[-1] = replace(parts[-1], buttons=message.buttons, ask_contact=message.ask_contact)
    return parts


def _markup(message: OutboundMessage) -> dict[str, Any]:
    if message.ask_contact:
        # A message has one keyboard. Typed text that equals a button's title counts as pressing it, so the choices
        # can stand as plain keys under the one that shares the contact.
        keys = [[{"text": texts.shorten(message.ask_contact, LIMITS.button_title), "request_contact": True}]]
        keys += [[{"text": button.title} for button in row] for row in buttons.rows(message.buttons)]
        return {"keyboard": keys, "resize_keyboard": True, "one_time_keyboard": True}
    if not message.buttons:
        # Closes the contact keyboard of an earlier question; does nothing when there is none.
        return {"remove_keyboard": True}
    if len(message.buttons) > LIMITS.buttons:
        raise Refused(f"{len(message.buttons)} buttons are more than Telegram's {LIMITS.buttons}; offer them in pages")
    return {"inline_keyboard": [[_button(button) for button in row] for row in buttons.rows(message.buttons)]}


def _button(button: Button) -> dict[str, str]:
    title = texts.shorten(button.title, LIMITS.button_title)
    if button.url:
        return {"text": title, "url": button.url}
    if not 1 <= len(button.token.encode()) <= TOKEN_BYTES:
        raise Refused(f"a Telegram button carries 1 to {TOKEN_BYTES} bytes; give it a short token")
    return {"text": title, "callback_data": button.token}
