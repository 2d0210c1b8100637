"""Every figure of Twilio's in one place. What is marked (v) varies or is not confirmed: an operator can override it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.channels.meanings import ACCOUNT, BUSY, GONE, OUTSIDE, REFUSED, TRY_LATER
from bot.messages import Limits

NAME: Final = "sms"
PUBLIC_ROOT: Final = "https://api.twilio.com"

_CODES: Final[Mapping[str, str]] = {
    # Pace and queues: nothing was sent.
    "14107": BUSY,
    "20429": BUSY,
    "21611": BUSY,
    "30001": TRY_LATER,
    "63018": BUSY,
    # The customer cannot be reached here any more.
    "21610": GONE,
    "21211": GONE,
    "21214": GONE,
    "21614": GONE,
    "30004": GONE,
    "30005": GONE,
    "30006": GONE,
    "63024": GONE,
    # The phone is off, or the carrier had trouble: worth another try, later.
    "30003": TRY_LATER,
    "30008": TRY_LATER,
    # This message, never.
    "21408": REFUSED,
    "21602": REFUSED,
    "21612": REFUSED,
    "21617": REFUSED,
    "30007": REFUSED,
    "63032": REFUSED,
    # WhatsApp's window of 24 hours is over.
    "63016": OUTSIDE,
    # Our own account.
    "20003": ACCOUNT,
    "20005": ACCOUNT,
    "20404": ACCOUNT,
    "21606": ACCOUNT,
    "21659": ACCOUNT,
    "63007": ACCOUNT,
}

_WAITS: Final[Mapping[str, float]] = {"21611": 600.0, "30003": 3600.0, "30008": 60.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsTable:
    """What Twilio takes, and what its codes mean."""

    text: int = 1600
    """Characters of one message, in UTF-16 units; Twilio cuts it into segments itself."""
    per_second: float = 1.0
    """(v) Messages a second: what a long code does. Toll-free numbers and short codes do more."""
    whatsapp_window_hours: float = 24.0
    """How long after their last act a customer who writes by WhatsApp may be written to freely; by SMS always."""
    media_bytes: int = 16 * 1024 * 1024
    """(v) Largest file fetched from Twilio."""
    media_types: tuple[str, ...] = ("image/", "audio/", "video/", "text/vcard", "text/x-vcard", "text/plain", "application/pdf")
    """Beginnings of the types of files that are fetched and shown to advisors."""
    codes: Mapping[str, str] = field(default_factory=lambda: _CODES)
    """(v, but for 21610, 21611 and 20429) What an error code means."""
    waits: Mapping[str, float] = field(default_factory=lambda: _WAITS)
    """(v) Seconds to wait after a code, where the usual back-off is too short."""
    stop_words: tuple[str, ...] = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT")
    """Whole messages after which Twilio delivers nothing more, where it does not say so itself in `OptOutType`."""
    start_words: tuple[str, ...] = ("START", "UNSTOP")
    """Whole messages that lift a stop and mean nothing else."""
    start_answers: tuple[str, ...] = ("YES",)
    """Whole messages that lift a stop, and are more often the answer to a question."""

    @property
    def limits(self) -> Limits:
        """The same for whoever sends. Choices are numbered lines of the text."""
        return Limits(
            text=self.text,
            buttons=10,
            per_second=self.per_second,
            window_hours=self.whatsapp_window_hours,
            window_for="whatsapp:",
        )
