"""Intents that cannot be told apart by their words, and messages almost the same under two intents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from nlu.checks.finding import Finding, Place, at, shown, words_of
from nlu.understanding import Example

_ALIKE = 0.9
"""Likeness from which two messages are the same but for a letter or a small word."""
_MIXED = 0.4
"""Share of two intents' messages that are likest a message of the other, from which they are one intent to any model."""
_ENOUGH = 3
"""Messages an intent needs before anything is said about it."""
_AT_ONCE = 1000
_LEAST_WORDS = 3
"""Shorter messages differ by the one word that counts: « oui merci », « non merci »."""


def likeness_findings(examples: Sequence[Example]) -> Iterator[Finding]:
    """Compare every message with its likest neighbour."""
    if len({example.intent for example in examples}) < 2:
        return
    neighbours = nearest([example.text for example in examples])
    yield from _almost_contradictions(examples, neighbours)
    yield from _near_identical(examples, neighbours)


def nearest(texts: Sequence[str]) -> list[tuple[int, float]]:
    """For each text its likest other (by words and pieces of words) and how alike they are, 0 to 1."""
    vectors = _vectors(texts)
    found: list[tuple[int, float]] = []
    for first in range(0, len(texts), _AT_ONCE):
        likeness = (vectors[first : first + _AT_ONCE] @ vectors.T).toarray()
        for row in range(likeness.shape[0]):
            likeness[row, first + row] = -1.0
        best = likeness.argmax(axis=1)
        found += [(int(place), float(likeness[row, place])) for row, place in enumerate(best)]
    return found


def _vectors(texts: Sequence[str]) -> Any:
    # Imported here: only those who check pay for it.
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    plain = [words_of(text) for text in texts]
    words = TfidfVectorizer(analyzer=str.split, sublinear_tf=True).fit_transform(plain)
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True).fit_transform(plain)
    return normalize(hstack([words, pieces]).tocsr())


def _almost_contradictions(examples: Sequence[Example], neighbours: Sequence[tuple[int, float]]) -> Iterator[Finding]:
    told: set[frozenset[int]] = set()
    for place, (other, alike) in enumerate(neighbours):
        here, there = examples[place], examples[other]
        pair = frozenset((place, other))
        if here.intent == there.intent or alike < _ALIKE or pair in told:
            continue
        words = words_of(here.text)
        if words == words_of(there.text) or words.count(" ") + 1 < _LEAST_WORDS:
            continue
        told.add(pair)
        problem = f"{shown(here.text)} (`{here.intent}`) is almost {shown(there.text)} (`{there.intent}`)"
        cure = "if they mean the same, keep both under one intent"
        yield Finding("warning", "almost_contradiction", *at(here), problem, cure, (at(there),))


def _near_identical(examples: Sequence[Example], neighbours: Sequence[tuple[int, float]]) -> Iterator[Finding]:
    sizes = Counter(example.intent for example in examples)
    crossed: Counter[tuple[str, str]] = Counter()
    places: dict[tuple[str, str], list[Place]] = {}
    for place, (other, _) in enumerate(neighbours):
        here, there = examples[place], examples[other]
        if here.intent != there.intent:
            low, high = sorted((here.intent, there.intent))
            crossed[low, high] += 1
            places.setdefault((low, high), []).append(at(here))
    for (low, high), count in crossed.most_common():
        share = count / (sizes[low] + sizes[high])
        if min(sizes[low], sizes[high]) < _ENOUGH or share < _MIXED:
            continue
        problem = f"`{low}` and `{high}` read alike: {share:.0%} of their messages are likest one of the other's"
        cure = "make them one intent, or add messages that show the difference"
        first, *others = places[low, high]
        yield Finding("warning", "near_identical_intents", *first, problem, cure, tuple(others))
