"""The same message twice: to no use, under two intents, or in the test set too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from nlu.checks.finding import Finding, at, shown, words_of
from nlu.understanding import Example

_OWN_WORDS = 3
"""Words from which nobody writes the same message as somebody else by chance: « oui » and "thank you" do recur."""


def repeat_findings(examples: Sequence[Example]) -> Iterator[Finding]:
    """Messages under two intents, which no model can learn, and messages written twice."""
    same: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        same[words_of(example.text)].append(example)
    for group in same.values():
        intents = sorted({example.intent for example in group})
        if len(intents) > 1:
            yield _contradiction(group, intents)
        else:
            yield from _written_twice(group)


def _contradiction(group: Sequence[Example], intents: Sequence[str]) -> Finding:
    first = group[0]
    return Finding(
        "error",
        "contradiction",
        *at(first),
        f"{shown(first.text)} stands under {' and '.join(f'`{intent}`' for intent in intents)}",
        "keep it under the one it means, or make the two intents one",
        tuple(at(example) for example in group[1:]),
    )


def _written_twice(group: Sequence[Example]) -> Iterator[Finding]:
    seen: dict[str, Example] = {}
    for example in group:
        first = seen.setdefault(" ".join(example.text.casefold().split()), example)
        if first is not example and first.language == example.language:
            problem = f"{shown(example.text)} stands here a second time under `{example.intent}`"
            yield Finding("warning", "duplicate", *at(example), problem, "delete one of the two", (at(first),))


def leak_findings(examples: Sequence[Example], test: Sequence[Example]) -> Iterator[Finding]:
    """Test messages that are taught: what is measured on them is memory. Short ones everybody writes are only warned of."""
    taught: dict[str, Example] = {}
    for example in examples:
        taught.setdefault(words_of(example.text), example)
    for example in test:
        words = words_of(example.text)
        source = taught.get(words)
        if source is not None:
            short = words.count(" ") + 1 < _OWN_WORDS
            other = "" if source.intent == example.intent else f", and under `{source.intent}` rather than `{example.intent}`"
            problem = f"the test message {shown(example.text)} is also taught{other}"
            cure = "delete it from one of the two, or the figures will be too good"
            yield Finding("warning" if short else "error", "leak", *at(example), problem, cure, (at(source),))
