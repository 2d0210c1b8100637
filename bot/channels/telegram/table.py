"""Every figure of Telegram's in one place. What is marked (v) varies or is not confirmed: an operator can override it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.channels.choices import Form
from bot.channels.meanings import ACCOUNT, BUSY, GONE, OUTSIDE, REFUSED
from bot.messages import Limits

NAME: Final = "telegram"
PLATFORM: Final = "Telegram"

_ERRORS: Final[Mapping[str, str]] = {
    "400": REFUSED,
    "401": ACCOUNT,
    "403": GONE,  # blocked, deactivated, never wrote to the bot
    "404": ACCOUNT,  # no bot has this token
    "409": ACCOUNT,  # somebody else reads this bot's updates
    "429": BUSY,
    "400/chat not found": GONE,
    "400/user not found": GONE,
    "400/peer_id_invalid": GONE,
    "400/user is deactivated": GONE,
    # The chats of an account connected in business mode, which are answered for a day after the customer wrote.
    "400/business_peer_usage_missing": OUTSIDE,
    "403/business_peer_usage_missing": OUTSIDE,
    # One connection was ended or lost a right: no fault of the customer's, nor of the bot's other chats.
    "400/business_connection": REFUSED,
    "403/business_connection": REFUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramTable:
    """What the Bot API takes, and what its refusals mean; an operator's own figures go over them."""

    text: int = 4096
    """Longest text, in UTF-16 units."""
    buttons: int = 100
    button_title: int = 64
    """(v) Telegram names no limit; longer titles are cut by its applications."""
    token: int = 64
    """Longest `callback_data`, in bytes."""
    row: int = 8
    """Most buttons side by side."""
    per_second: float = 30.0
    """What a bot may send in all; more is paid for."""
    per_recipient_per_second: float = 1.0
    """Short bursts are tolerated."""
    media_bytes: int = 20 * 1024 * 1024
    """Largest file a bot is given; one's own Bot API server gives up to 2 GB."""
    media_types: tuple[str, ...] = ("image/", "audio/", "video/", "application/pdf", "text/plain", "text/vcard", "text/csv")
    """Beginnings of the types of files that are fetched and shown to advisors."""
    waiting_updates: int = 100
    """(v) More that Telegram holds for us are told by `check`: somebody's messages wait."""
    error_seconds: float = 3600.0
    """(v) How long `check` goes on telling of a webhook that failed."""
    errors: Mapping[str, str] = field(default_factory=lambda: _ERRORS)
    """What an error means, by its code, or by `code/words` where its description has these words; the longest counts."""
    waits: Mapping[str, float] = field(default_factory=dict)
    """Seconds to wait after an error, keyed alike, where Telegram does not say."""

    @property
    def forms(self) -> tuple[Form, ...]:
        """How choices are shown."""
        return (Form(way="buttons", most=self.buttons, title=self.button_title, text=self.text, token=self.token, links=True),)

    @property
    def limits(self) -> Limits:
        """The same for whoever sends by any channel."""
        return Limits(
            text=self.text,
            buttons=self.buttons,
            button_title=self.button_title,
            per_second=self.per_second,
            per_recipient_per_second=self.per_recipient_per_second,
        )
