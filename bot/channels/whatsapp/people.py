"""Who wrote on WhatsApp: a business-scoped id, a phone number, or both. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.phones import e164, same
from bot.channels.reading import optional_mapping, sender, words

SCOPED = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
"""A business-scoped id: a country, then letters and digits; `ENT` marks one that spans several portfolios."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A sender, by whichever ids WhatsApp gives."""

    id: str
    """The scoped id where there is one, else the `wa_id`: what to answer to."""
    aliases: Mapping[str, str]
    """`phone` in E.164, `id` the `wa_id` beside a scoped id, `parent` the id that spans portfolios."""
    name: str | None = None
    username: str = ""


def writer(message: Mapping[str, Any], contacts: Iterable[Mapping[str, Any]]) -> Person:
    """Who sent a message, by what the message and its contact say; users with a username may come without a number.

    Raises:
        BadUpdate: neither names anybody.
    """
    scoped, number = _given(message, "from_user_id"), _given(message, "from")
    contact = _contact(list(contacts), scoped, number)
    return person(
        scoped=scoped or _given(contact, "user_id"),
        wa_id=_given(contact, "wa_id") or number,
        number=number,
        parent=_given(message, "from_parent_user_id") or _given(contact, "parent_user_id"),
        profile=optional_mapping(contact, "profile"),
    )


def person(*, scoped: str, wa_id: str, number: str = "", parent: str = "", profile: Mapping[str, Any] | None = None) -> Person:
    """A person of these ids, any of which may be empty, but not both the scoped id and the `wa_id`."""
    profile = profile or {}
    phone = e164(number or wa_id) if number or wa_id else None
    aliases = {"phone": phone or "", "id": wa_id if scoped else "", "parent": parent}
    return Person(
        id=sender({"from": scoped or wa_id}, "from"),
        aliases={name: value for name, value in aliases.items() if value},
        name=words(profile, "name")[:255] or None,
        username=words(profile, "username"),
    )


def _contact(contacts: list[Mapping[str, Any]], scoped: str, number: str) -> Mapping[str, Any]:
    """The contact of this sender: by the scoped id first, then by the number in any of its forms."""
    for contact in contacts:
        if scoped and _given(contact, "user_id") == scoped:
            return contact
    for contact in contacts:
        wa_id = _given(contact, "wa_id")
        if number and wa_id and (wa_id == number or _same_phone(wa_id, number)):
            return contact
    return contacts[0] if len(contacts) == 1 and not scoped and not number else {}


def _same_phone(one: str, other: str) -> bool:
    first, second = e164(one), e164(other)
    return first is not None and second is not None and same(first, second)


def _given(outer: Mapping[str, Any], name: str) -> str:
    return "" if outer.get(name) in (None, "") else sender(outer, name)
