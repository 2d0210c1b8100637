"""What a message refuses and what it leaves to choose from, told by the words around what it names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.polarity import polarity
from nlu.times import find
from nlu.understanding import Entity

_NAMED = re.compile(r"\[([^\]]+)\]")


def read(written: str) -> tuple[str, list[Entity]]:
    """A message whose [places] stand in brackets."""
    text, entities = "", list[Entity]()
    done = 0
    for found in _NAMED.finditer(written):
        text += written[done : found.start()]
        entities.append(Entity("place", found[1], found[1], len(text), len(text) + len(found[1])))
        text += found[1]
        done = found.end()
    return text + written[done:], entities


@pytest.mark.parametrize(
    ("written", "refused"),
    [
        ("pas [Lyon], plutôt [Paris]", ["Lyon"]),
        ("surtout pas à [Lyon]", ["Lyon"]),
        ("[Paris], not [Lyon]", ["Lyon"]),
        ("not in [Lyon] but in [Paris]", ["Lyon"]),
        ("[Paris] plutôt que [Lyon]", ["Lyon"]),
        ("[Paris] rather than [Lyon]", ["Lyon"]),
        ("[lundi] au lieu de [mardi]", ["mardi"]),
        ("[samedi] je ne peux pas, [dimanche] plutôt", ["samedi"]),
        ("je ne suis pas dispo [samedi]", ["samedi"]),
        ("[Saturday] doesn’t work, [Sunday] please", ["Saturday"]),
        ("I can't do [Saturday]", ["Saturday"]),
        ("[Lyon] euh non [Paris]", ["Lyon"]),
        ("[Monday], no wait, [Tuesday]", ["Monday"]),
        ("[Lyon] ou plutôt [Paris]", ["Lyon"]),
        ("ni [samedi] ni [dimanche]", ["samedi", "dimanche"]),
        ("tous les jours sauf le [lundi]", ["lundi"]),
        ("pourquoi pas [samedi]", []),
        ("pas grave, [samedi]", []),
        ("pas de souci pour [samedi]", []),
        ("vous n'êtes pas à [Lyon] ?", []),
        ("[samedi] je peux", []),
        ("[Lyon] ou [Paris]", []),
    ],
)
def test_refused(written: str, refused: list[str]) -> None:
    text, entities = read(written)
    assert [entities[place].text for place in sorted(polarity(text, entities).refused)] == refused


@pytest.mark.parametrize(
    ("written", "either"),
    [
        ("[Lyon] ou [Paris], c'est pareil", [["Lyon", "Paris"]]),
        ("either [Lyon] or maybe [Paris]", [["Lyon", "Paris"]]),
        ("[samedi] ou bien le [dimanche] ou [lundi]", [["samedi", "dimanche", "lundi"]]),
        ("[Lyon] et [Paris]", []),
        ("pas [Lyon] ou [Paris]", []),
        ("de [Lyon] à [Paris]", []),
    ],
)
def test_left_to_choose_from(written: str, either: list[list[str]]) -> None:
    text, entities = read(written)
    assert [[entities[place].text for place in group] for group in polarity(text, entities).either] == either


@given(text=st.text(), spans=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10)), max_size=4))
def test_any_message_can_be_read(text: str, spans: list[tuple[int, int]]) -> None:
    entities = [Entity("place", "x", text[at : at + size], at, at + size) for at, size in sorted(spans)]
    found = polarity(text, entities)
    assert not found.refused & {place for group in found.either for place in group}


@pytest.mark.parametrize(
    ("text", "language"),
    [("commandé hier, je voudrais passer samedi", "fr"), ("bought it last Saturday, can I come on Monday", "en")],
)
def test_nobody_wants_a_day_gone_by(text: str, language: str) -> None:
    days = find(text, language)
    assert [days[place].text for place in polarity(text, days).refused] == [days[0].text]
    assert len(days) == 2
