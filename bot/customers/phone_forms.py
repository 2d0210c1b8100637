"""One telephone number in every way people and programs write it, to be found in a column that keeps it as it was typed. Pure."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat

from bot.customers.fields import phone


def phone_forms(number: str, country: str = "") -> list[str]:
    """The usual ways of writing a number given in E.164, that one first.

    National ways only for numbers of `country` (ISO 3166): elsewhere the same digits are somebody else's.
    """
    try:
        parsed = phonenumbers.parse(phone(number), None)
    except (ValueError, phonenumbers.NumberParseException):
        return [number]
    digits = number.removeprefix("+")
    spaced = phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
    forms = [number, digits, f"00{digits}", spaced]
    if country and phonenumbers.country_code_for_region(country) == parsed.country_code:
        national = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
        bare = re.sub(r"\D", "", national)
        forms += [national, bare, phonenumbers.national_significant_number(parsed)]
        forms += [mark.join(re.findall(r"\d+", national)) for mark in (" ", ".", "-")]
    return list(dict.fromkeys(forms))
