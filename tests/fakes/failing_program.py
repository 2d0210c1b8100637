"""A program whose every part fails over a customer's words: what it writes on stderr is what an operator's log would hold.

`python -m tests.fakes.failing_program DATABASE_URL asyncio|uvloop`
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sqlite3
import sys
import threading
from typing import Any

import structlog
import uvloop
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.errors import TryLater
from bot.logs import loop_failure, set_up_logs
from bot.messages import Limits, OutboundMessage
from bot.storage.database import open_database
from bot.web.app import application
from bot.web.visitors import Visitors
from bot.workers.deliveries import DeliveryWorker
from tests.fakes.house import running_house

WORDS = "my card is 4970 1234"
QUIET = "a sentence of ours: try again in a minute"


class LibraryError(Exception):
    """Quotes what it chokes on, as libraries do."""


class Telltale:
    """A value whose representation is the customer's words."""

    def __repr__(self) -> str:
        return WORDS

    def __del__(self) -> None:
        raise LibraryError(WORDS)


class ChokingChannel:
    """A channel whose platform's library fails over every message."""

    name = "telegram"
    limits = Limits(text=4096, buttons=8)

    async def send(self, message: OutboundMessage) -> str:
        raise LibraryError(message.text)


def fail(words: str) -> Any:
    local_words = f"{words}!"
    try:
        sqlite3.connect(":memory:").execute(local_words)
    except sqlite3.OperationalError as error:
        error.add_note(words)
        raise LibraryError(words) from error


async def choke(text: str, *, language: str) -> Any:
    return fail(text)


async def workers_fail(url: str) -> None:
    """A turn breaks over what was written, then a delivery over what is answered."""
    database = open_database(url)
    async with running_house(database) as house:
        understand, house.understander.understand = house.understander.understand, choke  # type: ignore[method-assign]
        waiting = asyncio.create_task(house.says("42", WORDS))
        await asyncio.sleep(0.3)
        house.understander.understand = understand  # type: ignore[method-assign]
        house.clock.advance(minutes=5)
        await waiting
        worker = DeliveryWorker(database, ChokingChannel(), house.clock, house.board, name="test", poll_seconds=0.05)
        delivering = asyncio.create_task(worker.run())
        await asyncio.sleep(0.3)
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
    await database.close()


async def doors_fail() -> None:
    """A handler of ours breaks, one without our middleware breaks, and somebody sends what is no HTTP."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(text=fail(await request.text()))

    async def healthy() -> dict[str, str]:
        return {}

    ours, bare = application(healthy, visitors=Visitors()), web.Application()
    for app in (ours, bare):
        app.router.add_post("/post", handler)
        async with TestServer(app) as server, ClientSession() as client:
            async with client.post(server.make_url("/post"), data=WORDS) as answer:
                assert answer.status == 500
                assert WORDS not in await answer.text()
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(f"{WORDS}\r\n\r\n".encode())
            await reader.read()
            writer.close()


async def loop_fails() -> None:
    """What nobody waits for breaks, and what runs by itself."""
    loop = asyncio.get_running_loop()
    forgotten = asyncio.create_task(choke(WORDS, language=WORDS), name=WORDS)
    await asyncio.wait([forgotten])
    del forgotten
    unheard = loop.create_future()
    unheard.set_exception(LibraryError(WORDS))
    del unheard
    gc.collect()
    loop.call_soon(fail, WORDS)
    await asyncio.sleep(0.05)


def everything_else_fails() -> None:
    log = structlog.get_logger("anywhere")
    for error in (LibraryError(WORDS), TryLater(QUIET), ExceptionGroup(WORDS, [LibraryError(WORDS), TryLater(QUIET)])):
        log.error("caught", error=error, exc_info=error)
    log.error("full", exc_info=OSError(28, WORDS))
    library = logging.getLogger("a.library")
    library.error("it was %s", WORDS, exc_info=LibraryError(WORDS))
    library.error(LibraryError(WORDS))
    already_filled_in = f"Task exception was never retrieved\nfuture: <{WORDS}>"
    logging.getLogger("asyncio").error(already_filled_in)
    Telltale()
    thread = threading.Thread(target=fail, args=(WORDS,), name="a-thread")
    thread.start()
    thread.join()


async def main(url: str) -> None:
    set_up_logs("info")
    asyncio.get_running_loop().set_exception_handler(loop_failure)
    await workers_fail(url)
    await doors_fail()
    await loop_fails()


if __name__ == "__main__":
    factory = uvloop.new_event_loop if sys.argv[2] == "uvloop" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main(sys.argv[1]))
    everything_else_fails()
    fail(WORDS)
