"""Which of the things a message names are wanted, which are not, and which are left to choose from.

« Pas Lyon, plutôt Paris », "Paris, not Lyon", « Lyon, enfin non, Paris » name Lyon only to refuse it; « Lyon ou Paris » leaves
the choice open, and « Lyon ou plutôt Paris » does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.text import LONGEST, folded
from nlu.understanding import Entity

_LINK = (
    r"(?:a|au|aux|le|la|les|l'|de|du|des|d'|en|sur|pour|chez|ce|cet|cette|celui|celle|celles|ceux|un|une|mon|ma|venir|passer|in|on|at"
    r"|to|for|the|a|an|this|that|my|of|from|come|make(?:\s+it)?|do|any)"
)
"""Small words that may stand between a refusal and what it refuses."""
_FREE = r"(?:dispo|disponible|libre|possible|available|free)"
_REFUSAL = re.compile(
    rf"(?:(?<!pourquoi )(?<!why )\b(?:pas|sauf|ni|except|not|excepte|hormis|but not|anything but|tout sauf|cannot|can'?t|can not)"
    rf"(?:\s+{_FREE})?"
    rf"|\b(?:plutot|rather)\s+(?:que|qu'|than)|\bau\s+lieu|\ba\s+la\s+place|\binstead)"
    rf"(?:\s+{_LINK}|(?<=')\s*{_LINK})*\s*$"
)
"""At the end of what stands in front of a thing: it is refused."""
_ASIDE = re.compile(
    r"^\W*(?:(?:je|j'|on|nous)\s*(?:ne\s+|n'\s*)?(?:peux|peut|pouvons|pourrai|pourrais|suis|serai)\s+pas\b"
    r"|(?:i|we)\s+(?:can'?t|cannot|can\s+not|couldn'?t)\b"
    r"|(?:c'est|ce\s+n'est|ca|cela)\s+(?:ne\s+)?(?:m'\s*|me\s+)?(?:(?:va|marche|convient|arrange|sera)\s+)?(?:pas|impossible|mort|non)\b"
    r"|(?:is|was)(?:n'?t|\s+not|\s+no\s+good)\b|(?:doesn'?t|does\s+not|won'?t|will\s+not)\s+(?:work|suit|do)\b"
    r"|(?:non|no)\b(?!\s*(?:plus|problem|worries|souci|\?)))"
)
"""Right behind a thing: it is refused."""
_SECOND_THOUGHT = re.compile(
    r"^[\s,.;:…!-]*(?:(?:euh|heu|ah|oh|ou|or|et|er|um|uh|hmm?|hum)[\s,.…]+)*(?:non|nan|no|nope|pardon|enfin|oups|oops|sorry|desolee?|je\s+veux"
    r"\s+dire|je\s+voulais\s+dire|i\s+mean|i\s+meant|actually|wait|plutot(?!\s+qu)|rather(?!\s+than)|en\s+fait|finalement|scratch\s+that|make\s+that)\b"
)
"""Between two things of one kind: the second replaces the first."""
_EITHER = re.compile(
    rf"^[\s,]*(?:ou|or|soit|sinon|otherwise)(?:\s+(?:bien|alors|sinon|encore|else|maybe|peut-etre|even|meme))*(?:\s+{_LINK})*\s*$"
)
"""All that stands between two things of one kind that are left to choose from."""


@dataclass(frozen=True, slots=True)
class Polarity:
    """What becomes of the things a message names; numbers are places in its `entities`."""

    refused: frozenset[int] = frozenset()
    """Also days gone by, which nobody can want."""
    either: tuple[tuple[int, ...], ...] = ()
    """Things of one kind the message leaves to choose from, in its order; none of them is refused."""


_NONE = Polarity()


def polarity(text: str, entities: Sequence[Entity]) -> Polarity:
    """What a message says of the things it names."""
    if not entities:
        return _NONE
    text = text[:LONGEST]
    refused = {place for place, entity in enumerate(entities) if _is_refused(text, entity) or _is_gone_by(entity)}
    either: list[list[int]] = []
    last: dict[tuple[str, str | None], int] = {}
    for place, entity in enumerate(entities):
        kind = (entity.name, entity.role)
        before = last.get(kind)
        last[kind] = place
        if before is None or entities[before].end > entity.start:
            continue
        between = folded(text[entities[before].end : entity.start])
        if _SECOND_THOUGHT.match(between):
            refused.add(before)
        elif _EITHER.match(between) and not {before, place} & refused:
            if either and either[-1][-1] == before:
                either[-1].append(place)
            else:
                either.append([before, place])
    kept = ([place for place in group if place not in refused] for group in either)
    return Polarity(frozenset(refused), tuple(tuple(group) for group in kept if len(group) > 1))


def _is_gone_by(entity: Entity) -> bool:
    """Whether it is a day told of, not asked for: « commandé hier », "since last Saturday"."""
    if entity.name != "day" or not isinstance(entity.value, Mapping):
        return False
    return entity.value.get("week") == "last" or (isinstance(ahead := entity.value.get("offset"), int) and ahead < 0)


def _is_refused(text: str, entity: Entity) -> bool:
    before = folded(text[max(0, entity.start - 60) : entity.start])
    if _REFUSAL.search(before):
        return "?" not in text[entity.end : entity.end + 2]  # « vous n'êtes pas à Lyon ? » asks, and refuses nothing
    return _ASIDE.match(folded(text[entity.end : entity.end + 60])) is not None


__all__ = ["Polarity", "polarity"]
