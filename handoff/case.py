"""A case: one open need handed off to a person, with everything they need to know so that nobody repeats themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

CaseStatus = Literal["waiting", "unanswered", "taken", "given_back", "closed", "withdrawn"]
"""waiting: in the queue; unanswered: its time-out passed and the customer was told (an advisor may still take it);
taken: a person speaks; given_back: the bot carries on; closed: done; withdrawn: the customer no longer wants it."""

OPEN: frozenset[CaseStatus] = frozenset({"waiting", "unanswered", "taken"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the conversation as the advisor reads it."""

    at: datetime
    channel: str
    author: str
    """`customer`, `bot`, `advisor` or `system`."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffContext:
    """Everything that travels with a handoff."""

    reason: str
    """Why: `asked`, `lost` (the bot failed), `cannot` (the bot may not do it), `complaint`, `callback`, `manager`."""
    summary: str
    """Two or three lines written from the state: what the customer wants, what is known, where it stopped."""
    language: str
    skill: str | None = None
    store: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=dict)
    transcript: Sequence[Line] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One handoff as the desk sees it. Times are aware UTC."""

    id: int
    conversation: int
    queue: str
    status: CaseStatus
    context: HandoffContext
    opened_at: datetime
    deadline: datetime | None = None
    """When the customer must hear that nobody took it."""
    advisor: str | None = None
    taken_at: datetime | None = None
    ended_at: datetime | None = None
    note: str = ""
    """The one line it was given back with."""
