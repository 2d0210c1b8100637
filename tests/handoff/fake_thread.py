"""A customer's thread, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from handoff.case import OPEN, Case
from handoff.console.views import CustomerCard, Fact, MessageView
from handoff.ports import Appointment


@dataclass
class FakeConversation:
    """One customer's thread."""

    id: int
    card: CustomerCard
    channel: str
    language: str = "fr"
    messages: list[MessageView] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    slots: tuple[Fact, ...] = ()
    flow: str = ""
    paused: bool = False
    appointments: tuple[Appointment, ...] = ()
    cannot_write: str = ""

    @property
    def case(self) -> Case | None:
        return next((case for case in self.cases if case.status in OPEN), None)
