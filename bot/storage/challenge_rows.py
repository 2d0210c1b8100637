"""The rows of codes: the one under way, how many were asked for, and their ends, with which their seeds go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select, update

from bot.customers.challenge import A_DAY, AN_HOUR, Asked, Challenge, Verdict, code_of
from bot.storage.schema import challenge


def live(connection: Connection, identity_id: int | None) -> Any:
    """The row of the code this identity was last sent, if that has not come to its end; None otherwise."""
    return connection.execute(
        select(challenge)
        .where(challenge.c.identity_id == identity_id, challenge.c.ended_at.is_(None))
        .order_by(challenge.c.id.desc())
    ).first()


def read(row: Any) -> Challenge | None:
    """What a row says."""
    if row is None:
        return None
    return Challenge(id=row.id, seed=row.seed, profile_id=row.profile_id, tries=row.tries, expires_at=row.expires_at)


def asked(connection: Connection, by: ColumnElement[bool], now: datetime) -> Asked:
    """How many codes of those rows were asked for lately."""
    recent = case((challenge.c.created_at > now - AN_HOUR, 1))
    counted = select(func.count(recent), func.count()).where(by, challenge.c.created_at > now - A_DAY)
    return Asked(*connection.execute(counted).one())


def end(connection: Connection, number: int, outcome: str, now: datetime) -> None:
    """No code follows from it any more."""
    ended = update(challenge).where(challenge.c.id == number, challenge.c.ended_at.is_(None))
    connection.execute(ended.values(seed=None, ended_at=now, outcome=outcome))


def not_right(connection: Connection, number: int, verdict: Verdict, now: datetime) -> None:
    """Write down what a typed code was worth that was not right."""
    if verdict in ("wrong", "spent"):
        connection.execute(update(challenge).where(challenge.c.id == number).values(tries=challenge.c.tries + 1))
    if verdict in ("spent", "expired"):
        end(connection, number, "wrong" if verdict == "spent" else "expired", now)


def code_to_send(connection: Connection, number: int, now: datetime) -> str | None:
    """The code of a challenge, for the one who is about to send it; None when it is too late for that."""
    good = (challenge.c.id == number, challenge.c.ended_at.is_(None), challenge.c.expires_at > now)
    seed = connection.execute(select(challenge.c.seed).where(*good)).scalar()
    return code_of(seed) if seed else None


def let_expire(connection: Connection, now: datetime, most: int) -> int:
    """End what nobody has typed in time, so that its seed goes; how many those were."""
    over = select(challenge.c.id).where(challenge.c.ended_at.is_(None), challenge.c.expires_at <= now).limit(most)
    ended = update(challenge).where(challenge.c.id.in_(over)).values(seed=None, ended_at=now, outcome="expired")
    return connection.execute(ended).rowcount
