"""What the console shows of a person beyond their thread, as plain values: proofs, joins, likely doubles, an erasure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from handoff.console.views import CustomerCard

Level = Literal["none", "claimed", "linked", "channel", "challenge", "authenticated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofView:
    """One reason to believe that somebody is who the profile is about."""

    id: int
    words: str
    """In a sentence: what kind, when, by whom, in the reader's language."""
    level: Level
    at: datetime
    until: datetime | None = None
    ended: Literal["", "expired", "revoked"] = ""
    ended_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinView:
    """One line of the ledger: two conversations, or two profiles, that became one."""

    id: int
    sort: Literal["conversations", "profiles"]
    words: str
    """Why, in a sentence."""
    at: datetime
    other: str
    """What became part of this: a conversation's number, a profile's id."""
    leaves: Sequence[str] = ()
    """Channels that would go with it again."""
    can_undo: bool = False
    undone_at: datetime | None = None
    undone_by: str = ""
    undone_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFile:
    """What the card of a customer shows beside their facts."""

    proofs: Sequence[ProofView] = ()
    joins: Sequence[JoinView] = ()
    """The latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two conversations that may be joined."""

    conversation: int
    customer: CustomerCard
    language: str
    last_at: datetime
    lines: Sequence[tuple[str, str]] = ()
    """Who said what last."""
    messages: int = 0
    open_cases: int = 0
    appointments: int = 0
    """Still to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two conversations side by side, and what joining them would do."""

    one: Side
    other: Side
    goes_on: int
    """The conversation whose number goes on."""
    refusal: str = ""
    """Why they may not be joined: a `PersonOutcome.reason`; empty when they may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleField:
    """One field of two profiles, as the reader calls its values."""

    name: str
    first: str
    second: str

    @property
    def same(self) -> bool:
        return self.first == self.second


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleView:
    """Two profiles that may be one person's."""

    id: int
    probability: float
    reasons: Sequence[tuple[str, bool]]
    """In words, and whether each speaks for one person."""
    first: str
    second: str
    """The profiles' ids."""
    fields: Sequence[DoubleField]
    first_conversation: int | None = None
    second_conversation: int | None = None
    state: Literal["open", "accepted", "rejected"] = "open"
    decided_at: datetime | None = None
    decided_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoublePage:
    """One page of them, the most probable first."""

    rows: Sequence[DoubleView]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """What is left of somebody who was erased."""

    number: str
    at: datetime
    by: str
    finished: bool
    backups_until: datetime
    unreadable_until: datetime
    counts: Mapping[str, int] = field(default_factory=dict)
