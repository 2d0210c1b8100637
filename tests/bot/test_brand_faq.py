"""`faq.yml` is read, checked, measured and answered from."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import bot
from bot.brand import load_brand
from bot.errors import BrandError
from bot.faq import load_faq, train_faq
from nlu.encoders import shared_encoder
from nlu.faq import FaqIndex
from nlu.training_files import read_training_files
from tests.stories.story import Story, demo, meant

DEMO = Path(bot.__file__).parent / "demo"
ASKED = Path(__file__).parents[1] / "data" / "faq.csv"


@pytest.fixture(scope="module")
def found_by(tmp_path_factory: pytest.TempPathFactory) -> FaqIndex:
    models = tmp_path_factory.mktemp("models")
    brand, _ = demo()
    train_faq(brand.faq, read_training_files([DEMO / "data"]).examples, models, shared_encoder("use"))
    index = load_faq(brand, models)
    assert index is not None
    return index


def test_questions_nobody_wrote_down_are_found_and_others_are_not(found_by: FaqIndex) -> None:
    with ASKED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    asked = [(row["entry"], found_by.find(row["text"], row["language"])) for row in rows if row["entry"]]
    other = [found_by.find(row["text"], row["language"]) for row in rows if not row["entry"]]
    right = sum(found is not None and found.id == entry for entry, found in asked) / len(asked)
    wrong = sum(found is not None and found.id != entry for entry, found in asked) / len(asked)
    mistaken = sum(found is not None for found in other) / len(other)
    assert right >= 0.60
    assert wrong <= 0.10
    assert mistaken <= 0.12


def test_the_measures_are_told(found_by: FaqIndex) -> None:
    scores = found_by.tuned.scores
    assert scores["nearest_right"] >= 0.85
    assert scores["found"] >= 0.75
    assert scores["found_wrong"] <= 0.06


def test_what_was_measured_of_other_questions_is_not_used(tmp_path: Path) -> None:
    brand, _ = demo()
    train_faq(brand.faq[:3], (), tmp_path, shared_encoder("none"))
    assert load_faq(brand, tmp_path) is None
    assert load_faq(brand.model_copy(update={"faq": ()}), tmp_path) is None


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[str, str], tuple[BrandError, int]]:
    """Write the demo's faq.yml with one change, load the brand, and return the error and the line of the change."""

    def load(before: str, after: str) -> tuple[BrandError, int]:
        for file in ("brand.yml", "stores.yml"):
            shutil.copy(DEMO / file, tmp_path / file)
        text = (DEMO / "faq.yml").read_text(encoding="utf-8")
        line = text[: text.index(before)].count("\n") + 1
        (tmp_path / "faq.yml").write_text(text.replace(before, after, 1), encoding="utf-8")
        with pytest.raises(BrandError) as error:
            load_brand(tmp_path)
        assert Path(error.value.file).name == "faq.yml"
        return error.value, line

    return load


def test_a_mistake_is_shown_by_its_line(refused: Callable[[str, str], tuple[BrandError, int]]) -> None:
    error, line = refused("  - id: bike_parking", "  - id: wifi")
    assert (error.line, "two question entries called 'wifi'" in str(error)) == (line, True)
    error, line = refused("        - are you hiring?", "        - is there wifi in the store?")
    assert (error.line, "under wifi as well" in str(error)) == (line, True)
    error, line = refused('    answer:\n      fr: "Oui, le wifi', '    answer:\n      de: "Ja, das wifi')
    assert (error.line, "no answer in 'fr'" in str(error)) == (line, True)
    error, line = refused("  - id: bike_parking", "  - id: Bike parking")
    assert error.line == line


def asks(story: Story, text: str, entry: str) -> Story:
    event = meant(text, None, sure=0.9, language=story.language)
    return story.happens(replace(event, meaning=replace(event.meaning, faq=entry, faq_likeness=0.8)))


def test_a_question_of_the_house_is_answered_in_the_customer_s_language() -> None:
    asks(Story(), "mon chien peut venir ?", "pets").bot("utter_faq/pets").reads("Les chiens tenus en laisse")
    asks(Story("en"), "can my dog come?", "pets").bot("utter_faq/pets").reads("Dogs on a lead")


def test_in_the_middle_of_something_the_open_question_comes_again() -> None:
    story = Story().customer("un [essayage](service=fitting) à [Lyon](store=lyon)", "book_appointment")
    asks(story, "il y a des toilettes ?", "toilets").bot("utter_faq/toilets", "utter_ask_appointment_day")
    story.customer("[samedi](day=2026-11-28)").bot("utter_offer_slots")


def test_an_entry_that_is_gone_is_a_riddle() -> None:
    asks(Story(), "vous avez une piscine ?", "swimming_pool").bot("utter_rephrase")
