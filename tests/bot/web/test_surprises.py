"""What the doors do with requests no honest client sends: a refusal, never a failure of ours, and nothing held open."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest
import structlog.testing
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.web import rest
from bot.web.app import application
from bot.web.visitors import Visitors
from bot.web.webchat import COOKIE, add_webchat
from tests.fakes.chat_book import FakeChatBook


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    async def healthy() -> dict[str, str]:
        return {}

    app = application(healthy, visitors=Visitors())
    add_webchat(app, FakeChatBook(), now=lambda: datetime(2026, 11, 26, tzinfo=UTC))
    async with TestServer(app) as server:
        yield server


async def exchange(server: TestServer, request: bytes, *, hang_up: bool = False) -> bytes:
    """Write raw bytes and read the answer's status line."""
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        writer.write(request)
        await writer.drain()
        return b"" if hang_up else (await asyncio.wait_for(reader.readline(), 5)).strip()
    finally:
        writer.close()


def post(*headers: bytes, body: bytes = b"") -> bytes:
    lines = [b"POST /chat/messages HTTP/1.1", b"Host: shop", b"Cookie: %s=%s" % (COOKIE.encode(), b"A" * 43), *headers]
    return b"\r\n".join([*lines, b"", body])


async def test_a_body_that_is_not_what_its_headers_say_is_refused_without_a_word_in_the_log(server: TestServer) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = await exchange(server, post(b"Content-Encoding: gzip", b"Content-Length: 5", body=b"abcde"))
    assert answer == b"HTTP/1.1 400 Bad Request"
    assert logs == []


async def test_a_body_that_comes_drop_by_drop_is_not_waited_for(server: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "BODY_SECONDS", 0.1)
    assert await exchange(server, post(b"Content-Length: 100", body=b"{")) == b"HTTP/1.1 408 Request Timeout"


async def test_somebody_who_hangs_up_is_not_taken_for_a_storage_that_is_away(server: TestServer) -> None:
    with structlog.testing.capture_logs() as logs:
        await exchange(server, post(b"Content-Length: 100", body=b"{"), hang_up=True)
        await asyncio.sleep(0.1)
    assert logs == []


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("no database"),
        sqlite3.OperationalError("database or disk is full"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        PoolTimeout("every connection is waiting for a server that does not answer"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_storage_that_is_away_is_told_as_such(error: Exception) -> None:
    async def away(_request: web.Request) -> web.Response:
        raise error

    async def healthy() -> dict[str, str]:
        return {}

    app = application(healthy, visitors=Visitors())
    app.router.add_get("/away", away)
    async with TestServer(app) as other:
        with structlog.testing.capture_logs() as logs:
            answer = await exchange(other, b"GET /away HTTP/1.1\r\nHost: shop\r\n\r\n")
    assert answer == b"HTTP/1.1 503 Service Unavailable"
    assert [line["event"] for line in logs] == ["storage_unavailable"]
