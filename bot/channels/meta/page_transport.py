"""What Messenger and Instagram do alike as channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.files import Media
from bot.channels.meta.media import fetch
from bot.channels.meta.page_compose import PageWriter, write_action
from bot.channels.meta.page_table import PageTable
from bot.channels.meta.transport import MetaChannel
from bot.channels.meta.window import by_a_person
from bot.errors import OutcomeUnknown, OutsideWindow, Refused
from bot.messages import OutboundMessage


class PageChannel(MetaChannel):
    """One page, or one Instagram account."""

    table: PageTable
    _writer: PageWriter

    async def private_reply(self, comment_id: str, text: str, key: str) -> str:
        """Answer a public comment in private; once for each comment, within seven days. Raises as `send` does."""
        return await self._post(self._writer.write_private(comment_id, text, key, table=self.table), key)

    def typing(self, recipient: str) -> None:
        """Show that an answer is being written, for 20 s or until it arrives. Returns at once; does its best."""
        self._courtesy("typing", self._messages, write_action(recipient, "typing_on"))

    def seen(self, recipient: str) -> None:
        """Mark everything this customer wrote as read. Returns at once; does its best, in the background."""
        self._courtesy("seen", self._messages, write_action(recipient, "mark_seen"))

    async def media(self, url: str, *, claimed: str = "", name: str = "") -> Media:
        """A file a customer sent, by its address, which is good for a short time only: fetch it at once.

        Raises:
            Refused: it is too large, of a type nobody is shown, at an address that is not Meta's, or there no longer.
            TryLater: Meta does not hand it out just now.
        """
        return await fetch(self._graph, url, self.table, claimed=claimed, name=name)

    async def profile(self, sender: str) -> Mapping[str, Any]:
        """What Meta tells of a customer (names); it may be refused, and nothing of it is verified."""
        if not sender.isalnum():
            raise Refused("a customer's id is letters and digits; this one is not Meta's")
        return await self._call(self._graph.get(sender, fields=self.table.profile_fields))

    async def subscribed(self) -> frozenset[str]:
        """The fields our application's webhook gets for this account; what `translate.FIELDS` has besides is missing."""
        told = (await self._call(self._graph.get(f"{self._owner}/subscribed_apps", fields="subscribed_fields"))).get("data")
        rows = [row.get("subscribed_fields") for row in told if isinstance(row, Mapping)] if isinstance(told, list) else []
        return frozenset(str(field) for row in rows if isinstance(row, list) for field in row)

    async def app_id(self) -> str:
        """The id of our own application, by which echoes of our messages are told from others'."""
        return str((await self._call(self._graph.get("app", fields="id"))).get("id") or "")

    async def _send_part(self, part: OutboundMessage) -> str:
        body = self._written(part, late=False)
        try:
            return await self._post(body, part.key)
        except OutsideWindow:
            # The platform knows better than we when the window closed; a person's words may still go, with their tag.
            if "tag" in body or not by_a_person(part):
                raise
        return await self._post(self._written(part, late=True), part.key)

    async def _post(self, body: Mapping[str, Any], key: str) -> str:
        answer = await self._call(self._graph.post(self._messages, body, key=key))
        message_id = answer.get("message_id")
        if not isinstance(message_id, str) or not message_id:
            raise OutcomeUnknown(f"{self.platform} answered without a message id; the message may have arrived")
        return message_id

    def _parts_of(self, message: OutboundMessage) -> list[OutboundMessage]:
        return self._writer.parts_of(message, table=self.table)

    def _written(self, part: OutboundMessage, *, late: bool) -> Mapping[str, Any]:
        return self._writer.write_message(part, table=self.table, now=self._now(), late=late)
