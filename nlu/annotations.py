"""The way Rasa writes entities inside an example: `a [pair](product) in [lyon]{"entity": "store", "value": "lyon"}`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from nlu.understanding import Entity

_ANNOTATION = re.compile(
    r"\[(?P<words>[^\[\]]+)\]"
    r"(?:\((?P<name>[^():]*)(?::(?P<value>[^()]*))?\)|(?P<one>\{[^{}]*\})|(?P<many>\[\{[^\[\]]*\}\]))"
)
_NAME = re.compile(r"[^\W\d][\w-]*")


def read_annotated(annotated: str) -> tuple[str, tuple[Entity, ...]]:
    """Return the plain text of one example and the entities marked in it.

    An entity without a value of its own has the customer's words as its value. Raises `ValueError`, with a sentence for
    whoever wrote the example, when an annotation cannot be read.
    """
    text, done = "", 0
    entities: list[Entity] = []
    for found in _ANNOTATION.finditer(annotated):
        text += annotated[done : found.start()]
        words, start = found["words"], len(text)
        text += words
        entities.extend(_entity(marks, words, start) for marks in _marks(found))
        done = found.end()
    return text + annotated[done:], tuple(entities)


def write_annotated(text: str, entities: Sequence[Entity]) -> str:
    """Return `text` with its entities marked, so that `read_annotated` gives both back.

    White space is tidied, and brackets that would read as an annotation are parted. Values that are not text (the times
    our grammar finds) are left out: the grammar finds them again. Raises `ValueError` when an entity is not in the text,
    overlaps another, or cannot be written in this notation.
    """
    parts, done = [], 0
    for entity in sorted(entities, key=lambda e: (e.start, e.end)):
        if not 0 <= entity.start < entity.end <= len(text):
            raise ValueError(f"the entity `{entity.name}` is not inside the text; give its start and end again")
        if entity.start < done:
            raise ValueError(f"the entity `{entity.name}` overlaps another; keep one of the two")
        parts.append(_plain(text[done : entity.start]))
        words = _plain(text[entity.start : entity.end])
        lead, trail = len(words) - len(words.lstrip()), len(words.rstrip())
        parts.append(words[:lead] + _written(entity, words[lead:trail]) + words[trail:])
        done = entity.end
    parts.append(_plain(text[done:]))
    return re.sub(" +", " ", "".join(parts)).strip()


def plain(text: str) -> str:
    """Return `text` as it can stand on one line of a training file: tidy spaces, nothing that reads as an annotation."""
    return re.sub(" +", " ", _plain(text)).strip()


def _plain(text: str) -> str:
    """One line, no characters YAML refuses, no `](`, `]{` or `][`; spaces at both ends are kept."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub("[^\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]", "", text)
    return re.sub(r"\](?=[({\[])", "] ", text)


def _written(entity: Entity, words: str) -> str:
    if not words:
        raise ValueError(f"the mark of entity `{entity.name}` holds no words; take it away, or mark some")
    if "[" in words or "]" in words:
        raise ValueError(f"the words of entity `{entity.name}` cannot hold brackets; mark a shorter part of the text")
    marks: dict[str, str] = {"entity": entity.name}
    if isinstance(entity.value, str) and entity.value != words:
        marks["value"] = entity.value
    marks |= {key: word for key, word in (("role", entity.role), ("group", entity.group)) if word}
    if any(character in value for value in marks.values() for character in "{}[]"):
        raise ValueError(f"the value of entity `{entity.name}` cannot hold brackets or braces; write it without them")
    return f"[{words}]({entity.name})" if len(marks) == 1 else f"[{words}]{json.dumps(marks, ensure_ascii=False)}"


def _marks(found: re.Match[str]) -> list[dict[str, Any]]:
    if found["name"] is not None:
        return [{"entity": found["name"], "value": found["value"]}]
    written = found["one"] or found["many"]
    try:
        marks = json.loads(written)
    except ValueError:
        raise ValueError(f'{written} is not JSON; write it like {{"entity": "store", "value": "lyon"}}') from None
    return marks if isinstance(marks, list) else [marks]


def _entity(marks: dict[str, Any], words: str, start: int) -> Entity:
    name = str(marks.get("entity") or "").strip()
    if not _NAME.fullmatch(name):
        raise ValueError(f"[{words}] names no entity; write it like [{words}](store)")
    value, role, group = (marks.get(key) for key in ("value", "role", "group"))
    return Entity(
        name=name,
        value=words if value in (None, "") else str(value),
        text=words,
        start=start,
        end=start + len(words),
        role=str(role) if role else None,
        group=str(group) if group else None,
    )
