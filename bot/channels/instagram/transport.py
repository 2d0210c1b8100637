"""Instagram as a channel: sends messages, answers comments in private, fetches files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels.instagram.compose import parts_of, write_message, write_private
from bot.channels.instagram.table import NAME, PLATFORM, InstagramTable
from bot.channels.meta.graph import PUBLIC_ROOT, VERSION
from bot.channels.meta.page_transport import PageChannel
from bot.errors import Refused, SettingsError
from bot.messages import OutboundMessage

OWN_LOGIN_ROOT = "https://graph.instagram.com"
"""Where accounts connected by Instagram's own login are spoken to; those of a Facebook page are at `PUBLIC_ROOT`."""


class InstagramChannel(PageChannel):
    """One Instagram account; `root` is the Graph of its login: Meta's, Instagram's own (`OWN_LOGIN_ROOT`), or a pretend one."""

    name = NAME
    platform = PLATFORM
    _check_fields = "id,username"

    def __init__(
        self,
        token: str,
        account_id: str,
        *,
        root: str = PUBLIC_ROOT,
        version: str = VERSION,
        account: str = "",
        table: InstagramTable | None = None,
        connections: int = 32,
        timeout: float = 15.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not account_id.isalnum():
            raise SettingsError("Instagram needs the id of the account it writes for; Meta's Instagram settings show it")
        self.table: InstagramTable = table or InstagramTable()
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
        # "me" is whom the token is for: the account itself, or the page it hangs on, by the way it was connected.
        self._owner, self._messages = account_id, "me/messages"

    async def mentioned(self, media_id: str, comment_id: str = "") -> Mapping[str, Any]:
        """The words of a mention, which its webhook leaves out: `text` or `caption`, `username`, `timestamp`, `id`.

        Raises:
            Refused: it is gone, or its author does not let the account see it.
        """
        if not media_id.isalnum() or not (comment_id.isalnum() or not comment_id):
            raise Refused("the ids of a mention are letters and digits; these are not Instagram's")
        if comment_id:
            what, fields = "mentioned_comment", f"mentioned_comment.comment_id({comment_id}){{id,text,timestamp,username}}"
        else:
            what, fields = "mentioned_media", f"mentioned_media.media_id({media_id}){{id,caption,timestamp,username}}"
        found = (await self._call(self._graph.get(self._owner, fields=fields))).get(what)
        if not isinstance(found, Mapping):
            raise Refused("the mention is not there any more, or its author does not show it")
        return found

    def _parts_of(self, message: OutboundMessage) -> list[OutboundMessage]:
        return parts_of(message, table=self.table)

    def _written(self, part: OutboundMessage, *, late: bool) -> Mapping[str, Any]:
        return write_message(part, table=self.table, now=self._now(), late=late)

    def _written_private(self, comment_id: str, text: str, key: str) -> Mapping[str, Any]:
        return write_private(comment_id, text, key, table=self.table)
