"""Who is writing, on what evidence. Pure: the caller brings the profiles a contact point leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from bot.customers.profile import Profile


class Level(IntEnum):
    """How well somebody has proved to be who a profile says; each fact and each act needs its level."""

    NONE = 0
    CLAIMED = 10
    """They say so: a name, a loyalty number."""
    LINKED = 15
    """A one-time link from a channel where they are known, which they may have given away; or an advisor's word."""
    CHANNEL_VERIFIED = 20
    """The platform vouches for their number or address."""
    CHALLENGE_VERIFIED = 30
    """They typed a code that was sent to an address on file."""
    AUTHENTICATED = 40
    """They are signed in at the brand's own site, which says so."""

    @property
    def rank(self) -> int:
        """0 to 4: claimed is 1, whatever lies between two ranks counts as the lower."""
        return self // 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """The level each fact of a profile needs before it is said, and each act before it is done."""

    first_name: Level = Level.LINKED
    """A first name tells whoever reads it that the profile exists, so a claim is not enough."""
    contact: Level = Level.CHANNEL_VERIFIED
    """Whole name, number, home store: filled in without asking."""
    orders: Level = Level.CHANNEL_VERIFIED
    appointments: Level = Level.CHANNEL_VERIFIED
    """Those made elsewhere; what an identity has booked itself it may always see."""
    change_contact: Level = Level.CHALLENGE_VERIFIED
    """Another e-mail address, number or postal address."""


USUAL_NEEDS = Needs()


@dataclass(frozen=True, slots=True)
class Known:
    """One profile, by evidence of this level."""

    profile: Profile
    level: Level


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody, or nobody we may name; `why` is "unknown", "several", "not_own" or "taken_back"."""

    why: str


def recognise_contact(*, own: bool, candidates: Sequence[Profile]) -> Known | Unknown:
    """Who shared this phone contact.

    `own` is the platform's word that the number is the sender's own: without it a card proves nothing, and the answer is
    the same whether or not the number is in the customer file, so that nothing is revealed. A number shared by several
    profiles (a family) is not enough to tell which of them is writing.
    """
    if not own:
        return Unknown("not_own")
    match candidates:
        case [profile]:
            return Known(profile, Level.CHANNEL_VERIFIED)
        case []:
            return Unknown("unknown")
        case _:
            return Unknown("several")


def facts_for(profile: Profile, level: Level, needs: Needs = USUAL_NEEDS) -> Mapping[str, Any]:
    """The slot values this evidence lets the bot use without asking."""
    if level < needs.contact:
        return {}
    facts: dict[str, Any] = {"customer_name": f"{profile.first_name} {profile.last_name}".strip()}
    if profile.phones:
        facts["customer_phone"] = profile.phones[0]
    return facts
