"""Questions nobody made an intent for are found by words and by meaning, and those that are none are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlu.encoders.protocol import Floats, NoEncoder, Tokens, unit_rows
from nlu.errors import ModelError
from nlu.faq import Entry, FaqIndex
from nlu.faq_training import content_of, load_tuned, save_tuned, tune
from nlu.reader import Reader
from nlu.understanding import Example, IntentGuess, Understanding

ENTRIES = [
    Entry(
        "pets", {"fr": ["mon chien peut entrer ?", "les chiens sont admis ?"], "en": ["are dogs allowed?", "can my dog come in?"]}
    ),
    Entry(
        "wifi", {"fr": ["vous avez le wifi ?", "c'est quoi le code wifi"], "en": ["is there wifi?", "what's the wifi password"]}
    ),
]
OTHERS = [
    Example(text, "order_status", language)
    for text, language in (
        ("où est ma commande ?", "fr"),
        ("vous avez reçu mon colis ?", "fr"),
        ("where is my order?", "en"),
        ("what's the price of the jacket", "en"),
    )
]


class Meanings:
    """An encoder that knows dogs, wifi and orders in any language."""

    name = fingerprint = "meanings"
    dimension, token_dimension = 4, 0
    _KNOWN = (("chien", "dog", "perro", "toutou"), ("wifi", "internet"), ("commande", "order", "colis", "jacket"))

    def encode(self, texts: Sequence[str]) -> Floats:
        rows = [[float(any(word in text.lower() for word in words)) for words in self._KNOWN] + [0.2] for text in texts]
        return unit_rows(np.array(rows, np.float32).reshape(len(texts), 4))

    def encode_tokens(self, text: str) -> Tokens:
        return NoEncoder().encode_tokens(text)

    def knows_word(self, word: str) -> bool:
        return True

    def expect(self, words: Sequence[str]) -> None:
        pass


@pytest.fixture(scope="module")
def by_meaning() -> FaqIndex:
    return FaqIndex(ENTRIES, tune(ENTRIES, OTHERS, Meanings()), Meanings())


@pytest.fixture(scope="module")
def by_words() -> FaqIndex:
    return FaqIndex(ENTRIES, tune(ENTRIES, OTHERS, None))


def test_a_question_is_found_by_its_words(by_words: FaqIndex) -> None:
    found = by_words.find("les chiens peuvent entrer", "fr")
    assert found is not None
    assert found.id == "pets"
    assert by_words.find("bonjour", "fr") is None
    assert by_words.find("", "fr") is None


def test_a_question_in_another_language_is_found_by_meaning(by_meaning: FaqIndex, by_words: FaqIndex) -> None:
    found = by_meaning.find("¿puedo entrar con mi perro?", "fr")
    assert found is not None
    assert found.id == "pets"
    assert by_words.find("¿puedo entrar con mi perro?", "fr") is None


def test_what_customers_ask_otherwise_is_not_found(by_meaning: FaqIndex) -> None:
    assert by_meaning.find("où est ma commande", "fr") is None
    assert by_meaning.find("my order please", "en", strict=True) is None


def test_what_asks_two_things_at_once_is_not_guessed(by_meaning: FaqIndex) -> None:
    index = FaqIndex(ENTRIES, replace(by_meaning.tuned, share=1.0), Meanings())
    assert index.find("dog wifi", "en") is None


def test_a_message_is_compared_as_the_engine_read_it(by_meaning: FaqIndex) -> None:
    """Its slips repaired; and the encoder has that text's vector at hand."""
    assert by_meaning.find("tou2 ?", "fr") is None
    found = by_meaning.find("tou2 ?", "fr", written="toutou ?")
    assert found is not None
    assert found.id == "pets"


def test_without_its_encoder_words_are_compared(by_meaning: FaqIndex) -> None:
    index = FaqIndex(ENTRIES, by_meaning.tuned, NoEncoder())
    assert index.likeness("mon chien peut entrer ?", "fr").argmax() == index.likeness("mon chien peut entrer", "fr").argmax()


def test_what_was_measured_survives_the_disk(by_meaning: FaqIndex, tmp_path: Path) -> None:
    save_tuned(by_meaning.tuned, tmp_path / "faq.json")
    again = load_tuned(tmp_path / "faq.json")
    assert again is not None
    assert again.content == content_of(ENTRIES)
    found = FaqIndex(ENTRIES, again, Meanings()).find("is there internet?", "en")
    assert found is not None
    assert found.id == "wifi"
    assert load_tuned(tmp_path / "nothing.json") is None
    (tmp_path / "faq.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="train again"):
        load_tuned(tmp_path / "faq.json")


class Says:
    """An engine with one opinion."""

    def __init__(self, confidence: float) -> None:
        self.confidence = confidence

    async def understand(self, text: str, *, language: str) -> Understanding:
        return Understanding(text, language, (IntentGuess("store_services", self.confidence),), threshold=0.4)


async def test_the_questions_are_asked_when_no_intent_is_sure(by_meaning: FaqIndex) -> None:
    unsure, sure = Reader(Says(0.2), faq=by_meaning), Reader(Says(0.95), faq=by_meaning)
    assert (await unsure.understand("bonjour, mon toutou peut venir ?", language="fr")).faq == "pets"
    assert (await sure.understand("bonjour, mon toutou peut venir ?", language="fr")).faq == ""
    assert (await unsure.understand("quel temps fait-il ?", language="fr")).faq == ""
