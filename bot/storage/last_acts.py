"""When customers last did something by which a platform lets us write to them for a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from bot.storage.schema import identity, message

OPENING = ("text", "press", "contact", "link", "media", "location")
"""Kinds of messages that open a platform's contact window."""

_LATEST = (
    select(message.c.at)
    .where(message.c.identity_id == identity.c.id, message.c.direction == "in", message.c.kind.in_(OPENING))
    .order_by(message.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_LAST_ACTS = select(identity.c.id, _LATEST).where(identity.c.id.in_(bindparam("identities", expanding=True)))


def last_acts(connection: Connection, identities: Sequence[int]) -> dict[int, datetime]:
    """The platform's time of the latest such message of each of these identities; those that sent none are left out."""
    if not identities:
        return {}
    rows = connection.execute(_LAST_ACTS, {"identities": list(identities)})
    return {id_: at for id_, at in rows if at is not None}
