"""Accounts, sessions and tries to sign in, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.storage import accounts
from bot.storage.accounts import Browser
from bot.storage.database import Database

NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
WINDOW = timedelta(minutes=15)


async def add(database: Database, username: str = "ines", **more: object) -> None:
    given = {"role": "advisor", "display_name": "Inès", "password_hash": "hash", "now": NOON} | more
    await database.write(partial(accounts.keep_account, username=username, **given))  # type: ignore[arg-type]


async def sign_in(database: Database, key: str, *, at: datetime = NOON, username: str = "ines") -> None:
    browser = Browser(key=key, username=username, csrf="c", started_at=at, seen_at=at)
    await database.write(partial(accounts.start_session, browser=browser, expires_at=at + timedelta(hours=12)))


async def try_once(database: Database, username: str, address: str, at: datetime = NOON) -> tuple[int, int, int]:
    await database.write(partial(accounts.note_attempt, username=username, address=address, at=at, within=WINDOW))
    return await database.read(partial(accounts.count_attempts, username=username, address=address, since=at - WINDOW))


async def test_a_new_password_signs_everybody_out_who_knew_the_old_one(database: Database) -> None:
    await add(database, language="fr")
    await sign_in(database, "browser")
    assert await database.read(partial(accounts.find_session, key="browser")) is not None

    await add(database, password_hash="another", role="community_manager")

    assert await database.read(partial(accounts.find_session, key="browser")) is None
    person = await database.read(partial(accounts.find_account, username="ines"))
    assert person is not None
    assert (person.password_hash, person.role, person.language) == ("another", "community_manager", "fr")
    assert [one.username for one in await database.read(accounts.accounts)] == ["ines"]


async def test_a_disabled_account_is_out_at_once(database: Database) -> None:
    await add(database)
    await sign_in(database, "browser")
    assert await database.write(partial(accounts.disable_account, username="ines"))
    assert await database.read(partial(accounts.find_session, key="browser")) is None
    assert not await database.write(partial(accounts.disable_account, username="nobody"))


async def test_a_session_tells_when_it_was_last_used(database: Database) -> None:
    await add(database)
    await sign_in(database, "browser")
    later = NOON + timedelta(minutes=5)
    await database.write(partial(accounts.see_session, key="browser", at=later))
    found = await database.read(partial(accounts.find_session, key="browser"))
    assert found is not None
    browser, person = found
    assert (browser.started_at, browser.seen_at, person.seen_at) == (NOON, later, later)

    await database.write(partial(accounts.end_session, key="browser"))
    assert await database.read(partial(accounts.find_session, key="browser")) is None
    person_after = await database.read(partial(accounts.find_account, username="ines"))
    assert person_after is not None
    assert person_after.seen_at == later


async def test_sessions_whose_time_is_over_go_away(database: Database) -> None:
    await add(database)
    await sign_in(database, "yesterday", at=NOON - timedelta(days=1))
    await sign_in(database, "today")
    assert await database.read(partial(accounts.find_session, key="yesterday")) is None
    assert await database.read(partial(accounts.find_session, key="today")) is not None


async def test_parallel_guesses_all_count(database: Database) -> None:
    counted = await asyncio.gather(*[try_once(database, "ines", "203.0.113.7") for _ in range(12)])
    here = sorted(count[0] for count in counted)
    # The n-th of them to be committed counts at least n, so a limit of five lets at most five through.
    assert all(count >= number for number, count in enumerate(here, 1))
    assert here[-1] == 12


async def test_tries_are_counted_by_name_and_by_address_and_forgotten_by_both(database: Database) -> None:
    await try_once(database, "ines", "203.0.113.7")
    await try_once(database, "ines", "198.51.100.2")
    assert await try_once(database, "thomas", "203.0.113.7") == (1, 1, 2)
    assert await try_once(database, "ines", "203.0.113.7") == (2, 3, 3)

    await database.write(partial(accounts.forget_attempts, username="ines", address="203.0.113.7"))
    assert await try_once(database, "ines", "203.0.113.7") == (1, 2, 2)
    assert await try_once(database, "ines", "203.0.113.7", NOON + WINDOW) == (1, 1, 1)


async def test_whatever_a_stranger_types_is_an_unknown_name(database: Database) -> None:
    for name in ("x" * 500, "ines\x00", "' OR 1=1 --", "\ud800", ""):
        assert await database.read(partial(accounts.find_account, username=name)) is None
        assert (await try_once(database, name, "::1"))[0] == 1


async def test_the_record_keeps_who_did_what(database: Database) -> None:
    for act, details in (("look", {}), ("answer", {"outcome": "done"})):
        row = {"at": NOON, "by": "ines", "act": act, "conversation": 7, "details": details}
        await database.write(partial(accounts.record, **row))  # type: ignore[arg-type]
    rows = await database.read(partial(accounts.audit_of, conversation=7))
    assert [(row.by, row.act, row.details) for row in rows] == [("ines", "look", None), ("ines", "answer", {"outcome": "done"})]
