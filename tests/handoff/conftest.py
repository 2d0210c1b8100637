"""A console with a house behind it, and browsers that sign in."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from handoff.console import console
from tests.handoff.fake_house import FakeHouse
from tests.handoff.fake_people import PASSWORD

Fragment = {"X-Fragment": "1"}


class Visitor:
    """Somebody at a browser."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.client = client

    async def get(self, path: str, **more: Any) -> ClientResponse:
        return await self.client.get(f"/console{path}", allow_redirects=False, **more)

    async def read(self, path: str, status: int = 200) -> str:
        answer = await self.get(path)
        text = await answer.text()
        assert answer.status == status, text
        return text

    async def post(self, path: str, form: dict[str, str], **more: Any) -> ClientResponse:
        return await self.client.post(f"/console{path}", data=form, allow_redirects=False, **more)

    async def sign_in(self, username: str, password: str = PASSWORD, *, to: str = "") -> ClientResponse:
        page = await self.read(f"/login?next={to}" if to else "/login")
        form = {"username": username, "password": password, "csrf": hidden(page, "csrf"), "next": hidden(page, "next")}
        return await self.post("/login", form)

    async def act(self, conversation: int, kind: str, *, page: str | None = None, **fields: str) -> ClientResponse:
        """Press one of the conversation's buttons, with the form of `page` (the one shown now otherwise)."""
        page = page or await self.read("")
        form = {"csrf": hidden(page, "csrf"), "id": form_id(page), "kind": kind} | fields
        return await self.post(f"/conversations/{conversation}/acts", form, headers=Fragment)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def form_id(page: str) -> str:
    """The id of one of the page's forms, or a new one where the page has none."""
    found = re.search(r'name="id" value="([^"]*)"', page)
    return found[1] if found else "a-form-id-made-by-the-test"


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse()


@pytest.fixture
async def visit(house: FakeHouse) -> Any:
    """Open a browser: `await visit()` for a stranger, `await visit("ines")` for somebody signed in."""
    app = web.Application()
    app.add_subapp("/console", console(house.ports, clock=house.clock, secure=lambda _: False, heartbeat=0.05))
    server = TestServer(app)
    await server.start_server()
    clients: list[TestClient[Any, Any]] = []

    async def opened(username: str = "") -> Visitor:
        client = TestClient(server, cookie_jar=CookieJar(unsafe=True), headers={"Accept-Language": "en"})
        clients.append(client)
        visitor = Visitor(client)
        if username:
            answer = await visitor.sign_in(username)
            assert answer.status == 303, await answer.text()
        return visitor

    yield opened
    for client in clients:
        await client.close()
    await server.close()


Visit = Callable[..., Awaitable[Visitor]]
