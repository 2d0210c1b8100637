"""What Rasa answers becomes an `Understanding`, whatever its pipeline put in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlu.errors import RasaFailed
from nlu.rasa.reading import read_answer
from nlu.understanding import Entity, Understanding
from tests.contracts.understander import assert_well_formed

PARSED = json.loads((Path(__file__).parents[2] / "payloads" / "rasa" / "parse.json").read_text(encoding="utf-8"))
TEXT = PARSED["text"]


def read(intents: dict[str, float], first: str | None = None, entities: list[dict[str, Any]] | None = None) -> Understanding:
    ranking = [{"name": name, "confidence": confidence} for name, confidence in intents.items()]
    intent = ranking[0] if first is None else {"name": first, "confidence": intents[first]}
    return read_answer({"intent": intent, "intent_ranking": ranking, "entities": entities or []}, TEXT, language="fr")


def test_a_captured_answer() -> None:
    meaning = read_answer(PARSED, TEXT, language="fr", engine="rasa 1")
    assert_well_formed(meaning, TEXT)
    assert (meaning.intent, meaning.understood, meaning.engine) == ("book_appointment", True, "rasa 1")
    assert meaning.confidence == 0.9983420372009277
    assert [(e.name, e.value, e.text, e.source) for e in meaning.entities] == [
        ("store", "lyon", "Lyon", "model"),
        ("order_number", "OR-123456", "OR-123456", "model"),
        ("service", "essayer", "essayer", "model"),
        ("service", "chaussures", "chaussures", "model"),
    ]


def test_roles_and_groups_are_kept_over_a_regex_on_the_same_words() -> None:
    place = {"entity": "store", "start": 9, "end": 13, "value": "lyon"}
    meaning = read(
        {"book_appointment": 0.9},
        entities=[
            {**place, "extractor": "RegexEntityExtractor"},
            {**place, "extractor": "DIETClassifier", "role": "from", "group": "2", "confidence_entity": 0.8},
        ],
    )
    assert [(e.role, e.group, e.confidence) for e in meaning.entities] == [("from", "2", 0.8)]
    assert meaning.entity("store", "from") is not None


def test_our_own_grammar_reads_what_rasa_does_not() -> None:
    ours = Entity("day", {"weekday": 5, "week": None}, TEXT[35:39], 35, 39, source="grammar")
    meaning = read_answer(PARSED, TEXT, language="fr", ours=[ours])
    assert ours in meaning.entities
    assert [e.name for e in meaning.entities] == ["store", "order_number", "day", "service", "service"]


def test_the_longer_reading_of_the_same_words_is_kept() -> None:
    ours = Entity("phone", "+33639981234", TEXT[9:23], 9, 23, source="regex")
    meaning = read_answer(PARSED, TEXT, language="fr", ours=[ours])
    assert meaning.entity("store") is None
    assert meaning.entity("phone") == ours


def test_out_of_scope_is_no_intent_to_act_upon() -> None:
    meaning = read({"out_of_scope": 0.9, "greet": 0.1})
    assert (meaning.out_of_scope, meaning.understood, meaning.intent) == (True, False, "greet")
    assert meaning.scope < read({"greet": 0.4, "out_of_scope": 0.1}).scope < read({"greet": 0.9}).scope


@pytest.mark.parametrize("best", [0.25, 0.45, 0.95])
def test_where_rasa_would_not_act_nobody_does(best: float) -> None:
    meaning = read({"greet": best, "thank_you": 0.0, "nlu_fallback": 0.3}, first="nlu_fallback")
    assert (meaning.intent, meaning.confidence, meaning.understood) == ("greet", best, False)
    assert meaning.out_of_scope is False
    assert "nlu_fallback" not in [guess.name for guess in meaning.ranking]


def test_certainties_that_are_not_shared_out_are_bounded() -> None:
    meaning = read({"greet": 0.9, "thank_you": 0.8, "cancel": float("nan"), "other": -3})
    assert_well_formed(meaning, TEXT)
    assert [guess.name for guess in meaning.ranking][:2] == ["greet", "thank_you"]


def test_entities_that_point_nowhere_are_left_out() -> None:
    odd: list[dict[str, Any]] = [
        {"entity": "store", "start": 60, "end": 99, "value": "x"},
        {"entity": "store", "start": 5, "end": 5, "value": "x"},
        {"entity": None, "start": 0, "end": 2, "value": "x"},
        {"entity": "time", "start": 0, "end": 2, "value": {"from": "2026", "to": None}, "extractor": "DucklingEntityExtractor"},
        {"entity": "amount", "start": 3, "end": 6, "value": float("inf")},
    ]
    meaning = read({"greet": 0.9}, entities=odd)
    assert [(e.name, e.value, e.source) for e in meaning.entities] == [
        ("time", {"from": "2026", "to": None}, "grammar"),
        ("amount", "inf", "model"),
    ]


@pytest.mark.parametrize("body", [None, [], "hello", {"text": "x"}, {"intent": "greet"}])
def test_what_is_not_an_answer_is_refused(body: Any) -> None:
    with pytest.raises(RasaFailed, match="FILROUGE_RASA_URL"):
        read_answer(body, TEXT, language="fr")


def test_a_message_without_a_meaning() -> None:
    meaning = read_answer({"intent": {"name": None, "confidence": 0.0}, "entities": []}, "", language="fr")
    assert (meaning.ranking, meaning.understood) == ((), False)
