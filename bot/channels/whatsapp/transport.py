"""WhatsApp as a channel: sends messages and templates, marks messages as read, fetches files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.files import Media
from bot.channels.meta.media import fetch
from bot.channels.meta.transport import MetaChannel
from bot.channels.templates import Template
from bot.channels.whatsapp.compose import parts_of, write_message, write_seen, write_template
from bot.channels.whatsapp.table import NAME, PLATFORM, WhatsAppTable
from bot.errors import OutcomeUnknown, Refused
from bot.messages import OutboundMessage


class WhatsAppChannel(MetaChannel):
    """One number on the Cloud API."""

    name = NAME
    platform = PLATFORM
    table: WhatsAppTable
    _usual = WhatsAppTable()
    _which_id = "the id of the number it writes from; Meta's API set-up page shows it"
    _check_fields = "display_phone_number,verified_name,quality_rating"

    async def send_template(self, recipient: str, template: Template, key: str) -> str:
        """Send an approved template, whether the customer's window is open or not; raises as `send` does."""
        return await self._post(write_template(recipient, template, key, table=self.table), key)

    def seen(self, message_id: str, *, typing: bool = False) -> None:
        """Mark a customer's message as read, and all before it; `typing` shows for 25 s, or until the answer, that one is
        being written. Returns at once; does its best, in the background.
        """
        self._courtesy("seen", self._messages, write_seen(message_id, typing=typing))

    async def webhook(self) -> str | None:
        """Where what comes for this number is posted: empty when nowhere, None when WhatsApp does not tell.

        Raises as `check` does.
        """
        told = (await self._call(self._graph.get(self._owner, fields="webhook_configuration"))).get("webhook_configuration")
        if not isinstance(told, Mapping):
            return None
        known = [told.get(name) for name in ("phone_number", "whatsapp_business_account", "application")]  # the nearest counts
        return next((str(address) for address in known if address), "")

    async def media(self, file_id: str, *, name: str = "") -> Media:
        """A file a customer sent, by its id, which is good for seven days.

        Raises:
            Refused: it is too large, of a type nobody is shown, or there no longer.
            SendFailed: WhatsApp does not hand it out; its class says what to do.
        """
        if not file_id.isalnum():
            raise Refused("a file's id is letters and digits; this one is not WhatsApp's")
        told = await self._call(self._graph.get(file_id, phone_number_id=self._owner))
        url, size, claimed = told.get("url"), told.get("file_size"), str(told.get("mime_type") or "")
        if not isinstance(url, str):
            raise Refused("WhatsApp names no address for the file; ask the customer to send it again")
        if isinstance(size, int) and size > self.table.media_bytes:
            raise Refused(f"the file has {size} bytes, more than the {self.table.media_bytes} that are kept")
        return await fetch(self._graph, url, self.table, claimed=claimed, name=name, with_token=True)

    def _parts_of(self, message: OutboundMessage) -> list[OutboundMessage]:
        return parts_of(message, table=self.table)

    async def _send_part(self, part: OutboundMessage) -> str:
        return await self._post(write_message(part, table=self.table, now=self._now()), part.key)

    async def _post(self, body: Mapping[str, Any], key: str) -> str:
        answer = await self._call(self._graph.post(self._messages, body, key=key))
        try:
            return str(answer["messages"][0]["id"])
        except (KeyError, IndexError, TypeError):
            raise OutcomeUnknown("WhatsApp answered without a message id; the message may have arrived") from None
