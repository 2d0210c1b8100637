"""Messenger's limits and error codes, in one place. What is marked (v) varies or is not confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.channels.choices import Form
from bot.channels.meta.page_table import PAGE_CODES, PAGE_WAITS, PageTable

NAME = "messenger"
PLATFORM = "Messenger"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessengerTable(PageTable):
    """What Messenger takes; lengths in UTF-16 units, which is never more than Messenger counts."""

    text: int = 2000
    """(v)"""
    above_choices: int = 2000
    buttons: int = 13
    per_second: float = 40.0
    """Messenger takes 300 calls a second for a page, in all; most pages never need a tenth of it."""
    per_recipient_per_second: float = 0.0
    media_bytes: int = 25_000_000
    """(v)"""
    codes: Mapping[str, str] = field(default_factory=lambda: PAGE_CODES)
    """(v) most subcodes"""
    waits: Mapping[str, float] = field(default_factory=lambda: PAGE_WAITS)

    @property
    def forms(self) -> tuple[Form, ...]:
        """How choices are shown, best first."""
        return (self.template, self.quick_replies)
