"""The demo brand's own training data makes a model that understands its customers."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import bot.demo
from nlu.engine import EmbeddedEngine
from nlu.evaluation import evaluate
from nlu.reader import Reader
from nlu.training import train
from nlu.training_files import read_training_files
from nlu.understanding import Example

DEMO = Path(bot.demo.__path__[0]) / "data"
UNSEEN = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def demo() -> EmbeddedEngine:
    return EmbeddedEngine(train(read_training_files([DEMO])))


def test_the_story_begins(demo: EmbeddedEngine) -> None:
    text = "slt, je voudrais un rdv pour essayer des chaussures de rando a Lyon samedi aprem"
    meaning = demo.understand_now(text, "fr")
    assert (meaning.intent, meaning.understood) == ("book_appointment", True)
    assert [(entity.name, entity.value) for entity in meaning.entities] == [
        ("service", "fitting"),
        ("store", "lyon"),
        ("day", {"weekday": 5, "week": None}),
        ("part_of_day", "afternoon"),
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_messages_it_never_saw_are_understood(demo: EmbeddedEngine, language: str) -> None:
    with (UNSEEN / f"messages.{language}.csv").open(encoding="utf-8", newline="") as file:
        examples = [Example(row["text"], row["intent"], language) for row in csv.DictReader(file)]
    found = await evaluate(demo, examples)
    assert found.accuracy >= 0.80
    assert found.accepted >= 0.80
    assert found.accepted_accuracy >= 0.86


@pytest.mark.parametrize("text", ["Lyon", "samedi aprem", "à Rivoli svp", "demain matin", "on saturday please"])
def test_a_message_that_only_names_things_starts_nothing(demo: EmbeddedEngine, text: str) -> None:
    meaning = demo.understand_now(text, "fr")
    assert not meaning.understood
    assert meaning.entities


@pytest.mark.parametrize(("text", "intent"), [("OR-123456", "order_status"), ("le deuxième", "choose_option")])
def test_unless_what_it_names_tells_enough(demo: EmbeddedEngine, text: str, intent: str) -> None:
    meaning = demo.understand_now(text, "fr")
    assert (meaning.intent, meaning.understood) == (intent, True)


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("annulez mon rdv et rappelez-moi", ["cancel_appointment", "callback_request"]),
        ("cancel my appointment and tell me your opening hours in Lyon", ["cancel_appointment", "opening_hours"]),
        ("bonjour, je voudrais un rdv à Lyon ou Paris samedi et dimanche", []),
        ("je voudrais un essayage et un conseil", []),
    ],
)
async def test_wishes_told_together(demo: EmbeddedEngine, text: str, wishes: list[str]) -> None:
    meaning = await Reader(demo).understand(text, language="fr")
    assert [wish.intent for wish in meaning.wishes] == wishes


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("je ne veux pas de remboursement mais un échange", "return_policy"),
        ("not a refund, an exchange", "return_policy"),
        ("je ne veux pas annuler, je veux déplacer mon rdv", "move_appointment"),
        ("merci, et pour les horaires ?", "opening_hours"),
        ("42 français c'est combien en anglais", "size_guide"),
        ("annule le deuxième", "cancel_appointment"),
    ],
)
async def test_the_wish_that_is_meant(demo: EmbeddedEngine, text: str, intent: str) -> None:
    meaning = await Reader(demo).understand(text, language="fr")
    assert (meaning.intent, meaning.understood) == (intent, True)


async def test_a_refused_wish_is_none(demo: EmbeddedEngine) -> None:
    meaning = await Reader(demo).understand("n'annulez pas mon rdv", language="fr")
    assert (meaning.refuses, meaning.understood) == ("cancel_appointment", False)


async def test_hardly_any_taught_message_is_cut(demo: EmbeddedEngine) -> None:
    examples = read_training_files([DEMO]).examples[::3]
    read = [await Reader(demo).understand(example.text, language=example.language) for example in examples]
    cut = [meaning.text for meaning in read if meaning.wishes or meaning.refuses]
    assert len(cut) <= 0.006 * len(examples), cut  # some do ask two things in two sentences
