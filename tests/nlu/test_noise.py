"""Messages typed in haste."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.annotations import read_annotated
from nlu.noise import noisy
from nlu.understanding import Example


def example(annotated: str, language: str = "fr") -> Example:
    text, entities = read_annotated(annotated)
    return Example(text, "ask", language, entities)


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("Je voudrais un rendez-vous demain après-midi s'il vous plaît, c'est possible ?", "fr"),
        ("I would like an appointment tomorrow please, thank you because I'm in a hurry", "en"),
    ],
)
def test_words_are_shortened_and_slip_but_always_the_same_way(written: str, language: str) -> None:
    first, again = noisy(example(written, language)), noisy(example(written, language))
    assert first == again
    assert first.text != written
    assert (first.intent, first.language) == ("ask", language)


def test_entities_keep_their_places() -> None:
    hasty = [
        noisy(example(f"est-ce que vous êtes ouverts {n} à [Lyon Bellecour](store) [demain matin](day) ?")) for n in "abcdefgh"
    ]
    for one in hasty:
        store, day = one.entities
        assert one.text[store.start : store.end] == store.text
        assert one.text[day.start : day.end] == day.text
        assert one.text.index(store.text) < one.text.index(day.text)
        assert store.text.lower().startswith("l")
        assert store.value == "Lyon Bellecour"
    assert len({one.entities[0].text for one in hasty}) > 1


def test_numbers_codes_and_addresses_are_left_alone() -> None:
    for word in ("OR-123456", "06.12.34.56.78", "ana@exemple.fr", "https://exemple.fr/Page"):
        assert word in noisy(example(f"Bonjour, regardez {word} pour ma commande")).text


@given(st.text(max_size=80), st.sampled_from(["fr", "en", "de"]))
def test_any_text_can_be_typed_in_haste(text: str, language: str) -> None:
    assert isinstance(noisy(Example(text, "ask", language)).text, str)


@given(st.lists(st.sampled_from(["je voudrais", "c'est", "rendez-vous", "À", "Été", "l'hôtel", "s'il vous plaît"]), min_size=3))
def test_spans_always_lie_inside(words: list[str]) -> None:
    marked = example(" ".join(f"[{word}](thing)" if n == 1 else word for n, word in enumerate(words)))
    (entity,) = noisy(marked).entities
    assert entity.text
    assert noisy(marked).text[entity.start : entity.end] == entity.text
