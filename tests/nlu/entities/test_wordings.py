"""Listed wordings are found however they are introduced, and other words are not taken for slips of them."""

from __future__ import annotations

import pytest

from nlu.entities import learn
from nlu.entities.gazetteer import Gazetteer
from nlu.files import read_yaml
from nlu.slips import likely_slip
from nlu.text import fold
from nlu.training_files import read_training_text

WORDINGS = {
    "service": {
        "essayer des chaussures": "fitting",
        "essayer une veste": "fitting",
        "my boots resoled": "repair",
        "retirer ma commande": "pickup",
        "réparer": "repair",
    },
    "product": {word: word for word in ("chaussures", "chaussures de rando", "veste", "boots", "sandales", "sac à dos")},
    "store": {"paris": "paris", "place de la nation": "paris_nation"},
}


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(WORDINGS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # Any article will do, or none.
        ("je viens retirer sa commande", [("service", "retirer sa commande", "pickup")]),
        ("retirer commande svp", [("service", "retirer commande", "pickup")]),
        ("place de Nation", [("store", "place de Nation", "paris_nation")]),
        # What can be done with one thing can be done with another.
        ("essayer des sandales", [("service", "essayer des sandales", "fitting")]),
        ("essayer une paire de chaussures de rando", [("service", "essayer une paire de chaussures de rando", "fitting")]),
        ("essayer chaussures", [("service", "essayer chaussures", "fitting")]),
        ("I want my sandales resoled", [("service", "my sandales resoled", "repair")]),
        ("essayer, des chaussures", [("product", "chaussures", "chaussures")]),
        ("ma veste, mes boots", [("product", "veste", "veste"), ("product", "boots", "boots")]),
        # Slips of the finger.
        ("des chausures", [("product", "chausures", "chaussures")]),
        ("mes sandalles", [("product", "sandalles", "sandales")]),
        ("je fais le pari", []),
        ("une verste", [("product", "verste", "veste")]),
        ("la couleur verte", []),
        ("tout préparer", []),
        ("quel scandale", []),
    ],
)
def test_what_is_listed(gazetteer: Gazetteer, text: str, found: list[tuple[str, str, str]]) -> None:
    assert [(each.name, each.text, each.value) for each in gazetteer.find(fold(text), text)] == found


@pytest.mark.parametrize(
    ("typed", "meant", "slip"),
    [
        ("jaket", "jacket", True),
        ("bakcpack", "backpack", True),
        ("vzste", "veste", True),
        ("jackey", "jacket", True),
        ("verte", "veste", False),
        ("preparer", "reparer", False),
        ("tenter", "tente", False),
        ("sitting", "fitting", False),
        ("stood", "stool", False),
    ],
)
def test_a_slip_or_another_word(typed: str, meant: str, slip: bool) -> None:
    assert likely_slip(typed, meant) is slip


def test_a_wording_told_by_its_accents_alone() -> None:
    data = """
nlu:
- intent: challenge
  examples: |
    - t'es un bot
    - un bot ou quoi
    - parle bot
- lookup: product
  examples: |
    - bòt
    - Névé
"""
    known = learn(read_training_text(read_yaml("nlu.fr.yml", data)))
    assert list(known.wordings["product"]) == ["Névé"]


def test_a_fitting_room_is_a_room() -> None:
    gazetteer = Gazetteer({"service": {"fitting": "fitting"}})
    assert [each.text for each in gazetteer.find(fold("a fitting"), "a fitting")] == ["fitting"]
    assert gazetteer.find(fold("in the fitting rooms"), "in the fitting rooms") == []
