"""Comments and mentions: what people write to the brand where everybody reads it. Kept apart from every private thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import OutcomeUnknown, SendFailed
from bot.messages import PublicMessage
from bot.storage.inbox import clean
from bot.storage.schema import public_message

_ADD = {
    "sqlite": sqlite.insert(public_message).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(public_message).on_conflict_do_nothing(),
}


def record(connection: Connection, said: PublicMessage, now: datetime) -> bool:
    """Note what somebody did in public; False when it is known already, or older than what is known.

    Acts may come in any order and more than once: the latest by the platform's own time is what stands, and words that were
    removed are gone whichever way round it is told.
    """
    key = (
        public_message.c.channel == said.channel,
        public_message.c.account == said.account,
        public_message.c.external_id == said.external_id[:255],
    )
    row = {
        "channel": said.channel,
        "account": said.account,
        "external_id": said.external_id[:255],
        "author": said.author[:255],
        "author_name": said.author_name[:255] if said.author_name else None,
        "text": "" if said.act == "removed" else said.text,
        "post": said.post[:255],
        "parent": said.parent[:255],
        "data": dict(said.data) or None,
        "at": said.at,
        "changed_at": said.at,
        "removed_at": said.at if said.act == "removed" else None,
        "received_at": now,
    }
    if connection.execute(_ADD[connection.dialect.name], row).rowcount == 1:
        return True
    changed = {"changed_at": said.at, "data": row["data"], "text": row["text"], "removed_at": row["removed_at"]}
    if said.act == "added":  # known since it was edited or removed
        return False
    stands: list[ColumnElement[bool]] = [public_message.c.removed_at.is_(None)]
    if said.act == "edited":
        stands.append(public_message.c.changed_at < said.at)
    return connection.execute(update(public_message).where(*key, *stands).values(**changed)).rowcount == 1


@dataclass(frozen=True, slots=True)
class Wordless:
    """A mention of which only the place is known."""

    id: int
    account: str
    media: str
    comment: str


def wordless(connection: Connection, *, channel: str, since: datetime, most: int = 20) -> list[Wordless]:
    """Mentions whose words have to be asked for, oldest first."""
    rows = connection.execute(
        select(public_message.c.id, public_message.c.account, public_message.c.data)
        .where(
            public_message.c.at >= since,
            public_message.c.channel == channel,
            public_message.c.text == "",
            public_message.c.author == "",
            public_message.c.removed_at.is_(None),
        )
        .order_by(public_message.c.at)
    )
    asked = [(row.id, row.account, row.data) for row in rows if (row.data or {}).get("fetch")]
    return [Wordless(id_, account, str(data["media_id"]), str(data["comment_id"])) for id_, account, data in asked[:most]]


def put_words(connection: Connection, *, public_id: int, text: str, author: str) -> None:
    """What a mention says, as it was told when asked for; with neither it is not asked for again."""
    data = connection.execute(select(public_message.c.data).where(public_message.c.id == public_id)).scalar()
    values = {"text": clean(text), "author": clean(author)[:255], "author_name": clean(author)[:255] or None}
    known = {name: value for name, value in (data or {}).items() if name != "fetch"}
    connection.execute(
        update(public_message)
        .where(public_message.c.id == public_id, public_message.c.removed_at.is_(None))
        .values(**values, data=known or None)
    )


def latest(connection: Connection, *, most: int = 50, before: int | None = None) -> Sequence[Row[tuple[object, ...]]]:
    """Public messages, newest first; those before the row `before` where a page goes on."""
    query = select(public_message).order_by(public_message.c.id.desc()).limit(most)
    return connection.execute(query if before is None else query.where(public_message.c.id < before)).all()


def find(connection: Connection, public_id: int) -> Row[tuple[object, ...]] | None:
    """One public message by its number."""
    return connection.execute(select(public_message).where(public_message.c.id == public_id)).first()


def not_replied(connection: Connection, public_id: int, error: SendFailed) -> None:
    """Take `replied` back where the platform took nothing; of an answer that may have arrived it stands."""
    if isinstance(error, OutcomeUnknown):
        return
    connection.execute(update(public_message).where(public_message.c.id == public_id).values(replied_at=None, replied_by=None))


def replied(connection: Connection, public_id: int, *, by: str, now: datetime) -> bool:
    """Note that `by` is answering in private; False when somebody has already: platforms allow one answer to a comment."""
    return (
        connection.execute(
            update(public_message)
            .where(public_message.c.id == public_id, public_message.c.replied_at.is_(None))
            .values(replied_at=now, replied_by=by)
        ).rowcount
        == 1
    )
