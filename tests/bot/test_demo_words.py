"""What the demo brand teaches its bot agrees with its stores and services, and is never what it is measured on."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

import bot
from bot.brand import load_brand
from nlu.training_files import read_training_file, read_training_files

DEMO = Path(bot.__file__).parent / "demo"
KEPT_APART = Path(__file__).parents[1] / "data"
STORY = "slt, je voudrais un rdv pour essayer des chaussures de rando a Lyon samedi aprem"
LANGUAGES = ("fr", "en")


def bare(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip() or text


TOWNS_WITHOUT_A_STORE = frozenset(
    {
        "aix-en-provence",
        "amsterdam",
        "annecy",
        "avignon",
        "barcelona",
        "bayonne",
        "besançon",
        "biarritz",
        "boston",
        "brussels",
        "bruxelles",
        "cayenne",
        "chambéry",
        "chicago",
        "clermont-ferrand",
        "dijon",
        "dublin",
        "edinburgh",
        "geneva",
        "genève",
        "grenoble",
        "la rochelle",
        "lausanne",
        "limoges",
        "london",
        "londres",
        "los angeles",
        "luxembourg",
        "manchester",
        "marseille",
        "metz",
        "montpellier",
        "mulhouse",
        "nantes",
        "new york",
        "nîmes",
        "orléans",
        "ottawa",
        "perpignan",
        "pointe-à-pitre",
        "reims",
        "rennes",
        "rouen",
        "saint-étienne",
        "sherbrooke",
        "strasbourg",
        "toronto",
        "toulon",
        "toulouse",
        "trois-rivières",
        "vancouver",
    }
)
"""Customers ask about them, and are told where the stores are."""


def messages(language: str) -> list[tuple[str, str]]:
    with (KEPT_APART / f"messages.{language}.csv").open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["intent"]) for row in csv.DictReader(file)]


def held_out(language: str) -> list[str]:
    with (KEPT_APART / f"held_out.{language}.csv").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_at_least_twenty_examples(language: str) -> None:
    many = Counter(example.intent for example in read_training_file(DEMO / "data" / f"nlu.{language}.yml").examples)
    assert len(many) == 44
    assert {intent: n for intent, n in many.items() if n < 20} == {}
    assert many["out_of_scope"] >= 60


def test_both_languages_know_the_same_intents() -> None:
    french, english = (read_training_file(DEMO / "data" / f"nlu.{language}.yml").examples for language in LANGUAGES)
    assert {example.intent for example in french} == {example.intent for example in english}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_example_is_written_twice(language: str) -> None:
    examples = read_training_file(DEMO / "data" / f"nlu.{language}.yml").examples
    # Digits alone tell "#2" from "2": only words are compared.
    many = Counter(bare(example.text) for example in examples if not re.fullmatch(r"\W*\d\W*", example.text))
    assert [text for text, n in many.items() if n > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_measured_was_never_taught(language: str) -> None:
    taught = {bare(example.text) for example in read_training_files([DEMO / "data"]).examples}
    kept_apart = messages(language)
    assert len(kept_apart) >= 5 * 44
    assert [text for text, _ in kept_apart if bare(text) in taught and len(text) > 3] == []
    # Two hands write « merci bien » alike; a whole sentence they do not.
    assert [text for text in held_out(language) if bare(text) in taught and len(bare(text).split()) > 2] == []
    assert bare(STORY) not in taught


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_is_measured(language: str) -> None:
    taught = {example.intent for example in read_training_file(DEMO / "data" / f"nlu.{language}.yml").examples}
    assert {intent for _, intent in messages(language)} == taught


def test_every_store_and_service_customers_name_exists() -> None:
    brand = load_brand(DEMO)
    data = read_training_files([DEMO / "data"])
    for example in data.examples:
        for entity in example.entities:
            place = f"{example.file}:{example.line}"
            value = data.synonyms.get(str(entity.value).lower(), entity.value)
            if entity.name == "store":
                assert brand.stores_named(value) or str(value).lower() in TOWNS_WITHOUT_A_STORE, f"{place}: no store {value!r}"
            if entity.name == "service":
                assert brand.service(value), f"{place}: no service {value!r}"


@pytest.mark.parametrize("entity", ["store", "service"])
def test_every_wording_looked_up_has_a_meaning(entity: str) -> None:
    brand = load_brand(DEMO)
    data = read_training_files([DEMO / "data"])
    for wording in data.lookups[entity]:
        value = data.synonyms.get(wording.lower(), wording.lower())
        known = (
            (brand.stores_named(value) or str(value).lower() in TOWNS_WITHOUT_A_STORE)
            if entity == "store"
            else brand.service(value)
        )
        assert known, f"the {entity} {wording!r} is looked up but is no synonym"


def test_order_numbers_are_found_however_they_are_typed() -> None:
    (pattern, *_) = read_training_files([DEMO / "data"]).regexes["order_number"]
    for typed in ("OR-483920", "or 483920", "la commande OR483920 svp"):
        assert re.search(pattern, typed), typed
    for other in ("OR-4839", "for-483920", "OR-4839201"):
        assert not re.search(pattern, other), other
