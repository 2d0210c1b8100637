"""Accounts, sessions and attempts to sign in, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher

from handoff.console.ports import Attempts, Session
from handoff.console.views import Account, AccountRow
from tests.handoff.fake_people import NOON, PASSWORD, PEOPLE


@lru_cache(maxsize=1)
def password_hash() -> str:
    """A hash with the real parameters, made once: each costs a good part of a second on a slow machine."""
    return PasswordHasher().hash(PASSWORD)


class FakeAccounts:
    def __init__(self) -> None:
        self.people = dict(PEOPLE)
        self.hashes = dict.fromkeys(PEOPLE, password_hash())
        self.sessions: dict[str, Session] = {}
        self.tries: list[tuple[str, str, datetime]] = []

    async def credentials(self, username: str) -> tuple[Account, str] | None:
        account = self.people.get(username)
        return (account, self.hashes[username]) if account else None

    async def keep_hash(self, username: str, password_hash: str) -> None:
        self.hashes[username] = password_hash

    async def attempt(self, username: str, address: str, *, at: datetime, within: timedelta) -> Attempts:
        self.tries.append((username, address, at))
        recent = [(name, where) for name, where, when in self.tries if when > at - within]
        return Attempts(
            here=recent.count((username, address)),
            name=sum(name == username for name, _ in recent),
            address=sum(where == address for _, where in recent),
        )

    async def forget_attempts(self, username: str, address: str) -> None:
        self.tries = [one for one in self.tries if one[:2] != (username, address)]

    async def start_session(self, session: Session) -> None:
        self.sessions[session.key] = session

    async def session(self, key: str) -> tuple[Session, Account] | None:
        session = self.sessions.get(key)
        account = self.people.get(session.username) if session else None
        return (session, account) if session and account else None

    async def seen(self, key: str, at: datetime) -> None:
        self.sessions[key] = replace(self.sessions[key], seen_at=at)

    async def end_session(self, key: str) -> None:
        self.sessions.pop(key, None)

    async def accounts(self) -> Sequence[AccountRow]:
        return [AccountRow(account=one, last_seen=NOON) for one in self.people.values()]
