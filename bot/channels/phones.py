"""Phone numbers in one form, and the few countries in which one phone has two of them. Pure."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

_MEXICO = re.compile(r"\A\s*\+521(\d{10})\Z")
"""A Mexican mobile as it was dialled until 2019, which no library takes for a number any more."""


def e164(written: str, region: str = "") -> str | None:
    """A number in E.164, or None when it cannot be one.

    `region` (ISO 3166, as in "FR") is where national numbers are from; without it only international ones are taken, with or
    without their `+`, as platforms write them. Brazil, Mexico and Argentina get the form they are dialled in today.
    """
    if any(character.isalpha() for character in written):
        return None
    tried = [(written, region)] if region else []
    digits = "".join(character for character in written if character.isdecimal())
    if not region or not written.strip().startswith(("0", "+")):
        tried.append((written if written.strip().startswith("+") else f"+{digits}", ""))
    for number, home in tried:
        try:
            parsed = phonenumbers.parse(_MEXICO.sub(r"+52\1", number), home or None)
        except NumberParseException:
            continue
        # Possible, not valid: ranges are opened faster than libraries learn of them, and fiction has none.
        if phonenumbers.is_possible_number(parsed):
            return _today(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))
    return None


def variants(number: str) -> tuple[str, ...]:
    """Every E.164 form of the same phone, the one of today first.

    WhatsApp keeps the form a phone was registered with: Brazil's mobiles without their ninth digit, Mexico's with a 1
    after the country, Argentina's with a 9 there. A number of any other country has one form.
    """
    today = _today(number)
    other = _former(today)
    return (today,) if other == today else (today, other)


def same(one: str, other: str) -> bool:
    """Whether two numbers in E.164 are one phone."""
    return bool(set(variants(one)) & set(variants(other)))


def _today(number: str) -> str:
    if number.startswith("+55") and len(number) == 13 and number[5] in "6789":
        return f"{number[:5]}9{number[5:]}"  # mobiles got a ninth digit between 2012 and 2016
    return _MEXICO.sub(r"+52\1", number)


def _former(number: str) -> str:
    if number.startswith("+55") and len(number) == 14 and number[5] == "9":
        return f"{number[:5]}{number[6:]}"
    if number.startswith("+52") and len(number) == 13:
        return f"+521{number[3:]}"
    # With or without the 9 depends on whether it is called from abroad; both are in use for one mobile.
    if number.startswith("+549") and len(number) == 14:
        return f"+54{number[4:]}"
    if number.startswith("+54") and len(number) == 13:
        return f"+549{number[3:]}"
    return number
