"""Messenger's limits and error codes, in one place. What is marked (v) varies or is not confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.choices import Form
from bot.channels.meta.page_table import PageTable

NAME = "messenger"
PLATFORM = "Messenger"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessengerTable(PageTable):
    """What Messenger takes; lengths in UTF-16 units, which is never more than Messenger counts."""

    text: int = 2000
    """(v)"""
    above_choices: int = 2000
    permissions: tuple[str, ...] = ("pages_messaging", "pages_manage_metadata", "pages_read_engagement")

    @property
    def forms(self) -> tuple[Form, ...]:
        """How choices are shown, best first."""
        return (self.template, self.quick_replies)
