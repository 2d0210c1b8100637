"""What a customer wants about being written to, and what may therefore be sent when. Pure.

Wishes are only ever added: the latest that speaks of a thing counts. A wish without a channel speaks of all channels, one
without a purpose of all purposes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.customers.quiet import Span, quiet_until, span_from

ANSWER, SERVICE, MARKETING, REMINDER, SURVEY, CODE = "", "service", "marketing", "reminder", "survey", "code"
NOTED = "noted"
"""That a wish is noted: it is owed to whoever said it, whatever they said."""
PURPOSES = (SERVICE, MARKETING, REMINDER, SURVEY)
"""What somebody may refuse, or prefer a channel for."""

CONTACT, LANGUAGE, PREFERRED, QUIET, ZONE = "contact", "language", "preferred_channel", "quiet_hours", "time_zone"
TAKEN_BACK = ""
"""The value of a wish that is no longer one; of being written to there is only yes and no."""
SILENT = frozenset({"webchat", "rest"})
"""Channels on which nobody is rung: the customer comes and looks."""

ANSWERS_FOR = timedelta(hours=24)
"""How long what is said to a customer still answers what they wrote last."""
AWAKE_FOR = timedelta(hours=1)
"""Who wrote so lately is up, whatever the hour."""

REFUSED = "the customer does not want to be written to here"
NO_CONSENT = "the customer has not agreed to be sent advertising"
ENOUGH = "the customer has been sent enough today that they had not asked for"
QUIET_HOURS = "it waits for the end of the customer’s quiet hours"
"""Why something does not leave, or not yet; kept with the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One thing a customer said of being written to."""

    id: int
    kind: str
    value: Any
    channel: str = ""
    purpose: str = ""
    at: datetime
    by: str = "customer"
    identity: int | None = None
    """Who said it; None when it was told otherwise."""
    proof: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """The house's own rules, where a customer has said nothing."""

    unasked_per_day: int | None = None
    """None: as many as there are."""
    quiet: tuple[Span, ...] = ()
    time_zone: str = "UTC"
    store_zones: Mapping[str, str] = field(default_factory=dict)


UNBOUND = Manners()
"""No rules of the house: only what customers said counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Everything one customer wants, oldest first, and what their profile says where they said nothing."""

    wishes: tuple[Wish, ...] = ()
    consents: bool = False
    home_store: str = ""

    def contact(self, channel: str, purpose: str) -> Wish | None:
        """The latest wish that speaks of being written to there for this; None when none does."""
        said = [w for w in self.wishes if w.kind == CONTACT and w.channel in ("", channel) and w.purpose in ("", purpose)]
        return max(said, key=lambda one: one.id, default=None)

    def refusals(self, channel: str, purpose: str) -> tuple[Wish, ...]:
        """Every refusal still standing that a permission for this channel and purpose (empty: all) would lift."""
        said = [one for one in self.wishes if one.kind == CONTACT]
        met = [one for one in said if not one.value and _meet(one.channel, channel) and _meet(one.purpose, purpose)]
        return tuple(one for one in met if not any(later.value and _covers(later, one) for later in said))

    def agrees(self, channel: str) -> bool:
        """Whether they want advertising there. Letting us write again at all is no yes to it."""
        said = [one for one in self.wishes if one.kind == CONTACT and one.channel in ("", channel) and one.purpose == MARKETING]
        latest = max(said, key=lambda one: one.id, default=None)
        return bool(latest.value) if latest is not None else self.consents

    def latest(self, kind: str, purpose: str = "") -> Any:
        """The value of the latest wish of a kind that speaks of this purpose; None when there is none, or it was taken back."""
        said = [one for one in self.wishes if one.kind == kind and one.purpose in ("", purpose)]
        latest = max(said, key=lambda one: one.id, default=None)
        return latest.value if latest is not None else None

    def zone(self, manners: Manners) -> str:
        """The zone their hours are meant in: theirs, else that of their store, else the brand's."""
        return str(self.latest(ZONE) or manners.store_zones.get(self.home_store) or manners.time_zone)

    def quiet(self, manners: Manners) -> tuple[Span, ...]:
        """Their quiet hours: the house's, and those they added; none when they said that any hour will do."""
        own = self.latest(QUIET)
        if own is None or own == TAKEN_BACK:
            return manners.quiet
        return (*manners.quiet, *map(span_from, own)) if own else ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a message."""

    state: Literal["go", "later", "no"]
    why: str = ""
    until: datetime | None = None
    """Of `later`: when it may leave."""


GO = Verdict("go")


def _meet(one: str, other: str) -> bool:
    return not one or not other or one == other


def _covers(later: Wish, one: Wish) -> bool:
    return later.id > one.id and later.channel in ("", one.channel) and later.purpose in ("", one.purpose)


def is_unasked(purpose: str, *, now: datetime, asked_at: datetime | None) -> bool:
    """Whether a message for this counts as pressure: the customer has asked for nothing lately."""
    if purpose in (ANSWER, CODE, NOTED):
        return False
    return purpose != SERVICE or asked_at is None or now - asked_at > ANSWERS_FOR


def judge(
    wanted: Wanted,
    manners: Manners,
    *,
    channel: str,
    purpose: str,
    now: datetime,
    asked_at: datetime | None = None,
    up_at: datetime | None = None,
    unasked_today: int = 0,
) -> Verdict:
    """Whether a message for `purpose` may leave by `channel` now.

    `asked_at` is when the customer last asked for something it answers: of an answer, when it was written. `up_at` is when they
    were last seen up, if later. `unasked_today` counts what they were sent today, on all channels, that they had not asked for.
    """
    if purpose in (CODE, NOTED):  # they are waiting for it
        return GO
    answers = purpose in (ANSWER, SERVICE) and asked_at is not None and now - asked_at <= ANSWERS_FOR
    said = wanted.contact(channel, purpose or SERVICE)
    if said is not None and not said.value:
        # Who asks for something after they refused wants the answer, and nothing else.
        if not (answers and asked_at is not None and asked_at >= said.at):
            return Verdict("no", REFUSED)
    elif purpose == MARKETING and not wanted.agrees(channel):
        return Verdict("no", NO_CONSENT)
    seen = max((at for at in (asked_at, up_at) if at is not None), default=None)
    up = purpose in (ANSWER, SERVICE) and seen is not None and now - seen <= AWAKE_FOR
    if not up and channel not in SILENT:
        until = quiet_until(now, wanted.quiet(manners), wanted.zone(manners))
        if until is not None:
            return Verdict("later", QUIET_HOURS, until)
    counts = is_unasked(purpose, now=now, asked_at=asked_at) and purpose != REMINDER
    if counts and manners.unasked_per_day is not None and unasked_today >= manners.unasked_per_day:
        return Verdict("no", ENOUGH)
    return GO


def restored(wanted: Wanted, wish: Wish) -> Any:
    """What a wish of this kind, channel and purpose said before `wish`: the value that takes it back."""
    before = Wanted(wishes=tuple(one for one in wanted.wishes if one.id < wish.id), consents=wanted.consents)
    if wish.kind != CONTACT:
        said_before = before.latest(wish.kind, wish.purpose)
        return TAKEN_BACK if said_before is None else said_before
    if wish.purpose == MARKETING:
        return before.agrees(wish.channel)
    said = before.contact(wish.channel, wish.purpose)
    return said is None or bool(said.value)
