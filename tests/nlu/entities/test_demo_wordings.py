"""What the demo brand's lists and patterns make of its customers' words, before anything is trained."""

from __future__ import annotations

from pathlib import Path

import pytest

import bot.demo
from nlu.entities import EntityFinder, learn
from nlu.training_files import read_training_files


@pytest.fixture(scope="module")
def finder() -> EntityFinder:
    return EntityFinder(learn(read_training_files([Path(bot.demo.__path__[0]) / "data"])))


@pytest.mark.parametrize("written", ["OR-482011", "or 482 011", "OR482011", "or-482011", "OR 482011", "Or 482-011", "OR #482011"])
def test_an_order_number_however_it_is_typed(finder: EntityFinder, written: str) -> None:
    found = finder.find(f"ma commande {written} svp", "fr")
    assert [(entity.name, entity.text) for entity in found] == [("order_number", written)]


@pytest.mark.parametrize(
    ("text", "language", "words", "value"),
    [
        ("un rdv pour essayer des bottines", "fr", "essayer des bottines", "fitting"),
        ("je voudrais magasiner des bottes", "fr", "magasiner des bottes", "fitting"),
        ("retirer sa commande", "fr", "retirer sa commande", "pickup"),
        ("un conseil en randonnée", "fr", "conseil en randonnée", "advice"),
        ("can I try some trail shoes on", "en", "try some trail shoes on", "fitting"),
        ("a walking advice session", "en", "walking advice", "advice"),
        ("a repair drop-off", "en", "repair drop-off", "repair"),
    ],
)
def test_a_service_in_the_customers_words(finder: EntityFinder, text: str, language: str, words: str, value: str) -> None:
    found = [(entity.text, entity.value) for entity in finder.find(text, language) if entity.name in ("service", "product")]
    assert found == [(words, value)]


@pytest.mark.parametrize("text", ["r u a bot lol", "trente euros", "la couleur verte", "in the fitting rooms", "je fais le pari"])
def test_words_that_are_nothing_the_shop_sells_or_does(finder: EntityFinder, text: str) -> None:
    assert [entity for entity in finder.find(text, "fr") if entity.name in ("service", "product", "store")] == []


def test_a_size_told_by_a_word(finder: EntityFinder) -> None:
    assert [entity.text for entity in finder.find("the raincoat in medium?", "en") if entity.name == "size"] == ["medium"]
