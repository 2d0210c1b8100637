"""Instagram's limits and error codes, in one place. What is marked (v) varies or is not confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.channels.choices import Form
from bot.channels.meta.page_table import PAGE_CODES, PAGE_WAITS, PageTable

NAME = "instagram"
PLATFORM = "Instagram"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstagramTable(PageTable):
    """What Instagram takes; texts in BYTES of UTF-8, titles in UTF-16 units."""

    text: int = 1000
    """(v) Bytes: a text of emoji holds 250 of them."""
    above_choices: int = 1000
    buttons: int = 13
    per_second: float = 40.0
    """Instagram takes 300 calls a second for an account, in all."""
    per_recipient_per_second: float = 0.0
    profile_fields: str = "name,username"
    media_bytes: int = 25_000_000
    codes: Mapping[str, str] = field(default_factory=lambda: PAGE_CODES)
    """(v) most subcodes"""
    waits: Mapping[str, float] = field(default_factory=lambda: PAGE_WAITS)

    @property
    def forms(self) -> tuple[Form, ...]:
        """How choices are shown, best first; only a template can open pages."""
        return (self.quick_replies, self.template)
