"""The embedded engine keeps the promises of an understander, and a few of its own."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.corrections import append_example
from nlu.encoders import make_encoder
from nlu.engine import EmbeddedEngine, Model, save_model
from nlu.training import train
from nlu.training_files import read_training_files
from nlu.understanding import Entity, Example, TrainingData
from tests.contracts.understander import UnderstanderContract, assert_well_formed

DATA = Path(__file__).parents[1] / "data"


class TestEmbeddedEngine(UnderstanderContract):
    @pytest.fixture
    def understander(self, engine: EmbeddedEngine) -> EmbeddedEngine:
        return engine


def test_the_story_s_first_sentence(engine: EmbeddedEngine) -> None:
    text = "slt, je voudrais un rdv pour essayer des chaussures de rando a Lyon samedi aprem"
    meaning = engine.understand_now(text, "en")
    assert (meaning.intent, meaning.understood, meaning.language) == ("book_appointment", True, "fr")
    assert {entity.name: entity.value for entity in meaning.entities} == {
        "service": "fitting",
        "store": "lyon",
        "day": {"weekday": 5, "week": None},
        "part_of_day": "afternoon",
    }


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [
        ("jveu un rdv", "fr", "book_appointment"),
        ("jvoudrai anuler mon rdv", "fr", "cancel_appointment"),
        ("ou et ma comande", "fr", "order_status"),
        ("BONJOURRRRR", "fr", "greet"),
        ("mercii bcp", "fr", "thank_you"),
        ("horaire douverture", "fr", "opening_hours"),
        ("wheres my parcle", "en", "order_status"),
        ("pls cancel my appt", "en", "cancel_appointment"),
        ("thx a lot", "en", "thank_you"),
    ],
)
def test_messages_as_they_are_typed(engine: EmbeddedEngine, text: str, language: str, intent: str) -> None:
    assert engine.understand_now(text, language).intent == intent


@settings(deadline=None, max_examples=300)
@given(text=st.text(max_size=300), language=st.sampled_from(["fr", "en", "de", ""]))
def test_no_text_is_too_odd(engine: EmbeddedEngine, text: str, language: str) -> None:
    meaning = engine.understand_now(text, language or "fr")
    assert_well_formed(meaning, text)


def test_a_correction_is_honoured_once_the_model_is_trained_again(tmp_path: Path, engine: EmbeddedEngine) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    text = "Wesh, c quand que vs fermez le rideau ???"
    assert engine.understand_now(text, "fr").intent != "thank_you"
    append_example(tmp_path / "data" / "nlu.fr.yml", intent="thank_you", text=text)
    corrected = EmbeddedEngine(train(read_training_files([tmp_path / "data"])))
    for again in (text, "wesh c quand que vs fermez le rideau", text.upper()):
        meaning = corrected.understand_now(again, "fr")
        assert meaning.intent == "thank_you"
        assert meaning.confidence >= 0.95
        assert meaning.understood


def test_a_correction_with_an_entity_teaches_its_wording(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    text = "un rdv à la capitale des Gaules"
    before = EmbeddedEngine(train(read_training_files([tmp_path / "data"]))).understand_now(text, "fr")
    assert before.entity("store") is None
    start = text.index("capitale")
    store = Entity("store", "lyon", text[start:], start, len(text))
    append_example(tmp_path / "data" / "nlu.fr.yml", intent="book_appointment", text=text, entities=[store])
    after = EmbeddedEngine(train(read_training_files([tmp_path / "data"])))
    found = after.understand_now("annuler le rdv a la CAPITALE des gaules", "fr").entity("store")
    assert found is not None
    assert found.value == "lyon"


def test_two_lessons_that_contradict_each_other_are_left_to_the_words(shop: TrainingData) -> None:
    both = [Example("ça marche", intent, "fr") for intent in ("greet", "thank_you")]
    contradicted = train(replace(shop, examples=[*shop.examples, *both]))
    assert "ca marche" not in contradicted.taught
    assert EmbeddedEngine(contradicted).understand_now("ça marche", "fr").confidence < 0.95


def test_serving_never_imports_the_training_libraries(model: Model, tmp_path: Path) -> None:
    save_model(model, tmp_path / "a.model", created_at="2026-11-26T09:00:00Z")
    program = (
        "import sys; from nlu.engine import EmbeddedEngine; import nlu.times, nlu.training_files, nlu.corrections\n"
        f"meaning = EmbeddedEngine.load({str(tmp_path / 'a.model')!r}).understand_now('un rdv samedi', 'fr')\n"
        "assert meaning.intent == 'book_appointment', meaning\n"
        "heavy = {name.split('.')[0] for name in sys.modules} & {'sklearn', 'scipy', 'pandas', 'torch', 'tensorflow'}\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)


def test_a_message_takes_about_a_millisecond(engine: EmbeddedEngine) -> None:
    texts = ["je voudrais un rdv samedi aprem à Lyon", "where is my order OR-123456", "merci", "horaires svp ?"]
    engine.understand_now(texts[0], "fr")
    times = []
    for _ in range(50):
        for text in texts:
            started = time.process_time()
            engine.understand_now(text, "fr")
            times.append(time.process_time() - started)
    assert statistics.median(times) < 0.005  # five times what a quiet machine needs; neighbours do not count


def test_many_at_once_mean_what_each_means_alone(engine: EmbeddedEngine) -> None:
    messages = [("un rdv samedi à Lyon", "fr"), ("where is my order", "en"), ("", "fr"), ("🦖", "fr"), ("merci bcp", "fr")]
    for text, together in zip(messages, engine.understand_many(messages), strict=True):
        alone = engine.understand_now(*text)
        assert (together.intent, together.entities, together.language) == (alone.intent, alone.entities, alone.language)
        assert together.confidence == pytest.approx(alone.confidence, abs=1e-4)
    assert engine.understand_many([]) == []


def test_a_model_without_its_encoder_goes_by_words(model: Model, caplog: pytest.LogCaptureFixture) -> None:
    alone = EmbeddedEngine(model, make_encoder("none"))
    meaning = alone.understand_now("je voudrais un rendez-vous", "fr")
    assert (meaning.intent, meaning.understood) == ("book_appointment", True)
    assert meaning.engine == f"embedded-{model.data_hash[:12]}-words"
    assert "it goes by words alone; train again" in caplog.text


def test_a_language_nobody_taught_is_understood_by_its_sentence(engine: EmbeddedEngine) -> None:
    assert engine.understand_now("¿dónde está mi pedido?", "fr").intent == "order_status"


def test_the_trace_names_the_model(engine: EmbeddedEngine, model: Model) -> None:
    assert engine.understand_now("salut", "fr").engine == f"embedded-{model.data_hash[:12]}"
