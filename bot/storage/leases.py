"""Seats only one process may take at a time, such as polling a platform. Whoever stops renewing loses the seat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.schema import Instant, lease

_lite, _pg = sqlite.insert(lease), postgresql.insert(lease)
_now = bindparam("now", type_=Instant)
_mine = or_(lease.c.holder == bindparam("me"), lease.c.until <= _now)
_HOLD = {
    "sqlite": _lite.on_conflict_do_update(
        index_elements=["name"], set_={"holder": _lite.excluded.holder, "until": _lite.excluded.until}, where=_mine
    ).returning(lease.c.holder),
    "postgresql": _pg.on_conflict_do_update(
        index_elements=["name"], set_={"holder": _pg.excluded.holder, "until": _pg.excluded.until}, where=_mine
    ).returning(lease.c.holder),
}


def hold(connection: Connection, *, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """Take or keep the seat `name` until `until`; False while another holder's time is not over."""
    row = {"name": name, "holder": holder, "until": until, "me": holder, "now": now}
    return connection.execute(_HOLD[connection.dialect.name], row).scalar() == holder


def leave(connection: Connection, *, name: str, holder: str, now: datetime) -> None:
    """Give the seat up at once, so that another need not wait."""
    connection.execute(update(lease).where(lease.c.name == name, lease.c.holder == holder).values(until=now))


def leave_all(connection: Connection, now: datetime) -> int:
    """Give every seat up. Only for a process that knows it is alone on the database (SQLite's file lock)."""
    return connection.execute(update(lease).where(lease.c.until > now).values(until=now)).rowcount
