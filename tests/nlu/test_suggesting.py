"""Messages nobody has labelled, sorted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlu.suggesting import suggest
from nlu.text_vectors import Vectors, word_vectors
from nlu.understanding import Example, TrainingData

KINDS = {
    "parcel": ["where is my parcel", "my parcel has not come", "track my parcel please", "the parcel is late", "parcel lost"],
    "refund": ["I want a refund", "refund my money", "when is my refund", "no refund yet", "the refund is wrong"],
    "password": [
        "forgot my password",
        "reset the password",
        "password does not work",
        "new password please",
        "my password expired",
    ],
}


def by_word(texts: Sequence[str]) -> Vectors:
    """Vectors with one direction for each kind and a little for everything else."""
    rows = np.full((len(texts), len(KINDS) + 1), 0.05)
    rows[:, -1] = 0.3
    for row, text in zip(rows, texts, strict=True):
        for place, kind in enumerate(KINDS):
            row[place] += kind in text
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def messages(*texts: str) -> list[Example]:
    return [Example(text, "", "en") for text in texts]


def taught(*intents: str) -> TrainingData:
    return TrainingData(examples=[Example(text, intent, "en") for intent in intents for text in KINDS[intent]])


def test_near_messages_go_under_their_intent_and_others_make_groups() -> None:
    heap = messages("the parcel vanished", "password again", "my password is gone", "password trouble", "one refund for me")
    found = suggest(heap, taught("parcel", "refund"), by_word)
    assert [(one.intent, one.new, [m.text for m in one.messages]) for one in found.near] == [
        ("parcel", False, ["the parcel vanished"]),
        ("refund", False, ["one refund for me"]),
    ]
    (group,) = found.groups
    assert (group.intent.split("_")[0], group.new, len(group.messages)) == ("password", True, 3)
    assert found.alone == ()


def test_what_is_taught_or_said_twice_is_not_proposed() -> None:
    heap = messages("Where is my parcel?", "the parcel vanished", "The parcel vanished!")
    found = suggest(heap, taught("parcel", "refund"), by_word)
    assert (found.taught, found.repeated) == (1, 1)
    assert [m.text for one in found.near for m in one.messages] == ["the parcel vanished"]


def test_with_nothing_taught_everything_is_grouped_by_words_alone() -> None:
    heap = messages(*KINDS["parcel"], *KINDS["refund"], *KINDS["password"])
    found = suggest(heap, TrainingData(), word_vectors([message.text for message in heap]))
    assert found.near == ()
    for kind, texts in KINDS.items():
        (group,) = (one for one in found.groups if sum(message.text in texts for message in one.messages) >= 3)
        assert kind in group.intent


def test_a_new_group_never_takes_the_name_of_an_intent() -> None:
    data = TrainingData(examples=[Example(text, name, "en") for name in ("parcel", "password") for text in KINDS["refund"]])
    heap = messages("password", "password!!!", "a password", "the password", "password the", "password password")
    found = suggest(heap, data, by_word)
    assert {one.intent for one in found.groups}.isdisjoint({"parcel", "password"})


@given(st.lists(st.text(max_size=20), max_size=12))
def test_no_message_is_lost_and_the_same_heap_is_sorted_the_same(texts: list[str]) -> None:
    heap = messages(*texts)
    first, again = (suggest(heap, taught("parcel", "refund"), by_word) for _ in range(2))
    assert first == again
    sorted_out = sum(len(one.messages) for one in (*first.near, *first.groups)) + len(first.alone)
    assert sorted_out + first.taught + first.repeated == len(heap)
