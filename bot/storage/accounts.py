"""People who may sign in to the console, their sessions and their tries, and the record of what they looked at and did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.inbox import clean
from bot.storage.schema import account, audit, login_attempt, session

LONGEST_NAME = 64

_lite, _pg = sqlite.insert(account), postgresql.insert(account)


def _given(excluded: Any) -> dict[str, Any]:
    given = {name: excluded[name] for name in ("role", "display_name", "password_hash", "disabled")}
    return given | {"language": func.coalesce(excluded.language, account.c.language)}


_KEEP = {
    "sqlite": _lite.on_conflict_do_update(index_elements=["username"], set_=_given(_lite.excluded)),
    "postgresql": _pg.on_conflict_do_update(index_elements=["username"], set_=_given(_pg.excluded)),
}


@dataclass(frozen=True, slots=True)
class Person:
    """An account as it is kept; what its holder may see comes from the brand."""

    username: str
    role: str
    display_name: str
    password_hash: str
    language: str | None
    disabled: bool
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Browser:
    """A session as it is kept, under the digest of its cookie."""

    key: str
    username: str
    csrf: str
    started_at: datetime
    seen_at: datetime


def keep_account(
    connection: Connection,
    *,
    username: str,
    role: str,
    display_name: str,
    password_hash: str,
    now: datetime,
    language: str | None = None,
) -> None:
    """Add an account, or give it this role, name and password; whoever was signed in with the former one is signed out."""
    row = {
        "username": username,
        "role": role,
        "display_name": display_name,
        "password_hash": password_hash,
        "language": language,
        "disabled": False,
        "created_at": now,
    }
    connection.execute(_KEEP[connection.dialect.name], row)
    connection.execute(delete(session).where(session.c.username == username))


def disable_account(connection: Connection, username: str) -> bool:
    """Keep somebody out, at once; False when there is no such account."""
    connection.execute(delete(session).where(session.c.username == username))
    return connection.execute(update(account).where(account.c.username == username).values(disabled=True)).rowcount == 1


def accounts(connection: Connection) -> list[Person]:
    """Every account, by name."""
    return [_person(row) for row in connection.execute(select(account).order_by(account.c.username))]


def find_account(connection: Connection, username: str) -> Person | None:
    """The account of that name, disabled or not."""
    row = connection.execute(select(account).where(account.c.username == _name(username))).first()
    return None if row is None else _person(row)


def keep_hash(connection: Connection, username: str, password_hash: str) -> None:
    """Replace the hash of the same password."""
    connection.execute(update(account).where(account.c.username == username).values(password_hash=password_hash))


def note_attempt(connection: Connection, username: str, address: str, *, at: datetime, within: timedelta) -> None:
    """Write down a try to sign in. Commit it before counting, so that of any number of parallel tries the n-th counts n."""
    connection.execute(delete(login_attempt).where(login_attempt.c.at <= at - within))
    connection.execute(insert(login_attempt), {"username": _name(username), "address": _name(address), "at": at})


def count_attempts(connection: Connection, username: str, address: str, *, since: datetime) -> tuple[int, int, int]:
    """Tries since then: of this name from this address, of this name, from this address."""
    name, here = login_attempt.c.username == _name(username), login_attempt.c.address == _name(address)
    row = connection.execute(
        select(
            func.count().filter(and_(name, here)),
            func.count().filter(name),
            func.count().filter(here),
        ).where(login_attempt.c.at > since, or_(name, here))
    ).one()
    return row[0], row[1], row[2]


def forget_attempts(connection: Connection, username: str, address: str) -> None:
    """Start this name afresh at this address. Other names tried from there stay counted, whoever has an account."""
    connection.execute(
        delete(login_attempt).where(login_attempt.c.username == _name(username), login_attempt.c.address == _name(address))
    )


def start_session(connection: Connection, browser: Browser, *, expires_at: datetime) -> None:
    """Open a session; those whose time is over go away."""
    connection.execute(delete(session).where(session.c.expires_at <= browser.started_at))
    connection.execute(
        insert(session),
        {
            "token_hash": browser.key,
            "username": browser.username,
            "csrf": browser.csrf,
            "created_at": browser.started_at,
            "seen_at": browser.seen_at,
            "expires_at": expires_at,
        },
    )
    _see(connection, browser.username, browser.seen_at)


def find_session(connection: Connection, key: str) -> tuple[Browser, Person] | None:
    """The session and the account it belongs to; None when either is gone, or the account disabled."""
    row = connection.execute(
        select(session, account)
        .join_from(session, account, account.c.username == session.c.username)
        .where(session.c.token_hash == key, account.c.disabled.is_(False))
    ).first()
    if row is None:
        return None
    values = row._mapping
    browser = Browser(
        key=key,
        username=values[session.c.username],
        csrf=values[session.c.csrf],
        started_at=values[session.c.created_at],
        seen_at=values[session.c.seen_at],
    )
    return browser, _person_of({column.name: values[column] for column in account.c})


def see_session(connection: Connection, key: str, at: datetime) -> None:
    """Note that the session is in use, and its account with it."""
    username = connection.execute(
        update(session).where(session.c.token_hash == key).values(seen_at=at).returning(session.c.username)
    ).scalar()
    if username is not None:
        _see(connection, username, at)


def end_session(connection: Connection, key: str) -> None:
    connection.execute(delete(session).where(session.c.token_hash == key))


def record(
    connection: Connection, *, at: datetime, by: str, act: str, conversation: int | None, details: Mapping[str, Any]
) -> None:
    """Add to the record of who looked at and did what; nothing ever takes a line out of it but its retention."""
    row = {"by": by, "act": act, "conversation_id": conversation, "details": dict(details) or None, "at": at}
    connection.execute(insert(audit), row)


def audit_of(connection: Connection, conversation: int) -> Sequence[Row[Any]]:
    """The record of one conversation, oldest first: `by`, `act`, `details`, `at`."""
    return connection.execute(select(audit).where(audit.c.conversation_id == conversation).order_by(audit.c.id)).all()


def _see(connection: Connection, username: str, at: datetime) -> None:
    connection.execute(update(account).where(account.c.username == username).values(seen_at=at))


def _name(given: str) -> str:
    """What a stranger typed, as both databases can keep it."""
    return clean(given)[:LONGEST_NAME]


def _person(row: Row[Any]) -> Person:
    return _person_of(row._asdict())


def _person_of(values: Mapping[str, Any]) -> Person:
    return Person(
        username=values["username"],
        role=values["role"],
        display_name=values["display_name"],
        password_hash=values["password_hash"],
        language=values["language"],
        disabled=bool(values["disabled"]),
        seen_at=values["seen_at"],
    )
