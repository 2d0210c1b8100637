"""Echoes that name nobody: some platforms bring our own words back exactly as they bring those of a person at the counter.

One of ours is known by its id as soon as the answer to our call is written down. Before that, and for the parts of a long
message, it is known by its words: all of them stand in something this recipient has just been sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.messages import InboundMessage, Receipt
from bot.storage import receipts
from bot.storage.prepared import Prepared
from bot.storage.schema import delivery, message

JUST_NOW = timedelta(minutes=2)
"""How long after a message was sent its words are still taken for ours; its id is for ever."""

_LATEST = Prepared(
    select(
        message.c.id,
        message.c.text,
        message.c.data,
        delivery.c.key,
        delivery.c.state,
        delivery.c.provider_id,
        delivery.c.sent_at,
    )
    .join_from(message, delivery, delivery.c.message_id == message.c.id)
    .where(message.c.identity_id == bindparam("identity"), message.c.direction == "out")
    .order_by(message.c.id.desc())
    .limit(40)
)


def is_unnamed(inbound: InboundMessage) -> bool:
    """Whether this is an echo of which nobody knows yet who wrote it."""
    return inbound.kind == "echo" and inbound.data.get("by") == "unknown"


def ours(connection: Connection, inbound: InboundMessage, identity_id: int, now: datetime) -> int | None:
    """The message of ours that comes back by this echo, written down as sent; None when somebody else wrote it."""
    rows = _LATEST.all(connection, {"identity": identity_id})
    for row in rows:
        if row[5] == inbound.external_id:
            return int(row[0])
    for message_id, text, data, key, state, provider_id, sent_at in rows:
        lately = state in ("pending", "sending", "sent") and (sent_at is None or now - sent_at < JUST_NOW)
        if not lately or not _says(inbound.text, text, data or {}):
            continue
        if provider_id is None and _plain(text) in _plain(inbound.text):
            # All of it, not one part: the platform has it, even if the answer to our call never comes.
            proof = Receipt(
                channel=inbound.channel,
                account=inbound.account,
                state="sent",
                at=inbound.sent_at,
                provider_id=inbound.external_id,
                key=key,
            )
            receipts.note(connection, [proof], now)
        return int(message_id)
    return None


def _says(echoed: str, text: str, data: Mapping[str, Any]) -> bool:
    """Whether the words of an echo are those of a message of ours, as its channel may have written it out."""
    written = _plain(text)
    titles = {_plain(str(choice.get("title", ""))) for choice in data.get("choices", ())}
    lines = [_plain(line) for line in echoed.splitlines() if line.strip()]
    known = sum(line in written or line.partition(") ")[2] in titles for line in lines)
    # Above numbered choices stands a sentence of the channel's own.
    return known > 0 and known >= len(lines) - 1


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
