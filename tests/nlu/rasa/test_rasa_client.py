"""Speaking to a Rasa: in time or not at all, and never a token or a customer's words in what is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from nlu.errors import RasaFailed
from nlu.rasa.client import RasaClient

TOKEN = "very-secret"


class FakeRasaServer:
    """The two routes of Rasa's HTTP API that are spoken to, each as slow or as broken as the test wants."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200
        self.body: Any = {"intent": {"name": "greet", "confidence": 0.9}, "entities": []}
        self.seconds = 0.0

    async def parse(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("token") != TOKEN:
            return web.json_response({"reason": "NotAuthenticated"}, status=401)
        self.asked.append((await request.json())["text"])
        await asyncio.sleep(self.seconds)
        if isinstance(self.body, bytes):
            return web.Response(body=self.body, status=self.status)
        return web.json_response(self.body, status=self.status)

    async def state(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("token") != TOKEN:
            return web.json_response({}, status=401)
        return web.json_response({"model_file": "/models/20261122T051953Z.tar.gz", "model_id": "x"})


@pytest.fixture
async def rasa() -> AsyncIterator[tuple[FakeRasaServer, str]]:
    fake = FakeRasaServer()
    app = web.Application()
    app.router.add_post("/model/parse", fake.parse)
    app.router.add_get("/status", fake.state)
    async with TestServer(app) as server:
        yield fake, str(server.make_url("")).rstrip("/")


@pytest.fixture
async def client(rasa: tuple[FakeRasaServer, str]) -> AsyncIterator[RasaClient]:
    client = RasaClient(rasa[1], token=TOKEN, seconds=0.5)
    yield client
    await client.close()


async def test_it_is_asked_and_its_model_is_named(rasa: tuple[FakeRasaServer, str], client: RasaClient) -> None:
    await client.ready()
    meaning = await client.understand("bonjour, un rdv samedi", language="en")
    assert (meaning.intent, meaning.language, meaning.engine) == ("greet", "fr", "rasa 20261122T051953Z")
    assert meaning.entity("day") is not None


@pytest.mark.parametrize(
    ("text", "sent"),
    [("a" * 5000, ["a" * 2000]), ("\ud83d ok", ["\ufffd ok"]), ("", []), ("🦖", []), ("...", []), ("👍", ["d accord"])],
)
async def test_what_is_sent(rasa: tuple[FakeRasaServer, str], client: RasaClient, text: str, sent: list[str]) -> None:
    meaning = await client.understand(text, language="fr")
    assert rasa[0].asked == sent
    assert meaning.text == text
    assert bool(meaning.ranking) == bool(sent)


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (500, {"message": "mon secret"}, "answers 500"),
        (409, {}, "no model"),
        (200, b"<html>", "cannot be reached or read"),
        (200, {"hello": "world"}, "FILROUGE_RASA_URL"),
        (302, b"", "answers 302"),
    ],
)
async def test_an_answer_that_is_none_fails_with_what_to_do(
    rasa: tuple[FakeRasaServer, str], client: RasaClient, status: int, body: Any, told: str
) -> None:
    rasa[0].status, rasa[0].body = status, body
    with pytest.raises(RasaFailed, match=told) as error:
        await client.understand("mon secret", language="fr")
    assert TOKEN not in str(error.value) + repr(error.value.__cause__) + repr(client)
    assert "mon secret" not in str(error.value)


async def test_a_slow_one_is_not_waited_for(rasa: tuple[FakeRasaServer, str], client: RasaClient) -> None:
    rasa[0].seconds = 30
    started = asyncio.get_running_loop().time()
    with pytest.raises(RasaFailed, match=r"within 0\.5 s"):
        await client.understand("bonjour", language="fr")
    assert asyncio.get_running_loop().time() - started < 2


async def test_a_wrong_token_says_which_setting() -> None:
    fake = FakeRasaServer()
    app = web.Application()
    app.router.add_get("/status", fake.state)
    async with TestServer(app) as server:
        client = RasaClient(str(server.make_url("")).rstrip("/"), token="another-secret")
        with pytest.raises(RasaFailed, match="FILROUGE_RASA_TOKEN") as error:
            await client.ready()
        await client.close()
    assert "another-secret" not in str(error.value)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9"])
async def test_one_that_is_nowhere_fails_at_once(url: str) -> None:
    client = RasaClient(url, token=TOKEN)
    with pytest.raises(RasaFailed) as error:
        await client.understand("bonjour", language="fr")
    await client.close()
    assert TOKEN not in str(error.value)
