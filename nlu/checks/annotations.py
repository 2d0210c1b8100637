"""Mistakes in the marking of entities."""

from __future__ import annotations

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from nlu.checks.finding import Declared, Finding, Place, at, shown, words_of
from nlu.text import folded
from nlu.understanding import Example, TrainingData

_BROKEN = re.compile(r"\][({]|\[[^\[\]]*$")
"""What is left of a mark that does not end, or was never closed."""
_BRACKETS = re.compile(r"\[([^\[\]]+)\]")
_ENDS = re.compile(r"^[\s,;:!?]|[\s,;:!?]$")
_USUALLY = 0.6
"""Share of a wording's occurrences that are marked from which the others look forgotten."""
_OPEN = 0.2
"""Share of an entity's marks outside its look-up from which the look-up is only a beginning."""
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 6
"""Words of the longest wording looked for elsewhere."""


def annotation_findings(data: TrainingData, declared: Declared) -> Iterator[Finding]:
    """Marks that are none, with loose ends, of unknown entities or values, and words marked here but not there."""
    for example in data.examples:
        yield from _broken(example)
        for entity in example.entities:
            if _ENDS.search(entity.text):
                problem = f"the mark [{entity.text}]({entity.name}) begins or ends with a space or a punctuation mark"
                yield Finding("error", "loose_ends", *at(example), problem, f"mark `{entity.text.strip(' ,;:!?')}` only")
    yield from _unknown(data.examples, declared)
    yield from _not_listed(data)
    yield from _forgotten(data)


def _broken(example: Example) -> Iterator[Finding]:
    """Brackets that were meant as a mark and are read as the customer's words."""
    if _BROKEN.search(example.text):
        problem = f"a mark in {shown(example.text)} is not closed, and is read as the customer's words"
        yield Finding(
            "error", "broken_mark", *at(example), problem, 'write it like `[Lyon](store)` or `[Lyon]{"entity": "store"}`'
        )
    elif found := _BRACKETS.search(example.text):
        problem = f"the brackets of {shown(example.text)} mark nothing"
        cure = f"write `[{found[1]}](entity)`, or take them away: customers type none"
        yield Finding("warning", "broken_mark", *at(example), problem, cure)


def _unknown(examples: Sequence[Example], declared: Declared) -> Iterator[Finding]:
    counts = Counter(entity.name for example in examples for entity in example.entities)
    for example in examples:
        for entity in example.entities:
            name = entity.name
            if declared.entities is not None and name not in declared.entities:
                near = difflib.get_close_matches(name, sorted(declared.entities), n=1)
                cure = f"did you mean `{near[0]}`?" if near else "add it to `entities` there, or take the mark away"
                yield Finding("error", "unknown_entity", *at(example), f"the entity `{name}` is not in domain.yml", cure)
            elif declared.entities is None and counts[name] == 1:
                near = difflib.get_close_matches(name, [other for other in counts if counts[other] > 1], n=1, cutoff=0.8)
                if near:
                    problem = f"the entity `{name}` is marked only here"
                    yield Finding("warning", "unknown_entity", *at(example), problem, f"did you mean `{near[0]}`?")


def _not_listed(data: TrainingData) -> Iterator[Finding]:
    """Marked words that the entity's own look-up does not list, where it lists nearly all: others are open lists."""
    canonical = {words_of(wording): value for wording, value in data.synonyms.items()}
    for name, wordings in data.lookups.items():
        known = {words_of(wording) for wording in wordings}
        known |= {words_of(canonical[wording]) for wording in known & canonical.keys()}
        marks = [(example, entity) for example in data.examples for entity in example.entities if entity.name == name]
        unlisted = [
            (example, entity)
            for example, entity in marks
            if not known & {words_of(entity.text), words_of(canonical.get(words_of(entity.text), str(entity.value)))}
        ]
        if len(unlisted) > _OPEN * len(marks):
            continue
        for example, entity in unlisted:
            problem = f"{shown(entity.text)} is marked as `{name}` but is not in its look-up"
            cure = f"add it to `lookup: {name}`, or give the mark a value that is listed"
            yield Finding("warning", "not_in_lookup", *at(example), problem, cure)


@dataclass(slots=True)
class _Wording:
    """One wording of an entity: where it is marked, and where it stands without a mark."""

    marked: list[Place] = field(default_factory=list)
    bare: list[Place] = field(default_factory=list)
    text: str = ""


def _forgotten(data: TrainingData) -> Iterator[Finding]:
    """Words marked in most messages and not in others. What a look-up lists is found without marks."""
    listed = {(name, words_of(wording)) for name, wordings in data.lookups.items() for wording in wordings}
    wordings: dict[tuple[str, str], _Wording] = defaultdict(_Wording)
    for example in data.examples:
        for entity in example.entities:
            words = words_of(entity.text)
            if (entity.name, words) not in listed and words.count(" ") < _LONGEST:
                one = wordings[entity.name, words]
                one.marked.append(at(example))
                one.text = one.text or entity.text
    by_words: dict[str, list[str]] = defaultdict(list)
    for name, words in wordings:
        by_words[words].append(name)
    for example in data.examples:
        for words in _bare_wordings(example, by_words.keys()):
            for name in by_words[words]:
                wordings[name, words].bare.append(at(example))
    for (name, _), one in wordings.items():
        marked = len(one.marked)
        if marked > 1 and marked / (marked + len(one.bare)) >= _USUALLY:
            problem = f"{shown(one.text)} is marked as `{name}` in {marked} messages but not here"
            for file, line in one.bare:
                yield Finding("warning", "unmarked_entity", file, line, problem, "mark it here too", (one.marked[0],))


def _bare_wordings(example: Example, wanted: Collection[str]) -> Iterator[str]:
    """The wanted wordings that stand in an example outside of every mark."""
    text = example.text
    for entity in example.entities:
        text = text[: entity.start] + "\n" * (entity.end - entity.start) + text[entity.end :]
    for part in text.split("\n"):
        words = _WORD.findall(folded(part))
        spans = (" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(len(words), i + _LONGEST) + 1))
        yield from {span for span in spans if span in wanted}
