"""How training data is cut for cross-validation."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from nlu.evaluation.folds import folds
from nlu.understanding import Example, TrainingData

texts = st.lists(st.tuples(st.text("abcÀ é", min_size=1, max_size=6), st.sampled_from(["greet", "goodbye", "ask"])), max_size=40)


@given(texts)
def test_each_message_is_held_out_once_and_never_taught_to_who_is_asked_it(pairs: list[tuple[str, str]]) -> None:
    examples = [Example("hello", "greet", "en"), Example("bye", "goodbye", "en"), Example("hey", "greet", "en")]
    examples += [Example("see you", "goodbye", "en"), *(Example(text, intent, "en") for text, intent in pairs)]
    held_out: list[Example] = []
    for kept, held in folds(TrainingData(examples=examples, lookups={"store": ["lyon"]})):
        assert kept.lookups == {"store": ["lyon"]}
        known = {" ".join(example.text.lower().split()) for example in kept.examples}
        assert not known & {" ".join(example.text.lower().split()) for example in held}
        held_out += held
    assert len(held_out) <= len(examples)
    assert all(count == examples.count(example) for example, count in Counter(held_out).items())


def test_every_intent_is_spread_evenly() -> None:
    examples = [Example(f"{intent} {n}", intent, "en") for intent in ("greet", "goodbye") for n in range(10)]
    for _, held in folds(TrainingData(examples=examples)):
        assert Counter(example.intent for example in held) == {"greet": 2, "goodbye": 2}
