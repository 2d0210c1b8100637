"""What a question is about is not what a customer chooses."""

from __future__ import annotations

import pytest

from nlu.entities import EntityFinder, Known, learn
from nlu.files import read_yaml
from nlu.training_files import read_training_text
from nlu.understanding import IntentGuess

_MARKED = "\n".join(f"    - un rdv numéro {number} pour un [retrait](service)" for number in range(20))
DATA = f"""
nlu:
- intent: book
  examples: |
{_MARKED}
    - je viens pour un [essayage](service)
- intent: collect
  examples: |
    - comment marche le retrait
    - le retrait est gratuit ?
    - le retrait en magasin
- lookup: service
  examples: |
    - retrait
    - essayage
"""


@pytest.fixture(scope="module")
def finder() -> EntityFinder:
    known = learn(read_training_text(read_yaml("nlu.fr.yml", DATA)))
    return EntityFinder(Known.from_json(known.to_json()))


@pytest.mark.parametrize(
    ("text", "ranking", "services"),
    [
        ("comment fonctionne le retrait ?", [IntentGuess("collect", 0.9)], []),
        ("un retrait demain, c'est possible ?", [IntentGuess("book", 0.9)], ["retrait"]),
        # It may be either: what was named is kept.
        ("un retrait demain ?", [IntentGuess("collect", 0.6), IntentGuess("book", 0.3)], ["retrait"]),
        # The answer to "what will the appointment be for?", whatever it sounds like.
        ("c'est pour un retrait", [IntentGuess("collect", 0.9)], ["retrait"]),
        # The examples never ask about fittings without marking them.
        ("comment marche l'essayage ?", [IntentGuess("book", 0.9)], ["essayage"]),
        ("comment fonctionne le retrait ?", [], ["retrait"]),
    ],
)
def test_a_question_about_a_thing_does_not_choose_it(
    finder: EntityFinder, text: str, ranking: list[IntentGuess], services: list[str]
) -> None:
    found = finder.chosen(text, finder.find(text, "fr"), ranking)
    assert [entity.text for entity in found if entity.name == "service"] == services


def test_days_in_a_question_are_kept(finder: EntityFinder) -> None:
    text = "le retrait est possible samedi ?"
    found = finder.chosen(text, finder.find(text, "fr"), [IntentGuess("collect", 0.9)])
    assert [entity.name for entity in found] == ["day"]
