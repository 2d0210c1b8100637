"""Entities no list can hold are learnt from the annotated examples."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.annotations import read_annotated
from nlu.encoders import make_encoder
from nlu.entities import EntityFinder, learn
from nlu.entities.tagger import Tagger, TaggerModel
from nlu.entities.tagger.learning import learn_tagger
from nlu.understanding import Entity, Example, IntentGuess, TrainingData

_TITLES = (
    "Broken Melody", "Winter Trees", "The Long Road", "Blue Rivers", "Paper Moon", "Old Stone", "Glass Houses", "A Quiet Room",
    "Summer Rain", "The Last Train", "Golden Hour", "Northern Lights", "Small Hours", "Red Lanterns", "Tall Grass",
)  # fmt: skip
_CITIES = ("Lyon", "Nantes", "Brest", "Dijon", "Nice", "Laval", "Metz", "Reims", "Rouen", "Pau", "Caen", "Albi", "Sète", "Vichy")


def shop() -> TrainingData:
    lines: list[tuple[str, str]] = []
    for number, title in enumerate(_TITLES):
        before = ("play", "put on", "I want to hear", "could you play", "please start")[number % 5]
        after = ("", " please", " now", " in the kitchen")[number % 4]
        lines.append(("play", f"{before} [{title}](song){after}"))
    for number, start in enumerate(_CITIES):
        end = _CITIES[(number * 5 + 3) % len(_CITIES)]
        first, last = f'[{start}]{{"entity": "city", "role": "from"}}', f'[{end}]{{"entity": "city", "role": "to"}}'
        lines.append(("travel", (f"a train from {first} to {last}", f"to {last} from {first} please")[number % 2]))
    lines += [("greet", text) for text in ("hello", "good morning", "hi there", "hey you", "good evening")]
    lines += [("order", f"where is my parcel {code}") for code in ("[AB-123](code)", "[CD-456](code)", "[EF-789](code)")]
    examples = []
    for intent, line in lines:
        text, entities = read_annotated(line)
        examples.append(Example(text, intent, "en", entities))
    return TrainingData(
        examples=tuple(examples), regexes={"code": [r"[A-Z]{2}-\d{3}"]}, lookups={"city": ["Paris"]}, synonyms={"paris": "PAR"}
    )


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    model = learn_tagger(shop())
    assert model is not None
    return Tagger(TaggerModel.from_json(model.to_json(), model.arrays()))


@pytest.fixture(scope="module")
def finder(tagger: Tagger) -> EntityFinder:
    return EntityFinder(learn(shop(), tagger.model.names))


def find(finder: EntityFinder, tagger: Tagger, text: str, *intents: str) -> list[Entity]:
    ranking = [IntentGuess(intent, 0.9 - 0.2 * place) for place, intent in enumerate(intents)]
    return list(tagger.add(text, finder.find(text, "en"), ranking))


@pytest.fixture(scope="module")
def say(finder: EntityFinder, tagger: Tagger) -> partial[list[Entity]]:
    return partial(find, finder, tagger)


def test_titles_never_seen_are_found_where_titles_stand(say: partial[list[Entity]]) -> None:
    (song,) = say("please play Crooked Fences now", "play")
    assert (song.name, song.value, song.source) == ("song", "Crooked Fences", "model")
    assert 0.0 < song.confidence <= 1.0


def test_words_only_ever_seen_outside_are_not_weighed(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of what customers write needs no second look; a word nobody taught, or one of a title, always does."""
    weighed: list[int] = []
    label = tagger._chain.label
    monkeypatch.setattr(tagger._chain, "label", lambda rows, *rest: (weighed.append(len(rows)), label(rows, *rest))[1])
    for text in ("please play now", "play Moon", "play Zanzibar", "PLEASE play now", "play 2 now"):
        tagger.add(text, (), [IntentGuess("play", 0.9)])
    assert weighed == [2, 2, 3, 3]
    assert "Paris" not in tagger.model.outside  # listed


def test_a_listed_word_seen_outside_still_learns_its_role() -> None:
    data = shop()
    bare = tuple(Example(text, "travel", "en", ()) for text in ("is the Paris office open", "the Paris office please"))
    model = learn_tagger(replace(data, examples=(*data.examples, *bare)))
    assert model is not None
    text = "from Paris please"
    ruled = EntityFinder(learn(data, model.names)).find(text, "en")
    found = Tagger(model).add(text, ruled, [IntentGuess("travel", 0.9)])
    assert [(each.text, each.role) for each in found] == [("Paris", "from")]


def test_spans_are_in_the_customer_s_own_words(say: partial[list[Entity]]) -> None:
    text = "ok 👍🏽 play Été Brûlé now"
    (song,) = say(text, "play")
    assert text[song.start : song.end] == song.text == "Été Brûlé"


def test_roles_tell_two_cities_apart(say: partial[list[Entity]]) -> None:
    found = say("a train from Mende to Gap", "travel")
    assert [(each.name, each.role, each.text) for each in found] == [("city", "from", "Mende"), ("city", "to", "Gap")]


def test_a_listed_wording_comes_first_and_is_given_the_role_that_was_learnt(say: partial[list[Entity]]) -> None:
    found = say("a train from Paris to Gap", "travel")
    assert [(each.value, each.role, each.source) for each in found] == [("PAR", "from", "lookup"), ("Gap", "to", "model")]


def test_a_pattern_comes_first(say: partial[list[Entity]], tagger: Tagger) -> None:
    assert "code" not in tagger.model.names
    found = say("play AB-999", "play")
    assert [(each.name, each.source) for each in found] == [("code", "regex")]


def test_intents_lend_only_their_own_entities(say: partial[list[Entity]]) -> None:
    assert say("play Crooked Fences now", "greet") == []
    assert [each.name for each in say("play Crooked Fences now", "greet", "play")] == ["song"]
    assert say("play Crooked Fences now") == []


@pytest.mark.parametrize("text", ["", " ", "?!", "\n", "👍", "a" * 2000, "play " * 400, "." * 2000])
def test_odd_texts_are_read(say: partial[list[Entity]], text: str) -> None:
    for entity in say(text, "play"):
        assert entity.text == text[entity.start : entity.end] != ""


_PIECES = "play the Broken Melody from Lyon to Paris , AB-123 now 👍 l'été ﬁn １２".split(" ")  # noqa: SIM905 - words read better


@settings(deadline=None)
@given(words=st.lists(st.sampled_from(_PIECES), max_size=14), intent=st.sampled_from(["play", "travel", "order"]))
def test_one_stretch_of_text_has_one_reading(say: partial[list[Entity]], words: list[str], intent: str) -> None:
    text = " ".join(words)
    found = [each for each in say(text, intent) if each.source != "grammar"]
    assert all(each.text == text[each.start : each.end] != "" for each in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


def test_the_same_data_teaches_the_same(tagger: Tagger) -> None:
    again = learn_tagger(shop())
    assert again is not None
    assert again.to_json() == tagger.model.to_json()
    assert {name: part.tobytes() for name, part in again.arrays().items()} == {
        name: part.tobytes() for name, part in tagger.model.arrays().items()
    }


def test_progress_is_told() -> None:
    told: list[float] = []
    learn_tagger(shop(), progress=lambda _what, done: told.append(done))
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_nothing_is_learnt_where_rules_do_as_well_or_there_is_too_little() -> None:
    plain = [Example(text, "greet", "en") for text in ("hello", "good morning")]
    assert learn_tagger(TrainingData(examples=plain)) is None
    one = Example("play Paper Moon", "play", "en", (Entity("song", "Paper Moon", "Paper Moon", 5, 15),))
    assert learn_tagger(TrainingData(examples=[*plain, one])) is None
    listed = [
        Example(f"{start} {city}", "travel", "en", (Entity("city", city, city, len(start) + 1, len(start) + 1 + len(city)),))
        for start in ("to", "I go to", "towards")
        for city in _CITIES
    ]
    assert learn_tagger(TrainingData(examples=listed, lookups={"city": _CITIES})) is None


def test_the_encoder_s_vectors_are_used_and_missed_without_failing() -> None:
    encoder = make_encoder("use")
    model = learn_tagger(shop(), encoder)
    assert model is not None
    assert model.needs_vectors
    tagger = Tagger(model)
    text = "could you play Crooked Fences please"
    ranking = (IntentGuess("play", 1.0),)
    for tokens in (lambda: encoder.encode_tokens(text), None):
        assert [each.text for each in tagger.add(text, (), ranking, tokens)] == ["Crooked Fences"]
