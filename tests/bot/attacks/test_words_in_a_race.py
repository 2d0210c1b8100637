"""Words that arrive while their writer is taken out of a thread: they are heard in their own, not by whoever stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from bot.messages import InboundMessage
from bot.storage import conversations, inbox, parting
from bot.storage.database import Database, open_database
from bot.storage.inbox import Accepted
from bot.storage.joining_by_hand import join_by_hand
from bot.storage.moving_out import move_out
from bot.storage.schema import identity, message

pytestmark = pytest.mark.postgres
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[Database]:
    opened = open_database(postgres_url)
    yield opened
    await opened.close()


async def arrives(database: Database, channel: str, sender: str, words: str = "bonjour") -> Accepted:
    said = InboundMessage(channel=channel, external_id=f"{sender}-{words}", sender=sender, text=words, sent_at=NOON)
    return await database.write(partial(inbox.accept, inbound=said, now=NOON))


def slowly(unit: Callable[[Connection], Any], done: asyncio.Event) -> Callable[[Connection], Any]:
    """The unit of work, whose transaction stays open for half a second once everything is written."""

    def work(connection: Connection) -> Any:
        result = unit(connection)
        loop.call_soon_threadsafe(done.set)
        connection.execute(text("select pg_sleep(0.5)"))
        return result

    loop = asyncio.get_running_loop()
    return work


async def two_joined(database: Database) -> tuple[Accepted, Accepted, int]:
    stays, leaves = await arrives(database, "telegram", "A"), await arrives(database, "webchat", "B")
    merged = partial(join_by_hand, one=stays.conversation, other=leaves.conversation, by="noemie", why="", now=NOON)
    return stays, leaves, await database.write(merged)


async def place_of(database: Database, accepted: Accepted) -> tuple[int, int]:
    """Where the message is, and where its writer lives."""

    def read(connection: Connection) -> tuple[int, int]:
        lies = select(message.c.conversation_id).where(message.c.id == accepted.message)
        lives = select(identity.c.conversation_id).where(identity.c.id == accepted.identity)
        return connection.execute(lies).scalar_one(), connection.execute(lives).scalar_one()

    return await database.read(read)


async def raced(database: Database, unit: Callable[[Connection], Any]) -> Accepted:
    """B writes while this is being done."""
    written = asyncio.Event()
    under_way = asyncio.create_task(database.write(slowly(unit, written)))
    async with asyncio.timeout(10):
        await written.wait()
        accepted = await arrives(database, "webchat", "B", "mon numéro est le 06 11")
        await under_way
    return accepted


async def test_a_merge_is_undone_while_one_of_them_writes(postgres_database: Database) -> None:
    stays, leaves, merged = await two_joined(postgres_database)
    undo = partial(parting.undo, merge_id=merged, by="noemie", why="", now=NOON)
    accepted = await raced(postgres_database, undo)
    assert accepted.conversation == leaves.conversation != stays.conversation
    assert await place_of(postgres_database, accepted) == (leaves.conversation, leaves.conversation)


async def test_somebody_writes_while_their_browser_is_left(postgres_database: Database) -> None:
    stays, leaves, _ = await two_joined(postgres_database)
    later = NOON + timedelta(seconds=1)
    claims = partial(
        inbox.claim, worker="w", now=later, until=later + timedelta(seconds=10), limit=1, wanted=[stays.conversation]
    )
    (claim,) = await postgres_database.write(claims)

    def leave(connection: Connection) -> None:
        move_out(connection, conversations.lock(connection, claim, leaves.identity, NOON), NOON)

    accepted = await raced(postgres_database, leave)
    assert accepted.conversation != stays.conversation
    lies, lives = await place_of(postgres_database, accepted)
    assert lies == lives == accepted.conversation
