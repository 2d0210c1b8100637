"""Who is writing, on what evidence. Pure: the caller brings the profiles a contact point leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from bot.customers.profile import Profile


class Level(IntEnum):
    """How well somebody has proved to be who a profile says; each fact needs its level before it is said."""

    NONE = 0
    CLAIMED = 1
    CHANNEL_VERIFIED = 2
    CHALLENGE_VERIFIED = 3
    AUTHENTICATED = 4


FIRST_NAME_NEEDS = Level.CHANNEL_VERIFIED
"""A first name tells whoever reads it that the profile exists, so a claim is not enough."""


@dataclass(frozen=True, slots=True)
class Known:
    """One profile, by evidence of this level."""

    profile: Profile
    level: Level


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody, or nobody we may name; `why` is "unknown", "several" or "not_own"."""

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


def facts_for(profile: Profile, level: Level) -> Mapping[str, Any]:
    """The slot values this evidence lets the bot use without asking."""
    if level < Level.CHANNEL_VERIFIED:
        return {}
    facts: dict[str, Any] = {"customer_name": f"{profile.first_name} {profile.last_name}".strip()}
    if profile.phones:
        facts["customer_phone"] = profile.phones[0]
    return facts
