"""The shared words: what comes in, what goes out, and how a channel is spoken to. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Kind = Literal["text", "press", "contact", "link", "media", "location", "edit", "blocked", "unblocked"]
"""What a customer did.

text      wrote `text`
press     pressed a button of ours: data = {"token": str}; `text` is the button's title where the platform tells it
contact   shared a contact card: data = {"phone": str, "own": bool, "name": str | None}; `own` is true only when the
          platform itself vouches that the number is the sender's
link      opened a one-time link: data = {"token": str}
media     sent something the bot cannot read: data = {"type": "photo" | "voice" | ..., ...}; `text` is its caption
location  data = {"latitude": float, "longitude": float}
edit      rewrote an earlier message: data = {"of": external id of the original}; `text` is the new wording
blocked   stopped us from writing; unblocked: let us write again
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """What a customer said or did, whatever channel carried it."""

    channel: str
    external_id: str
    """The channel's own id; with `channel` and `account` it makes a resent webhook harmless."""
    sender: str
    """The sender's id as the platform writes it, always a string."""
    text: str
    sent_at: datetime
    """Always aware, always UTC: the platform's own time."""
    kind: Kind = "text"
    account: str = ""
    """Which of the brand's accounts on this channel received it; empty when there is only one."""
    data: Mapping[str, Any] = field(default_factory=dict)
    sender_name: str | None = None
    language: str | None = None
    """A hint from the platform, ISO 639-1; the words themselves count more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One choice shown under a message: `token` comes back in a press; a `url` opens a page instead."""

    title: str
    token: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """What we say to a customer, before a channel has written it in its own form."""

    channel: str
    recipient: str
    text: str
    key: str
    """Idempotency key: the same for every attempt to deliver this message."""
    account: str = ""
    buttons: tuple[Button, ...] = ()
    ask_contact: str = ""
    """Title of a button by which the customer shares their own phone number, where the channel has one."""
    language: str = "fr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one channel can show and how fast it may be spoken to (docs/channels.md gives the sources)."""

    text: int
    """Longest text, in the platform's own unit."""
    buttons: int
    button_title: int = 64
    per_recipient_per_second: float = 0.0
    """0: no limit."""
    per_second: float = 0.0
    honours_keys: bool = False
    """Whether the platform refuses a second message with the same idempotency key."""


class Channel(Protocol):
    """One way of reaching a customer who is not waiting on an open connection of ours."""

    name: str
    limits: Limits

    async def send(self, message: OutboundMessage) -> str:
        """Deliver one message and return the platform's id for it.

        Raises a `bot.errors.SendFailed` whose class says what to do next.
        """
        ...
