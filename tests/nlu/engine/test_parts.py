"""Long messages are also read sentence by sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.engine.parts import parts_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("un rdv samedi", []),
        ("Bonjour !", []),
        ("Bonjour. Où est ma commande ?", ["Bonjour.", "Où est ma commande ?"]),
        (
            "The zip broke. I only had it a week! Can you mend it, please?",
            ["The zip broke.", "I only had it a week!", "Can you mend it, please?"],
        ),
        ("J'ai reçu le colis hier. Merci.", []),
        ("je suis coincé au bureau, il faudrait décaler mon rdv", ["je suis coincé au bureau", "il faudrait décaler mon rdv"]),
        ("ma commande OR-123456\noù est-elle passée", ["ma commande OR-123456", "où est-elle passée"]),
        ("OR-123456 - it never came at all", ["OR-123456", "it never came at all"]),
    ],
)
def test_sentences_are_found_by_punctuation(text: str, parts: list[str]) -> None:
    assert [text[start:end] for start, end in parts_of(text)] == parts


@given(st.text(alphabet="ab .,!?\n-é7", max_size=200))
def test_sentences_lie_one_after_another_and_are_never_one_alone(text: str) -> None:
    parts = parts_of(text)
    assert len(parts) != 1
    borders = [place for part in parts for place in part]
    assert borders == sorted(borders)
    assert all(any(map(str.isalnum, text[start:end])) for start, end in parts)
