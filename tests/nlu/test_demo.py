"""The demo brand's own training data makes a model that understands its customers."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import bot.demo
from nlu.engine import EmbeddedEngine
from nlu.evaluation import evaluate
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
