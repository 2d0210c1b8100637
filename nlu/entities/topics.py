"""What a question is about is not chosen by asking: « comment marche le retrait ? » wants no appointment for a `retrait`.

Which intents name an entity's wordings only so is read from the examples: there they stand and are not marked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from nlu.entities.gazetteer import Gazetteer
from nlu.text import LONGEST, fold, folded
from nlu.understanding import Entity, Example, IntentGuess

_LEAST_MARKED = 20
"""Marks of an entity from which a wording without one was left so on purpose."""
_LEAST_BARE = 2
"""Times a wording stands unmarked in an intent's examples."""
_SHARE = 0.1
"""Share of them that may be marked all the same."""
_LIKELY = 0.15
"""Confidence from which a second or third intent counts."""
_INTENTS = 3
_QUESTION = re.compile(
    r"\?|^\W*(?:(?:bonjour|bonsoir|hello|hi|hey|slt|salut)\W+)?(?:comment|combien|quand|ou\s+(?:est|sont|en)|est[\s-]ce|c'est\s+quoi|quel"
    r"|how|what|when|where|which|do\s+(?:i|you)|does|can\s+(?:i|my|you)|is\s+(?:it|there)|are\s+there)\b"
    r"|\b(?:savoir|connaitre|me\s+demande|expli\w+|(?:me|nous)\s+(?:dire|preciser|indiquer)|dites[\s-]moi|(?:to|i'd\s+like\s+to)\s+know|wonder\w*"
    r"|tell\s+me|let\s+me\s+know)\b"
)


def learn_topics(examples: Iterable[Example], gazetteer: Gazetteer) -> dict[str, list[str]]:
    """Entity name to the intents whose examples hold its wordings, and hardly ever marked."""
    marked: Counter[tuple[str, str]] = Counter()
    bare: Counter[tuple[str, str]] = Counter()
    for example in examples:
        for entity in example.entities:
            marked[entity.name, example.intent] += 1
        text = example.text[:LONGEST]
        for found in gazetteer.find(fold(text), text):
            if not any(found.start < mark.end and mark.start < found.end for mark in example.entities):
                bare[found.name, example.intent] += 1
    total: Counter[str] = Counter()
    for (name, _), times in marked.items():
        total[name] += times
    topics: dict[str, list[str]] = {}
    for (name, intent), times in sorted(bare.items()):
        if (
            total[name] >= _LEAST_MARKED
            and times >= _LEAST_BARE
            and marked[name, intent] <= _SHARE * (times + marked[name, intent])
        ):
            topics.setdefault(name, []).append(intent)
    return topics


def chosen(
    text: str, entities: Sequence[Entity], ranking: Sequence[IntentGuess], topics: Mapping[str, Sequence[str]]
) -> tuple[Entity, ...]:
    """The entities of a message less those listed that it only asks about."""
    likely = [guess.name for guess in ranking[:_INTENTS] if guess is ranking[0] or guess.confidence >= _LIKELY]
    asked_about = {name for name, intents in topics.items() if likely and all(intent in intents for intent in likely)}
    if not asked_about or _QUESTION.search(folded(text[:LONGEST])) is None:
        return tuple(entities)
    return tuple(entity for entity in entities if entity.source != "lookup" or entity.name not in asked_about)
