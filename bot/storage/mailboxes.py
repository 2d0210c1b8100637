"""What the e-mail channel remembers: how far each mailbox was read, spent tokens of signed requests, the mail to answer under."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.schema import delivery, identity, lease, message, spent_token

_SPEND = {
    "sqlite": sqlite.insert(spent_token).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(spent_token).on_conflict_do_nothing(),
}


def cursor(connection: Connection, seat: str) -> str | None:
    """How far whoever held this seat has read."""
    found: str | None = connection.execute(select(lease.c.cursor).where(lease.c.name == seat)).scalar()
    return found


def keep_cursor(connection: Connection, seat: str, value: str) -> None:
    connection.execute(update(lease).where(lease.c.name == seat).values(cursor=value))


def spend(connection: Connection, token: str, body: bytes, now: datetime) -> bool:
    """Whether a one-time token may be used for this body: it has not been, or the very same body is only sent again."""
    row = {"token_hash": hashlib.sha256(token.encode()).hexdigest(), "body_hash": hashlib.sha256(body).hexdigest(), "at": now}
    connection.execute(_SPEND[connection.dialect.name], row)
    kept = select(spent_token.c.body_hash).where(spent_token.c.token_hash == row["token_hash"])
    return bool(connection.execute(kept).scalar() == row["body_hash"])


_theirs = (
    select(message.c.data)
    .join(identity, identity.c.id == message.c.identity_id)
    .where(
        identity.c.channel == "email",
        identity.c.account == bindparam("account"),
        identity.c.sender == bindparam("sender"),
        message.c.direction == "in",
        message.c.kind.in_(("text", "media", "link")),
    )
    .order_by(message.c.id.desc())
    .limit(1)
)
_ANSWERED = _theirs.where(message.c.id.in_(bindparam("answered", expanding=True)))
_ANSWERS = (
    select(message.c.in_reply_to)
    .join_from(delivery, message, message.c.id == delivery.c.message_id)
    .where(delivery.c.key == bindparam("key"))
)


def answered_mail(connection: Connection, *, account: str, sender: str, key: str) -> Mapping[str, Any] | None:
    """The `data` of the mail that our message with this key answers; where it answers none, as an advisor's words do not, of the
    last one this sender wrote to this account of ours; None when there is none.
    """
    who = {"account": account, "sender": sender}
    answers = connection.execute(_ANSWERS, {"key": key}).scalar() or ()
    ids = [int(one) for one in answers if str(one).isdecimal()]
    found = connection.execute(_ANSWERED, who | {"answered": ids}).scalar() if ids else None
    return found or connection.execute(_theirs, who).scalar()
