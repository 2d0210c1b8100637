"""Where a code can be sent: the addresses on file of whoever is known by a claim, on the channels we write on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.customers.challenge import Claim, means
from bot.customers.profile import Profile
from bot.storage.last_acts import last_acts
from bot.storage.profiles import candidates
from bot.storage.recognition import holder_of
from bot.storage.schema import identity
from bot.storage.windows import MARGIN, Served
from bot.storage.wishes import refuses_codes, wanted_of


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody on a channel of ours."""

    channel: str
    account: str
    recipient: str
    identity: int = 0
    """0: nobody has written from there yet."""
    conversation: int = 0


def ways(claim: Claim | None, served: Served) -> tuple[str, ...]:
    """The channels a code may go by; tells nothing of whether anybody is known."""
    return means(claim, {channel for channel, _ in served})


Forms = Callable[[str], Sequence[str]]
"""The forms in which one telephone number is written, the usual one first."""


def person(connection: Connection, claim: Claim, forms: Forms) -> Profile | None:
    """The one person known by what was claimed; None when there is nobody, or several."""
    values = forms(claim.value) if claim.kind == "phone" else (claim.value,)
    found = candidates(connection, claim.kind, values)
    return found[0] if len(found) == 1 else None


def addresses_of(
    connection: Connection, who: Profile | None, claim: Claim | None, served: Served, now: datetime, forms: Forms
) -> tuple[Address, ...]:
    """Where a code for this person may be sent, the best place first; asks as much of the database for nobody."""
    places = [(channel, one) for channel in ways(claim, served) for one in _on_file(channel, who, claim, forms)]
    asked = places or [("", "")]
    known = connection.execute(
        select(identity).where(
            identity.c.channel.in_([channel for channel, _ in asked]), identity.c.sender.in_([one for _, one in asked])
        )
    ).all()
    home = holder_of(connection, who.id if who is not None else "") or 0
    wanted = wanted_of(connection, [home, *(row.conversation_id for row in known)])
    stopped = {row.id for row in known if row.blocked_at is not None or refuses_codes(wanted[row.conversation_id], row.channel)}
    acts = last_acts(connection, [0, *(row.id for row in known if row.channel == "whatsapp")])
    open_ = [(channel, one) for channel, one in places if not refuses_codes(wanted[home], channel)]
    found = (_place(channel, one, known, stopped, acts, served, now) for channel, one in open_)
    return tuple(place for place in found if place is not None)


def nowhere(claim: Claim | None, served: Served) -> Address:
    """Stands in for the address of somebody who does not exist."""
    channel = next(iter(ways(claim, served)), "")
    return nobody_on(channel, _account(channel, served))


def nobody_on(channel: str, account: str) -> Address:
    """An address there that leads to nobody."""
    return Address(channel, account, f"nobody-{secrets.token_hex(12)}")


def _on_file(channel: str, who: Profile | None, claim: Claim | None, forms: Forms) -> Sequence[str]:
    """The person's addresses on a channel; of those, only what was claimed where that is one."""
    if who is None:
        return ()
    if channel == "email":
        return (claim.value,) if claim is not None and claim.kind == "email" else who.emails
    meant = set(forms(claim.value)) if claim is not None and claim.kind == "phone" else None
    phones = [one for one in who.phones if meant is None or not meant.isdisjoint(forms(one))]
    return [one.lstrip("+") for one in phones] if channel == "whatsapp" else phones


def _place(
    channel: str,
    recipient: str,
    known: Sequence[Any],
    stopped: Collection[int],
    acts: Mapping[int, datetime],
    served: Served,
    now: datetime,
) -> Address | None:
    here = [row for row in known if (row.channel, row.sender) == (channel, recipient) and (channel, row.account) in served]
    for row in here:
        window = served[channel, row.account].window_of(recipient)
        closed = window is not None and (row.id not in acts or now >= acts[row.id] + window - MARGIN)
        if row.id not in stopped and not closed:
            return Address(channel, row.account, recipient, row.id, row.conversation_id)
    # To whom nothing was ever said there, no platform with a window lets us write first.
    if here or channel == "whatsapp":
        return None
    return Address(channel, _account(channel, served), recipient)


def _account(channel: str, served: Served) -> str:
    return next((account for name, account in served if name == channel), "")
