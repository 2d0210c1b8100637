"""What the platform itself says about who writes: the sender's own number or address, and other ids of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection

from bot.channels.phones import variants
from bot.customers.recognise import Known, Level, facts_for
from bot.dialogue.events import Vouched
from bot.storage import evidence, identities, recognition
from bot.storage.conversations import Standing
from bot.storage.inbox import Arrival
from bot.storage.merging import Joined
from bot.storage.moving_out import move_out
from bot.storage.profiles import candidates
from bot.workers.house import House
from bot.workers.signing import is_left

A_DAY = timedelta(days=1)
Contacts = list[tuple[Literal["phone", "email"], Sequence[str]]]


def vouch(
    connection: Connection, standing: Standing, arrivals: Sequence[Arrival], house: House, now: datetime
) -> Joined | Vouched | None:
    """What the latest of these messages proves about its sender, written down as evidence.

    `Joined` when what waits is to be heard in another conversation: that of the same person, or a new one of a sender who was
    silent for so long that the number may have another owner, of one whose number is another's by now, or of a browser whose
    proof has run out. None when nothing new is known.
    """
    if is_left(connection, standing, arrivals, now):
        return move_out(connection, standing, now)
    aliases: dict[str, Any] = next((one.data["aliases"] for one in reversed(arrivals) if _of_a_customer(one)), {})
    ids = [str(aliases["id"])] if aliases.get("id") else []
    for moved in (one for one in arrivals if one.kind == "moved"):
        ids += map(str, [moved.data.get("was"), *(moved.data.get("was_also") or ())])
    other = _elsewhere(connection, standing, ids) if ids else None
    if other is not None:
        joined = recognition.join_same_sender(connection, standing, other, now)
        if joined is not None:
            return joined
    kind, ends = f"{standing.channel}_sender", now + timedelta(days=house.brand.proof.number_days)
    if standing.profile_id is not None and standing.proven >= Level.CHANNEL_VERIFIED:
        # Once a day, however much is written meanwhile, here or on the person's other channels.
        is_due = standing.vouched_until is not None and abs(ends - standing.vouched_until) > A_DAY
        return _again(connection, standing, _contacts(aliases), kind, ends, now) if is_due and _contacts(aliases) else None
    # Whom nobody knows, and for whom the platform does not vouch either, has nothing to lose.
    at_stake = standing.identity_id is not None and (standing.profile_id is not None or bool(_contacts(aliases)))
    if at_stake and evidence.lapsed(connection, standing.identity_id or 0, kind, now):
        # Only what is proved anew counts from here on: the number alone did so once already.
        owned = standing.profile_id is not None and standing.proven < Level.LINKED
        return move_out(connection, standing, now) if owned else None
    facts: dict[str, Any] = {}
    for means, values in _contacts(aliases):
        found = recognition.recognise_by_contact(
            connection, standing, kind=means, values=values, own=True, by="sender", now=now, expires_at=ends
        )
        if isinstance(found, Joined):
            return found
        if isinstance(found, Known):
            return Vouched(facts_for(found.profile, found.level, house.needs), now.isoformat())
        if means == "phone":  # theirs to use, whether or not it is in the customer file
            facts["customer_phone"] = values[0]
    return Vouched(facts, now.isoformat()) if facts else None


def _again(
    connection: Connection, standing: Standing, contacts: Contacts, kind: str, ends: datetime, now: datetime
) -> Joined | None:
    """Let the platform's word count for longer, unless the customer file has given the number to somebody else since.

    Then what was proved from it was so by whoever had it before. A number that several share tells no more who writes: what it
    told is not taken back, and not renewed.
    """
    who, profile_id = standing.identity_id, standing.profile_id
    assert who is not None, "only what is there is renewed"
    assert profile_id is not None, "and only for somebody known"
    leads_to = {found.id for means, values in contacts for found in candidates(connection, means, values)}
    if profile_id not in leads_to:
        evidence.revoke(connection, identities=[who], profile_id=profile_id, now=now, by=evidence.CUSTOMER_FILE)
        return move_out(connection, standing, now)
    if len(leads_to) == 1:
        evidence.given(connection, who, profile_id, kind, now=now, expires_at=ends)
    return None


def _of_a_customer(arrival: Arrival) -> bool:
    return arrival.author == "customer" and isinstance(arrival.data.get("aliases"), dict)


def _contacts(aliases: dict[str, Any]) -> Contacts:
    phone, email = aliases.get("phone"), aliases.get("email")
    found: Contacts = []
    if isinstance(phone, str) and phone:
        found.append(("phone", variants(phone)))
    if isinstance(email, str) and email:
        found.append(("email", (email.lower(),)))
    return found


def _elsewhere(connection: Connection, standing: Standing, ids: Sequence[str]) -> int | None:
    return identities.elsewhere(
        connection, ids, channel=standing.channel or "", account=standing.account, conversation=standing.id
    )
