"""Our messages as calls of Twilio's. Pure: no network, no clock."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from bot.channels import choices, texts
from bot.channels.sms.segments import longest, plain
from bot.channels.sms.table import SmsTable
from bot.channels.templates import Template
from bot.errors import OutsideWindow, Refused
from bot.messages import OutboundMessage


def write_message(
    message: OutboundMessage, *, origin: str, callback: str = "", table: SmsTable | None = None, now: datetime | None = None
) -> dict[str, str]:
    """The parameters of one message. `origin` is our number, or the id of a messaging service (`MG...`).

    `callback` is our public address: what becomes of the message is posted there, with the message's key. Typographic
    quotes and dashes become plain ones where that saves two thirds of the segments.

    Raises:
        OutsideWindow: by `now` the window of a WhatsApp customer has closed. Twilio would take the message, be paid for it and
            tell only later that it was not delivered.
        Refused: Twilio could never take it; the caller should have cut it with `parts_of`.
    """
    table = table or SmsTable()
    if message.window_ends is not None and now is not None and now >= message.window_ends:
        raise OutsideWindow("the customer's 24 hours are over on WhatsApp; send an approved template, or wait until they write")
    if not message.text.strip():
        raise Refused("an SMS is never empty; give the response a text")
    if message.buttons:
        raise Refused("an SMS has no buttons; send the message as `parts_of` writes it")
    text = message.text if ":" in message.recipient else plain(message.text)  # WhatsApp counts no segments
    if (length := texts.utf16(text)) > table.text:
        raise Refused(f"{length} characters are more than Twilio's {table.text}; send the message in parts")
    return _envelope(message.recipient, origin, callback, message.key) | {"Body": text}


def write_template(recipient: str, template: Template, *, origin: str, key: str, callback: str = "") -> dict[str, str]:
    """The parameters of an approved WhatsApp template, which may be sent outside the window."""
    variables = {str(place): text for place, text in enumerate(template.parameters, start=1)}
    filled = {"ContentSid": template.name} | (
        {"ContentVariables": json.dumps(variables, ensure_ascii=False)} if variables else {}
    )
    return _envelope(recipient, origin, callback, key) | filled


def parts_of(message: OutboundMessage, table: SmsTable | None = None) -> list[OutboundMessage]:
    """The same message as texts Twilio takes, in order, its choices as numbered lines of the last one.

    The keys of several parts are `key/1`, `key/2` and so on, the same at each attempt.
    """
    return choices.parts(message, (), (table or SmsTable()).text, longest)


def callback_address(public_url: str, key: str) -> str:
    """Where Twilio tells what became of the message with this key: the key comes back even if Twilio's answer was lost.

    In letters that no library on the way quotes or unquotes, because the signature covers the address as it is.
    """
    parts = urlsplit(public_url)
    named = f"key={base64.urlsafe_b64encode(key.encode()).decode().rstrip('=')}"
    return urlunsplit(parts._replace(query=f"{parts.query}&{named}" if parts.query else named))


def key_in(query_value: str) -> str:
    """The key that `callback_address` wrote, from the value of `key` in the query; empty when it is none of ours."""
    try:
        return base64.b64decode(f"{query_value}{'=' * (-len(query_value) % 4)}", b"-_", validate=True).decode()
    except ValueError:
        return ""


def _envelope(recipient: str, origin: str, callback: str, key: str) -> dict[str, str]:
    network, _, _ = recipient.rpartition(":")
    if origin.startswith("MG"):
        written = {"To": recipient, "MessagingServiceSid": origin}
    else:
        # An answer leaves by the network its question came by.
        number = origin.rpartition(":")[2]
        written = {"To": recipient, "From": f"{network}:{number}" if network else number}
    return written | ({"StatusCallback": callback_address(callback, key)} if callback else {})
