"""What the brand knows of one customer. Nothing of it is said to anybody who has not proved to be that customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One line of the brand's customer file."""

    id: str
    first_name: str
    last_name: str
    phones: tuple[str, ...] = ()
    """E.164; a family may share one, so a phone alone may match several profiles."""
    emails: tuple[str, ...] = ()
    """Lower case."""
    birthday: date | None = None
    """Helps to tell people apart; the bot never says it, to anybody."""
    language: str = ""
    """ISO 639-1 code the customer prefers; empty when nobody asked."""
    loyalty_number: str = ""
    city: str = ""
    postcode: str = ""
    home_store: str = ""
    """Store id."""
    notes_for_advisors: str = ""
    """Read by advisors, never said to a customer."""
    consents_to_marketing: bool = False
    created: date | None = None
