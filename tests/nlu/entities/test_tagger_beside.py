"""A large tagger is taught by a process of its own: the same tagger, or this process does the work after all."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial

import pytest

import nlu.entities.tagger.beside as tagger_beside
from nlu.encoders import make_encoder
from nlu.encoders.protocol import SentenceEncoder
from nlu.entities.tagger.beside import Beside, Here, taught_beside
from nlu.entities.tagger.learning import learn_tagger
from nlu.understanding import Entity, Example, TrainingData

_SONGS = ("yesterday", "la bohème", "blue moon", "hey jude", "the wall", "summertime", "let it be", "imagine", "layla", "roxanne")


def jukebox() -> TrainingData:
    examples = []
    for number, song in enumerate(_SONGS * 3):
        before = ("play ", "put on ", "I want to hear ")[number // len(_SONGS)]
        text = f"{before}{song} now"
        examples.append(Example(text, "play", "en", (Entity("song", song, song, len(before), len(before) + len(song)),)))
    return TrainingData(examples=[*examples, *(Example(f"bonjour {number}", "greet", "fr") for number in range(5))])


def broken() -> SentenceEncoder:
    os._exit(3)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagger_beside, "_ENOUGH", 1)
    monkeypatch.setattr(tagger_beside, "_cores", lambda: 2)


def told(found: object) -> object:
    return None if found is None else found.to_json()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("eager")
def test_another_process_teaches_the_same_tagger() -> None:
    data, words = jukebox(), make_encoder("none")
    here = learn_tagger(data, words)
    assert here is not None
    with taught_beside(data, lambda: words, partial(make_encoder, "none"), lambda _what, _done: None) as beside:
        assert isinstance(beside, Beside)
        assert beside.names() == beside.names() == {"song"}
        there = beside.model()
    assert told(there) == told(here)
    assert all((array == here.arrays()[name]).all() for name, array in there.arrays().items())


@pytest.mark.usefixtures("eager")
def test_a_process_that_dies_is_not_missed() -> None:
    data, words = jukebox(), make_encoder("none")
    with taught_beside(data, lambda: words, broken, lambda _what, _done: None) as beside:
        assert beside.names() == {"song"}
        assert told(beside.model()) == told(learn_tagger(data, words))


@pytest.mark.usefixtures("eager")
def test_no_process_is_started_for_what_rules_find() -> None:
    plain = replace(jukebox(), examples=[replace(example, entities=()) for example in jukebox().examples])
    with taught_beside(plain, partial(make_encoder, "none"), partial(make_encoder, "none"), lambda _what, _done: None) as beside:
        assert isinstance(beside, Here)
        assert (beside.names(), beside.model()) == (frozenset(), None)
