"""Intents with too few messages, far too many, none in one of the languages, or that lead nowhere."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from nlu.checks.finding import Declared, Finding, at
from nlu.engine.model import OUT_OF_SCOPE
from nlu.understanding import Example

_FEW = 5
"""Messages in one language under which an intent is guesswork."""
_MUCH = 5.0
"""How many times the usual number makes an intent pull messages of others."""
_LANGUAGE = 0.1
"""Share of the messages from which a language is one of the bot's."""


def intent_findings(examples: Sequence[Example], declared: Declared) -> Iterator[Finding]:
    """What the numbers and the bot's own list of intents tell."""
    first = {example.intent: example for example in reversed(examples)}
    yield from _unbalanced(examples, first)
    if declared.intents is not None:
        yield from _unknown(first, declared.intents)
        for intent in sorted((declared.used or declared.intents) & declared.intents - first.keys() - {OUT_OF_SCOPE}):
            problem = f"the intent `{intent}` is used, but no message teaches it"
            cure = "add examples of it, unless only a button gives it"
            yield Finding("warning", "untaught_intent", declared.file, 0, problem, cure)
    if declared.used is not None:
        for intent in sorted(first.keys() - declared.used - {OUT_OF_SCOPE}):
            if declared.intents is None or intent in declared.intents:
                problem = f"the intent `{intent}` leads nowhere: no flow, slot or button uses it"
                cure = "give it a flow (`nlu_trigger`), or delete its examples"
                yield Finding("warning", "unreachable_intent", *at(first[intent]), problem, cure)


def _unknown(first: dict[str, Example], known: frozenset[str]) -> Iterator[Finding]:
    for intent in sorted(first.keys() - known):
        near = difflib.get_close_matches(intent, sorted(known), n=1)
        cure = f"did you mean `{near[0]}`?" if near else "add it to `intents` there, or delete its examples"
        yield Finding("error", "unknown_intent", *at(first[intent]), f"the intent `{intent}` is not in domain.yml", cure)


def _unbalanced(examples: Sequence[Example], first: dict[str, Example]) -> Iterator[Finding]:
    counts = Counter((example.language, example.intent) for example in examples)
    spoken = Counter(example.language for example in examples)
    for language in sorted(spoken):
        if spoken[language] < _LANGUAGE * len(examples):
            continue
        usual = median(counts[language, intent] for intent in first if counts[language, intent])
        for intent in sorted(first):
            count = counts[language, intent]
            if intent == OUT_OF_SCOPE:
                continue
            here = next((e for e in examples if (e.language, e.intent) == (language, intent)), first[intent])
            if count < _FEW:
                problem = f"the intent `{intent}` has {count or 'no'} example{'s' * (count != 1)} in {language}"
                yield Finding("warning", "few_examples", *at(here), problem, f"write {_FEW} at least, 10 to 20 if you can")
            elif count > _MUCH * usual:
                problem = f"the intent `{intent}` has {count} examples in {language}, the usual one {usual:.0f}"
                cure = "delete those that add nothing, or write more for the others"
                yield Finding("warning", "many_examples", *at(here), problem, cure)
