"""What an evaluation counts, on messages few enough to count by hand."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from nlu.costs import Cost, resident_mb
from nlu.engine import EmbeddedEngine
from nlu.engines import UnknownEngine, engine_names, trainer
from nlu.errors import EncoderMissing, TooLittleData
from nlu.evaluation import Answer, Evaluation, ask, cross_validate, evaluate, evaluate_on
from nlu.evaluation.as_json import run_as_json
from nlu.training import Progress
from nlu.understanding import Entity, Example, IntentGuess, TrainingData, Understander, Understanding


class Parrot:
    """Understands only what its word list says, and takes every Lyon for a store."""

    meanings = {"hi": "greet", "bye": "goodbye", "hm": "greet", "Lyon": "place"}  # noqa: RUF012 - read only

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def understand(self, text: str, *, language: str) -> Understanding:
        self.heard.append(text)
        known = self.meanings.get(text)
        ranking = (IntentGuess(known, 0.4 if text == "hm" else 0.9),) if known else ()
        found = (Entity("store", "lyon", "Lyon", text.index("Lyon"), text.index("Lyon") + 4),) if "Lyon" in text else ()
        return Understanding(text, language, ranking, entities=found, out_of_scope=text == "weather")


@asynccontextmanager
async def parrots(data: TrainingData, progress: Progress, /) -> AsyncIterator[Understander]:
    """A trainer whose parrots know what they were taught, word for word."""
    progress("teaching", 1.0)
    parrot = Parrot()
    parrot.meanings = {example.text: example.intent for example in data.examples}
    yield parrot


def store(text: str, intent: str, *names: str) -> Example:
    start = text.find("Lyon")
    return Example(text, intent, "en", tuple(Entity(name, "lyon", "Lyon", start, start + 4) for name in names))


MIXED = [
    Example("hi", "greet", "en"),
    Example("hm", "goodbye", "en"),
    Example("bye", "goodbye", "fr"),
    Example("weather", "out_of_scope", "fr"),
    Example("hi", "out_of_scope", "fr"),
    Example("weather", "greet", "fr"),
]


async def test_right_wrong_and_refused_are_counted() -> None:
    found = await evaluate(Parrot(), MIXED)
    assert found.accuracy == 2 / 4
    assert found.accuracy_by_language == {"en": 1 / 2, "fr": 1 / 2}
    assert found.oos_refused == 1 / 2
    assert found.accepted == 2 / 4
    assert found.accepted_right == 2 / 4
    assert found.accepted_accuracy == 2 / 3
    pairs = [(confusion.meant, confusion.taken_for, confusion.texts) for confusion in found.confusions]
    assert pairs == [("goodbye", "greet", ("hm",)), ("greet", "", ("weather",)), ("out_of_scope", "greet", ("hi",))]
    assert [answer.example.text for answer in found.worst] == ["hi", "hm", "weather"]


async def test_every_intent_has_its_own_figures_and_counts_the_same() -> None:
    found = await evaluate(Parrot(), MIXED)
    figures = {one.name: (one.precision, one.recall, one.f1, one.support) for one in found.by_intent}
    assert figures == {"goodbye": (1.0, 0.5, 2 / 3, 2), "greet": (0.5, 0.5, 0.5, 2)}
    assert found.macro_f1 == pytest.approx((2 / 3 + 0.5) / 2)


async def test_confidence_is_held_against_accuracy() -> None:
    found = await evaluate(Parrot(), MIXED)
    # 0.9 twice and right twice, 0.4 once and wrong, nothing at all once and wrong
    assert found.ece == pytest.approx(2 / 4 * 0.1 + 1 / 4 * 0.4)
    assert [(one.count, one.accuracy) for one in found.calibration_bins] == [(1, 0.0), (1, 0.0), (2, 1.0)]


async def test_entities_count_when_words_and_name_are_the_same() -> None:
    asked = [store("Lyon", "place", "store"), store("in Lyon", "greet", "city"), Example("hi", "greet", "en")]
    found = (await evaluate(Parrot(), asked)).entities
    assert found.f1 == pytest.approx(2 * 1 / (2 * 1 + 1 + 1))
    assert {one.name: (one.precision, one.recall) for one in found.by_name} == {"city": (0.0, 0.0), "store": (0.5, 1.0)}
    assert found.frame_accuracy == 2 / 3


async def test_entities_nobody_marks_are_neither_right_nor_wrong() -> None:
    found = (await evaluate(Parrot(), [store("Lyon Lyon", "place", "city")])).entities
    assert [one.name for one in found.by_name] == ["city"]
    unmarked = (await evaluate(Parrot(), MIXED)).entities
    assert (unmarked.f1, unmarked.frame_accuracy) == (None, None)


async def test_training_files_need_not_mark_what_a_look_up_finds() -> None:
    marked, bare = store("Lyon", "place", "store"), store("Lyon Lyon", "place")
    answers = [
        Answer(example, replace(meaning, entities=tuple(replace(e, source="lookup") for e in meaning.entities)))
        for example, meaning in [(one, await Parrot().understand(one.text, language="en")) for one in (marked, bare)]
    ]
    assert Evaluation(answers).entities.f1 == pytest.approx(2 / 3)
    assert Evaluation(answers, marks_exhaustive=False).entities.f1 == 1.0
    assert Evaluation(await ask(Parrot(), [marked, bare]), marks_exhaustive=False).entities.f1 == pytest.approx(2 / 3)


async def test_what_cannot_be_measured_is_null() -> None:
    run = await evaluate_on(parrots, TrainingData(), [Example("hi", "greet", "en")])
    told = run_as_json(run, {"engine": "parrots"})
    for name in ("oos_auroc", "oos_accepted_right", "oos_refused", "entity_f1", "frame_accuracy"):
        assert told[name] is None
    assert (told["accuracy"], told["macro_f1"]) == (0.0, 0.0)
    assert told["latency_ms"]["p99"] >= told["latency_ms"]["p50"] > 0


async def test_cross_validation_asks_each_message_once_of_an_engine_that_has_not_seen_it() -> None:
    examples = [Example(f"message {n}", "even" if n % 2 == 0 else "odd", "en") for n in range(23)]
    outside = [Example(f"weather {n}", "out_of_scope", "en") for n in range(7)]
    run = await cross_validate(parrots, TrainingData(examples=examples), outside=outside)
    assert sorted(a.example.text for a in run.clean.answers) == sorted(e.text for e in (*examples, *outside))
    assert run.clean.accuracy == 0  # parrots know only what they were taught
    assert run.clean.oos_refused == 1


async def test_an_engine_knows_what_it_was_taught(engine: EmbeddedEngine, shop: TrainingData) -> None:
    assert (await evaluate(engine, shop.examples)).accuracy >= 0.97


async def test_cross_validation_of_the_same_data_is_the_same(shop: TrainingData) -> None:
    runs = [await cross_validate(trainer("embedded"), shop, count=3) for _ in range(2)]
    first, again = ([(a.example.text, a.guess, a.meaning.confidence) for a in run.clean.answers] for run in runs)
    assert first == again
    assert 0.5 < (runs[0].clean.accuracy or 0) < 1


async def test_haste_costs_something_and_the_same_messages_are_asked() -> None:
    taught = TrainingData(examples=[Example(text, "ask", "fr") for text in ("je voudrais un rendez-vous", "bonjour à tous")])
    run = await evaluate_on(parrots, taught, taught.examples, noise=True)
    assert run.noisy is not None
    assert (run.clean.accuracy, run.noisy.accuracy) == (1.0, 0.0)
    drop = run_as_json(run, {})["noise"]["drop"]
    assert (drop["accuracy"], drop["entity_f1"]) == (1.0, None)


class Caged(Parrot):
    """A parrot in a house of its own, which takes an hour to wake up."""

    def cost(self) -> Cost:
        return Cost(3600.0, resident_mb(os.getpid()))


@asynccontextmanager
async def caged(data: TrainingData, progress: Progress, /) -> AsyncIterator[Understander]:
    yield Caged()


async def test_starting_an_engine_is_not_counted_as_teaching_it() -> None:
    run = await evaluate_on(caged, TrainingData(), [Example("hi", "greet", "en")])
    told = run_as_json(run, {})
    assert run.training_seconds == pytest.approx(-3600, abs=60)
    assert told["process"]["load_seconds"] == 3600.0
    assert told["process"]["memory_mb"] is None or 10 < told["process"]["memory_mb"] < 10_000
    assert run_as_json(await evaluate_on(parrots, TrainingData(), [Example("hi", "greet", "en")]), {})["process"] is None
    assert resident_mb(1 << 30) is None


async def test_nothing_to_evaluate_is_said() -> None:
    with pytest.raises(TooLittleData, match="at least two intents"):
        await cross_validate(parrots, TrainingData())
    single = TrainingData([Example("hi", "greet", "en"), Example("bye", "goodbye", "en")])
    with pytest.raises(TooLittleData, match="two examples at least"):
        await cross_validate(parrots, single)
    with pytest.raises(TooLittleData, match="not one message"):
        Evaluation(await ask(Parrot(), []))


def test_engines_are_found_by_name() -> None:
    assert engine_names()[0] == "embedded"
    with pytest.raises(UnknownEngine, match=r"'parrot'.*embedded"):
        trainer("parrot")
    with pytest.raises(UnknownEngine, match="nothing behind a colon"):
        trainer("rasa:none")


async def test_an_engine_may_be_taught_without_its_encoder(shop: TrainingData) -> None:
    told: list[str] = []
    async with trainer("embedded:none")(shop, lambda what, _done: told.append(what)) as engine:
        meaning = await engine.understand("je voudrais un rendez-vous", language="fr")
    assert meaning.intent == "book_appointment"
    assert told[-1] == "done"
    with pytest.raises(EncoderMissing, match="names no sentence encoder"):
        async with trainer("embedded:magic")(shop, lambda _what, _done: None):
            pass
