"""Who may sign in: the account and its password from the database, what an advisor may see from the brand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from bot.brand import Brand
from bot.storage import accounts as kept
from bot.storage.accounts import Browser, Person
from bot.storage.database import Database
from handoff.console.ports import Attempts, Session
from handoff.console.sessions import ABSOLUTE
from handoff.console.views import Account, AccountRow, AuditEntry, Role


class StoredAccounts:
    """`handoff.console.ports.Accounts`."""

    def __init__(self, database: Database, brand: Brand) -> None:
        self._database, self._brand = database, brand

    async def credentials(self, username: str) -> tuple[Account, str] | None:
        person = await self._database.read(partial(kept.find_account, username=username))
        if person is None or person.disabled:
            return None
        return account_of(person, self._brand), person.password_hash

    async def keep_hash(self, username: str, password_hash: str) -> None:
        await self._database.write(partial(kept.keep_hash, username=username, password_hash=password_hash))

    async def attempt(self, username: str, address: str, *, at: datetime, within: timedelta) -> Attempts:
        # Two transactions: each try is committed before it is counted, so of n parallel tries the last one counts them all.
        await self._database.write(partial(kept.note_attempt, username=username, address=address, at=at, within=within))
        count = partial(kept.count_attempts, username=username, address=address, since=at - within)
        here, name, anywhere = await self._database.read(count)
        return Attempts(here=here, name=name, address=anywhere)

    async def forget_attempts(self, username: str, address: str) -> None:
        await self._database.write(partial(kept.forget_attempts, username=username, address=address))

    async def start_session(self, session: Session) -> None:
        browser = Browser(session.key, session.username, session.csrf, session.started_at, session.seen_at)
        expires_at = session.started_at + ABSOLUTE
        await self._database.write(partial(kept.start_session, browser=browser, expires_at=expires_at))

    async def session(self, key: str) -> tuple[Session, Account] | None:
        found = await self._database.read(partial(kept.find_session, key=key))
        if found is None:
            return None
        browser, person = found
        session = Session(
            key=browser.key,
            username=browser.username,
            csrf=browser.csrf,
            started_at=browser.started_at,
            seen_at=browser.seen_at,
        )
        return session, account_of(person, self._brand)

    async def seen(self, key: str, at: datetime) -> None:
        await self._database.write(partial(kept.see_session, key=key, at=at))

    async def end_session(self, key: str) -> None:
        await self._database.write(partial(kept.end_session, key=key))

    async def accounts(self) -> Sequence[AccountRow]:
        people = await self._database.read(kept.accounts)
        return [
            AccountRow(
                account=account_of(person, self._brand),
                last_seen=person.seen_at,
                disabled=person.disabled,
            )
            for person in people
        ]


def account_of(person: Person, brand: Brand) -> Account:
    """An account as the console knows it.

    An advisor of whom `brand.yml` says nothing serves every queue: whoever made the account let them in, and a brand that
    wants it otherwise names their skills, languages and stores there.
    """
    advisor = brand.advisor(person.username) if person.role == "advisor" else None
    if advisor is None:
        return Account(
            username=person.username,
            name=person.display_name,
            role=cast("Role", person.role),
            language=person.language,
            zone=brand.time_zone,
        )
    zones = {store.time_zone for store in brand.stores if store.id in advisor.stores}
    return Account(
        username=person.username,
        name=person.display_name,
        role="advisor",
        skills=frozenset(advisor.skills),
        stores=frozenset(advisor.stores),
        languages=frozenset(advisor.languages),
        limit=advisor.max_conversations,
        language=person.language,
        # Somebody who speaks for stores of one zone works by their clock.
        zone=zones.pop() if len(zones) == 1 else brand.time_zone,
    )


class StoredAudit:
    """`handoff.console.ports.Audit`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, entry: AuditEntry) -> None:
        unit = partial(
            kept.record,
            at=entry.at,
            by=entry.by,
            act=entry.act,
            conversation=entry.conversation,
            details=entry.details,
        )
        await self._database.write(unit)
