"""What is exported and imported again is the same."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlu.formats.converting import read_format, write_format
from nlu.formats.written import Written
from nlu.training_files import read_training_files
from nlu.understanding import Entity, Example, TrainingData

DEMO = Path(__file__).parents[1] / "data"
INTENTS = st.sampled_from(["greet", "faq/hours", "Ask: now?", "yes", "été", "10:00", "../up", "# x"])
WORD = st.text(st.sampled_from("abcé'’-#*:\"\\{}<!@œ1"), min_size=1, max_size=5)
STORES = {"Lyon": "lyon", "Lyon Bellecour": "lyon", "Lille": "lille", "Saint-Malo": "Saint-Malo"}


@st.composite
def example(draw: st.DrawFn) -> Example:
    """A message of odd words, with stores marked in it."""
    text, entities = "x", []
    for word in draw(st.lists(st.one_of(WORD, st.sampled_from([*STORES])), max_size=6)):
        text += " "
        if word in STORES and draw(st.booleans()):
            role = draw(st.sampled_from([None, "from", "to"]))
            entities.append(Entity("store", STORES[word], word, len(text), len(text) + len(word), role=role))
        text += word
    return Example(text, draw(INTENTS), draw(st.sampled_from(["fr", "en"])), tuple(entities))


@st.composite
def training_data(draw: st.DrawFn) -> TrainingData:
    return TrainingData(
        examples=tuple(draw(st.lists(example(), min_size=1, max_size=8))),
        synonyms={wording.lower(): value for wording, value in STORES.items() if wording != value},
        regexes=draw(st.sampled_from([{}, {"order": [r"[A-Z]{2}-\d+", "#[0-9]+"]}])),
        lookups={"store": list(STORES)},
    )


def back(name: str, written: Written) -> TrainingData:
    with tempfile.TemporaryDirectory() as folder:
        for file, content in written.files.items():
            path = (Path(folder) / file).resolve()
            assert path.is_relative_to(Path(folder).resolve())
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="")
        return read_format(name, Path(folder))[0]


def meant(data: TrainingData) -> list[tuple[object, ...]]:
    """Everything the examples say; of a marked wording that has a synonym the value it stands for."""

    def spans(one: Example) -> tuple[tuple[object, ...], ...]:
        return tuple((e.name, value(e), e.text, e.start, e.end, e.role) for e in one.entities)

    def value(entity: Entity) -> object:
        return data.synonyms.get(entity.text.lower(), entity.value) if entity.value == entity.text else entity.value

    return sorted(((one.text, one.intent, one.language, spans(one)) for one in data.examples), key=repr)


def lists(data: TrainingData) -> tuple[object, ...]:
    parts = ({name: sorted(lines) for name, lines in part.items()} for part in (data.regexes, data.lookups))
    return dict(data.synonyms), *parts


many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("name", ["rasa", "rasa-md", "dialogflow"])
@many
@given(data=training_data())
def test_everything_comes_back(name: str, data: TrainingData) -> None:
    again = back(name, write_format(name, data))
    assert meant(again) == meant(data)
    assert lists(again) == lists(data)


@many
@given(data=training_data())
def test_a_table_brings_back_every_example(data: TrainingData) -> None:
    written = write_format("csv", data)
    assert meant(back("csv", written)) == meant(data)
    assert written.lost[0] == "synonyms (3)"


@many
@given(data=training_data())
def test_a_lex_bot_written_again_is_the_same(data: TrainingData) -> None:
    written = write_format("lex", data)
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for file, content in written.files.items():
            (Path(folder) / file).write_text(content, encoding="utf-8")
            parts.append(read_format("lex", Path(folder) / file)[0])
    again = TrainingData(
        examples=[one for part in parts for one in part.examples],
        synonyms={wording: value for part in parts for wording, value in part.synonyms.items()},
        lookups={name: lines for part in parts for name, lines in part.lookups.items()},
    )
    first, second = (set(_utterances(written.files[file])) for file in written.files), write_format("lex", again).files
    assert [set(_utterances(second[file])) for file in written.files] == list(first)


def _utterances(content: str) -> list[tuple[str, str]]:
    bot = json.loads(content)["resource"]
    return [(intent["name"], utterance) for intent in bot["intents"] for utterance in intent["sampleUtterances"]]


@pytest.mark.parametrize("name", ["rasa", "rasa-md", "dialogflow", "csv"])
def test_a_real_bots_data_comes_back(name: str) -> None:
    data = read_training_files([DEMO])
    again = back(name, write_format(name, data))
    assert meant(replace(again, synonyms=data.synonyms)) == meant(data)  # a table has no place for synonyms
