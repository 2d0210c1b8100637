"""What customers want of us, as they said it: rows that are only added, of which the latest that speaks of a thing counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import Connection, insert, select

from bot.customers.recognise import Level
from bot.customers.wishes import CODE, Wanted, Wish
from bot.customers.wishes import CONTACT as CONTACT  # whether they may be written to: true or false
from bot.storage.evidence import proven
from bot.storage.schema import conversation, profile, wish

_ROWS = select(wish).order_by(wish.c.id)
_PROFILES = select(conversation.c.id, profile.c.facts).join_from(conversation, profile, profile.c.id == conversation.c.profile_id)


def wanted_of(connection: Connection, conversations: Collection[int]) -> dict[int, Wanted]:
    """Everything the customers of these conversations want, and what their profiles say where they said nothing."""
    ids = list(conversations)
    told: dict[int, list[Wish]] = {id_: [] for id_ in ids}
    for row in connection.execute(_ROWS.where(wish.c.conversation_id.in_(ids))):
        told[row.conversation_id].append(_wish(row))
    facts = {id_: said or {} for id_, said in connection.execute(_PROFILES.where(conversation.c.id.in_(ids)))}
    return {
        id_: Wanted(
            wishes=tuple(wishes),
            consents=facts.get(id_, {}).get("consents_to_marketing") is True,
            home_store=str(facts.get(id_, {}).get("home_store") or ""),
        )
        for id_, wishes in told.items()
    }


def record(
    connection: Connection,
    conversation_id: int,
    *,
    kind: str,
    value: Any,
    now: datetime,
    by: str,
    channel: str = "",
    purpose: str = "",
    identity: int | None = None,
    proof: Mapping[str, Any] | None = None,
) -> None:
    """Write down what a customer wants. `proof` is the message's number ({"message": 12}), a form, a call."""
    row = {
        "conversation_id": conversation_id,
        "identity_id": identity,
        "kind": kind,
        "channel": channel,
        "purpose": purpose,
        "value": value,
        "at": now,
        "by": by,
        "proof": dict(proof or {}),
    }
    connection.execute(insert(wish), row)


def _wish(row: Any) -> Wish:
    return Wish(
        id=row.id,
        kind=row.kind,
        value=row.value,
        channel=row.channel,
        purpose=row.purpose,
        at=row.at,
        by=row.by,
        identity=row.identity_id,
        proof=row.proof or {},
    )


def allowed(rows: Sequence[Any], channel: str, purpose: str) -> bool | None:
    """What the latest of these rows that speaks of this channel and purpose says; None when none does.

    A row without a channel speaks of all of them, and so with the purpose.
    """
    said = [row for row in rows if row.channel in ("", channel) and row.purpose in ("", purpose)]
    return None if not said else bool(max(said, key=lambda row: row.id).value)


def refuses_codes(wanted: Wanted, channel: str) -> bool:
    """Whether somebody wants nothing there, not even a code: another may ask for it in their name."""
    said = wanted.contact(channel, CODE)
    return said is not None and not said.value


def may_permit(
    connection: Connection,
    wanted: Wanted,
    *,
    channel: str,
    purpose: str,
    identity: int,
    here: str,
    profile_id: str | None,
    now: datetime,
) -> bool:
    """Whether this identity, writing on `here`, may lift the refusals that stand against `channel` and `purpose`.

    Whoever refused may, and whoever writes on the very channel; anybody else only when as well proven as who refused: several
    share a thread, and one's STOP is not another's to take back.
    """
    if channel and channel == here:
        return True
    standing = wanted.refusals(channel, purpose)
    others = [one for one in standing if one.identity != identity and one.channel != here]
    # What a merge made of two refusals is lifted by whoever had refused.
    if any(one.identity == identity for one in standing):
        others = [one for one in others if one.by != "merge"]
    if profile_id is None:
        return all(one.identity is None and one.by != "merge" for one in others)
    level = proven(connection, (identity,), profile_id, now)
    asked = [proven(connection, (one.identity,), profile_id, now) for one in others if one.identity is not None]
    return not others or level >= max((Level.LINKED, *asked))


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
    # One may refuse a channel and the other have agreed to a purpose: where the two meet, it is refused.
    keys = product({"", *(row.channel for row in rows)}, {"", *(row.purpose for row in rows)})
    # What speaks of more first: a later row about less may then take it back.
    for channel, purpose in sorted(keys, key=lambda key: (bool(key[0]) + bool(key[1]), key)):
        stricter = False not in (allowed(came, channel, purpose), allowed(were, channel, purpose))
        if allowed(rows, channel, purpose) not in (None, stricter):
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
