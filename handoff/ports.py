"""What the handoff needs from the outside. The product's storage provides it; tests provide fakes.

Methods of `Diary` and `CaseDesk` are plain functions, because they run inside the one transaction of a turn: what they write
is committed with the answer that tells the customer about it, or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from handoff.case import Case, HandoffContext
from handoff.errors import SlotTaken as SlotTaken  # part of the diary's contract


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One bookable time of one service in one store."""

    store: str
    service: str
    start: datetime
    """Aware, in the store's own zone (its tzinfo is the ZoneInfo of the store)."""
    minutes: int
    place: int = 0
    """Which of the store's parallel places for that service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A slot that belongs to a customer. Kept as local wall time plus zone, so that it survives clock changes."""

    id: int
    slot: Slot
    conversation: int
    name: str
    phone: str | None = None
    note: str = ""
    status: str = "booked"
    """`booked`, `moved` or `cancelled`."""


class Diary(Protocol):
    """The stores' appointments."""

    def free(self, store: str, service: str, first: date, last: date) -> Sequence[Slot]:
        """Free slots from `first` to `last` (the store's local dates, both included), earliest first."""
        ...

    def book(self, slot: Slot, *, name: str, phone: str | None, note: str = "") -> Appointment:
        """Book for the customer of this turn. Raises `SlotTaken` when another was faster."""
        ...

    def move(self, appointment: int, slot: Slot) -> Appointment:
        """Move one of this customer's appointments. Raises `SlotTaken`; the former slot is then kept."""
        ...

    def cancel(self, appointment: int) -> Appointment:
        """Give the slot back."""
        ...

    def upcoming(self) -> Sequence[Appointment]:
        """This customer's coming appointments, next first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskStatus:
    """What a customer would meet if they were handed off now."""

    queue: str
    open: bool
    opens_at: datetime | None
    """When it opens next, aware in the queue's zone; None when open (or never)."""
    position: int
    """Place they would have, 1 for the next to be served."""
    wait_minutes: int | None
    """Expected wait; None when nothing allows to tell."""


class CaseDesk(Protocol):
    """The queues, as the turn of one conversation sees them."""

    def status(self, *, skill: str | None, store: str | None, language: str) -> DeskStatus: ...

    def open(self, context: HandoffContext) -> tuple[Case, DeskStatus]:
        """Put this conversation's need in its queue (the one open case of the conversation is reused)."""
        ...

    def wait_again(self) -> DeskStatus | None:
        """Put this conversation's unanswered case back in its queue; None when there is none."""
        ...

    def withdraw(self) -> bool:
        """The customer no longer waits for a person."""
        ...

    def call_back(self, context: HandoffContext, *, phone: str) -> Case:
        """Leave a call-back request in the queue; nobody waits on line for it."""
        ...
