"""Listed wordings are found in what fingers make of them, and other words are not taken for them."""

from __future__ import annotations

import pytest

from nlu.entities.gazetteer import Gazetteer
from nlu.text import fold

SHOP = Gazetteer(
    {
        "product": {"boots": "boots", "socks": "socks", "tente": "tente", "sacs": "sac"},
        "service": {"atelier": "repair", "essayage": "fitting"},
        "store": {"lyon": "lyon", "lille": "lille"},
    },
    ordinary=frozenset(("books", "lait", "doux")),
)


def found(text: str) -> list[tuple[str, str]]:
    return [(each.name, each.text) for each in SHOP.find(fold(text), text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ou est le mag de lyoon", [("store", "lyoon")]),
        ("quel est le fil direct de Lyyon ?", [("store", "Lyyon")]),
        ("thinking about those botos", [("product", "botos")]),
        ("can you add soccks and sokcs", [("product", "soccks"), ("product", "sokcs")]),
        ("latelier est ouvert ?", [("service", "atelier")]),
        ("jpasse a lessayage", [("service", "essayage")]),
        ("numero de Latelier", [("service", "atelier")]),
    ],
)
def test_slips_in_short_words_and_lost_apostrophes(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text", ["two books please", "the booth is shut", "du lait doux", "rocks and locks", "llama dyon", "l d la"]
)
def test_other_words_stay_other_words(text: str) -> None:
    assert found(text) == []
