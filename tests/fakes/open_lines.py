"""The channels of Meta open in a house: real webhooks and transports, pretend platforms; the test says what words mean."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import text

from bot.brand.channels import Channels
from bot.connections.exchange import Exchange
from bot.connections.line import Ground
from bot.connections.lines import lines_of
from bot.settings import Settings
from bot.storage.database import Database
from bot.workers.house import House
from tests.fakes.house import NOON, RunningHouse, demo_house, running_house
from tests.fakes.instagram_server import FakeInstagram
from tests.fakes.messenger_server import FakeMessenger
from tests.fakes.meta_server import FakeGraph
from tests.fakes.whatsapp_server import FakeWhatsApp

VERIFY = "a word of our own"
BEGINS = int(NOON.timestamp())
MAKERS: Mapping[str, Callable[..., FakeGraph]] = {
    "whatsapp": FakeWhatsApp,
    "messenger": FakeMessenger,
    "instagram": FakeInstagram,
}


def meta_settings(channel: str, fake: FakeGraph) -> dict[str, str]:
    """The settings of one account, as the environment has them."""
    prefix = f"FILROUGE_{channel.upper()}"
    return {
        f"{prefix}_TOKEN": fake.token,
        f"{prefix}_{'PHONE_NUMBER_ID' if channel == 'whatsapp' else 'PAGE_ID'}": fake.id,
        f"{prefix}_APP_SECRET": fake.secret,
        f"{prefix}_VERIFY_TOKEN": VERIFY,
        f"{prefix}_BASE_URL": fake.root,
    }


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Settings of these variables alone."""
    return Settings(_env_file=None, **{name.removeprefix("FILROUGE_").lower(): value for name, value in environment.items()})


@dataclass
class OpenLines:
    """Everything that is running."""

    house: RunningHouse
    fakes: dict[str, FakeGraph]
    server: TestServer
    exchange: Exchange

    def url(self, channel: str) -> str:
        return str(self.server.make_url(f"/webhooks/{channel}"))

    async def quiet(self) -> None:
        """Wait until everything that came is handled and everything to be said is said."""
        await self.eventually(lambda: self.house.database.read(_open), lambda left: left == 0, "everything is handled")

    async def handled(self) -> None:
        """Wait until every message that came is handled."""
        waiting = "SELECT count(*) FROM message WHERE direction = 'in' AND handled_at IS NULL"
        await self.eventually(lambda: self.rows(waiting), lambda rows: rows == [(0,)], "every message is handled")

    async def eventually(self, ask: Callable[[], Awaitable[Any]], met: Callable[[Any], bool], what: str) -> Any:
        """Ask until the answer is as it should be, and return it."""
        answer = None
        for _ in range(500):
            answer = await ask()
            if met(answer):
                return answer
            await asyncio.sleep(0.01)
        raise AssertionError(f"{what}: not in 5 s, but {answer!r}")

    async def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """What a query finds, for what no door of the product shows."""

        def unit(connection: Any) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.execute(text(statement), values)]

        return await self.house.database.read(unit)

    async def said(self, channel: str, sender: str) -> list[tuple[str, str]]:
        """Who said what in the thread of a sender."""
        ((conversation,),) = await self.rows(
            "SELECT conversation_id FROM identity WHERE channel = :channel AND sender = :sender", channel=channel, sender=sender
        )
        return await self.house.said(conversation)


@lru_cache(maxsize=1)
def hasty_house() -> House:
    """The demo's house, whose WhatsApp takes more than one message in six seconds."""
    return with_channels(demo_house(), {"whatsapp": {"limits": {"per_recipient_per_second": 1000}}})


def with_channels(house: House, said: Mapping[str, Any]) -> House:
    """The same house with another `channels.yml`."""
    return replace(house, brand=house.brand.model_copy(update={"channels": Channels.model_validate(said)}))


def _open(connection: Any) -> int:
    waiting = connection.execute(text("SELECT count(*) FROM message WHERE direction = 'in' AND handled_at IS NULL")).scalar()
    sending = connection.execute(text("SELECT count(*) FROM delivery WHERE state IN ('pending', 'sending')")).scalar()
    files = connection.execute(text("SELECT count(*) FROM media WHERE state = 'waiting'")).scalar()
    return int(waiting) + int(sending) + int(files)


@asynccontextmanager
async def open_lines(
    database: Database,
    *channels: str,
    house: House | None = None,
    environment: Mapping[str, str] | None = None,
    **changed: str,
) -> AsyncIterator[OpenLines]:
    """The channels named, each at a platform of its own; `changed` are settings other than those that fit the platforms."""
    async with contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(running_house(database, house=house or hasty_house()))
        fakes = {name: await stack.enter_async_context(MAKERS[name](begins=BEGINS)) for name in channels}
        told: dict[str, str] = {}
        for name, fake in fakes.items():
            told |= meta_settings(name, fake)
        settings = settings_from(told | changed)
        lines = lines_of(settings, running.house.brand, database=database, clock=running.clock, environment=environment or {})
        # Told of by the door as it stands when a message comes, which is later than now.
        door = replace(running.door, came=lambda message, accepted: exchange.came(message, accepted))
        ground = Ground(database=database, door=door, clock=running.clock, name="test", seat_seconds=3)
        exchange = Exchange(
            tuple(lines), ground, running.board, settle_seconds=0.2, language="fr", open_way=lambda _channel, _address: None
        )
        app = web.Application()
        await exchange.start(app)
        stack.push_async_callback(exchange.close)
        running.worker.deliver = {}
        for delivery in exchange.deliveries:
            beside = running.worker.deliver.get(delivery.channel_name, ())
            running.worker.deliver = {**running.worker.deliver, delivery.channel_name: (*beside, delivery)}
        tasks = [asyncio.create_task(work, name=name) for name, work in exchange.work()]
        stack.push_async_callback(_stop, tasks)
        server = await stack.enter_async_context(TestServer(app))
        for name, fake in fakes.items():
            fake.webhook = str(server.make_url(f"/webhooks/{name}"))
        yield OpenLines(running, fakes, server, exchange)


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
