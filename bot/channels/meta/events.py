"""What every body of Meta's has: its envelope, the account it is for, and the ids of its events. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from bot.channels.gathered import Gathered
from bot.channels.reading import identifier
from bot.errors import BadUpdate

_LONGEST_ID = 255
"""Characters; the database keeps no more of a provider's id."""


def entries(body: Any, kind: str, gathered: Gathered) -> Iterator[Mapping[str, Any]]:
    """The entries of a webhook's body, whose `object` must be `kind`.

    Raises:
        BadUpdate: the body cannot come from this platform.
    """
    if not isinstance(body, Mapping) or body.get("object") != kind or not isinstance(body.get("entry"), list):
        raise BadUpdate(f"the body should be an object of {kind!r} with a list of entries; it does not come from this platform")
    return gathered.parts(body, "entry")


def account_of(outer: Mapping[str, Any], name: str, account: str, accounts: Mapping[str, str]) -> str:
    """The brand's account behind the platform's id under `name`; without `accounts`, or an id where there is one, it is that."""
    if not accounts or (len(accounts) == 1 and name not in outer):
        return account
    given = identifier(outer, name)
    if given not in accounts:
        raise BadUpdate(f"{name} {given[:64]} is none of the configured accounts; add it to the brand's channels")
    return accounts[given]


def event_id(outer: Mapping[str, Any], name: str) -> str:
    """The platform's id of an event."""
    written = identifier(outer, name)
    if len(written) > _LONGEST_ID:
        raise BadUpdate(f"{name!r} should be an id; {len(written)} characters are more than any platform gives")
    return written


def made_id(kind: str, *parts: str) -> str:
    """An id for an event that comes without one, the same each time it is delivered."""
    return f"{kind}:{hashlib.sha256(chr(0).join(parts).encode('utf-8', 'replace')).hexdigest()[:32]}"
