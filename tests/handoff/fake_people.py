"""Who works at the brand of these tests, when, and where."""

from __future__ import annotations

from datetime import UTC, datetime

from handoff.console.views import Account
from handoff.hours import OpeningHours, read_range

NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
PASSWORD = "un long mot de passe"

INES = Account(username="ines", name="Inès Faure", role="advisor", skills=frozenset({"complaint"}))
TOM = Account(username="tom", name="Tom Weber", role="advisor", stores=frozenset({"lyon"}), languages=frozenset({"fr"}))
MAUD = Account(username="maud", name="Maud Petit", role="community_manager")
ADA = Account(username="ada", name="Ada Roy", role="admin")
PEOPLE = {account.username: account for account in (INES, TOM, MAUD, ADA)}

LYON_HOURS = OpeningHours(
    zone="Europe/Paris",
    week=dict.fromkeys(range(6), (read_range("10:00-13:00"), read_range("14:00-19:00"))),
    country="FR",
)
MONTREAL_HOURS = OpeningHours(zone="America/Toronto", week=dict.fromkeys(range(7), (read_range("09:30-18:00"),)))
