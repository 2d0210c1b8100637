"""Our messages as calls of Messenger's and Instagram's Send API. Pure: the time only as it is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.channels import choices
from bot.channels.choices import Form
from bot.channels.meta.page_events import METADATA
from bot.channels.meta.page_table import PageTable
from bot.channels.meta.window import by_a_person, closed
from bot.channels.texts import Measure
from bot.errors import OutsideWindow, Refused
from bot.messages import Button, OutboundMessage

_METADATA_LENGTH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWriter:
    """How one of the two writes."""

    platform: str
    measure: Measure
    table: PageTable
    """What it goes by where nothing else is given."""
    metadata: bool
    """Whether there is a place for our key."""

    def write_message(
        self, message: OutboundMessage, *, table: PageTable | None = None, now: datetime | None = None, late: bool = False
    ) -> dict[str, Any]:
        """The body of the call that sends one part; `late` when the platform itself said that the window has closed.

        Raises:
            OutsideWindow: by `now` the window has closed, and the words are not a person's or even those are too late.
            Refused: the platform could never take it; the caller should have cut it with `parts_of`.
        """
        table, platform = table or self.table, self.platform
        tag = _tag(message, table, platform, now, late=late)
        shown = choices.show(message, table.forms)
        if not message.text.strip():
            raise Refused(f"{platform} takes no empty message; give the response a text")
        if shown.lines:
            raise Refused(f"{platform} has no form for these choices; send the message in parts, which writes them out")
        longest = table.text if shown.form is None else shown.form.text
        if self.measure(message.text) > longest:
            raise Refused(f"more than the {longest} {platform} takes here; send the message in parts")
        said = {"text": message.text} if shown.form is None else _choices(message.text, shown.form, shown.buttons, platform)
        said |= _tied(message.key if self.metadata else "")
        return {"recipient": _recipient(message.recipient), "message": said} | tag

    def parts_of(self, message: OutboundMessage, *, table: PageTable | None = None) -> list[OutboundMessage]:
        """The same message in pieces the platform can show, in order; the last one has the choices."""
        table = table or self.table
        return choices.parts(message, table.forms, table.text, self.measure)

    def write_private(self, comment_id: str, text: str, key: str, *, table: PageTable | None = None) -> dict[str, Any]:
        """The body of the call that answers a public comment in private: once, within seven days.

        Raises:
            Refused: the text is empty or too long; it cannot go in parts, for only the first would be taken.
        """
        longest = (table or self.table).text
        if not text.strip() or self.measure(text) > longest:
            raise Refused(f"a private reply on {self.platform} has 1 to {longest}; shorten it, a second one is not taken")
        said = {"text": text} | _tied(key if self.metadata else "")
        return {"recipient": {"comment_id": comment_id}, "message": said, "messaging_type": "RESPONSE"}


def write_action(recipient: str, action: str) -> dict[str, Any]:
    """The body of a call that shows something for a moment: `typing_on`, `typing_off`, `mark_seen`."""
    return {"recipient": _recipient(recipient), "sender_action": action}


def _tied(key: str) -> dict[str, str]:
    """Our key comes back in the echo, so that the message is known as ours even when the answer to sending got lost."""
    return {"metadata": METADATA + key} if key and len(key) + len(METADATA) <= _METADATA_LENGTH else {}


def _tag(message: OutboundMessage, table: PageTable, platform: str, now: datetime | None, *, late: bool) -> dict[str, str]:
    """HUMAN_AGENT when the window has closed and a person wrote these words, and never else: Meta restricts pages for it."""
    if not late and not closed(message, table, now):
        return {"messaging_type": "RESPONSE"}
    if not by_a_person(message):
        raise OutsideWindow(f"the customer's {table.window_hours:g} hours are over on {platform}; only a person may still write")
    if message.window_ends is not None and now is not None:
        last_act = message.window_ends - timedelta(hours=table.window_hours)
        if now >= last_act + timedelta(days=table.human_agent_days, seconds=-table.window_margin_seconds):
            raise OutsideWindow(f"after {table.human_agent_days:g} days {platform} takes nobody's words; wait until they write")
    return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}


def _recipient(recipient: str) -> dict[str, str]:
    kind, _, reference = recipient.partition(":")
    return {"user_ref": reference} if kind == "user_ref" and reference else {"id": recipient}


def _choices(text: str, form: Form, buttons: tuple[Button, ...], platform: str) -> dict[str, Any]:
    for button in buttons:
        if not button.url and not 1 <= len(button.token.encode()) <= form.token:
            raise Refused(f"a choice on {platform} carries 1 to {form.token} bytes; give it a short token")
    if form.way == "quick_replies":
        replies = [{"content_type": "text", "title": choices.title(button, form), "payload": button.token} for button in buttons]
        return {"text": text, "quick_replies": replies}
    template = {"template_type": "button", "text": text, "buttons": [_button(button, form) for button in buttons]}
    return {"attachment": {"type": "template", "payload": template}}


def _button(button: Button, form: Form) -> dict[str, str]:
    title = choices.title(button, form)
    if button.url:
        return {"type": "web_url", "title": title, "url": button.url}
    return {"type": "postback", "title": title, "payload": button.token}
