"""How many processes send by the same account, so that together they keep the pace one of them would keep alone."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from bot.storage import leases
from bot.storage.schema import lease


def share(connection: Connection, *, channel: str, account: str, worker: str, now: datetime, until: datetime) -> int:
    """Say that `worker` sends by this account until `until`, and return how many do, this one included."""
    leases.hold(connection, name=_name(channel, account, worker), holder=worker[:40], now=now, until=until)
    ours = lease.c.name.startswith(_group(channel, account), autoescape=True)
    connection.execute(delete(lease).where(ours, lease.c.until <= now))
    return max(1, connection.execute(select(func.count()).select_from(lease).where(ours)).scalar_one())


def leave(connection: Connection, *, channel: str, account: str, worker: str) -> None:
    """Say that `worker` sends no more."""
    connection.execute(delete(lease).where(lease.c.name == _name(channel, account, worker)))


def _name(channel: str, account: str, worker: str) -> str:
    return f"{_group(channel, account)}{_digest(worker)}"


def _group(channel: str, account: str) -> str:
    # Digests, because a seat's name is shorter than an account and a worker may be together.
    return f"sends:{_digest(f'{channel}/{account}')}:"


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:20]
