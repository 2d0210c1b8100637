"""What a slot holds, as it is said in French and in English."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.actions.telling import teller
from tests.stories.story import demo

TUESDAY = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("slot", "value", "french", "english"),
    [
        ("appointment_store", "lyon", "Lyon Bellecour", "Lyon Bellecour"),
        ("appointment_store", "atlantis", None, None),
        ("appointment_service", "fitting", "essayage de chaussures", "shoe fitting"),
        ("appointment_day", "2026-11-24", "aujourd’hui", "today"),
        ("appointment_day", "2026-11-25", "demain", "tomorrow"),
        ("appointment_day", "2026-11-28", "samedi", "Saturday"),
        ("appointment_day", "2026-12-01", "mardi 1er décembre", "Tuesday 1 December"),
        ("appointment_day", "2026-11-21", "samedi 21 novembre", "Saturday 21 November"),
        ("appointment_day", "2026-11-28/2026-11-29", "samedi et dimanche", "Saturday and Sunday"),
        ("appointment_day", "one day", None, None),
        ("appointment_part", "afternoon", "l’après-midi", "in the afternoon"),
        ("appointment_hour", {"at": "15:00"}, "15 h", "3 pm"),
        ("appointment_hour", {"at": "25:99"}, None, None),
        ("appointment_hour", {"after": "15:00"}, None, None),
        ("appointment_slot", {"store": "montreal", "start": "2026-11-28T20:30:00+00:00"}, "samedi 28 novembre à 15 h 30", None),
        ("appointment_slot", {"start": "soon"}, None, None),
        ("customer_phone", "+33639980101", "06 39 98 01 01", "06 39 98 01 01"),
        ("customer_phone", "+15145550142", "+1 514-555-0142", "+1 514-555-0142"),
        ("customer_phone", "my number", None, None),
        ("customer_name", "Claire Martin", None, None),
        ("appointment_store", 5, None, None),
    ],
)
def test_a_slot_is_told_in_words(slot: str, value: Any, french: str | None, english: str | None) -> None:
    brand, dialogue = demo()
    assert teller(dialogue.domain, brand, "fr", TUESDAY)(slot, value) == french
    if english is not None or french is None:
        assert teller(dialogue.domain, brand, "en", TUESDAY)(slot, value) == english
