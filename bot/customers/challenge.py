"""Codes sent to an address on file: what a code is made of, how often one may be asked for and tried, and what is typed. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, get_args

from bot.customers.fields import loyalty_key

DIGITS = 6
LIFETIME = timedelta(minutes=10)
TRIES = 5
"""Wrong codes after which the right one is no longer taken either."""
PLACE = "•" * DIGITS
"""Stands for the code wherever its message is kept; the code itself takes its place at the very moment of sending."""
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)

_PURPOSE = b"filrouge: a code sent to an address on file, 1"
_KINDS = 10**DIGITS
_FAIR = 2**64 // _KINDS * _KINDS
"""Numbers from here on would make some codes likelier than others."""

Reason = Literal["appointments", "orders", "change_contact"]
"""What a code is asked for: a name of `bot.customers.recognise.Needs`."""
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many codes may be asked for."""

    hour: int
    day: int

    def reached(self, asked: Asked) -> bool:
        return asked.hour >= self.hour or asked.day >= self.day


@dataclass(frozen=True, slots=True)
class Asked:
    """How many codes were asked for in the last hour and the last day."""

    hour: int = 0
    day: int = 0


BY_IDENTITY = Limit(hour=4, day=10)
BY_CLAIM = Limit(hour=5, day=10)
"""By what was claimed, whoever claims it and whether or not anybody is known by it."""
BY_PROFILE = Limit(hour=5, day=10)
"""By the person it is sent to. Reached in silence: to say so would say that there is such a person."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says they are known by."""

    kind: Literal["email", "phone", "loyalty"]
    value: str

    @property
    def fingerprint(self) -> str:
        """By which claims of the same value are counted."""
        return hashlib.sha256(f"{self.kind}:{self.value}".encode()).hexdigest()


def claim_of(said: str) -> Claim:
    """An address, a number in E.164, or else the number of a card or an order, which nobody may be known by."""
    value = " ".join(said.split())
    if "@" in value:
        return Claim("email", value.lower())
    if value.startswith("+"):
        return Claim("phone", value)
    return Claim("loyalty", loyalty_key(value))


def code_of(seed: str) -> str:
    """The code that follows from a challenge's seed, always the same; every code is equally likely."""
    count = 0
    while True:
        digest = hmac.new(seed.encode(), _PURPOSE + count.to_bytes(4, "big"), hashlib.sha256).digest()
        number = int.from_bytes(digest[:8], "big")
        if number < _FAIR:
            return f"{number % _KINDS:0{DIGITS}d}"
        count += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A code somebody was asked for, and that has not come to its end."""

    id: int
    seed: str
    profile_id: str | None
    """None: nobody is known by what was claimed, and no code is right."""
    tries: int
    expires_at: datetime


Verdict = Literal["right", "wrong", "spent", "expired"]


def judge(challenge: Challenge | None, typed: str, now: datetime) -> Verdict:
    """What a typed code is worth; takes as long for a wrong code as for the right one, and for nobody as for somebody."""
    same = hmac.compare_digest(code_of(challenge.seed if challenge else "").encode(), typed.encode())
    if challenge is None or now >= challenge.expires_at:
        return "expired"
    if same and challenge.profile_id is not None:
        return "right"
    return "spent" if challenge.tries + 1 >= TRIES else "wrong"


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A code that waits to be typed."""

    channels: tuple[str, ...]
    """What it was said to be sent by; tells nothing of what is on file."""
    left: int
    """Tries."""


class Proofs(Protocol):
    """By what somebody can prove here who they are; what it does is committed with the turn."""

    @property
    def shares_contact(self) -> bool:
        """Whether the channel has a button by which a customer shares their own number."""
        ...

    def channels(self, claim: Claim | None) -> tuple[str, ...]:
        """The channels a code can be sent by to somebody known by this, whether or not anybody is; empty: there is no way."""
        ...

    def under_way(self, claim: Claim | None) -> UnderWay | None:
        """The code that whoever writes was sent for this and may still type."""
        ...

    def send(self, claim: Claim | None, reason: Reason) -> bool:
        """Send a code in place of any former one to whoever is known by this; `None`: to the person already known here.

        Nothing tells whether somebody is. False when too many were asked for lately.
        """
        ...


@dataclass(frozen=True, slots=True)
class NoProofs:
    """Where nothing can be sent."""

    shares_contact: bool = False

    def channels(self, _claim: Claim | None) -> tuple[str, ...]:
        return ()

    def under_way(self, _claim: Claim | None) -> UnderWay | None:
        return None

    def send(self, _claim: Claim | None, _reason: Reason) -> bool:
        return False


def means(claim: Claim | None, served: Collection[str]) -> tuple[str, ...]:
    """Of the channels we write on, those a code goes by for such a claim, the best first.

    What was claimed is where it goes when that can be written to; nobody chooses another of a person's addresses for them.
    """
    order = {"email": ("email",), "phone": ("sms", "whatsapp", "email")}.get(claim.kind if claim else "", _ALL)
    return tuple(channel for channel in order if channel in served)


_ALL = ("email", "sms", "whatsapp")
