"""What every engine promises, whatever it is made of.

A test module for an engine subclasses `UnderstanderContract` and provides the fixture `understander`, an engine that has
learnt `tests/nlu/data`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from typing import Any

import pytest

from nlu.understanding import Understander, Understanding

ODD_TEXTS = [
    "",
    " ",
    "\x00",
    "👍",
    "🦖",
    "???!!!",
    "a" * 20_000,
    "é" * 5_000,
    "(" * 3_000,
    "1" * 10_000,
    "\ud83d",
    "ﬁ ½ ² № ﷺ",
    "مرحبا",
    "你好",
    "\u202e\u200b\ufeff",
    "<script>alert(1)</script>",
    "[Lyon](store)",
    "'; DROP TABLE messages; --",
    "\r\n\t",
    "06 39 98 12 34 " * 100,
    "samedi " * 500,
]


class UnderstanderContract:
    """Promises to the rest of the house."""

    @pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
    @pytest.mark.parametrize("language", ["fr", "en"])
    async def test_any_text_is_answered(self, understander: Understander, text: str, language: str) -> None:
        meaning = await understander.understand(text, language=language)
        assert_well_formed(meaning, text)

    @pytest.mark.parametrize("text", ["", "   ", "🦖", "..."])
    async def test_what_says_nothing_means_nothing(self, understander: Understander, text: str) -> None:
        meaning = await understander.understand(text, language="fr")
        assert meaning.ranking == ()
        assert not meaning.understood

    @pytest.mark.parametrize(
        ("text", "language", "intent"),
        [
            ("je voudrais un rendez-vous", "fr", "book_appointment"),
            ("annuler mon rendez-vous", "fr", "cancel_appointment"),
            ("where is my order", "en", "order_status"),
            ("quels sont vos horaires", "fr", "opening_hours"),
            ("I want to talk to a human", "en", "talk_to_human"),
        ],
    )
    async def test_what_was_taught_is_understood(self, understander: Understander, text: str, language: str, intent: str) -> None:
        meaning = await understander.understand(text, language=language)
        assert (meaning.intent, meaning.understood) == (intent, True)
        assert_well_formed(meaning, text)

    async def test_the_language_is_the_one_written(self, understander: Understander) -> None:
        meaning = await understander.understand("bonjour, où est ma commande ?", language="en")
        assert (meaning.language, meaning.language_sure) == ("fr", True)

    @pytest.mark.parametrize("text", ["ok", "2", "samedi", "Lyon"])
    @pytest.mark.parametrize("hint", ["fr", "en"])
    async def test_a_word_of_both_languages_leaves_the_hint(self, understander: Understander, text: str, hint: str) -> None:
        meaning = await understander.understand(text, language=hint)
        assert (meaning.language, meaning.language_sure) == (hint, False)

    async def test_entities_carry_canonical_values(self, understander: Understander) -> None:
        meaning = await understander.understand("un rdv à Lyon Bellecour", language="fr")
        store = meaning.entity("store")
        assert store is not None
        assert store.value == "lyon"

    async def test_what_the_bot_is_not_for_is_not_acted_upon(self, understander: Understander) -> None:
        meaning = await understander.understand("raconte-moi une blague", language="fr")
        assert meaning.out_of_scope
        assert not meaning.understood
        assert "out_of_scope" not in [guess.name for guess in meaning.ranking]

    async def test_the_same_words_mean_the_same(self, understander: Understander) -> None:
        first, *others = await asyncio.gather(
            *(understander.understand("un rdv samedi à Lyon", language="fr") for _ in range(20))
        )
        assert all(other == first for other in others)

    async def test_a_very_long_text_is_bounded(self, understander: Understander) -> None:
        started = time.perf_counter()
        for text in ("je voudrais un rdv samedi " * 800, "xqzrt wvbnp " * 2000, "à" * 20_000, "12/05 15h " * 2000):
            await understander.understand(text, language="fr")
        assert time.perf_counter() - started < 5.0


def assert_well_formed(meaning: Understanding, text: str) -> None:
    """The parts of every answer that code relies upon."""
    assert meaning.text == text
    assert len(meaning.language) == 2
    assert meaning.engine
    assert 0.0 < meaning.threshold < 1.0
    confidences = [guess.confidence for guess in meaning.ranking]
    assert all(0.0 <= confidence <= 1.0 for confidence in confidences)
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1.0 + 1e-6
    assert len({guess.name for guess in meaning.ranking}) == len(meaning.ranking)
    spans: dict[str, list[tuple[int, int]]] = {}
    for entity in meaning.entities:
        assert entity.text == text[entity.start : entity.end] != ""
        assert_json(entity.value)
        assert entity.source in ("model", "lookup", "regex", "grammar")
        spans.setdefault(entity.name, []).append((entity.start, entity.end))
    for places in spans.values():
        ordered = sorted(places)
        assert all(left[1] <= right[0] for left, right in itertools.pairwise(ordered))


def assert_json(value: Any) -> None:
    """What is kept in the database and sent to the console must survive the trip."""
    assert json.loads(json.dumps(value)) == value
