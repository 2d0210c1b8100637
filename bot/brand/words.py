"""The small checked words a brand's files are made of: ids, telephone numbers, time zones, texts in each language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


class BrandModel(BaseModel):
    """What every part of a brand has in common: frozen, and no key that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def well_formed_id(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name):
        raise ValueError(f"{name!r} is not an id; write small letters, digits and underscores, such as paris_rivoli")
    return name


def language_code(code: str) -> str:
    if not re.fullmatch(r"[a-z]{2}", code):
        raise ValueError(f"{code!r} is not a language code; write two small letters such as fr or en")
    return code


def known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, such as "Europe"
        raise ValueError(f"no time zone is called {name!r}; write an IANA name such as Europe/Paris or America/Toronto") from None
    return name


def e164(written: str) -> str:
    """A telephone number in E.164, from any international way of writing it.

    Numbers only have to be possible, not assigned: the ranges reserved for fiction are assigned to nobody.

    Raises:
        ValueError: it is not an international telephone number; the message says how to write one.
    """
    try:
        number = phonenumbers.parse(written, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError(f"{written!r} is no telephone number; write it with its country code: +33 6 39 98 01 01")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in `language`, else the first one written."""
    return texts.get(language) or next(iter(texts.values()))


Id = Annotated[str, AfterValidator(well_formed_id)]
Text = Annotated[str, StringConstraints(min_length=1)]
LanguageCode = Annotated[str, AfterValidator(language_code)]
TimeZone = Annotated[str, AfterValidator(known_time_zone)]
Phone = Annotated[str, AfterValidator(e164)]
Texts = Annotated[dict[LanguageCode, Text], Field(min_length=1)]
"""Language code to text."""
