"""What is annotated with care is also found in what is typed in haste."""

from __future__ import annotations

from nlu.entities import EntityFinder, learn
from nlu.entities.tagger import Tagger
from nlu.entities.tagger.haste import hasty
from nlu.entities.tagger.learning import learn_tagger
from nlu.understanding import Entity, Example, IntentGuess, TrainingData

DOGS = "Rex Médor Bella Max Daisy Cooper Ruby Hugo Zoé Oscar Nala Rocky Luna Félix Coco Buddy Lola Duke Misty Samba".split()  # noqa: SIM905
SENTENCES = (
    "My dog {} needs new shots.",
    "Book a bath for {} on the lawn",
    "Is {} ready to come home?",
    "The vet saw {} and sent us away",
)


def example(text: str, name: str) -> Example:
    start = text.index(name)
    return Example(text, "kennel", "en", (Entity("dog", name, name, start, start + len(name)),))


def kennel() -> TrainingData:
    told = [example(SENTENCES[n % 4].format(name), name) for n, name in enumerate(DOGS)]
    others = [Example(f"Opening hours on {day}?", "hours", "en") for day in ("Monday", "Tuesday", "Friday")]
    return TrainingData(tuple(told + others))


def test_an_example_in_haste_is_always_the_same_and_keeps_its_entities() -> None:
    for taught in kennel().examples:
        typed = hasty(taught)
        assert typed == hasty(taught)
        assert all(typed.text[each.start : each.end] == each.text for each in typed.entities)
        assert [each.name for each in typed.entities] == [each.name for each in taught.entities]


def test_haste_drops_capitals_and_accents_and_slips() -> None:
    typed = [hasty(taught).text for taught in kennel().examples]
    assert sum(text.islower() for text in typed) > len(typed) / 2
    assert sum(text.isascii() for text in typed) > sum(taught.text.isascii() for taught in kennel().examples)
    assert sum(text.lower() not in {each.text.lower() for each in kennel().examples} for text in typed) > 3


def test_names_taught_with_capitals_are_found_without() -> None:
    model = learn_tagger(kennel())
    assert model is not None
    finder, tagger = EntityFinder(learn(kennel(), model.names)), Tagger(model)
    for text, name in (("my dog tobby needs new shots", "tobby"), ("is pixie ready to come home", "pixie")):
        found = tagger.add(text, finder.find(text, "en"), (IntentGuess("kennel", 1.0),))
        assert [(each.name, each.text) for each in found if each.source == "model"] == [("dog", name)]
