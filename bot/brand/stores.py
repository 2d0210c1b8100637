"""The stores: where they are, when they are open, what an appointment there can be for."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Annotated

import holidays
from pydantic import Field, field_validator

from bot.brand.hours import ExceptionalClosing, ExceptionalOpening, Opening, WeekHours
from bot.brand.words import BrandModel, Id, LanguageCode, Phone, Text, Texts, TimeZone, in_language


class Service(BrandModel):
    """Something an appointment can be for."""

    id: Id
    names: Texts

    def name(self, language: str) -> str:
        return in_language(self.names, language)


class OfferedService(BrandModel):
    """A service as one store offers it."""

    minutes: Annotated[int, Field(ge=5, le=480)]
    """How long one appointment lasts."""
    places: Annotated[int, Field(ge=1, le=100)]
    """How many customers can be served at the same time."""


class Address(BrandModel):
    street: Text
    postcode: Text


class Store(BrandModel):
    """One store; every hour in it is local to `time_zone`."""

    id: Id
    name: Text
    city: Text
    address: Address
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    subdivision: str | None = None
    """As the `holidays` package writes it, such as QC or 972."""
    time_zone: TimeZone
    phone: Phone
    """E.164."""
    languages: tuple[LanguageCode, ...] = Field(min_length=1)
    services: dict[Id, OfferedService] = Field(min_length=1)
    """Service id to how it is offered here."""
    hours: WeekHours
    closed_on_public_holidays: bool
    closings: tuple[ExceptionalClosing, ...] = ()
    openings: tuple[ExceptionalOpening, ...] = ()

    @field_validator("country")
    @classmethod
    def _has_known_holidays(cls, country: str) -> str:
        try:
            subdivisions_of(country)
        except NotImplementedError:
            raise ValueError(f"no public holidays are known for {country!r}; write an ISO 3166 code such as FR") from None
        return country

    @property
    def one_line_address(self) -> str:
        return f"{self.address.street}, {self.address.postcode} {self.city}"

    def opening_on(self, day: date) -> Opening:
        """What the store does on a local date: exceptional days first, then public holidays, then the week's hours."""
        for opening in self.openings:
            if opening.date == day:
                return Opening(opening.hours, dict(opening.reason))
        for closing in self.closings:
            if closing.covers(day):
                return Opening((), dict(closing.reason))
        usual = self.hours.on_weekday(day.weekday())
        if self.closed_on_public_holidays and usual:
            names = public_holiday(self.country, self.subdivision, day)
            if names:
                return Opening((), names)
        return Opening(usual)


@lru_cache(maxsize=64)
def subdivisions_of(country: str) -> tuple[str, ...]:
    """The subdivisions of a country whose holidays are known; NotImplementedError when its holidays are not."""
    return tuple(holidays.country_holidays(country).subdivisions)


def public_holiday(country: str, subdivision: str | None, day: date) -> dict[str, str] | None:
    """The name of the public holiday that falls on `day`, in French and in English; None when there is none."""
    calendars = _calendars(country, subdivision, day.year)
    names = {language: calendar[day] for language, calendar in calendars.items() if day in calendar}
    return names or None


@lru_cache(maxsize=512)
def _calendars(country: str, subdivision: str | None, year: int) -> dict[str, dict[date, str]]:
    spoken = {"fr": "fr", "en": "en_US"}
    return {
        ours: dict(holidays.country_holidays(country, subdiv=subdivision, years=year, language=theirs))
        for ours, theirs in spoken.items()
    }
