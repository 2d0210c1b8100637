"""Our messages as calls of WhatsApp's Cloud API. Pure: no network, and the time only as it is given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.channels import choices, texts
from bot.channels.choices import Form
from bot.channels.meta.window import closed
from bot.channels.templates import Template
from bot.channels.whatsapp.people import SCOPED
from bot.channels.whatsapp.table import WhatsAppTable
from bot.errors import OutsideWindow, Refused
from bot.messages import Button, OutboundMessage

_TABLE = WhatsAppTable()
_OPENS = {"fr": "Choisir", "en": "Choose"}
"""What stands on the button that opens a list."""


def write_message(message: OutboundMessage, *, table: WhatsAppTable = _TABLE, now: datetime | None = None) -> dict[str, Any]:
    """The body of the call that sends one part.

    Raises:
        OutsideWindow: by `now` the window has closed; send a template instead.
        Refused: WhatsApp could never take it; the caller should have cut it with `parts_of`.
    """
    if closed(message, table, now):
        raise OutsideWindow("the customer's 24 hours are over on WhatsApp; send an approved template, or wait until they write")
    shown = choices.show(message, table.forms)
    if not message.text.strip():
        raise Refused("WhatsApp takes no empty message; give the response a text")
    if shown.lines:
        raise Refused("WhatsApp has no form for these choices; send the message in parts, which writes them out")
    longest = table.text if shown.form is None else shown.form.text
    if texts.utf16(message.text) > longest:
        raise Refused(f"more than the {longest} characters WhatsApp takes here; send the message in parts")
    if shown.form is None:
        content = {"type": "text", "text": {"body": message.text, "preview_url": False}}
    else:
        body = {"body": {"text": message.text}} | _choices(shown.form, shown.buttons, message.language, table)
        content = {"type": "interactive", "interactive": body}
    return _addressed(message.recipient) | content | _tied(message.key, table)


def parts_of(message: OutboundMessage, *, table: WhatsAppTable = _TABLE) -> list[OutboundMessage]:
    """The same message in pieces WhatsApp can show, in order; the last one has the choices."""
    return choices.parts(message, table.forms, table.text)


def write_template(recipient: str, template: Template, key: str, *, table: WhatsAppTable = _TABLE) -> dict[str, Any]:
    """The body of the call that sends a template.

    Raises:
        Refused: one of its parameters is empty.
    """
    if not all(parameter.strip() for parameter in template.parameters):
        raise Refused(f"a parameter of the template {template.name!r} is empty, which WhatsApp does not take; give it a word")
    components: list[dict[str, Any]] = []
    if template.parameters:
        # A parameter takes neither line ends nor runs of blanks.
        said = [{"type": "text", "text": " ".join(parameter.split())} for parameter in template.parameters]
        components.append({"type": "body", "parameters": said})
    for place, token in enumerate(template.tokens):
        pressed = [{"type": "payload", "payload": token}]
        components.append({"type": "button", "sub_type": "quick_reply", "index": str(place), "parameters": pressed})
    written: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    if components:
        written["components"] = components
    return _addressed(recipient) | {"type": "template", "template": written} | _tied(key, table)


def write_seen(message_id: str, *, typing: bool) -> dict[str, Any]:
    """The body of the call that marks a message as read, and with it all before; with `typing` an answer is being written."""
    seen: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    return seen | ({"typing_indicator": {"type": "text"}} if typing else {})


def _addressed(recipient: str) -> dict[str, Any]:
    field = "recipient" if SCOPED.fullmatch(recipient) else "to"
    return {"messaging_product": "whatsapp", "recipient_type": "individual", field: recipient}


def _tied(key: str, table: WhatsAppTable) -> dict[str, str]:
    """Our key comes back in every status, so that one can be tied to its message even when the answer to sending got lost."""
    return {"biz_opaque_callback_data": key} if len(key) <= table.callback else {}


def _choices(form: Form, buttons: tuple[Button, ...], language: str, table: WhatsAppTable) -> dict[str, Any]:
    if form.way == "link":
        page = {"display_text": choices.title(buttons[0], form), "url": buttons[0].url}
        return {"type": "cta_url", "action": {"name": "cta_url", "parameters": page}}
    for button in buttons:
        if not 1 <= len(button.token.encode()) <= form.token:
            raise Refused(f"a choice on WhatsApp carries 1 to {form.token} bytes; give it a short token")
    if form.way == "buttons":
        replies = [{"type": "reply", "reply": {"id": b.token, "title": choices.title(b, form)}} for b in buttons]
        return {"type": "button", "action": {"buttons": replies}}
    opens = texts.shorten(_OPENS.get(language, _OPENS["en"]), table.list_title)
    return {"type": "list", "action": {"button": opens, "sections": [{"rows": [_row(button, form) for button in buttons]}]}}


def _row(button: Button, form: Form) -> dict[str, str]:
    title = choices.title(button, form)
    row = {"id": button.token, "title": title}
    return row if title == button.title else row | {"description": texts.shorten(button.title, form.detail)}
