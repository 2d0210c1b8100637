"""The chat of a running house as browsers meet it, with the shop's own site beside it; for stories about who sits there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

from aiohttp import ClientResponse, ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer

from bot.channels.webchat.translate import session_of
from bot.customers.profile import Profile
from bot.storage.database import Database
from bot.storage.profiles import import_profiles
from bot.web.chat_book import StoredChatBook
from bot.web.pace import Pace
from bot.web.site_tokens import site_tokens
from bot.web.webchat import COOKIE, add_webchat
from nlu.understanding import Entity
from tests.fakes.house import RunningHouse, running_house
from tests.fakes.shop import SECRET, token_for

CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=("+33639980101",), emails=("camille@example.org",))
NOE = Profile(id="c2", first_name="Noé", last_name="Lambert", phones=("+33639980102",))


@dataclass
class Browser:
    """One browser: a cookie jar, and what the page in it was shown."""

    client: ClientSession
    root: str
    house: RunningHouse
    answers: list[dict[str, Any]] = field(default_factory=list)

    async def open(self) -> str:
        async with self.client.get(f"{self.root}/") as answer:
            return await answer.text()

    @property
    def token(self) -> str:
        return {cookie.key: cookie.value for cookie in self.client.cookie_jar}[COOKIE]

    @property
    def session(self) -> str:
        session = session_of(self.token)
        assert session is not None
        return session

    async def post(self, path: str, body: Any, **headers: str) -> ClientResponse:
        return await self.client.post(f"{self.root}{path}", json=body, headers=headers)

    async def says(self, text: str) -> dict[str, Any]:
        answer = await self.post("/chat/messages", {"id": str(uuid4()), "text": text})
        assert answer.status == 202, await answer.text()
        told: dict[str, Any] = await answer.json()
        await self.settled()
        return told

    async def signs_in(self, profile: str, **claims: Any) -> str:
        """The shop's page passes a token on; "same" or "new", whichever session it is now."""
        answer = await self.post("/chat/identity", {"token": token_for(profile, self.house.clock.now(), **claims)})
        assert answer.status == 202, await answer.text()
        told: dict[str, Any] = await answer.json()
        await self.settled()
        return str(told["session"])

    async def leaves(self) -> None:
        answer = await self.post("/chat/identity/leave", {})
        assert answer.status == 202, await answer.text()
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing waits in any inbox."""
        for _ in range(500):
            if await self.house.database.read(_is_quiet):
                return
            await asyncio.sleep(0.01)
        raise AssertionError("a turn was not taken in 5 s")

    async def sees(self, after: int = 0) -> list[str]:
        """What a page loaded now shows, in one line each."""
        return [line["text"] for line in await self.lines(after)]

    async def lines(self, after: int = 0) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        async with asyncio.timeout(5), self.client.get(f"{self.root}/chat/events?after={after}") as stream:
            kind = ""
            async for raw in stream.content:
                name, _, said = raw.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = said
                elif name == "data" and kind == "line":
                    lines.append(json.loads(said))
                elif name == "data" and kind == "ready":
                    break
        return lines


def _is_quiet(connection: Any) -> bool:
    rows = connection.exec_driver_sql("SELECT COUNT(*) FROM message WHERE handled_at IS NULL").scalar()
    return rows == 0


@dataclass
class Shop:
    """The brand's chat, and the browsers in front of it."""

    house: RunningHouse
    root: str
    _clients: list[ClientSession] = field(default_factory=list)

    async def browser(self) -> Browser:
        client = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self._clients.append(client)
        browser = Browser(client, self.root, self.house)
        await browser.open()
        return browser

    async def close(self) -> None:
        for client in self._clients:
            await client.close()


def lessons(house: RunningHouse) -> None:
    """Teach the house the few sentences these stories need."""
    house.understander.meanings |= {
        "mes rendez-vous ?": "check_appointment",
        "un essayage demain à Lyon": "book_appointment",
        "le premier": "choose_option",
        "oui": "affirm",
    }
    house.understander.entities["un essayage demain à Lyon"] = (
        Entity("service", "fitting", "essayage", 3, 11),
        Entity("day", {"offset": 1}, "demain", 12, 18),
        Entity("store", "lyon", "Lyon", 21, 25),
    )
    house.understander.entities["le premier"] = (Entity("number", 1, "premier", 3, 10),)


@asynccontextmanager
async def open_shop(database: Database, **options: Any) -> AsyncIterator[Shop]:
    """The chat's server over a running house, where Camille and Noé are customers."""
    await database.write(partial(import_profiles, profiles=[CAMILLE, NOE]))
    async with running_house(database) as house:
        lessons(house)
        book = StoredChatBook(house.door, database, house.board, house.clock, house.house.brand, {}, look_every=0.05)
        app = web.Application()
        paces = {"session_pace": Pace(burst=1000, per_second=100), "address_pace": Pace(burst=1000, per_second=100)}
        tokens = site_tokens(secret=SECRET, public_key="")
        add_webchat(app, book, heartbeat=0.2, now=house.clock.now, site_tokens=tokens, **{**paces, **options})
        async with TestServer(app) as server:
            shop = Shop(house, f"http://127.0.0.1:{server.port}")
            try:
                yield shop
            finally:
                await shop.close()
