"""Instagram as a channel: sends messages, answers comments in private, fetches files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.instagram.compose import WRITER
from bot.channels.instagram.table import NAME, PLATFORM, InstagramTable
from bot.channels.meta.page_transport import PageChannel
from bot.errors import Refused

OWN_LOGIN_ROOT = "https://graph.instagram.com"
"""Where accounts connected by Instagram's own login are spoken to; those of a Facebook page are at `PUBLIC_ROOT`."""


class InstagramChannel(PageChannel):
    """One Instagram account; `root` is the Graph of its login: Meta's, Instagram's own (`OWN_LOGIN_ROOT`), or a pretend one."""

    name = NAME
    platform = PLATFORM
    table: InstagramTable
    _usual = InstagramTable()
    _writer = WRITER
    _which_id = "the id of the account it writes for; Meta's Instagram settings show it"
    _check_fields = "id,username"
    _speaks_as = "me"
    """Whom the token is for: the account itself, or the page it hangs on, by the way it was connected."""

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
