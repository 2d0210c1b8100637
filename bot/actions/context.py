"""What an action is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.brand import Brand, Store
from bot.customers.challenge import NoProofs, Proofs
from bot.dialogue.events import ActionFinished, Say
from bot.dialogue.state import Choice, Owner, SlotValue
from handoff.case import Line
from handoff.ports import CaseDesk, Diary
from nlu.understanding import Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionContext:
    """The tools of an action. Everything it does through them is committed with the answer, or not at all."""

    now: datetime
    """Aware, UTC."""
    language: str
    slots: Mapping[str, Any]
    """Plain values."""
    brand: Brand
    diary: Diary
    desk: CaseDesk
    proofs: Proofs = field(default_factory=NoProofs)
    facts: Mapping[str, Any] | None = None
    """What the profile says at the proven level; None for somebody we do not know."""
    allowed: frozenset[str] = frozenset()
    """What somebody we know has proved enough for, by the names in `bot.customers.recognise.Needs`."""
    transcript: Callable[[], tuple[Line, ...]] = tuple
    """The conversation as an advisor should read it, oldest first."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """What the flow adds: `flow`, `topic` (what the customer was about, in words), `asked`, `value`; `settled_before`: what is
    asked for had a value in this run of the flow, and nothing is to be proposed for it."""
    channel: str = ""
    ways: Callable[[], Mapping[str, str]] = dict
    """One-time addresses by which this conversation goes on elsewhere, by the channel's name; made when called."""
    conversation: str = ""
    """Our id of the conversation."""
    heard: Understanding | None = None
    """What the customer's last words mean; None when it is no message that led here."""
    key: str = ""
    """Names this run: the same when a crash makes it run again, another for everything else."""

    def store(self, slot: str) -> Store | None:
        """The store a slot names."""
        value = self.slots.get(slot)
        return self.brand.store(value) if isinstance(value, str) else None

    def service_name(self, service: Any) -> str:
        """A service in the customer's language."""
        known = self.brand.service(service) if isinstance(service, str) else None
        return known.name(self.language) if known else ""

    def local(self, zone: str) -> datetime:
        """Now, on the wall of that place."""
        return self.now.astimezone(ZoneInfo(zone))

    def today(self, store: Store) -> date:
        return self.local(store.time_zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResult:
    """What came of an action."""

    slots: Mapping[str, Any] = field(default_factory=dict)
    """Slots to fill; None empties one."""
    says: tuple[Say, ...] = ()
    choices: tuple[Choice, ...] = ()
    """Answers to offer with the question among `says`, or else with the next one."""
    owner: Owner | None = None
    """Who owns the conversation from now on, when that changes."""
    failed: bool = False
    """It could not be done: the flow is not gone on with as if it were, and a person takes over."""
    proposes: Mapping[str, SlotValue] = field(default_factory=dict)
    """Values to ask about instead of asking for one; only slots nobody has filled take them."""

    def finished(self, action: str, at: str = "") -> ActionFinished:
        """The event that tells the dialogue; `at` is ISO time, UTC."""
        return ActionFinished(
            action,
            slots=self.slots,
            says=self.says,
            choices=self.choices,
            owner=self.owner,
            at=at,
            failed=self.failed,
            proposes=self.proposes,
        )
