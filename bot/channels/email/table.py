"""Every figure of e-mail in one place. What is marked (v) is a matter of choice: an operator can override it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.messages import Limits

NAME: Final = "email"

GONE, TRY_LATER, REFUSED, ACCOUNT = "gone", "try later", "refused", "account"
"""What a status of a mail server's means for a message; `bot.channels.email.failures` has the class of each."""

_STATUSES: Final[Mapping[str, str]] = {
    "4": TRY_LATER,
    "5": GONE,
    "5.2.2": TRY_LATER,  # the mailbox is full
    "5.2.3": REFUSED,  # too large, there and on the way
    "5.3.4": REFUSED,
    "5.4.6": REFUSED,  # a loop
    "5.5": REFUSED,
    "5.6": REFUSED,
    "5.7": REFUSED,  # taken for spam, or not allowed: the address is there
    "5.7.8": ACCOUNT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailTable:
    """What we read of a mail, and what servers' answers mean."""

    text: int = 20_000
    """(v) Characters of one mail we write; more goes out in several."""
    per_second: float = 2.0
    """(v) Mails a second; mail services that sell more say so."""
    mail_bytes: int = 25 * 1024 * 1024
    """(v) As much of a mail is fetched; what stands behind is lost, its words come first."""
    original: int = 50_000
    """(v) Characters of the whole text that are kept beside the words a customer wrote anew."""
    attachments: int = 20
    """(v) Files of one mail that become messages."""
    ignored_image_bytes: int = 20_000
    """(v) Smaller pictures inside a text are logos of signatures."""
    mails_per_hour: int = 20
    """(v) More than this from one sender is a machine that talks to ours."""
    look_every_seconds: float = 15.0
    """(v) How often the mailbox is looked into."""
    webhook_age: int = 9 * 3600
    """(v) Seconds for which a signed request of a mail service is believed: Mailgun tries again for eight hours. Nobody else
    gains by it, as a token is good for the body it came with and no other (`bot.storage.mailboxes.spend`)."""
    media_types: tuple[str, ...] = ("image/", "audio/", "video/", "application/pdf", "text/plain", "text/vcard", "text/csv")
    """Beginnings of the types of files that are shown to advisors."""
    statuses: Mapping[str, str] = field(default_factory=lambda: _STATUSES)
    """(v) What an enhanced status (RFC 3463) means; the longest beginning counts."""

    @property
    def limits(self) -> Limits:
        """The same for whoever sends. Choices are numbered lines of the text."""
        return Limits(text=self.text, buttons=10, per_second=self.per_second)
