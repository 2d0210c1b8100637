"""Whatever a shop's database or CRM writes in a field is read in one form, or told with what to write instead."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.customers.fields import filled, loyalty_key, read_facts, well_formed_id


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("phones", "06 39 98 01 01", ["+33639980101"]),
        ("phones", ["0033639980101", "+1 514-555-0142", "", None], ["+33639980101", "+15145550142"]),
        ("phones", "06.39.98.01.01; 06 39 98 01 01", ["+33639980101"]),
        ("emails", "Zoe@Courriel.example", ["zoe@courriel.example"]),
        ("language", "fr-CA", "fr"),
        ("language", "EN", "en"),
        ("birthday", date(1980, 2, 29), "1980-02-29"),
        ("created", datetime(2024, 5, 1, 10, tzinfo=UTC), "2024-05-01"),
        ("created", "2024-05-01T10:00:00", "2024-05-01"),
        ("created", "", None),
        ("consents_to_marketing", 1, True),
        ("consents_to_marketing", "non", False),
        ("consents_to_marketing", None, None),
        ("loyalty_number", 7294631, "7294631"),
        ("city", "  Lyon\x00 ", "Lyon"),
        ("first_name", None, ""),
    ],
)
def test_a_field_is_read_in_one_form(name: str, written: Any, read: Any) -> None:
    assert read_facts({name: written}, country="FR").facts == {name: read}


@pytest.mark.parametrize(
    ("name", "written", "advice"),
    [
        ("phones", "12", "country code"),
        ("emails", "zoe at courriel", "name@domain"),
        ("emails", "zoe@courriel.example\r\nBcc: x@y.example", "name@domain"),
        ("language", "français", "two letters"),
        ("birthday", "29/02/1980", "2026-11-28"),
        ("consents_to_marketing", "perhaps", "yes or no"),
        ("home_store", "lion", "did you mean 'lyon'"),
        ("city", "x" * 201, "longer than 200"),
        ("first_name", {"$ne": 1}, "a text"),
        ("phones", [f"+3363998{number:04d}" for number in range(21)], "more than 20"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_rest_is_taken(name: str, written: Any, advice: str) -> None:
    read = read_facts({name: written, "postcode": "69002"}, stores={"lyon", "lille"})
    assert advice in read.wrong[name]
    assert read.facts == {"postcode": "69002"}


def test_without_a_country_only_international_numbers_are_taken() -> None:
    assert "phones" in read_facts({"phones": "0639980101"}).wrong


def test_an_empty_field_says_nothing_but_a_refusal_does() -> None:
    assert filled({"city": "", "phones": [], "consents_to_marketing": False, "created": None}) == {"consents_to_marketing": False}


def test_loyalty_numbers_are_one_however_they_are_typed() -> None:
    assert {loyalty_key(typed) for typed in ("MO7294631", "mo 729-4631", " Mo7294631.")} == {"MO7294631"}


@pytest.mark.parametrize("id_", ["", "  ", "x" * 65, "a\nb", "a\x00b", None, True, 1.5, ["c1"]])
def test_an_id_is_short_and_printable(id_: Any) -> None:
    with pytest.raises(ValueError, match="id"):
        well_formed_id(id_)
