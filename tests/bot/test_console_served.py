"""The whole console as people meet it, over our own storage: signing in, the queue, a thread, an answer, the other pages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from bot.storage.accounts import audit_of, keep_account
from bot.storage.database import Database
from handoff.console.app import console
from handoff.console.passwords import hash_password
from tests.fakes.house import RunningHouse, running_house

PASSWORD = "un long mot de passe"


class Browser:
    """Somebody signed in."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self._client = client

    async def read(self, path: str, status: int = 200) -> str:
        async with self._client.get(f"/console{path}") as answer:
            text = await answer.text()
            assert answer.status == status, text
            return text

    async def submit(self, path: str, page: str, **fields: str) -> str:
        """Send a form with the secrets of the page it stands on."""
        hidden = {name: found[1] for name in ("csrf", "id") if (found := re.search(rf'name="{name}" value="([^"]*)"', page))}
        async with self._client.post(f"/console{path}", data=hidden | fields) as answer:
            text = await answer.text()
            assert answer.status == 200, text
            return text


@pytest.fixture
async def house(database: Database) -> AsyncIterator[RunningHouse]:
    async with running_house(database) as running:
        yield running


@pytest.fixture
async def opened(house: RunningHouse) -> AsyncIterator[Any]:
    """Sign somebody in: `await opened("ines", "advisor")`."""
    app = web.Application()
    app.add_subapp("/console", console(house.ports, clock=house.clock, secure=lambda _: False))
    server = TestServer(app)
    await server.start_server()
    clients: list[TestClient[Any, Any]] = []

    async def sign_in(username: str, role: str) -> Browser:
        kept = await hash_password(PASSWORD)
        account = partial(
            keep_account, username=username, role=role, display_name=username.title(), password_hash=kept, now=house.clock.now()
        )
        await house.database.write(account)
        client = TestClient(server, cookie_jar=CookieJar(unsafe=True), headers={"Accept-Language": "en"})
        clients.append(client)
        browser = Browser(client)
        page = await browser.read("/login")
        assert "Sign out" in await browser.submit("/login", page, username=username, password=PASSWORD, next="/console")
        return browser

    yield sign_in
    for client in clients:
        await client.close()
    await server.close()


async def test_an_advisor_serves_a_customer_from_the_first_page_to_the_answer(house: RunningHouse, opened: Any) -> None:
    conversation = (await house.says("camille", "un conseiller svp", sender_name="Camille M.")).conversation
    ines = await opened("ines", "advisor")
    queue = await ines.read("")
    assert "Camille M." in queue
    thread = await ines.submit(f"/conversations/{conversation}/acts", queue, kind="take")
    assert "You are answering this conversation" in thread
    thread = await ines.submit(f"/conversations/{conversation}/acts", thread, kind="answer", text="Bonjour <Camille> !")
    assert "Bonjour &lt;Camille&gt; !" in thread
    assert (await house.said(conversation))[-1] == ("advisor", "Bonjour <Camille> !")
    thread = await ines.submit(f"/conversations/{conversation}/acts", thread, kind="give_back", line="tout est dit")
    assert "The bot is answering this conversation" in thread
    kept = await house.database.read(partial(audit_of, conversation=conversation))
    assert [row.act for row in kept if row.act != "look"] == ["take", "answer", "give_back"]
    assert "Bonjour" not in str([row.details for row in kept]), "the record holds ids and outcomes, never words"


async def test_a_manager_sees_everything_and_an_advisor_only_what_is_theirs(house: RunningHouse, opened: Any) -> None:
    conversation = (await house.says("camille", "grmbl")).conversation
    noemie, ines = await opened("noemie", "community_manager"), await opened("ines", "advisor")
    assert f"/console/conversations/{conversation}" in await noemie.read("/conversations?low=1")
    thread = await noemie.read(f"/conversations/{conversation}")
    assert "Why this answer" in thread
    assert "return_policy" in thread
    await ines.read(f"/conversations/{conversation}", status=403)
    assert "Lyon Bellecour" in await noemie.read("/stores")
    assert "Lyon Bellecour" in await noemie.read("/stores/lyon/today")
