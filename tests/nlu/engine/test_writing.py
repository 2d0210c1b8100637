"""A message is written out as its author would with time, before its sentence is encoded."""

from __future__ import annotations

import re

import pytest

from nlu.engine.repair import Repair
from nlu.engine.writing import Writer, spellings_of

TAUGHT = ["Où est ma commande ?", "un problème de réparation", "prendre un rendez-vous", "problème réglé", "la boutique"]


@pytest.fixture
def writer() -> Writer:
    counts = dict.fromkeys(["commande", "probleme", "reparation", "prendre", "rendez", "vous", "boutique"], 1)
    return Writer(Repair(counts, exists={"command", "reparations"}.__contains__), spellings_of(TAUGHT))


@pytest.mark.parametrize(
    ("written", "better"),
    [
        ("un probleme", "un problème"),
        ("un PROBLEME", "un problème"),
        ("un problèeeeeme", "un problème"),
        ("comande OR-123456", "commande OR-0"),
        ("command", "command"),  # a word, though nobody taught it and it is one slip from one that was taught
        ("la ou", "la ou"),  # too short to tell
        ("", ""),
        ("🦖 ?!", "🦖 ?!"),
    ],
)
def test_it_reads_as_if_written_calmly(writer: Writer, written: str, better: str) -> None:
    assert writer(written, "fr") == better


def test_text_message_spellings_are_written_out(writer: Writer) -> None:
    assert "rendez" in writer("slt un rdv", "fr")
    assert writer("c'est", "fr") == "c'est"


def test_spellings_are_those_most_write() -> None:
    told = spellings_of(["créer", "creer", "Créer", "été", "été"])
    assert told == {"creer": "créer"}


@pytest.mark.parametrize(
    "text", ["slt un probleme de comande 123456 svp", "LA BOUTIQUE, UN PROBLEME", "", "é🦖 boutiiiique", "rdv"]
)
def test_what_is_read_in_the_better_text_is_found_in_the_author_s(writer: Writer, text: str) -> None:
    written = writer.write(text, "fr")
    assert written.text == writer(text, "fr")
    words = [found.span() for found in re.finditer(r"\S+", written.text)]
    places = written.own(words)
    assert len(places) == len(words)
    assert list(places) == sorted(places)
    for (start, end), (first, last) in zip(words, places, strict=True):
        assert 0 <= first < last <= len(text)
        same = written.text[start:end].lower() == text[first:last].lower()
        assert same or any(start < there[1] and there[0] < end for there, _ in written.changed)


def test_a_changed_word_counts_as_a_whole(writer: Writer) -> None:
    written = writer.write("un rdv pour ma comande bleue", "fr")
    start = written.text.index("commande")
    assert written.own([(start, start + 4), (start + 4, start + 8), (start + 9, start + 14)]) == ((15, 22), (15, 22), (23, 28))
