"""What was last taken whole, by its digest, so that a start with nothing new has nothing to do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.schema import taken_whole

_lite, _pg = sqlite.insert(taken_whole), postgresql.insert(taken_whole)
_NOTE = {
    "sqlite": _lite.on_conflict_do_update(
        index_elements=["name"], set_={"digest": _lite.excluded.digest, "at": _lite.excluded.at}
    ),
    "postgresql": _pg.on_conflict_do_update(index_elements=["name"], set_={"digest": _pg.excluded.digest, "at": _pg.excluded.at}),
}


def last_digest(connection: Connection, name: str) -> str | None:
    """Of what was taken last under this name; None when nothing was."""
    found: str | None = connection.execute(select(taken_whole.c.digest).where(taken_whole.c.name == name)).scalar()
    return found


def note_digest(connection: Connection, name: str, digest: str, now: datetime) -> None:
    """This was taken whole."""
    connection.execute(_NOTE[connection.dialect.name], {"name": name, "digest": digest, "at": now})
