"""Who answers: the queues customers wait in, the advisors who serve them, and the other accounts of the console."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from bot.brand.hours import WeekHours
from bot.brand.words import BrandModel, Id, LanguageCode, Text, Texts, in_language


class Queue(BrandModel):
    """A line customers wait in for a person."""

    id: Id
    names: Texts
    skills: tuple[Id, ...] = Field(min_length=1)
    """An advisor with any of these serves the queue."""
    languages: tuple[LanguageCode, ...] = Field(min_length=1)
    hours: Literal["always"] | WeekHours
    """In the brand's time zone."""
    timeout_seconds: Annotated[int, Field(ge=10, le=86_400)]
    """After so long without an answer the customer is told and gets a choice."""
    handling_minutes: Annotated[float, Field(gt=0, le=240)]
    """How long an advisor usually needs, for the wait that is announced."""

    def name(self, language: str) -> str:
        return in_language(self.names, language)

    def is_open_at(self, local: datetime) -> bool:
        """Whether somebody is expected to answer at this time, given in the brand's time zone."""
        if self.hours == "always":
            return True
        now = local.time()
        return any(r.opens <= now < r.closes for r in self.hours.on_weekday(local.weekday()))


class Advisor(BrandModel):
    """A person who answers customers; sign-in secrets are kept elsewhere."""

    username: Id
    display_name: Text
    """What customers see."""
    skills: tuple[Id, ...] = Field(min_length=1)
    languages: tuple[LanguageCode, ...] = Field(min_length=1)
    stores: tuple[Id, ...]
    """The stores they speak for; empty for none in particular."""
    max_conversations: Annotated[int, Field(ge=1, le=50)]


class Account(BrandModel):
    """Somebody who works in the console without serving a queue."""

    username: Id
    display_name: Text
    role: Literal["community_manager", "admin"]
