"""Our messages as calls of Telegram's Bot API. Pure: no network, no clock."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.channels import buttons, choices, texts
from bot.channels.choices import Form
from bot.channels.telegram.chats import address, in_business
from bot.channels.telegram.table import TelegramTable
from bot.errors import Refused
from bot.messages import Button, OutboundMessage

_TABLE = TelegramTable()


def write_message(message: OutboundMessage, *, table: TelegramTable = _TABLE) -> dict[str, Any]:
    """The parameters of `sendMessage`: plain text, so that nobody's words are ever read as formatting.

    Raises:
        Refused: Telegram could never take it; the caller should have cut it with `parts_of`.
    """
    if not message.text.strip():
        raise Refused("Telegram takes no empty message; give the response a text")
    if (length := texts.utf16(message.text)) > table.text:
        raise Refused(f"{length} characters are more than Telegram's {table.text}; send the message in parts")
    markup = _markup(message, table)
    return {
        **address(message.recipient),
        "text": message.text,
        "link_preview_options": {"is_disabled": True},
        **({"reply_markup": markup} if markup else {}),
    }


def parts_of(message: OutboundMessage, *, table: TelegramTable = _TABLE) -> list[OutboundMessage]:
    """The same message in pieces Telegram can show, in order; only the last one has the buttons.

    The keys of several parts are `key/1`, `key/2` and so on, the same at each attempt.
    """
    if in_business(message.recipient):
        message = replace(message, ask_contact="")  # these chats have no keyboard to ask with
    return choices.parts(message, table.forms, table.text)


def _markup(message: OutboundMessage, table: TelegramTable) -> dict[str, Any]:
    if message.ask_contact:
        # A message has one keyboard. Typed text that equals a button's title counts as pressing it, so the choices
        # can stand as plain keys under the one that shares the contact.
        keys = [[{"text": texts.shorten(message.ask_contact, table.button_title), "request_contact": True}]]
        keys += [[{"text": button.title} for button in row] for row in buttons.rows(message.buttons, widest=table.row)]
        return {"keyboard": keys, "resize_keyboard": True, "one_time_keyboard": True}
    if not message.buttons:
        # Closes the contact keyboard of an earlier question; does nothing when there is none.
        return {} if in_business(message.recipient) else {"remove_keyboard": True}
    shown = choices.show(message, table.forms)
    if shown.form is None or shown.lines:
        raise Refused("Telegram cannot show these choices as buttons; send the message in parts, which writes them out")
    form, rows = shown.form, buttons.rows(shown.buttons, widest=table.row)
    return {"inline_keyboard": [[_button(button, form) for button in row] for row in rows]}


def _button(button: Button, form: Form) -> dict[str, str]:
    title = choices.title(button, form)
    if button.url:
        return {"text": title, "url": button.url}
    if not 1 <= len(button.token.encode()) <= form.token:
        raise Refused(f"a Telegram button carries 1 to {form.token} bytes; give it a short token")
    return {"text": title, "callback_data": button.token}
