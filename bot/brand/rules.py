"""The brand's rules: languages, booking, handing over, what an advisor is shown."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bot.brand.words import BrandModel, Id, LanguageCode


class Languages(BrandModel):
    default: LanguageCode
    others: tuple[LanguageCode, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every language the bot speaks, the default one first."""
        return (self.default, *(other for other in self.others if other != self.default))


class BookingRules(BrandModel):
    """Which free times customers are offered."""

    slot_step_minutes: Annotated[int, Field(ge=5, le=240)]
    """Appointments begin at multiples of this, counted from the hour."""
    days_ahead: Annotated[int, Field(ge=1, le=730)]
    minimum_notice_minutes: Annotated[int, Field(ge=0, le=20_160)]
    slots_offered: Annotated[int, Field(ge=1, le=10)]


class HandoffRules(BrandModel):
    """When a person is called, and what that person may send."""

    misses_before_handoff: Annotated[int, Field(ge=1, le=10)]
    """Messages in a row the bot did not understand."""
    max_message_length: Annotated[int, Field(ge=100, le=20_000)]
    """Characters in one message typed by an advisor."""
    step_back_minutes: Annotated[int, Field(ge=1, le=10_080)] = 30
    """How long the bot is silent after somebody has answered in the platform's own application."""


LevelName = Literal["linked", "channel_verified", "challenge_verified", "authenticated"]


SHARED = frozenset({"webchat", "rest"})
"""Channels on which another may sit down at the same screen."""


class ProofRules(BrandModel):
    """How well a customer must have proved who they are before each fact is said and each act done."""

    first_name: LevelName = "linked"
    contact: LevelName = "channel_verified"
    """Whole name, number, home store: filled in without asking."""
    orders: LevelName = "channel_verified"
    appointments: LevelName = "channel_verified"
    """Those made elsewhere; what somebody booked on a channel they may always see there."""
    change_contact: LevelName = "challenge_verified"
    """Another e-mail address, number or postal address."""
    number_days: Annotated[int, Field(ge=1, le=3_650)] = 180
    """How long a number vouched for by a platform counts after the last message: numbers get other owners."""
    code_days: Annotated[int, Field(ge=1, le=3_650)] = 90
    """How long a code that was typed counts on a channel that is one person's own."""
    shared_hours: Annotated[int, Field(ge=1, le=8_760)] = 12
    """The same in the web chat, whose browser may be anybody's."""

    def counts_for(self, channel: str) -> timedelta:
        """How long what somebody has proved on this channel by an act of theirs (a code, a link) counts."""
        return timedelta(hours=self.shared_hours) if channel in SHARED else timedelta(days=self.code_days)


class ResumeRules(BrandModel):
    """When a customer who comes back is told where the conversation stopped."""

    after_hours: Annotated[float, Field(gt=0, le=8_760)] = 12
    """How long they must have been away; on another channel it is always told."""
    keep_days: Annotated[int, Field(ge=1, le=365)] = 30
    """How long what was known is kept of what they would rather not go on with."""


def _span(written: str) -> str:
    try:
        start, end = (time.fromisoformat(part.strip()) for part in written.split("-"))
    except ValueError:
        raise ValueError('write the hours like "21:00-08:00"') from None
    return f"{start:%H:%M}-{end:%H:%M}"


class ContactRules(BrandModel):
    """When customers are written to without having asked, where they have said nothing of it themselves."""

    unasked_per_day: Annotated[int, Field(ge=0, le=100)] = 2
    """On all channels together; a reminder counts, and is never kept back for it."""
    quiet_hours: Annotated[str, AfterValidator(_span)] | None = "21:00-08:00"
    """Nobody is rung then: on the clock of the customer, else of their store, else of the brand."""


class DoublingRules(BrandModel):
    """The nightly search for profiles that are probably one person's; a person decides about each."""

    search: bool = True
    threshold: Annotated[float, Field(ge=0.5, lt=1)] = 0.7
    """How probable a pair must be to be shown."""
    hour: Annotated[int, Field(ge=0, le=23)] = 3
    """When, on the brand's clock."""


class TranscriptRules(BrandModel):
    messages_shown: Annotated[int, Field(ge=1, le=1_000)]
    """The last messages an advisor sees when a conversation arrives."""


class Demo(BrandModel):
    customer: Id
    """The id of the customer whom the pretend Telegram plays."""
