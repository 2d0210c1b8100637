"""What customers want of us, as they said it: rows that are only added, of which the latest that speaks of a thing counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from bot.storage.schema import wish

CONTACT = "contact"
"""Whether they may be written to: true or false."""


def allowed(rows: Sequence[Any], channel: str, purpose: str) -> bool | None:
    """What the latest of these rows that speaks of this channel and purpose says; None when none does.

    A row without a channel speaks of all of them, and so with the purpose.
    """
    said = [row for row in rows if row.channel in ("", channel) and row.purpose in ("", purpose)]
    return None if not said else bool(max(said, key=lambda row: row.id).value)


def take_stricter(
    connection: Connection, conversation_id: int, *, wish_ids: Collection[int], merge_id: int, now: datetime
) -> None:
    """Two customers have become one: where one of them refuses to be written to, both do from now on.

    `wish_ids` are the rows that came from the one who joined.
    """
    query = select(wish).where(wish.c.conversation_id == conversation_id, wish.c.kind == CONTACT).order_by(wish.c.id)
    rows: list[Any] = list(connection.execute(query))
    came = [row for row in rows if row.id in wish_ids]
    were = [row for row in rows if row.id not in wish_ids]
    keys = {(row.channel, row.purpose) for row in rows}
    # What speaks of more first: a later row about less may then take it back.
    for channel, purpose in sorted(keys, key=lambda key: (bool(key[0]) + bool(key[1]), key)):
        stricter = False not in (allowed(came, channel, purpose), allowed(were, channel, purpose))
        if allowed(rows, channel, purpose) != stricter:
            row = {
                "conversation_id": conversation_id,
                "kind": CONTACT,
                "channel": channel,
                "purpose": purpose,
                "value": stricter,
                "at": now,
                "by": "merge",
                "merge_id": merge_id,
            }
            rows.append(connection.execute(insert(wish).returning(*wish.c), row).one())
