"""Every error `handoff` raises on purpose; each message says what to do next.

HandoffError
├── HoursWrong     opening hours that cannot be kept as written: which day, what to write instead
├── NoQueue        a need that no queue of the brand can take
├── NotPossible    an act the case does not allow where it stands
│   ├── AlreadyTaken   somebody else has it; `by` says who
│   └── HandsFull      the advisor already has as many cases as they may
└── SlotTaken      somebody else booked that time first; offer another
"""

from __future__ import annotations


class HandoffError(Exception):
    """Something `handoff` refuses on purpose."""


class HoursWrong(HandoffError, ValueError):
    """Opening hours that cannot be kept as they are written."""


class NoQueue(HandoffError):
    """No queue of the brand serves this need."""


class NotPossible(HandoffError):
    """An act the case does not allow where it stands."""


class AlreadyTaken(NotPossible):
    """Somebody else has the case."""

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} has already taken this case; read along, or ask {by} to release it.")
        self.by = by


class HandsFull(NotPossible):
    """The advisor already handles as many cases as they may."""


class SlotTaken(HandoffError):
    """Somebody else booked it first; offer another."""
