"""Messenger as a channel: sends messages, answers comments in private, fetches files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels.messenger.compose import parts_of, write_message, write_private
from bot.channels.messenger.table import NAME, PLATFORM, MessengerTable
from bot.channels.meta.graph import PUBLIC_ROOT, VERSION
from bot.channels.meta.page_transport import PageChannel
from bot.errors import SettingsError
from bot.messages import OutboundMessage


class MessengerChannel(PageChannel):
    """One page on Messenger; `root` is Meta's Graph (Meta's own, or a pretend one)."""

    name = NAME
    platform = PLATFORM

    def __init__(
        self,
        token: str,
        page_id: str,
        *,
        root: str = PUBLIC_ROOT,
        version: str = VERSION,
        account: str = "",
        table: MessengerTable | None = None,
        connections: int = 32,
        timeout: float = 15.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not page_id.isalnum():
            raise SettingsError("Messenger needs the id of the page it writes for; Meta's Messenger settings show it")
        self.table: MessengerTable = table or MessengerTable()
        super().__init__(
            token,
            root=root,
            version=version,
            table=self.table,
            account=account,
            connections=connections,
            timeout=timeout,
            now=now,
        )
        self._owner, self._messages = page_id, f"{page_id}/messages"

    def _parts_of(self, message: OutboundMessage) -> list[OutboundMessage]:
        return parts_of(message, table=self.table)

    def _written(self, part: OutboundMessage, *, late: bool) -> Mapping[str, Any]:
        return write_message(part, table=self.table, now=self._now(), late=late)

    def _written_private(self, comment_id: str, text: str, key: str) -> Mapping[str, Any]:
        return write_private(comment_id, text, key, table=self.table)
