"""Any training data becomes a Rasa that can be measured, and the files it reads say what ours say."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.engines import trainer
from nlu.errors import RasaMissing
from nlu.rasa import teaching, train_rasa
from nlu.rasa.environment import Environment
from nlu.rasa.project import write_training_data
from nlu.training_files import read_training_files
from nlu.understanding import Entity, Example, TrainingData
from tests.rasas import LIGHT, SHOP


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    written = read_training_files([SHOP])
    write_training_data(written, tmp_path / "nlu.yml")
    read = read_training_files([tmp_path / "nlu.yml"])
    assert {(e.text, e.intent, e.entities) for e in read.examples} == {(e.text, e.intent, e.entities) for e in written.examples}
    assert read.synonyms == written.synonyms
    assert {name: sorted(part) for name, part in read.lookups.items()} == {n: sorted(p) for n, p in written.lookups.items()}
    assert {name: sorted(part) for name, part in read.regexes.items()} == {n: sorted(p) for n, p in written.regexes.items()}


def test_odd_names_and_texts_survive(tmp_path: Path) -> None:
    odd = [
        Example("a: b # c", "yes", "en"),
        Example("- « 100 % »", "faq/prix", "fr"),
        Example("from Paris to Lyon", "go", "en", (Entity("city", "Paris", "Paris", 5, 10, role="from", group="1"),)),
    ]
    write_training_data(TrainingData(examples=odd), tmp_path / "nlu.yml")
    read = read_training_files([tmp_path / "nlu.yml"]).examples
    assert [(e.text, e.intent, e.entities) for e in read] == [(e.text, e.intent, e.entities) for e in odd]


async def test_without_an_environment_the_cure_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FILROUGE_RASA_ENV", str(tmp_path))
    with pytest.raises(RasaMissing, match="filrouge rasa install"):
        async with trainer("rasa")(read_training_files([SHOP]), lambda _what, _done: None):
            pass


@pytest.mark.rasa
async def test_it_is_taught_asked_and_ended(rasa_environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teaching, "new_token", lambda: "-no-option")  # one token in 64 begins with a dash
    told: list[float] = []
    data = read_training_files([SHOP])
    taught = train_rasa(data, lambda _what, done: told.append(done), environment=rasa_environment, pipeline=LIGHT)
    async with taught as rasa:
        meaning = await rasa.understand("je veux prendre rdv à Lyon samedi", language="fr")
        cost = rasa.cost()
    assert (meaning.intent, meaning.language) == ("book_appointment", "fr")
    assert [(entity.name, entity.value) for entity in meaning.entities] == [("store", "lyon")]  # Rasa's own: it reads no days
    assert told[-1] == 1.0
    assert cost.load_seconds > 1.0
    assert cost.memory_mb is not None
    assert 200 < cost.memory_mb < 4000
