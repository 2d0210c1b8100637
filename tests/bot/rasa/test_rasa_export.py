"""A brand as a project for Rasa 3.6: written from the brand folder, and accepted by the real Rasa."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.errors import SettingsError
from bot.rasa.project import export_project, training_files
from bot.wiring import DEMO_BRAND
from nlu.rasa.environment import Environment
from nlu.rasa.project import write_config
from nlu.rasa.training import run, train
from nlu.training_files import read_training_files
from nlu.understanding import Example
from tests.rasas import LIGHT


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "project"
    export_project(DEMO_BRAND, folder)
    return folder


@pytest.fixture(scope="module")
def domain(project: Path) -> Any:
    return yaml.safe_load((project / "domain.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rules(project: Path) -> Any:
    return yaml.safe_load((project / "data" / "rules.yml").read_text(encoding="utf-8"))["rules"]


def test_training_files_are_the_brand_s_own_to_the_byte(project: Path) -> None:
    for file in training_files(DEMO_BRAND):
        assert (project / "data" / file.name).read_bytes() == file.read_bytes()
    assert not (project / "data" / "flows.yml").exists()


def test_a_translation_is_a_variant_on_the_slot_language(domain: Any) -> None:
    variants = domain["responses"]["utter_rephrase"]
    english = [{"type": "slot", "name": "language", "value": "en"}]
    assert [variant.get("condition") for variant in variants] == [
        *[english] * (len(variants) // 2),
        *[None] * (len(variants) // 2),
    ]
    assert domain["slots"]["language"] == {
        "type": "categorical",
        "values": ["fr", "en"],
        "initial_value": "fr",
        "influence_conversation": False,
        "mappings": [{"type": "custom"}],
    }


def test_every_slot_has_mappings_of_3_6(domain: Any) -> None:
    kinds = {mapping["type"] for slot in domain["slots"].values() for mapping in slot["mappings"]}
    assert kinds <= {"from_entity", "from_text", "from_intent", "custom"}
    assert domain["slots"]["appointment_part"]["values"] == ["morning", "noon", "afternoon", "evening"]
    assert {"type": "from_entity", "entity": "service"} in domain["slots"]["appointment_service"]["mappings"]


def test_a_text_is_taken_only_as_the_answer_to_its_question(domain: Any) -> None:
    for slot in domain["slots"].values():
        for mapping in slot["mappings"]:
            assert mapping["type"] != "from_text" or mapping["conditions"]


def test_a_button_that_sets_a_slot_fills_it(domain: Any) -> None:
    (button, *_), *_ = [variant["buttons"] for variant in domain["responses"]["utter_ask_appointment_confirmed"]]
    assert button["payload"] == '/set_slots{"appointment_confirmed": true}'
    filled = {"type": "from_entity", "entity": "appointment_confirmed", "intent": "set_slots"}
    assert filled in domain["slots"]["appointment_confirmed"]["mappings"]
    assert "set_slots" in domain["intents"]
    assert "appointment_confirmed" in domain["entities"]


def test_a_flow_is_rules_and_a_form_as_far_as_they_go(domain: Any, rules: Any, project: Path) -> None:
    started = [step for rule in rules for step in rule["steps"] if rule["rule"].startswith("book_appointment, by")]
    assert started == [
        {"intent": "book_appointment"},
        {"action": "action_recall_appointment_store"},
        {"action": "book_appointment_form"},
        {"active_loop": "book_appointment_form"},
    ]
    assert domain["forms"]["book_appointment_form"] == {"required_slots": ["appointment_service", "appointment_store"]}
    assert "`book_appointment`" in (project / "README.md").read_text()
    starts = [rule["steps"][0]["intent"] for rule in rules if "intent" in rule["steps"][0]]
    assert len(starts) == len(set(starts))


def test_a_correction_that_has_not_reached_the_files_is_in_the_project(tmp_path: Path) -> None:
    known = read_training_files(training_files(DEMO_BRAND)).examples[0]
    new = Example("wesh c quand que vs fermez le rideau", "opening_hours", "fr")
    export_project(DEMO_BRAND, tmp_path / "project", [new, known])
    written = read_training_files([tmp_path / "project" / "data" / "nlu.corrections.yml"])
    assert [(example.text, example.intent) for example in written.examples] == [(new.text, new.intent)]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text("mine")
    with pytest.raises(SettingsError, match="not empty"):
        export_project(DEMO_BRAND, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yml"]


def test_a_brand_s_own_pipeline_is_taken(tmp_path: Path) -> None:
    brand = Path(shutil.copytree(DEMO_BRAND, tmp_path / "brand"))
    write_config(brand, LIGHT)
    export_project(brand, tmp_path / "project")
    assert (tmp_path / "project" / "config.yml").read_bytes() == (brand / "config.yml").read_bytes()


@pytest.mark.rasa
def test_rasa_data_validate_accepts_the_project(rasa_environment: Environment, project: Path) -> None:
    said = run(rasa_environment, ["data", "validate"], project)
    assert "No story structure conflicts found" in said


@pytest.mark.rasa
def test_rasa_train_nlu_accepts_the_brand_s_files(rasa_environment: Environment, project: Path, tmp_path: Path) -> None:
    shutil.copytree(project, tmp_path / "project")
    write_config(tmp_path / "project", LIGHT)
    told: list[float] = []
    model = train(rasa_environment, tmp_path / "project", tmp_path / "m.tar.gz", show=lambda _what, done: told.append(done))
    assert model.stat().st_size > 1000
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert list(tmp_path.glob(".training-*")) == []
