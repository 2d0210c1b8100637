"""What Meta's three channels put into their tables: limits, and what each code of the Graph API means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.channels.choices import Form
from bot.channels.meanings import ACCOUNT, BUSY, REFUSED, UNKNOWN
from bot.messages import Limits

GRAPH_CODES: Mapping[str, str] = {
    **dict.fromkeys(("0", "3", "10", "190", "368"), ACCOUNT),
    **{str(code): ACCOUNT for code in range(200, 300)},  # permissions
    **dict.fromkeys(("2", "4"), BUSY),
    "1": UNKNOWN,
    "100": REFUSED,
}
"""Codes that mean the same on every channel, as `code` or `code/subcode`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaTable:
    """The figures one channel goes by; an operator's own go over them with `bot.channels.overrides`."""

    text: int
    """Longest text, in the channel's unit."""
    above_choices: int
    """Longest text above choices."""
    buttons: int
    button_title: int
    token: int
    """Longest token of a choice, in bytes."""
    per_second: float
    per_recipient_per_second: float
    window_hours: float = 24.0
    window_margin_seconds: float = 60.0
    """The contact window is taken to close so much earlier: a message takes time, and clocks differ."""
    media_bytes: int = 25_000_000
    """Largest file that is fetched."""
    media_types: tuple[str, ...] = (
        *("image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/3gpp", "application/pdf"),
        *("audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr", "audio/wav"),
    )
    """What is kept of what customers send; everything else is named and not fetched."""
    media_hosts: tuple[str, ...] = ("fbsbx.com", "fbcdn.net", "cdninstagram.com", "facebook.com", "whatsapp.net")
    """Where files may be fetched from, subdomains included: an address in a body must not lead into our own network."""
    permissions: tuple[str, ...] = ()
    """(v) What a token must be allowed to do; Meta renames these now and then."""
    codes: Mapping[str, str]
    """What a `code`, or a `code/subcode`, of the Graph API means; the words are those of `meanings`."""
    waits: Mapping[str, float]
    """How long to wait after a code, in seconds, when the platform does not say."""

    @property
    def forms(self) -> tuple[Form, ...]:
        """How choices are shown, best first."""
        return ()

    @property
    def limits(self) -> Limits:
        """The same for whoever sends by any channel."""
        return Limits(
            text=self.text,
            buttons=max((form.most for form in self.forms), default=0),
            button_title=self.button_title,
            per_second=self.per_second,
            per_recipient_per_second=self.per_recipient_per_second,
            window_hours=self.window_hours,
        )
