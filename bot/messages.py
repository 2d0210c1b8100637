"""The shared words: what comes in, what goes out, and how a channel is spoken to. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

Kind = Literal[
    "text",
    "press",
    "contact",
    "link",
    "media",
    "location",
    "edit",
    "blocked",
    "unblocked",
    "reaction",
    "unsend",
    "echo",
    "standby",
    "referral",
    "moved",
    "signin",
    "signout",
]
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
reaction  put an emoji under a message: data = {"of": external id, "emoji": str}; an empty one takes it back
unsend    took an earlier message back: data = {"of": external id}; its words and media are to be forgotten
echo      somebody of the brand answered in the platform's own application: `text` is theirs, `sender` the customer
standby   said while another application owns the thread: it is kept and never answered
referral  came by a link or an advertisement: data = {"ref": str, "source": str, ...}
moved     the platform gave the customer another id: data = {"was": the former one}; `sender` is the new one
signin    signed in at the brand's own site, which says so: data = {"profile": its id, "until": ISO time}
signout   is no longer who was known here: signed out, or somebody else at the same browser

On every kind `data` may have `reply_to`, the external id of the message quoted, and `aliases`, other ids by which the platform
vouches for the same sender: {"phone": "+33639980101", "id": ...}.
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
class Receipt:
    """What became of messages of ours, as the platform tells afterwards."""

    channel: str
    state: Literal["sent", "delivered", "read", "failed"]
    at: datetime
    account: str = ""
    provider_id: str = ""
    """The platform's id of the message."""
    key: str = ""
    """Our own key of it, where the platform gives it back."""
    recipient: str = ""
    """With neither id nor key: everything this recipient was sent until `at`."""
    failure: Exception | None = None
    """For `failed`: the `bot.errors.SendFailed` that says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMessage:
    """What somebody wrote where everybody reads it: a comment or a mention. Never part of a private thread."""

    channel: str
    external_id: str
    author: str
    text: str
    at: datetime
    account: str = ""
    author_name: str | None = None
    act: Literal["added", "edited", "removed"] = "added"
    post: str = ""
    """The external id of what it stands under."""
    parent: str = ""
    """The external id of the comment it answers; empty at the top."""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """One event of a body nobody here can read: kept as it came, and none of its neighbours is lost."""

    raw: Any
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything one body of a platform held, messages in the platform's time order."""

    messages: tuple[InboundMessage, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    public: tuple[PublicMessage, ...] = ()
    unread: tuple[Unread, ...] = ()


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
    author: str = "bot"
    """Who wrote the words: "bot", "system", "advisor" or "store". A person's words are taken longer than a program's."""
    window_ends: datetime | None = None
    """When the platform stops taking free words for this customer, by what we know; None: unknown, the platform will say."""


def key_of(part: str) -> str:
    """The key of the message that a part belongs to: a long message goes out in parts, whose own keys are `key/1`, `key/2` ..."""
    key, _, place = part.rpartition("/")
    return key if key and place.isdecimal() else part


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
    window_hours: float = 0.0
    """How long after a customer's last act the platform takes free words; 0: always."""
    window_for: str = ""
    """Only recipients that begin so have that window; empty: all of them."""

    def window_of(self, recipient: str) -> timedelta | None:
        """How long this recipient may be written to after each of their acts; None: always."""
        if not self.window_hours or not recipient.startswith(self.window_for):
            return None
        return timedelta(hours=self.window_hours)


class Channel(Protocol):
    """One way of reaching a customer who is not waiting on an open connection of ours."""

    name: str
    limits: Limits

    async def send(self, message: OutboundMessage) -> str:
        """Deliver one message and return the platform's id for it.

        Raises a `bot.errors.SendFailed` whose class says what to do next.
        """
        ...
