"""What is known of a customer is written for people, whatever shape the dialogue keeps it in."""

from __future__ import annotations

from typing import Any

import pytest

from bot.brand import load_brand
from bot.storage.console_words import shown
from bot.wiring import DEMO_BRAND

BRAND = load_brand(DEMO_BRAND)


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        ("lyon", "Lyon Bellecour", "Lyon Bellecour"),
        ("fitting", "essayage de chaussures", "shoe fitting"),
        ("2026-11-28", "samedi 28 novembre 2026", "Saturday 28 November 2026"),
        ("2026-11-28/2026-11-29", "samedi 28 novembre 2026 – dimanche 29 novembre 2026", None),
        ("afternoon", "l’après-midi", "in the afternoon"),
        ({"after": "14:00", "before": "16:00"}, "entre 14 h et 16 h", "between 2 pm and 4 pm"),
        ({"store": "lyon", "start": "2026-11-28T15:30:00+01:00"}, "samedi 28 novembre 2026, 15 h 30", None),
        (True, "oui", "yes"),
        ("OR-123456", "OR-123456", "OR-123456"),
        ({"a": 1}, '{"a":1}', '{"a":1}'),
    ],
)
def test_a_value_is_shown_in_words(value: Any, french: str, english: str | None) -> None:
    assert shown(value, BRAND, "fr").replace("\u00a0", " ") == french
    if english is not None:
        assert shown(value, BRAND, "en") == english
