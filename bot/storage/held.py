"""Words that may not leave until their customer writes: let go then, unless the conversation has gone on without them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, and_, bindparam, exists, literal_column, or_, select, type_coerce, update

from bot.storage.last_acts import OPENING
from bot.storage.prepared import Prepared
from bot.storage.schema import Instant, delivery, identity, message

PEOPLE = ("advisor", "store")
"""Whose words are never too late: somebody took the time to write them."""
STALE_AFTER = timedelta(hours=24)
"""After this a program's words answer a day that is over."""

OVERTAKEN = "the conversation has gone on since this was written"
TOO_OLD = "this was written more than a day ago"


def goes_elsewhere(author: str, in_reply_to: Sequence[str] | None) -> bool:
    """Whether words may take another channel than the one they were written for.

    What a person or the house tells may, and what the bot says of itself, a reminder. Its answer to something said stays there.
    """
    return author != "bot" or not in_reply_to


_now = bindparam("now", type_=Instant)
_mine, _other = identity.alias("mine"), identity.alias("other")
_later, _way = message.alias("later"), delivery.alias("its_way")
_opening: list[Any] = [literal_column(f"'{kind}'") for kind in OPENING]  # a prepared statement takes no lists
_after_it = and_(_later.c.conversation_id == delivery.c.conversation_id, _later.c.id > delivery.c.message_id)
_gone_on = or_(
    # The customer spoke before today's words, which are what lets go of it.
    exists().where(_after_it, _later.c.direction == "in", _later.c.kind.in_(_opening), _later.c.received_at < _now),
    exists()
    .where(_after_it, _later.c.direction == "out", or_(_way.c.message_id.is_(None), _way.c.state == "sent"))
    .select_from(_later.join(_way, _way.c.message_id == _later.c.id, isouter=True)),
)
_HELD = Prepared(
    select(
        delivery.c.message_id,
        delivery.c.identity_id,
        message.c.author,
        message.c.in_reply_to,
        message.c.at,
        type_coerce(_gone_on, Integer),
    )
    .join_from(_mine, _other, _other.c.conversation_id == _mine.c.conversation_id)
    .join(
        delivery,
        and_(
            delivery.c.identity_id == _other.c.id,
            # Word for word as in the index: SQLite uses a partial index for no other condition.
            delivery.c.state.in_([literal_column("'failed'"), literal_column("'held'")]),
            delivery.c.state == literal_column("'held'"),
        ),
    )
    .join(message, message.c.id == delivery.c.message_id)
    .where(_mine.c.id == bindparam("identity"))
    .order_by(delivery.c.message_id)
)
_RELEASE = Prepared(
    update(delivery)
    .where(delivery.c.message_id == bindparam("b_message"), delivery.c.state == "held")
    .values(
        state="pending",
        next_at=bindparam("b_now", type_=Instant),
        ended_at=None,
        # The sender may be known by another id than when this was written.
        recipient=select(identity.c.sender).where(identity.c.id == delivery.c.identity_id).scalar_subquery(),
    )
)
_DROP = Prepared(
    update(delivery)
    .where(delivery.c.message_id == bindparam("b_message"), delivery.c.state == "held")
    .values(state="withheld", why=bindparam("b_why"))
)


def release_held(connection: Connection, identity_id: int, now: datetime) -> int:
    """The customer has just written from this identity: let go of what was held for them, and return how much of it.

    What may take another channel is let go of for their other identities too: it finds its way to the one they use now. What
    a program wrote and has been overtaken is withheld, with the reason.
    """
    released = 0
    for message_id, owner_id, author, in_reply_to, at, gone_on in _HELD.all(connection, {"identity": identity_id, "now": now}):
        if owner_id != identity_id and not goes_elsewhere(author, in_reply_to):
            continue
        stale = "" if author in PEOPLE else OVERTAKEN if gone_on else TOO_OLD if now - at > STALE_AFTER else ""
        if stale:
            _DROP.run(connection, {"b_message": message_id, "b_why": stale})
        else:
            released += _RELEASE.run(connection, {"b_message": message_id, "b_now": now})
    return released
