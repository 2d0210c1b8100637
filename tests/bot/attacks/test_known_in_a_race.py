"""Somebody becomes known by a profile while it is joined to another: they are the person of the one that stays."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, select, text

from bot.customers.profile import Profile
from bot.messages import InboundMessage
from bot.storage import conversations, inbox
from bot.storage.database import open_database
from bot.storage.joining_by_hand import join_profiles
from bot.storage.profiles import import_profiles
from bot.storage.recognition import recognise_by_contact
from bot.storage.schema import conversation, evidence

pytestmark = pytest.mark.postgres
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=1)
TWICE = [Profile(id=one, first_name="Camille", last_name="F", phones=(f"+3363998{one[1]}101",)) for one in ("c1", "c2")]


@pytest.mark.parametrize("first", ["known", "joined"])
async def test_the_profile_that_stays_is_theirs(postgres_url: str, first: str) -> None:
    database = open_database(postgres_url)
    await database.write(partial(import_profiles, profiles=TWICE))
    said = InboundMessage(channel="whatsapp", external_id="1", sender="33639982101", text="bonjour", sent_at=NOON)
    accepted = await database.write(partial(inbox.accept, inbound=said, now=NOON))
    (claim,) = await database.write(partial(inbox.claim, worker="w", now=LATER, until=LATER + timedelta(seconds=10), limit=1))
    loop, begun = asyncio.get_running_loop(), asyncio.Event()

    def linger(connection: Connection) -> None:
        loop.call_soon_threadsafe(begun.set)
        connection.execute(text("select pg_sleep(0.5)"))

    def known(connection: Connection) -> None:
        standing = conversations.lock(connection, claim, accepted.identity, LATER)
        recognise_by_contact(connection, standing, values=["+33639982101"], own=True, now=LATER, by="sender")
        if first == "known":
            linger(connection)

    def joined(connection: Connection) -> None:
        join_profiles(connection, keep="c1", drop="c2", by="noemie", now=LATER)
        if first == "joined":
            linger(connection)

    one, other = (known, joined) if first == "known" else (joined, known)
    async with asyncio.timeout(10):
        under_way = asyncio.create_task(database.write(one))
        await begun.wait()
        await database.write(other)
        await under_way

    def read(connection: Connection) -> tuple[str | None, list[str | None]]:
        is_known = connection.execute(select(conversation.c.profile_id)).scalar_one()
        return is_known, list(connection.execute(select(evidence.c.profile_id)).scalars())

    assert await database.read(read) == ("c1", ["c1"])
    await database.close()
