"""Training is a function of the data: same data, same bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nlu.engine import Model
from nlu.engine.model_file import to_bytes
from nlu.errors import TooLittleData
from nlu.training import data_hash, train
from nlu.understanding import Example, TrainingData


def test_the_same_data_gives_the_same_bytes(shop: TrainingData, model: Model) -> None:
    assert to_bytes(train(shop), created_at="x") == to_bytes(model, created_at="x")


def test_many_lessons_give_the_same_model_again(shop: TrainingData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlu.engine.by_words.MANY", 50)  # support vectors, which draw lots
    one, other = (to_bytes(train(shop), created_at="x") for _ in range(2))
    assert one == other


def test_the_hash_is_of_what_is_taught_not_of_where(shop: TrainingData) -> None:
    first = shop.examples[0]
    moved = replace(shop, examples=[replace(first, file="elsewhere.yml", line=9), *shop.examples[1:]])
    other = replace(shop, examples=[replace(first, intent="goodbye"), *shop.examples[1:]])
    assert data_hash(moved) == data_hash(shop)
    assert data_hash(other) != data_hash(shop)
    assert data_hash(replace(shop, synonyms={})) != data_hash(shop)
    assert data_hash(replace(shop, regexes={})) != data_hash(shop)
    assert data_hash(replace(shop, lookups={})) != data_hash(shop)


def test_progress_goes_forward_to_the_end(shop: TrainingData) -> None:
    told: list[float] = []
    train(shop, progress=lambda _what, done: told.append(done))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_the_scores_are_those_of_messages_left_out(model: Model) -> None:
    assert 0.3 < model.scores["accuracy"] < 1.0
    assert {"accuracy_fr", "accuracy_en", "calibration_error", "accepted", "accepted_accuracy"} <= model.scores.keys()
    assert model.scores["accepted_accuracy"] >= model.scores["accuracy"]


@pytest.mark.parametrize("intents", [[], ["greet"], ["greet", "greet"]])
def test_too_little_to_learn_from_is_said(intents: list[str]) -> None:
    examples = [Example(f"salut {number}", intent, "fr") for number, intent in enumerate(intents)]
    with pytest.raises(TooLittleData, match="at least two intents; add some"):
        train(TrainingData(examples=examples))


def test_two_intents_of_one_message_are_enough() -> None:
    from nlu.engine import EmbeddedEngine

    model = train(TrainingData(examples=[Example("oui", "affirm", "fr"), Example("non", "deny", "fr")]))
    assert EmbeddedEngine(model).understand_now("oui", "fr").intent == "affirm"
    assert EmbeddedEngine(model).understand_now("non", "fr").intent == "deny"
