"""Which words of a message also stand in wordings somebody listed or annotated: a hint for the tagger, not a find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlu.entities.tagger.words import cut
from nlu.understanding import Entity

_LONGEST = 8
"""Words of the longest wording compared as a whole."""
_ALWAYS = 1_000
"""More than any one message can take away."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Wordings (words joined by spaces) and single words of wordings, each with how often it names what."""

    wordings: Mapping[str, Mapping[str, int]]
    words: Mapping[str, Mapping[str, int]]

    def marks(self, plain: Sequence[str], own: Iterable[Entity] = ()) -> list[list[str]]:
        """For each word the hints about it.

        `own` are the entities annotated in this very message while training: what only they say is not told, for no
        customer's message will be listed beforehand.
        """
        told_here, words_here = _counted(own)
        marks: list[list[str]] = [[] for _ in plain]
        for start, word in enumerate(plain):
            if word not in self.words:
                continue
            here: Mapping[str, int] = words_here.get(word, {})
            marks[start] += [f"in:{name}" for name, times in self.words[word].items() if times > here.get(name, 0)]
            wording = ""
            for end in range(start + 1, min(start + _LONGEST, len(plain)) + 1):
                wording = f"{wording} {plain[end - 1]}" if wording else word
                here = told_here.get(wording, {})
                for name, times in self.wordings.get(wording, {}).items():
                    if times > here.get(name, 0):
                        marks[start].append(f"list{min(end - start, 2)}:{name}")
                        for place in range(start + 1, end):
                            marks[place].append(f"more:{name}")
        return marks


def gather(entities: Iterable[Entity], lists: Mapping[str, Iterable[str]], world: Mapping[str, Iterable[str]]) -> Listed:
    """Gather the wordings annotated in examples, and those of `lists` (by entity name), which are always told.

    The wordings of `world` are told as a whole only: « united » or « new » alone is no country.
    """
    told, words = _counted(entities)
    for name, wordings in (*lists.items(), *world.items()):
        for wording in wordings:
            plain = cut(wording).plain
            if not plain:
                continue
            told.setdefault(" ".join(plain), Counter())[name] += _ALWAYS
            for word in plain[:1] if name in world else plain:
                words.setdefault(word, Counter())  # where a wording may begin
                if name not in world:
                    words[word][name] += _ALWAYS
    return Listed(
        {wording: dict(sorted(told[wording].items())) for wording in sorted(told)},
        {word: dict(sorted(words[word].items())) for word in sorted(words)},
    )


def _counted(entities: Iterable[Entity]) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    told: dict[str, Counter[str]] = {}
    words: dict[str, Counter[str]] = {}
    for entity in entities:
        plain = cut(entity.text).plain
        if plain:
            told.setdefault(" ".join(plain), Counter())[entity.name] += 1
        for word in plain:
            words.setdefault(word, Counter())[entity.name] += 1
    return told, words
