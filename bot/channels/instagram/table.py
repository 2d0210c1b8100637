"""Instagram's limits and error codes, in one place. What is marked (v) varies or is not confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.choices import Form
from bot.channels.meta.page_table import PageTable

NAME = "instagram"
PLATFORM = "Instagram"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstagramTable(PageTable):
    """What Instagram takes; texts in BYTES of UTF-8, titles in UTF-16 units."""

    text: int = 1000
    """(v) Bytes: a text of emoji holds 250 of them."""
    above_choices: int = 1000
    permissions: tuple[str, ...] = ("instagram_manage_messages", "instagram_manage_comments", "pages_manage_metadata")
    profile_fields: str = "name,username"

    @property
    def forms(self) -> tuple[Form, ...]:
        """How choices are shown, best first; only a template can open pages."""
        return (self.quick_replies, self.template)
