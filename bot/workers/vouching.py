"""What the platform itself says about who writes: the sender's own number or address, and other ids of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from bot.channels.phones import variants
from bot.customers.recognise import Known, Level, facts_for
from bot.dialogue.events import Vouched
from bot.storage import customers, identities
from bot.storage.conversations import Standing
from bot.storage.customers import Joined
from bot.storage.inbox import Arrival


def vouch(connection: Connection, standing: Standing, arrivals: Sequence[Arrival], now: datetime) -> Joined | Vouched | None:
    """What the latest of these messages proves about its sender, written down as evidence.

    `Joined` when this conversation has become part of another of the same person; None when nothing new is known.
    """
    aliases: dict[str, Any] = next((one.data["aliases"] for one in reversed(arrivals) if _of_a_customer(one)), {})
    ids = [str(aliases["id"])] if aliases.get("id") else []
    for moved in (one for one in arrivals if one.kind == "moved"):
        ids += map(str, [moved.data.get("was"), *(moved.data.get("was_also") or ())])
    other = _elsewhere(connection, standing, ids) if ids else None
    if other is not None:
        joined = customers.join_same_sender(connection, standing, other, now)
        if joined is not None:
            return joined
    if standing.profile_id is not None and standing.proven >= Level.CHANNEL_VERIFIED:
        return None
    facts: dict[str, Any] = {}
    for kind, values in _contacts(aliases):
        found = customers.recognise_by_contact(connection, standing, kind=kind, values=values, own=True, by="sender", now=now)
        if isinstance(found, Joined):
            return found
        if isinstance(found, Known):
            return Vouched(facts_for(found.profile, found.level), now.isoformat())
        if kind == "phone":  # theirs to use, whether or not it is in the customer file
            facts["customer_phone"] = values[0]
    return Vouched(facts, now.isoformat()) if facts else None


def _of_a_customer(arrival: Arrival) -> bool:
    return arrival.author == "customer" and isinstance(arrival.data.get("aliases"), dict)


def _contacts(aliases: dict[str, Any]) -> list[tuple[Literal["phone", "email"], Sequence[str]]]:
    phone, email = aliases.get("phone"), aliases.get("email")
    found: list[tuple[Literal["phone", "email"], Sequence[str]]] = []
    if isinstance(phone, str) and phone:
        found.append(("phone", variants(phone)))
    if isinstance(email, str) and email:
        found.append(("email", (email.lower(),)))
    return found


def _elsewhere(connection: Connection, standing: Standing, ids: Sequence[str]) -> int | None:
    return identities.elsewhere(
        connection, ids, channel=standing.channel or "", account=standing.account, conversation=standing.id
    )
