"""What community managers taught: rows first, then lines of the brand's training files.

With several processes the row is the truth and the file its export, which may be on another machine: `pending_corrections`
gives training every row, whether or not its line has reached the file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from bot.storage.merging import follow
from bot.storage.schema import conversation, correction, message
from nlu.annotations import read_annotated, write_annotated
from nlu.understanding import Entity, Example, TrainingData

WORDS = ("text", "edit")


@dataclass(frozen=True, slots=True)
class Words:
    """A customer's message that can be taught."""

    message: int
    line: str
    """As it stands in a training file, with the entities that are certain marked."""
    language: str


def words_of(connection: Connection, conversation_id: int, message_id: int, *, languages: Collection[str]) -> Words | None:
    """A message of the conversation as an example to teach; None when it is not one a customer wrote in words.

    `languages` are the brand's; a message that seems to be in another one is taught in the conversation's.
    """
    row = connection.execute(
        select(message.c.text, message.c.trace, conversation.c.language)
        .join_from(message, conversation, conversation.c.id == message.c.conversation_id)
        .where(
            message.c.id == message_id,
            message.c.conversation_id == follow(connection, conversation_id),
            message.c.direction == "in",
            message.c.kind.in_(WORDS),
        )
    ).first()
    if row is None:
        return None
    trace = row.trace or {}
    line = _annotated(row.text, trace.get("entities", ()))
    heard = str(trace.get("language", ""))
    return Words(message_id, line, heard if heard in languages else row.language) if line else None


def keep_correction(connection: Connection, words: Words, intent: str, *, by: str, now: datetime) -> bool:
    """Write down what a message means; the last word on it counts. False when that was written already."""
    same = (correction.c.message_id == words.message, correction.c.intent == intent, correction.c.line == words.line)
    if connection.execute(select(correction.c.id).where(*same)).first() is not None:
        return False
    # A new row rather than a changed one: whoever reads the rows since a number must see it.
    connection.execute(delete(correction).where(correction.c.message_id == words.message))
    row = {
        "message_id": words.message,
        "line": words.line,
        "language": words.language,
        "intent": intent,
        "by": by,
        "at": now,
    }
    connection.execute(insert(correction), row)
    return True


def corrections_since(connection: Connection, after: int) -> list[tuple[int, Example]]:
    """What was taught after row `after`, oldest first, with the number of each row."""
    rows = connection.execute(select(correction).where(correction.c.id > after).order_by(correction.c.id))
    return [(row.id, example_of(row.line, row.intent, row.language)) for row in rows]


def pending_corrections(connection: Connection) -> list[Example]:
    """Everything that was taught, oldest first, for training to add to what the files say."""
    return [example for _, example in corrections_since(connection, 0)]


def taught(data: TrainingData, corrections: Iterable[Example]) -> TrainingData:
    """Training data as corrected: a wording means what was taught last, whatever the files (or an older row) say of it."""
    latest: Mapping[tuple[str, str], Example] = {(one.language, _key(one.text)): one for one in corrections}
    kept: Sequence[Example] = [
        example
        for example in data.examples
        if (meant := latest.get((example.language, _key(example.text)))) is None or meant.intent == example.intent
    ]
    there = {(example.language, _key(example.text)) for example in kept}
    return replace(data, examples=[*kept, *(one for key, one in latest.items() if key not in there)])


def example_of(line: str, intent: str, language: str) -> Example:
    """The example a correction's line is."""
    text, entities = read_annotated(line)
    return Example(text=text, intent=intent, language=language, entities=entities)


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()


def _annotated(text: str, found: Iterable[Mapping[str, Any]]) -> str:
    """The text with the entities marked that need no second opinion.

    Those are wordings of a look-up table or with a canonical value; days, hours, numbers and the like are found without being
    taught, and a mere guess of the model must not be taught back to it.
    """
    certain: list[Entity] = []
    for one in sorted(found, key=lambda entity: (entity["start"], -entity["end"])):
        value, words = one["value"], one["text"]
        sure = one["source"] == "lookup" or (one["source"] == "model" and value != words)
        if not (sure and isinstance(value, str)) or (certain and one["start"] < certain[-1].end):
            continue
        certain.append(Entity(one["entity"], value, words, one["start"], one["end"], role=one.get("role")))
    try:
        return write_annotated(text, certain)
    except ValueError:  # brackets of the customer's own: the words alone still teach the intent
        return write_annotated(text, ())
