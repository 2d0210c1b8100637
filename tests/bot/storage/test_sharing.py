"""Processes that send by the same account know of each other, and forget those that are gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from bot.storage import sharing
from bot.storage.database import Database
from tests.bot.storage.test_outbox import NOON


async def shares(database: Database, worker: str, at: datetime = NOON, *, account: str = "") -> int:
    until = at + timedelta(seconds=15)
    unit = partial(sharing.share, channel="whatsapp", account=account, worker=worker, now=at, until=until)
    return await database.write(unit)


async def test_those_who_send_are_counted_by_account(database: Database) -> None:
    assert await shares(database, "one") == 1
    assert await shares(database, "two") == 2
    assert await shares(database, "one") == 2
    assert await shares(database, "one", account="fr") == 1


async def test_who_says_nothing_for_a_while_is_gone(database: Database) -> None:
    await shares(database, "one")
    await shares(database, "two")
    assert await shares(database, "two", NOON + timedelta(seconds=10)) == 2
    assert await shares(database, "two", NOON + timedelta(seconds=16)) == 1


async def test_who_leaves_is_not_waited_for(database: Database) -> None:
    await shares(database, "one")
    await shares(database, "two")
    await database.write(partial(sharing.leave, channel="whatsapp", account="", worker="one"))
    assert await shares(database, "two") == 1
