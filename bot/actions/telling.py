"""How what a slot holds is said: a store by its name, a day by its weekday, a number as people of the place write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers

from bot.actions.wording import clock, listed, long_day, long_when, near_day, weekday
from bot.brand import Brand
from bot.dialogue.domain import Domain
from bot.dialogue.responses import Tell

_PARTS: Mapping[str, Mapping[str, str]] = {
    "fr": {"morning": "le matin", "noon": "à midi", "afternoon": "l’après-midi", "evening": "le soir"},
    "en": {"morning": "in the morning", "noon": "at noon", "afternoon": "in the afternoon", "evening": "in the evening"},
}
_WEEK = timedelta(days=6)
"""Days ahead for which the weekday alone says which day is meant."""


def teller(domain: Domain, brand: Brand, language: str, now: datetime) -> Tell:
    """Says slots in `language`; `now` is aware. What a slot holds is known by the entity it is filled from."""
    kinds: dict[str, Callable[[Any], str | None]] = {
        "store": lambda value: _store(brand, value),
        "service": lambda value: service.name(language) if (service := brand.service(str(value))) else None,
        "day": lambda value: _days(value, now.astimezone(ZoneInfo(brand.time_zone)).date(), language),
        "part_of_day": lambda value: _PARTS.get(language, _PARTS["en"]).get(str(value)),
        "phone": lambda value: _phone(value, brand.stores[0].country),
    }

    def tell(name: str, value: Any) -> str | None:
        if isinstance(value, Mapping):
            return _time(brand, value, language)
        entities = (mapping.entity for mapping in domain.slots[name].mappings if mapping.type == "from_entity")
        known = next((kinds[entity] for entity in entities if entity in kinds), None)
        return known(value) if known is not None and isinstance(value, str) else None

    return tell


def _store(brand: Brand, value: str) -> str | None:
    store = brand.store(value)
    return store.name if store else None


def _days(value: str, today: date, language: str) -> str | None:
    """ "samedi", "samedi 28 novembre", "samedi ou dimanche"."""
    try:
        days = [date.fromisoformat(part) for part in value.split("/")]
    except ValueError:
        return None
    words = [_one_day(day, today, language) for day in dict.fromkeys(days)]
    return words[0] if len(words) == 1 else listed(words, language)


def _one_day(day: date, today: date, language: str) -> str:
    if today <= day <= today + timedelta(days=1):
        return near_day(day, today, language).partition(",")[0]
    return weekday(day.weekday(), language) if today < day <= today + _WEEK else long_day(day, language)


def _time(brand: Brand, value: Mapping[str, Any], language: str) -> str | None:
    """A time of the diary on its store's clock, or an hour: "15 h"."""
    try:
        if "start" in value:
            store = brand.store(str(value.get("store")))
            start = datetime.fromisoformat(str(value["start"]))
            return long_when(start.astimezone(ZoneInfo(store.time_zone)) if store else start, language)
        if "at" in value:
            return clock(datetime.fromisoformat(f"2000-01-01T{value['at']}").time(), language)
    except ValueError:
        return None
    return None


def _phone(value: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return None
    home = phonenumbers.country_code_for_region(country) == number.country_code
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)
