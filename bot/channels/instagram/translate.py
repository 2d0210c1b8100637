"""Instagram's webhooks as our messages, receipts and public messages. Pure: no network, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.channels.gathered import Found, Gathered
from bot.channels.instagram.public import read_change
from bot.channels.instagram.table import NAME, InstagramTable
from bot.channels.meta.events import account_of, entries, event_id
from bot.channels.meta.page_events import (
    Reader,
    Scene,
    at,
    read_edit,
    read_event,
    read_message,
    read_postback,
    read_reaction,
    read_referral,
    receipt,
)
from bot.channels.reading import identifier, mapping, moment
from bot.errors import BadUpdate
from bot.messages import Reading

FIELDS = (
    *("messages", "messaging_postbacks", "messaging_referral", "messaging_seen", "message_reactions", "message_edit"),
    *("standby", "messaging_handover", "comments", "live_comments", "mentions"),
)
"""What to subscribe to; echoes come with `messages`."""


def read_body(
    body: Any,
    *,
    received_at: datetime,
    account: str = "",
    accounts: Mapping[str, str] | None = None,
    app_id: str = "",
    table: InstagramTable | None = None,
) -> Reading:
    """Everything one body holds.

    `accounts` names the brand's account behind each Instagram id; without it everything belongs to `account`. An echo that
    names no application has `by` "unknown": it may be our own message, and is, when its `external_id` is the provider's id of
    one; only else did a person answer. Files are fetched by `data["url"]`, at once.

    Raises:
        BadUpdate: the body as a whole cannot come from Instagram.
    """
    gathered = Gathered()
    for entry in entries(body, "instagram", gathered):
        try:
            named = account_of(entry, "id", account, accounts or {})
            owner = identifier(entry, "id")
        except BadUpdate as error:
            gathered.leave(entry, str(error))
            continue
        for name in ("messaging", "standby"):
            scene = Scene(
                channel=NAME,
                account=named,
                owner=owner,
                standby=name == "standby",
                entry=entry,
                received_at=received_at,
                app_id=app_id,
                table=table or InstagramTable(),
                unnamed_echo="unknown",
            )
            for raw in gathered.parts(entry, name):
                gathered.take(raw, read_event, scene, _READERS)
        for raw in gathered.parts(entry, "changes"):
            gathered.take(raw, read_change, entry, named, received_at)
        if entry.get("field") is not None:  # with Instagram's own login a comment stands in the entry itself
            gathered.take(entry, read_change, entry, named, received_at)
    return gathered.reading()


def _read(raw: Mapping[str, Any], scene: Scene) -> Iterator[Found]:
    """One message was seen; Instagram names it, where Messenger names a time."""
    read = mapping(raw, "read")
    if read.get("mid"):
        yield receipt(raw, scene, "read", at(raw, scene), mid=event_id(read, "mid"))
    else:
        yield receipt(raw, scene, "read", moment(read, "watermark"))


_READERS: Mapping[str, Reader] = {
    "message": read_message,
    "postback": read_postback,
    "referral": read_referral,
    "reaction": read_reaction,
    "message_edit": read_edit,
    "read": _read,
}
