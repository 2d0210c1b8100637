"""Entities are found by rule: the brand's wordings, forms of their own, codes, choices and names."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.entities import EntityFinder, Known, learn
from nlu.entities.patterns import e164
from nlu.files import read_yaml
from nlu.training_files import read_training_text

DATA = """
nlu:
- intent: book
  examples: |
    - un rdv à [Lyon](store)
    - [essayer des chaussures de rando]{"entity": "service", "value": "fitting"}
    - [place Bellecour]{"entity": "store", "value": "lyon"}
    - je m'appelle [Rose Martin](name)
    - il reste des [chaussures](product) en [42](size)
    - taille [M](size)
    - la veste en [XL](size) ou [L](size)
    - du [38,5](size) en [chaussures de rando](product)
    - je fais du [41](size)
    - samedi matin à la belle ville de [Lille](store)
    - la fille est belle et malle
- synonym: lyon
  examples: |
    - Lyon
    - Lyon Bellecour
- synonym: paris_rivoli
  examples: |
    - Paris Rivoli
- lookup: store
  examples: |
    - Lyon
    - Fort-de-France
    - Paris Rivoli
    - Saint-Jean
- lookup: product
  examples: |
    - sac à dos
    - Altea 3
- regex: order_number
  examples: |
    - OR-\\d{6}
"""


@pytest.fixture(scope="module")
def finder() -> EntityFinder:
    known = learn(read_training_text(read_yaml("nlu.fr.yml", DATA)))
    return EntityFinder(Known.from_json(known.to_json()))


def found(finder: EntityFinder, text: str, language: str = "fr") -> dict[str, Any]:
    return {entity.name: entity.value for entity in finder.find(text, language)}


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("à LYON", {"store": "lyon"}),
        ("lyon bellecour", {"store": "lyon"}),
        ("PLACE BELLECOUR", {"store": "lyon"}),
        ("fort de france", {"store": "Fort-de-France"}),
        ("fort-de-france", {"store": "Fort-de-France"}),
        ("paris rivoli", {"store": "paris_rivoli"}),
        ("saint jean", {"store": "Saint-Jean"}),
        ("des sacs a dos", {"product": "sac à dos"}),
        ("saca dos", {}),
        ("sac, à dos", {}),
        ("les altea 3", {"product": "Altea 3"}),
        ("essayer des chaussures de rando", {"service": "fitting"}),
        ("des chaussures de randos", {"product": "chaussures de rando"}),
        ("des chausures de rando", {"product": "chaussures de rando"}),
        ("rivloi", {}),
        ("paris rivloi", {"store": "paris_rivoli"}),
        ("la fille de la ville", {}),
        ("lilles", {"store": "Lille"}),
    ],
)
def test_wordings_of_the_brand(finder: EntityFinder, text: str, entities: dict[str, Any]) -> None:
    assert found(finder, text) == entities


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("or-123456", {"order_number": "OR-123456"}),
        ("ma commande OR-123456 du 12/05", {"order_number": "OR-123456", "day": {"day": 12, "month": 5, "year": None}}),
        ("Anna.Price+shop@Example.ORG, merci", {"email": "anna.price+shop@example.org"}),
        ("appelez le 06 39 98 12 34 samedi", {"phone": "+33639981234", "day": {"weekday": 5, "week": None}}),
        ("0639981234", {"phone": "+33639981234"}),
        ("06.39.98.12.34", {"phone": "+33639981234"}),
        ("+33 6 39 98 12 34", {"phone": "+33639981234"}),
        ("0033639981234", {"phone": "+33639981234"}),
        ("514 555 0123", {"phone": "+15145550123"}),
        ("(418) 555-0199", {"phone": "+14185550199"}),
        ("0696 12 34 56", {"phone": "+596696123456"}),
        ("123456789012345678", {}),
        ("en 42 ?", {"size": "42"}),
        ("en taille m svp", {"size": "M"}),
        ("du 38,5", {"size": "38,5"}),
        ("du 39 et demi", {"size": "39.5"}),
        ("en 39 1/2", {"size": "39.5"}),
        ("en 15 jours", {}),
        ("42", {"number": 42}),
        ("je m'appelle anna", {"name": "Anna"}),
        ("moi c'est Karim", {"name": "Karim"}),
        ("c'est pour Léa Durand", {"name": "Léa Durand"}),
        ("c'est pour Noël", {}),
        ("it's for Owen", {"name": "Owen"}),
        ("Rose", {}),
    ],
)
def test_forms_of_their_own(finder: EntityFinder, text: str, entities: dict[str, Any]) -> None:
    assert found(finder, text) == entities


def test_sizes_joined_by_a_word_are_all_found(finder: EntityFinder) -> None:
    assert [e.value for e in finder.find("en 42 ou 43 ?", "fr")] == ["42", "43"]
    assert [e.value for e in finder.find("la veste en XL ou L", "fr") if e.name == "size"] == ["XL", "L"]


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("2", "fr", 2),
        ("le 2", "fr", 2),
        ("2 svp", "fr", 2),
        ("numéro 3", "fr", 3),
        ("n°4", "fr", 4),
        ("option 1", "fr", 1),
        ("la première", "fr", 1),
        ("le 1er", "fr", 1),
        ("je prends le deuxième", "fr", 2),
        ("la 2ème option", "fr", 2),
        ("plutôt la seconde", "fr", 2),
        ("le troisième créneau", "fr", 3),
        ("la dernière", "fr", -1),
        ("deux", "fr", 2),
        ("the second one", "en", 2),
        ("the 2nd", "en", 2),
        ("number two", "en", 2),
        ("third please", "en", 3),
        ("the last one", "en", -1),
        ("I'll take the first", "en", 1),
        ("#2", "en", 2),
        ("le deusieme svp", "fr", 2),
        ("la première proposition", "fr", 1),
        ("je choisis le 3, merci", "fr", 3),
        ("1 pr moi", "fr", 1),
        ("la dernière de la liste", "fr", -1),
        ("the second could work", "en", 2),
        ("I shall take the first of these", "en", 1),
        ("the third possibility", "en", 3),
    ],
)
def test_which_one_a_customer_picks(finder: EntityFinder, text: str, language: str, value: int) -> None:
    assert found(finder, text, language).get("number") == value


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("c'est la première fois", "fr"),
        ("ma dernière commande", "fr"),
        ("j'ai deux paires", "fr"),
        ("le 28 novembre", "fr"),
        ("15h30", "fr"),
        ("the last time I came", "en"),
        ("a second pair", "en"),
        ("my first order", "en"),
        ("OR-123456", "fr"),
        ("mardi dernier", "fr"),
        ("votre dernière réponse", "fr"),
        ("en une seconde", "fr"),
        ("jusqu'au quatrième", "fr"),
        ("not before the 9th", "en"),
        ("a phone on the number 12 bus", "en"),
        ("I'm eighty", "en"),
    ],
)
def test_other_numbers_pick_nothing(finder: EntityFinder, text: str, language: str) -> None:
    assert "number" not in found(finder, text, language)


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("je m'appelle Jean-Pierre Le Goff", "fr", "Jean-Pierre Le Goff"),
        ("mon nom est bernadette lemoinet", "fr", "Bernadette Lemoinet"),
        ("c'est Mme Jourdanne", "fr", "Mme Jourdanne"),
        ("je suis Thierry", "fr", "Thierry"),
        ("au nom de sandrine bonnefont svp", "fr", "Sandrine Bonnefont"),
        ("Gaëlle à l'appareil", "fr", "Gaëlle"),
        ("Élodie Corbière", "fr", "Élodie Corbière"),
        ("my name is Anna Price and I have a question", "en", "Anna Price"),
        ("I'm Jack", "en", "Jack"),
        ("this is Ruth Garstange speaking", "en", "Ruth Garstange"),
        ("call me Meg", "en", "Meg"),
        ("Owen Sandhurste here", "en", "Owen Sandhurste"),
        ("c'est Inès Kermadec", "fr", "Inès Kermadec"),
        ("on m'appelle Titi", "fr", "Titi"),
        ("Permettez-moi de me présenter : Amaury de Kersaint.", "fr", "Amaury de Kersaint"),
        ("Je m'appelle Idriss Benhalima. Tout le monde l'écrit de travers.", "fr", "Idriss Benhalima"),
        ("mon nom de famille Laborderie", "fr", "Laborderie"),
        ("sonia belkhir", "fr", "Sonia Belkhir"),
        ("Où en est mon colis ? Bien cordialement, Yannick Forestier", "fr", "Yannick Forestier"),
        ("Où en est mon colis ?\nCdt\nGwenola", "fr", "Gwenola"),
        ("Avec mes remerciements, Ginette Roquebrune.", "fr", "Ginette Roquebrune"),
        ("Pourriez-vous m'appeler ? Simone Gaillardet, toujours chez elle.", "fr", "Simone Gaillardet"),
        ("Man ka mandé zot mèsi. Rosemonde Célestin", "fr", "Rosemonde Célestin"),
        ("my name's jo", "en", "Jo"),
        ("My name is Delphine Marlowe. I'd like a call.", "en", "Delphine Marlowe"),
        ("in the name of Dr. Anselm Brody", "en", "Dr. Anselm Brody"),
        ("under the name of J. Okonjima please", "en", "J. Okonjima"),
        ("When does it arrive? Kind regards, Lionel Brackenbury", "en", "Lionel Brackenbury"),
        ("I demand an apology. Rosalind Achterberg", "en", "Rosalind Achterberg"),
        ("The zip is stuck. Thanks, Priya", "en", "Priya"),
    ],
)
def test_names_customers_give(finder: EntityFinder, text: str, language: str, name: str) -> None:
    assert found(finder, text, language).get("name") == name


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("je suis perdu", "fr"),
        ("c'est urgent", "fr"),
        ("moi aussi", "fr"),
        ("je suis à Lyon", "fr"),
        ("I'm angry", "en"),
        ("this is wrong", "en"),
        ("it's broken", "en"),
        ("Where are you", "en"),
        ("Bonjour Madame", "fr"),
        ("Thanks Sarah", "en"),
        ("call me back please", "en"),
        ("I'm British", "en"),
        ("It's not for me. I'll ring.", "en"),
        ("Bien cordialement", "fr"),
        ("je voudrais un avoir. Paris Rivoli", "fr"),
        ("Fais-moi un résumé de Madame Bovary", "fr"),
        ("Remboursement", "fr"),
    ],
)
def test_what_is_no_name(finder: EntityFinder, text: str, language: str) -> None:
    assert "name" not in found(finder, text, language)


def test_annotated_names_are_not_looked_up_and_ordinary_words_are_not_slips() -> None:
    known = learn(read_training_text(read_yaml("nlu.fr.yml", DATA)))
    assert "name" not in known.wordings
    assert "size" not in known.wordings
    assert known.wordings["store"]["place Bellecour"] == "lyon"
    assert {"belle", "ville"} <= set(known.ordinary)


def test_numbers_too_short_or_too_long_are_no_telephone() -> None:
    assert e164("12345678") is None
    assert e164("1234567890123456") is None


@given(text=st.text(max_size=120), language=st.sampled_from(["fr", "en"]))
def test_any_text_is_searched_without_failing(finder: EntityFinder, text: str, language: str) -> None:
    well_placed(finder, text, language)


_PIECES = "Lyon bellecour samedi 12 le 2 OR-123456 06 39 98 12 34 en 42 , à c'est Rose taille M 15h mardi sac à dos"
PIECES = _PIECES.split(" ")


@given(words=st.lists(st.sampled_from(PIECES), max_size=12))
def test_one_stretch_of_text_has_one_reading(finder: EntityFinder, words: list[str]) -> None:
    well_placed(finder, " ".join(words), "fr")


def well_placed(finder: EntityFinder, text: str, language: str) -> None:
    entities = finder.find(text, language)
    for entity in entities:
        assert entity.text == text[entity.start : entity.end] != ""
    # A day may share its words with a part of the day (« ce soir ») or with a number (« le 2 »).
    alone = [e for e in entities if e.name not in ("number", "part_of_day", "hour")]
    assert all(left.end <= right.start for left, right in pairwise(alone))
    for name in ("number", "part_of_day", "hour"):
        assert all(left.end <= right.start for left, right in pairwise([e for e in entities if e.name == name]))
