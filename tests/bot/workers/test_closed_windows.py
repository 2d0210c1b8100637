"""When the customer's window has closed: what is written takes another channel, asks by a template, or waits; nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select, update

from bot.clock import SystemClock
from bot.errors import OutsideWindow, TryLater
from bot.messages import InboundMessage, OutboundMessage
from bot.storage import inbox
from bot.storage.database import Database
from bot.storage.outbox import release_held
from bot.storage.schema import delivery, identity
from bot.turn import Reply
from tests.bot.storage.test_outbox import answer
from tests.bot.workers.test_channel_away import until, worker_of, working
from tests.fakes.platform import FREE, FakePlatform

CLOCK = SystemClock(None)
DAY = replace(FREE, window_hours=24.0)
LONG_AGO = timedelta(hours=30)


@dataclass(frozen=True)
class Hello:
    """What a brand may send when the window is closed."""

    name: str = "hello"


def whatsapp() -> FakePlatform:
    platform = FakePlatform("whatsapp", limits=DAY)

    def closed(message: OutboundMessage) -> Exception | None:
        assert message.window_ends is not None
        return OutsideWindow("the customer's 24 hours are over") if CLOCK.now() >= message.window_ends else None

    platform.fails = closed
    return platform


async def row_of(database: Database) -> Any:
    return await database.read(lambda connection: connection.execute(select(delivery)).one())


async def becomes(database: Database, state: str) -> Any:
    while (row := await row_of(database)).state != state:
        await until(lambda: True)
    return row


async def writes(database: Database, sender: str, channel: str) -> int:
    said = InboundMessage(channel=channel, external_id=f"{sender}-now", sender=sender, text="me voici", sent_at=CLOCK.now())
    accepted = await database.write(partial(inbox.accept, inbound=said, now=CLOCK.now()))
    await database.write(partial(release_held, identity_id=accepted.identity, now=CLOCK.now()))
    return accepted.identity


async def test_late_words_wait_with_their_reason_and_leave_when_the_customer_writes(database: Database) -> None:
    platform = whatsapp()
    await answer(database, Reply("me voilà", author="advisor"), channel="whatsapp", at=CLOCK.now() - LONG_AGO)
    async with working(worker_of(database, platform)):
        row = await becomes(database, "held")
        assert "24 hours are over" in row.why
        assert row.ended_at is not None
        assert not platform.taken
        await writes(database, "42", "whatsapp")
        await becomes(database, "sent")
    assert platform.said == ["me voilà"]


async def test_late_words_take_the_channel_the_customer_uses_now(database: Database) -> None:
    platform, telegram = whatsapp(), FakePlatform("telegram")
    number = await answer(database, Reply("me voilà", author="advisor"), channel="whatsapp", at=CLOCK.now() - LONG_AGO)
    other = await writes(database, "t-1", "telegram")
    belongs = update(identity).where(identity.c.id == other).values(conversation_id=number)
    await database.write(lambda connection: connection.execute(belongs).rowcount)
    served = {("whatsapp", ""): DAY, ("telegram", ""): FREE}
    async with working(worker_of(database, platform, served=served), worker_of(database, telegram, served=served)):
        await until(lambda: bool(telegram.taken))
        await becomes(database, "sent")
    assert (telegram.said, telegram.taken[0].recipient, platform.taken) == (["me voilà"], "t-1", [])


async def test_a_template_asks_once_and_the_words_follow_the_answer(database: Database) -> None:
    platform = whatsapp()
    old = CLOCK.now() - LONG_AGO
    await answer(database, Reply("un", author="advisor"), Reply("deux", author="advisor"), channel="whatsapp", at=old)
    async with working(worker_of(database, platform, templates={"fr": Hello()})):
        await until(lambda: len(platform.tried) == 2)
        await until(lambda: bool(platform.templates))
        both = select(delivery.c.state)
        while set(await database.read(lambda c: c.execute(both).scalars().all())) != {"held"}:
            await until(lambda: True)
        await writes(database, "42", "whatsapp")
        await until(lambda: len(platform.taken) == 2)
    assert platform.said == ["un", "deux"]
    ((recipient, template, key),) = platform.templates
    assert (recipient, template) == ("42", Hello())
    assert key == f"{platform.taken[0].key}/template"


async def test_no_template_is_spent_on_the_bots_late_answer(sqlite: Database) -> None:
    platform = whatsapp()
    await answer(sqlite, Reply("ceci"), channel="whatsapp", at=CLOCK.now() - LONG_AGO)
    async with working(worker_of(sqlite, platform, templates={"fr": Hello()})):
        await becomes(sqlite, "held")
    assert not platform.templates


async def test_a_template_that_cannot_be_sent_now_is_tried_again(sqlite: Database) -> None:
    platform = whatsapp()
    troubles = [TryLater("busy", wait=0.05)]
    send = platform.send_template

    async def busy(recipient: str, template: Any, key: str) -> str:
        if troubles:
            raise troubles.pop()
        return await send(recipient, template, key)

    platform.send_template = busy  # type: ignore[method-assign]
    await answer(sqlite, Reply("me voilà", author="advisor"), channel="whatsapp", at=CLOCK.now() - LONG_AGO)
    async with working(worker_of(sqlite, platform, templates={"fr": Hello()})):
        row = await becomes(sqlite, "held")
    assert "a template has asked them" in row.why
    assert len(platform.templates) == 1
