"""Senders under several ids, as the platform vouches for them: a number and its scoped id, a number that was changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.messages import InboundMessage
from bot.storage.prepared import Prepared
from bot.storage.schema import identity, identity_alias, message

STOPPED_BY_A_WORD = frozenset({"sms"})
"""Channels whose platform itself stops us at a customer's word, who can still write, until they let us go on in so many words.

`identity.blocked_at` is the platform's word; what the customer wants is a wish (`bot.storage.wishes`), on any channel."""
_KEEP = {
    "sqlite": sqlite.insert(identity_alias).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(identity_alias).on_conflict_do_nothing(),
}


_ALIAS = Prepared(
    select(identity.c.id, identity.c.conversation_id)
    .join_from(identity_alias, identity, identity.c.id == identity_alias.c.identity_id)
    .where(
        identity_alias.c.channel == bindparam("channel"),
        identity_alias.c.account == bindparam("account"),
        identity_alias.c.alias == bindparam("alias"),
    )
)


def other_ids(inbound: InboundMessage) -> tuple[str, ...]:
    """The ids by which the platform says the same person wrote before, likeliest first."""
    aliases = inbound.data.get("aliases")
    told: list[Any] = [inbound.data.get("was"), *(inbound.data.get("was_also") or ())]
    if isinstance(aliases, dict):
        told.append(aliases.get("id"))
    return tuple(dict.fromkeys(one for one in told if isinstance(one, str) and one and one != inbound.sender))


def find_other(connection: Connection, inbound: InboundMessage) -> tuple[int, int] | None:
    """The identity (its id, its conversation) that this new sender was known as before; from now on it answers to the new id."""
    former = other_ids(inbound)
    found = _by_sender(connection, inbound, former) if former else None
    if found is not None:
        identity_id, conversation_id, sender = found
        remember(connection, inbound, identity_id, (sender, *former))
        connection.execute(update(identity).where(identity.c.id == identity_id).values(sender=inbound.sender))
        return identity_id, conversation_id
    return _by_alias(connection, inbound)


def _by_sender(connection: Connection, inbound: InboundMessage, ids: Sequence[str]) -> tuple[int, int, str] | None:
    row = connection.execute(
        select(identity.c.id, identity.c.conversation_id, identity.c.sender)
        .where(identity.c.channel == inbound.channel, identity.c.account == inbound.account, identity.c.sender.in_(ids))
        .order_by(identity.c.id)
    ).first()
    return None if row is None else (row.id, row.conversation_id, row.sender)


def _by_alias(connection: Connection, inbound: InboundMessage) -> tuple[int, int] | None:
    """Whoever once had this very id: words written before somebody moved may come after.

    A number alone that stands beside another scoped id proves nothing: numbers get other owners.
    """
    here = {"channel": inbound.channel, "account": inbound.account}
    told = [str(inbound.data["was"]), *map(str, inbound.data.get("was_also") or ())] if "was" in inbound.data else []
    for alias in (inbound.sender, *told):
        row = _ALIAS.first(connection, {**here, "alias": alias[:255]})
        # A scoped id is one person's for ever.
        if row is not None and (alias in told or not alias.isdecimal() or not _left(connection, row[0], alias, inbound)):
            return row[0], row[1]
    return None


def _left(connection: Connection, identity_id: int, alias: str, inbound: InboundMessage) -> bool:
    """Whether somebody had given this number up by the time it was written from: then it is another person's."""
    rows = connection.execute(
        select(message.c.at, message.c.data).where(message.c.identity_id == identity_id, message.c.kind == "moved")
    )
    return any(at < inbound.sent_at and alias in (data["was"], *data.get("was_also", ())) for at, data in rows)


def remember(connection: Connection, inbound: InboundMessage, identity_id: int, ids: Sequence[str]) -> None:
    """Keep other ids of an identity; one that is known already stays as it is."""
    for alias in dict.fromkeys(ids):
        row = {"channel": inbound.channel, "account": inbound.account, "alias": alias[:255], "identity_id": identity_id}
        connection.execute(_KEEP[connection.dialect.name], row)


def elsewhere(connection: Connection, inbound_ids: Sequence[str], *, channel: str, account: str, conversation: int) -> int | None:
    """Another conversation of the very same sender, begun under another of these ids; None when there is none."""
    return connection.execute(
        select(identity.c.conversation_id)
        .where(
            identity.c.channel == channel,
            identity.c.account == account,
            identity.c.sender.in_(inbound_ids),
            identity.c.conversation_id != conversation,
        )
        .order_by(identity.c.id)
    ).scalar()


def reachable_again(connection: Connection, identity_id: int, channel: str) -> None:
    """Whoever writes has not blocked us, whatever was thought; but one who has asked for no more SMS takes that back in so many
    words only, and whatever else they write changes nothing.
    """
    blocked = update(identity).where(identity.c.id == identity_id, identity.c.blocked_at.is_not(None))
    if channel in STOPPED_BY_A_WORD:
        last = (
            select(message.c.kind)
            .where(message.c.identity_id == identity_id, message.c.kind.in_(("blocked", "unblocked")))
            .order_by(message.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        blocked = blocked.where(func.coalesce(last, "") != "blocked")
    connection.execute(blocked.values(blocked_at=None))
