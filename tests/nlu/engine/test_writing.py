"""A message is written out as its author would with time, before its sentence is encoded."""

from __future__ import annotations

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
