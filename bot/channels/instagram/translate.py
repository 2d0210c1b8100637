"""Instagram's webhooks as our messages, receipts and public messages. Pure: no network, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.channels.gathered import Found
from bot.channels.instagram.public import read_change
from bot.channels.instagram.table import NAME, InstagramTable
from bot.channels.meta.events import event_id
from bot.channels.meta.page_events import (
    Scene,
    Speech,
    at,
    read_edit,
    read_entries,
    read_message,
    read_postback,
    read_reaction,
    read_referral,
    receipt,
)
from bot.channels.reading import mapping, moment
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
    return read_entries(
        _SPEECH,
        body,
        received_at=received_at,
        account=account,
        accounts=accounts,
        app_id=app_id,
        table=table or InstagramTable(),
    )


def _read(raw: Mapping[str, Any], scene: Scene) -> Iterator[Found]:
    """One message was seen; Instagram names it, where Messenger names a time."""
    read = mapping(raw, "read")
    if read.get("mid"):
        yield receipt(raw, scene, "read", at(raw, scene), mid=event_id(read, "mid"))
    else:
        yield receipt(raw, scene, "read", moment(read, "watermark"))


_SPEECH = Speech(
    channel=NAME,
    object="instagram",
    readers={
        "message": read_message,
        "postback": read_postback,
        "referral": read_referral,
        "reaction": read_reaction,
        "message_edit": read_edit,
        "read": _read,
    },
    read_change=read_change,
    unnamed_echo="unknown",
    bare_changes=True,  # with Instagram's own login a comment stands in the entry itself
)
