"""The fields of a profile, read from whatever a source writes: one form for each, or a sentence on what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

import phonenumbers

TEXTS = ("first_name", "last_name", "loyalty_number", "city", "postcode")
LONGEST_TEXT = 200
LONGEST_NOTE = 5_000
LONGEST_ID = 64
MOST = 20
"""Telephone numbers or addresses of one profile."""
YES = frozenset({"yes", "y", "true", "t", "1", "oui", "o"})
NO = frozenset({"no", "n", "false", "f", "0", "non"})


@dataclass(frozen=True, slots=True)
class ReadFacts:
    """What of a source's values could be understood, and what to write instead of the others."""

    facts: dict[str, Any] = field(default_factory=dict)
    """Profile fields as they are kept: JSON values. A field nobody filled in is "", [] or None."""
    wrong: dict[str, str] = field(default_factory=dict)
    """Field to sentence. It may quote the value: for whoever sent it, never for a log."""


def read_facts(said: Mapping[str, Any], *, country: str = "", stores: Collection[str] | None = None) -> ReadFacts:
    """Read values under the names of profile fields (all but `id`).

    `country` (ISO 3166) is where telephone numbers without a country code are from; `stores` are the known store ids.
    Raises `KeyError` for a name that is no field's.
    """
    facts: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    readers = _readers(country, stores)
    for name, value in said.items():
        reader = readers[name]
        try:
            facts[name] = reader(value)
        except ValueError as problem:
            wrong[name] = str(problem)
    return ReadFacts(facts, wrong)


def filled(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Without the fields nobody filled in; a refusal is something said."""
    return {name: value for name, value in facts.items() if value is False or value}


def well_formed_id(value: Any) -> str:
    """A profile's id as text. Raises `ValueError` saying how to write one."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("an id is a text or a whole number")  # noqa: TRY004 - a wrong value, told to whoever sent it
    written = str(value).strip()
    if not written or len(written) > LONGEST_ID or not written.isprintable():
        raise ValueError(f"an id has 1 to {LONGEST_ID} characters, all of them printable")
    return written


def loyalty_key(written: str) -> str:
    """A loyalty number as it is looked up: however it was typed, with capital letters and nothing between them."""
    return re.sub(r"[\W_]+", "", written).upper()


def phone(written: str, country: str = "") -> str:
    """A telephone number in E.164. Raises `ValueError` saying how to write one."""
    try:
        number = phonenumbers.parse(written, country or None)
    except phonenumbers.NumberParseException:
        number = None
    # Possible rather than valid: the ranges reserved for fiction are assigned to nobody.
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError(f"{written[:40]!r} is no telephone number; write it with its country code: +33639980101")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(written: str) -> str:
    """An e-mail address in small letters. Raises `ValueError` saying how to write one."""
    name, at, domain = written.partition("@")
    plain = written.isprintable() and " " not in written  # of blanks only this one counts as printable
    if not (name and at and "." in domain) or "@" in domain or not plain or len(written) > 254:
        raise ValueError(f"{written[:60]!r} is no e-mail address; write it like name@domain.example")
    return written.lower()


def language(written: str) -> str:
    """The two letters of a language, from a code such as fr, FR or fr-CA. Raises `ValueError`."""
    found = re.fullmatch(r"([a-z]{2})([-_][a-z]{2,4})?", written.lower(), re.ASCII)
    if written and found is None:
        raise ValueError(f"{written[:20]!r} is not a language code; write two letters such as fr")
    return found[1] if found else ""


def store(written: str, stores: Collection[str] | None) -> str:
    """A store's id. Raises `ValueError` naming those there are."""
    if written and stores is not None and written not in stores:
        near = get_close_matches(written, list(stores), n=1)
        advice = f"did you mean {near[0]!r}?" if near else f"write one of: {', '.join(sorted(stores))}"
        raise ValueError(f"there is no store {written[:64]!r}; {advice}")
    return written


def day(value: Any) -> str | None:
    """A day as ISO writes it, from a date, a time or a text; None where there is none. Raises `ValueError`."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(str(value).strip()[:10]).isoformat()
    except ValueError:
        raise ValueError(f"{str(value)[:40]!r} is not a date; write it like 2026-11-28") from None


def yes_or_no(value: Any) -> bool | None:
    """A yes or a no as databases and people write them; None where nobody said. Raises `ValueError`."""
    if value is None or value == "":
        return None
    written = str(value).strip().lower()
    if written not in YES and written not in NO:
        raise ValueError(f"{str(value)[:20]!r} is neither yes nor no; write yes or no")
    return written in YES


def text(value: Any, longest: int = LONGEST_TEXT) -> str:
    """A text without what no database keeps. Raises `ValueError` when it is too long or no text at all."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("write a text here")  # noqa: TRY004 - a wrong value, told to whoever sent it
    written = str(value).replace("\x00", "").encode("utf-8", "replace").decode().strip()
    if len(written) > longest:
        raise ValueError(f"this is longer than {longest} characters; shorten it")
    return written


def _readers(country: str, stores: Collection[str] | None) -> dict[str, Callable[[Any], Any]]:
    return {
        **dict.fromkeys(TEXTS, text),
        "phones": lambda value: _several(value, lambda one: phone(one, country)),
        "emails": lambda value: _several(value, email),
        "birthday": day,
        "language": lambda value: language(text(value)),
        "home_store": lambda value: store(text(value), stores),
        "notes_for_advisors": lambda value: text(value, LONGEST_NOTE),
        "consents_to_marketing": yes_or_no,
        "created": day,
    }


def _several(value: Any, read: Callable[[str], str]) -> list[str]:
    """Every number or address of a list, or of one text with semicolons between them; each once."""
    values: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
    parts = [part.strip() for one in values for part in text(one).split(";")]
    found = list(dict.fromkeys(read(part) for part in parts if part))
    if len(found) > MOST:
        raise ValueError(f"these are more than {MOST}; keep those that are in use")
    return found
