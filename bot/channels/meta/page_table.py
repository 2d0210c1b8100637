"""What Messenger and Instagram have in common in their tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.channels.choices import Form
from bot.channels.meanings import ACCOUNT, BUSY, GONE, OUTSIDE, TRY_LATER
from bot.channels.meta.table import GRAPH_CODES, MetaTable

PAGE_CODES: Mapping[str, str] = {
    **GRAPH_CODES,
    "1200": TRY_LATER,
    **dict.fromkeys(("32", "613", "80006"), BUSY),
    **dict.fromkeys(("10/2018278", "10/2534022"), OUTSIDE),
    **dict.fromkeys(("551", "100/2018001", "200/1545041"), GONE),  # not there for now, or no such person
    "10/1893063": ACCOUNT,  # the page is restricted for a time
}

PAGE_WAITS: Mapping[str, float] = {"4": 60.0, "32": 60.0, "613": 60.0, "80006": 60.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTable(MetaTable):
    """The figures both go by."""

    buttons: int = 13
    button_title: int = 20
    token: int = 1000
    """(v)"""
    template_text: int = 640
    """Longest text above a button template."""
    template_buttons: int = 3
    human_agent_days: float = 7.0
    """How long after the customer's last act a person's words are taken with the tag HUMAN_AGENT, once Meta has approved it."""
    per_second: float = 40.0
    """Meta takes 300 calls a second for a page or an account, in all; most never need a tenth of it."""
    per_recipient_per_second: float = 0.0
    codes: Mapping[str, str] = field(default_factory=lambda: PAGE_CODES)
    """(v) most subcodes"""
    waits: Mapping[str, float] = field(default_factory=lambda: PAGE_WAITS)
    profile_fields: str = "first_name,last_name"
    inbox_apps: tuple[str, ...] = ("263902037430900", "1217981644879628")
    """(v) The applications in which people of the brand answer by hand, as their echoes name them."""
    likes: tuple[str, ...] = ("369239263222822", "369239343222814", "369239383222810")
    """Stickers that are the thumb of the like button, in its three sizes."""

    @property
    def template(self) -> Form:
        """Buttons that stay under their message, and the only ones that can open a page."""
        return Form(
            way="buttons",
            most=self.template_buttons,
            title=self.button_title,
            text=min(self.template_text, self.above_choices),
            token=self.token,
            links=True,
        )

    @property
    def quick_replies(self) -> Form:
        """Choices above the keyboard, gone once one is taken."""
        return Form(way="quick_replies", most=self.buttons, title=self.button_title, text=self.above_choices, token=self.token)
