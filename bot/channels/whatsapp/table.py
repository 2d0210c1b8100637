"""WhatsApp's limits and error codes, in one place. What is marked (v) varies or is not confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.channels.choices import Form
from bot.channels.meanings import ACCOUNT, BUSY, GONE, OUTSIDE, REFUSED, TRY_LATER, UNKNOWN
from bot.channels.meta.table import GRAPH_CODES, MetaTable

NAME = "whatsapp"
PLATFORM = "WhatsApp"

_CODES: Mapping[str, str] = {
    **GRAPH_CODES,
    "131000": UNKNOWN,
    **dict.fromkeys(("131016", "131057", "80007", "130429"), BUSY),
    "131056": TRY_LATER,  # too many to this very recipient
    **dict.fromkeys(("131048", "131049", "130472", "131064"), REFUSED),  # spam, per-user marketing, experiment, reach
    **dict.fromkeys(("131052", "131053"), TRY_LATER),  # media that could not be loaded
    "131026": GONE,  # not on WhatsApp, an old client, or blocked: nothing gets there until the customer writes
    "131047": OUTSIDE,
    "131050": REFUSED,  # said no to marketing, and only to that
    "131062": REFUSED,  # this kind cannot go to a scoped id
    **dict.fromkeys(("131008", "131009", "131051"), REFUSED),
    **dict.fromkeys(("131005", "131031", "131042", "131045"), ACCOUNT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsAppTable(MetaTable):
    """What WhatsApp takes; lengths in UTF-16 units, which is never more than WhatsApp counts."""

    text: int = 4096
    above_choices: int = 1024
    """(v) Bodies of lists may be longer by now; 1024 is safe for all kinds."""
    buttons: int = 3
    button_title: int = 20
    token: int = 256
    rows: int = 10
    row_title: int = 24
    row_detail: int = 72
    row_token: int = 200
    list_title: int = 20
    link_title: int = 20
    callback: int = 512
    """(v) Longest `biz_opaque_callback_data`, by which a status is tied to the message it is about."""
    per_second: float = 80.0
    """In and out together; 20 where the number is shared with the telephone's application."""
    per_recipient_per_second: float = 1 / 6
    permissions: tuple[str, ...] = ("whatsapp_business_messaging", "whatsapp_business_management")
    media_bytes: int = 25_000_000
    media_url_seconds: float = 300.0
    """(v) How long the address of a file is good."""
    codes: Mapping[str, str] = field(default_factory=lambda: _CODES)
    waits: Mapping[str, float] = field(default_factory=lambda: {"131056": 6.0, "130429": 5.0, "80007": 60.0, "4": 60.0})

    @property
    def forms(self) -> tuple[Form, ...]:
        """How choices are shown, best first."""
        return (
            Form(way="link", most=1, title=self.link_title, text=self.above_choices, links=True),
            Form(way="buttons", most=self.buttons, title=self.button_title, text=self.above_choices, token=self.token),
            Form(
                way="list",
                most=self.rows,
                title=self.row_title,
                text=self.above_choices,
                token=self.row_token,
                detail=self.row_detail,
            ),
        )
