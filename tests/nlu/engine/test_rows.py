"""What training weighs of a message is what serving sees of it."""

from __future__ import annotations

import numpy as np

from nlu.engine.features import learn_features
from nlu.engine.fitting import Lesson, counted

SAID = ("je veux un rdv", "je veux un rdv samedi", "un rdv un rdv un rdv", "où est ma commande", "merci", "")


def test_the_rows_of_lessons_are_the_vectors_of_messages() -> None:
    lessons = [Lesson(text.split(), ["day"] if "samedi" in text else [], 0) for text in SAID]
    given = counted(lessons)
    for lesson, row in zip(lessons, given.worded.rows.toarray(), strict=True):
        vector = given.features.vector(lesson.words, lesson.entities)
        seen = np.zeros(given.features.size)
        seen[vector.ids] = vector.values
        assert np.allclose(seen, row, atol=1e-6), lesson.words


def test_a_pair_of_words_that_only_one_message_has_tells_nothing() -> None:
    features = learn_features([text.split() for text in SAID], [()] * len(SAID))
    assert {"je veux", "un rdv", "samedi"} <= set(features.words)
    assert "rdv samedi" not in features.words
    assert features.vector(["rdv", "samedi"]).known == 2.0  # and lacks nothing either
