"""What an evaluation counts."""

from __future__ import annotations

import pytest

from nlu.engine import EmbeddedEngine, Model
from nlu.errors import TooLittleData
from nlu.evaluate import Confusion, cross_validate, evaluate
from nlu.understanding import Example, IntentGuess, TrainingData, Understanding


class Parrot:
    """Understands only what its word list says."""

    meanings = {"hi": "greet", "bye": "goodbye", "hm": "greet"}  # noqa: RUF012 - read only

    async def understand(self, text: str, *, language: str) -> Understanding:
        known = self.meanings.get(text)
        ranking = (IntentGuess(known, 0.4 if text == "hm" else 0.9),) if known else ()
        return Understanding(text, language, ranking, out_of_scope=text == "weather")


async def test_right_wrong_and_refused_are_counted() -> None:
    examples = [
        Example("hi", "greet", "en"),
        Example("hm", "goodbye", "en"),
        Example("bye", "goodbye", "fr"),
        Example("weather", "out_of_scope", "fr"),
        Example("weather", "greet", "fr"),
    ]
    found = await evaluate(Parrot(), examples)
    assert found.messages == 5
    assert found.accuracy == pytest.approx(3 / 5)
    assert found.accuracy_by_language == {"en": 0.5, "fr": pytest.approx(2 / 3)}
    assert found.accuracy_by_intent == {"goodbye": 0.5, "greet": 0.5, "out_of_scope": 1.0}
    assert found.accepted == pytest.approx(2 / 5)
    assert found.accepted_accuracy == 1.0
    assert found.confusions == (
        Confusion("goodbye", "greet", ("hm",)),
        Confusion("greet", "out_of_scope", ("weather",)),
    )


async def test_an_engine_knows_what_it_was_taught(engine: EmbeddedEngine, shop: TrainingData) -> None:
    assert (await evaluate(engine, shop.examples)).accuracy > 0.97


def test_cross_validation_agrees_with_training(shop: TrainingData, model: Model) -> None:
    found = cross_validate(shop)
    assert found.messages == len(shop.examples)
    assert found.accuracy == pytest.approx(model.scores["accuracy"], abs=1e-4)
    assert sum(len(confusion.texts) for confusion in found.confusions) == round((1 - found.accuracy) * found.messages)


def test_nothing_to_evaluate_is_said() -> None:
    with pytest.raises(TooLittleData, match="at least two intents"):
        cross_validate(TrainingData())
