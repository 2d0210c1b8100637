"""What the console needs to show who a person is and to decide about it. As `handoff.console.ports`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol

from handoff.console.person_views import Comparison, DoublePage, PersonFile, ReceiptView


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOutcome:
    """What became of a decision about a person."""

    reason: Literal["", "unknown", "undone", "too_old", "same", "gone", "two_people", "apart", "appointments"] = ""
    """Why it was refused; empty when it was done. In this order: nothing there, or not any more; undone (or done) already; made
    before enough was noted; one conversation already; changed meanwhile; two known people; said to be two people; appointments
    still to come."""
    conversation: int | None = None
    """The one to look at now."""
    receipt: str = ""
    """Of an erasure: its number."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Everything kept of one person, to be carried away while it is made."""

    name: str
    pieces: AsyncGenerator[bytes, None]


class Persons(Protocol):
    """Who people are. Every decision is taken in one transaction; what a page showed may be seconds old."""

    async def file(self, conversation: int, *, language: str) -> PersonFile:
        """The proofs and the ledger of a conversation, in the reader's words."""
        ...

    async def revoke(self, conversation: int, proof: int, *, by: str) -> PersonOutcome:
        """Let a proof count no longer."""
        ...

    async def undo(self, conversation: int, join: int, sort: str, *, by: str, why: str) -> PersonOutcome:
        """Make two again of what was joined; `unknown` when that was not this conversation's customer."""
        ...

    async def compare(self, one: int, other: int, *, language: str) -> Comparison | None:
        """Two conversations side by side; None when one of them is not there."""
        ...

    async def join(self, one: int, other: int, *, by: str, why: str, although_apart: bool) -> PersonOutcome:
        """Make two conversations one."""
        ...

    async def doubles(self, state: str, *, language: str, page: str | None = None) -> DoublePage:
        """Profiles that may be one person's."""
        ...

    async def accept(self, double: int, *, by: str, keep: str | None = None) -> PersonOutcome:
        """They are one person; `keep` names the profile whose id goes on."""
        ...

    async def reject(self, double: int, *, by: str) -> PersonOutcome:
        """They are two people, and not proposed again."""
        ...

    async def archive(self, conversation: int, *, by: str) -> Archive | None:
        """Everything kept of a conversation's person; that it is handed out is recorded. None when there is nobody."""
        ...

    async def erase(self, conversation: int, *, by: str, cancel_appointments: bool) -> PersonOutcome:
        """Erase a conversation's person everywhere; that it was done is recorded."""
        ...

    async def receipt(self, number: str) -> ReceiptView | None: ...
