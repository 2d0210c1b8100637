"""Finds what has a form of its own: e-mail addresses, telephone numbers and a brand's regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import phonenumbers

from nlu.understanding import Entity

_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?![\w-])")
_PHONE = re.compile(r"(?<![\w.,/#-])(?:\+|00)?\(?\d(?:[\s.()/\u00a0-]{0,3}\d){7,14}(?![\w/]|[.,-]\d)")
REGIONS = ("FR", "CA", "MQ")
"""Where a number without its country code is from, in the order tried."""


class Patterns:
    """A brand's regular expressions, compiled; case does not matter in them, as in Rasa."""

    def __init__(self, regexes: Mapping[str, Sequence[str]]) -> None:
        self._exact = {name: [re.compile(each) for each in patterns] for name, patterns in regexes.items()}
        self._loose = {
            name: re.compile("|".join(f"(?:{each})" for each in patterns), re.IGNORECASE) for name, patterns in regexes.items()
        }

    def find(self, text: str) -> list[Entity]:
        """What matches in a message; the first to claim a stretch of it keeps it."""
        found: list[Entity] = []
        for entity in (*_emails(text), *self._matches(text), *_phones(text)):
            if not any(entity.start < other.end and other.start < entity.end for other in found):
                found.append(entity)
        return found

    def _matches(self, text: str) -> Iterator[Entity]:
        for name, pattern in self._loose.items():
            for match in pattern.finditer(text):
                if match.group():
                    value = self._as_written(name, match.group())
                    yield Entity(name, value, match.group(), match.start(), match.end(), source="regex")

    def _as_written(self, name: str, text: str) -> str:
        """The customer's words in the case the pattern was written in, where only the case differs."""
        for pattern in self._exact[name]:
            for value in (text.upper(), text):
                if pattern.fullmatch(value):
                    return value
        return text


def _emails(text: str) -> Iterator[Entity]:
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield Entity("email", match.group().lower(), match.group(), match.start(), match.end(), source="regex")


def _phones(text: str) -> Iterator[Entity]:
    for match in _PHONE.finditer(text):
        value = e164(match.group())
        if value is not None:
            yield Entity("phone", value, match.group(), match.start(), match.end(), source="regex")


def e164(written: str) -> str | None:
    """A telephone number in its international form (`+33639981234`), or None when it is not one.

    A number that exists in one of our regions is preferred; failing that, one of the right length for the first will do,
    so that numbers kept for films and examples work too.
    """
    possible: str | None = None
    for region in REGIONS:
        try:
            number = phonenumbers.parse(re.sub(r"^00", "+", written.strip()), region)
        except phonenumbers.NumberParseException:
            continue
        formatted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_valid_number(number):
            return formatted
        plausible = phonenumbers.is_possible_number(number) and written.lstrip("(").startswith(("0", "+"))
        possible = possible or (formatted if plausible else None)
    return possible
