"""Open pages hear of what changes: which part, never what it says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from handoff.console import console
from handoff.console.streams import MOST
from tests.handoff.conftest import Visit, Visitor, hidden
from tests.handoff.fake_house import FakeHouse


async def heard(stream: ClientResponse) -> str:
    """The next event (or comment) of the stream."""
    async with asyncio.timeout(5):
        return (await stream.content.readuntil(b"\n\n")).decode().strip()


async def event(stream: ClientResponse) -> str:
    while (said := await heard(stream)).startswith(":"):
        pass
    return said


async def until_nobody_listens(house: FakeHouse) -> None:
    await asyncio.wait_for(house.silent.wait(), 5)


async def test_a_message_reaches_the_page_of_its_conversation(visit: Visit, house: FakeHouse) -> None:
    maud = await visit("maud")
    stream = await maud.get("/live/1")
    assert stream.content_type == "text/event-stream"
    assert "event: hello" in await event(stream)

    house.desk.says(4, "bonsoir")
    house.desk.says(1, "vous êtes là ?")
    said = await event(stream)
    assert said == 'event: change\ndata: {"topic":"conversation:1"}'
    assert "vous êtes là ?" in await maud.read("/fragments/conversations/1")
    stream.close()
    await until_nobody_listens(house)


async def test_a_case_taken_moves_everybodys_queue(visit: Visit, house: FakeHouse) -> None:
    tom, ines = await visit("tom"), await visit("ines")
    stream = await tom.get("/live")
    await event(stream)
    await ines.act(2, "take")

    assert await event(stream) == 'event: change\ndata: {"topic":"queue"}'
    assert "with Inès Faure" in await tom.read("/fragments/queue")
    stream.close()
    await until_nobody_listens(house)


@pytest.mark.parametrize(("who", "topics"), [("ines", ["queue"]), ("maud", ["conversations", "queue"])])
async def test_lists_hear_of_lists_only_and_advisors_of_their_queue(
    visit: Visit, house: FakeHouse, who: str, topics: list[str]
) -> None:
    visitor = await visit(who)
    stream = await visitor.get("/live")
    await event(stream)
    house.changed("conversation:4", "conversations", "queue")

    assert [(await event(stream)).split('"')[3] for _ in topics] == topics
    stream.close()
    await until_nobody_listens(house)


async def test_a_quiet_stream_gives_signs_of_life(visit: Visit) -> None:
    ines = await visit("ines")
    stream = await ines.get("/live")
    await event(stream)

    assert await heard(stream) == ": still here"
    stream.close()


async def test_signing_out_elsewhere_ends_the_stream_however_busy(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    stream = await ines.get("/live")
    await event(stream)
    csrf = hidden(await ines.read(""), "csrf")
    await ines.post("/logout", {"csrf": csrf})

    async def chatter() -> None:
        while True:
            house.changed("queue")
            await asyncio.sleep(0.005)

    busy = asyncio.create_task(chatter())
    async with asyncio.timeout(5):
        while "signed-out" not in await event(stream):
            pass
    busy.cancel()
    assert await stream.content.read() == b""
    await until_nobody_listens(house)


async def test_listening_for_ever_is_not_being_active(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    stream = await ines.get("/live")
    await event(stream)
    house.clock.advance(hours=2)

    assert "signed-out" in await event(stream)


async def test_one_session_cannot_hold_streams_without_end(visit: Visit, house: FakeHouse) -> None:
    ines = await visit("ines")
    streams: list[Any] = [await ines.get("/live") for _ in range(MOST)]
    refused = await ines.get("/live")
    assert refused.status == 429

    for stream in streams:
        stream.close()
    await until_nobody_listens(house)
    again = await ines.get("/live")
    assert again.status == 200
    again.close()
    await until_nobody_listens(house)


async def test_a_server_that_stops_ends_its_streams(house: FakeHouse) -> None:
    parent = web.Application()
    parent.add_subapp("/console", console(house.ports, clock=house.clock, secure=lambda _: False))
    server = TestServer(parent)
    async with TestClient(server) as client:
        ines = Visitor(client)
        assert (await ines.sign_in("ines")).status == 303
        stream = await ines.get("/live")
        await event(stream)
        async with asyncio.timeout(5):
            await server.close()
    assert house.listeners == {}
