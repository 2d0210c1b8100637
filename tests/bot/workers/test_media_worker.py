"""Fetching customers' files from a platform that is slow, wrong or gone: each once, and nothing that should not be shown."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot import signals
from bot.channels.files import Media
from bot.channels.messenger.table import MessengerTable
from bot.channels.messenger.transport import MessengerChannel
from bot.clock import SystemClock
from bot.errors import AccountRefused, CustomerGone, OutcomeUnknown, Refused, TryLater
from bot.messages import InboundMessage
from bot.storage import fetching, inbox, media
from bot.storage.database import Database
from bot.storage.media import File
from bot.workers import media as media_worker
from bot.workers.media import Fetch, MediaWorker

JPEG = b"\xff\xd8\xff\xe0" + b"camille's coat" * 20
PAGE = b"<!doctype html><script>alert(document.cookie)</script>"
MOST = 10_000


@dataclass
class FilePlace:
    """A platform's file server. What a file does is told by its name."""

    asked: Counter[str] = field(default_factory=Counter)
    at_once: int = 0
    most_at_once: int = 0
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    root: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.asked[name] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._answer(name, request)
        finally:
            self.at_once -= 1

    async def _answer(self, name: str, request: web.Request) -> web.StreamResponse:
        match name:
            case "coat":
                return web.Response(body=JPEG, content_type="image/jpeg")
            case "page":
                return web.Response(body=PAGE, content_type="image/png")
            case "drawing":
                return web.Response(body=b"<svg xmlns='x' onload='alert(1)'/>", content_type="image/svg+xml")
            case "huge":
                return web.Response(body=JPEG + bytes(MOST), content_type="image/jpeg")
            case "endless":
                return await self._streamed(request, length=None)
            case "cut" | "tired" if self.asked[name] > 2:
                return web.Response(body=JPEG, content_type="image/jpeg")
            case "tired":
                return web.Response(status=500)
            case "cut":
                return await self._streamed(request, length=5000)
            case "moved":
                raise web.HTTPFound("http://169.254.169.254/latest/meta-data")
            case slow if slow.startswith("slow"):
                await self.let_go.wait()
                return web.Response(body=JPEG, content_type="image/jpeg")
        return web.Response(status=404)

    async def _streamed(self, request: web.Request, *, length: int | None) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
        answer.content_length = length
        await answer.prepare(request)
        for _ in range(1 if length else 100):
            await answer.write(JPEG)
        assert request.transport is not None
        request.transport.close()
        return answer


@pytest.fixture
async def place() -> AsyncIterator[FilePlace]:
    found = FilePlace()
    app = web.Application()
    app.router.add_get("/files/{name}", found.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    found.let_go.set()
    await runner.cleanup()


@pytest.fixture
async def messenger(place: FilePlace) -> AsyncIterator[MessengerChannel]:
    channel = MessengerChannel("token", "106540352242922", root=place.root, table=MessengerTable(media_bytes=MOST), timeout=2.0)
    await channel.start()
    yield channel
    await channel.close()


def from_messenger(channel: MessengerChannel) -> Fetch:
    async def fetch(reference: Mapping[str, Any]) -> Media:
        return await channel.media(reference["url"])

    return fetch


async def sent(database: Database, root: str, *names: str) -> int:
    """A message with these files has been accepted; its conversation."""
    number = abs(hash(names))
    first, *more = [{"type": "photo", "url": f"{root}/files/{name}"} for name in names]
    now = SystemClock().now()
    inbound = InboundMessage(
        channel="messenger",
        external_id=f"m_{number}",
        sender="6002",
        text="",
        sent_at=now,
        kind="media",
        data=first | {"more": more},
    )
    return (await database.write(partial(inbox.accept, inbound=inbound, now=now))).conversation


async def files(database: Database, conversation: int) -> list[File]:
    found = await database.read(partial(media.of_conversation, conversation_id=conversation))
    return [file for one in found.values() for file in one]


@asynccontextmanager
async def working(
    database: Database, fetch: Fetch, board: signals.Signals | None = None, **more: Any
) -> AsyncIterator[MediaWorker]:
    given: dict[str, Any] = {"channel": "messenger", "name": "w", "poll_seconds": 0.05} | more
    worker = MediaWorker(database, fetch, given.pop("clock", None) or SystemClock(), board or signals.Signals(), **given)
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen in 10 s")


async def until(holds: Callable[[list[File]], bool], database: Database, conversation: int) -> list[File]:
    for _ in range(500):
        if holds(found := await files(database, conversation)):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"after 10 s the files are {found}")


def settled(found: list[File]) -> bool:
    return bool(found) and all(file.state != "waiting" for file in found)


async def test_a_file_is_fetched_at_once_and_open_pages_hear_of_it(
    database: Database, place: FilePlace, messenger: MessengerChannel
) -> None:
    board = signals.Signals()
    async with working(database, from_messenger(messenger), board, poll_seconds=60) as worker:
        await asyncio.sleep(0.05)  # it has looked, found nothing, and rests for a minute
        conversation = await sent(database, place.root, "coat")
        told = board.expect(signals.conversation(conversation))
        worker.wake()
        async with asyncio.timeout(5):
            await told
    (file,) = await files(database, conversation)
    assert (file.state, file.mime_type, file.size) == ("kept", "image/jpeg", len(JPEG))
    opened = await database.read(partial(media.open, media_id=file.id))
    assert opened is not None
    assert opened.content == JPEG


@pytest.mark.parametrize(
    ("name", "why"),
    [("page", "unknown_type"), ("drawing", "unknown_type"), ("huge", "too_large"), ("endless", "too_large"), ("lost", "gone")],
)
async def test_what_is_not_shown_is_refused_once_and_for_all(
    sqlite: Database, place: FilePlace, messenger: MessengerChannel, name: str, why: str
) -> None:
    conversation = await sent(sqlite, place.root, name)
    async with working(sqlite, from_messenger(messenger)):
        (file,) = await until(settled, sqlite, conversation)
        await asyncio.sleep(0.2)
    assert (file.state, file.why) == ("refused", why)
    assert place.asked[name] == 1


async def test_a_redirection_into_our_own_network_is_not_followed(
    sqlite: Database, place: FilePlace, messenger: MessengerChannel
) -> None:
    conversation = await sent(sqlite, place.root, "moved")
    elsewhere = await sent(sqlite, "http://169.254.169.254", "coat")
    assert conversation == elsewhere
    async with working(sqlite, from_messenger(messenger)):
        found = await until(settled, sqlite, conversation)
    assert sorted(file.why for file in found) == ["elsewhere", "gone"]


@pytest.mark.parametrize("name", ["tired", "cut"])
async def test_a_platform_in_trouble_is_asked_again(
    sqlite: Database, place: FilePlace, messenger: MessengerChannel, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_worker, "LONGEST_WAIT", 0.05)
    conversation = await sent(sqlite, place.root, name)
    async with working(sqlite, from_messenger(messenger)):
        (file,) = await until(settled, sqlite, conversation)
    assert (file.state, place.asked[name]) == ("kept", 3)


async def test_a_platform_that_never_answers_holds_nobody_up(
    sqlite: Database, place: FilePlace, messenger: MessengerChannel
) -> None:
    conversation = await sent(sqlite, place.root, "slow", "coat")
    with capture_logs() as told:
        async with working(sqlite, from_messenger(messenger), claim_seconds=0.6):
            found = await until(lambda found: any(file.state == "kept" for file in found), sqlite, conversation)
            await eventually(lambda: place.asked["slow"] > 1)
    assert [file.state for file in found] == ["waiting", "kept"]
    assert place.most_at_once <= 2
    assert {one["event"] for one in told} == {"file_not_fetched"}


async def test_only_so_many_files_are_in_memory_at_once(sqlite: Database, place: FilePlace, messenger: MessengerChannel) -> None:
    conversation = await sent(sqlite, place.root, *(f"slow{n}" for n in range(8)))
    async with working(sqlite, from_messenger(messenger), parallel=3):
        await eventually(lambda: place.at_once == 3)
        await asyncio.sleep(0.2)
        assert place.most_at_once == 3
        place.let_go.set()
        found = await until(settled, sqlite, conversation)
    assert {file.state for file in found} == {"kept"}
    assert place.most_at_once == 3


async def test_two_workers_on_one_database_fetch_each_file_once(
    database: Database, place: FilePlace, messenger: MessengerChannel
) -> None:
    asked: Counter[str] = Counter()

    async def fetch(reference: Mapping[str, Any]) -> Media:
        asked[reference["url"]] += 1
        await asyncio.sleep(0.01)
        return Media(content=JPEG, mime_type="image/jpeg")

    conversation = await sent(database, place.root, *(f"coat{n}" for n in range(18)))
    async with working(database, fetch, name="one"), working(database, fetch, name="two"):
        await until(settled, database, conversation)
    assert set(asked.values()) == {1}
    assert len(asked) == 18


async def test_a_worker_that_is_killed_leaves_its_file_to_the_next(database: Database, place: FilePlace) -> None:
    clock = SystemClock()
    conversation = await sent(database, place.root, "coat")
    lost = partial(
        fetching.claim_waiting,
        channel="messenger",
        account="",
        now=clock.now(),
        until=clock.now() + timedelta(seconds=0.5),
        limit=5,
    )
    assert len(await database.write(lost)) == 1  # and its process is gone

    async def fetch(_: Mapping[str, Any]) -> Media:
        return Media(content=JPEG, mime_type="image/jpeg")

    async with working(database, fetch):
        await asyncio.sleep(0.1)
        assert [file.state for file in await files(database, conversation)] == ["waiting"]
        (file,) = await until(settled, database, conversation)
    assert file.state == "kept"


async def test_a_worker_that_stops_gives_back_what_it_was_fetching(sqlite: Database) -> None:
    begun = asyncio.Event()

    async def never(_: Mapping[str, Any]) -> Media:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody gets here")

    conversation = await sent(sqlite, "https://x.fbcdn.net", "coat")
    async with working(sqlite, never, claim_seconds=600):
        await begun.wait()

    async def fetch(_: Mapping[str, Any]) -> Media:
        return Media(content=JPEG, mime_type="image/jpeg")

    async with working(sqlite, fetch):
        (file,) = await until(settled, sqlite, conversation)
    assert file.state == "kept"


@pytest.mark.parametrize(
    ("raised", "state", "why"),
    [
        (Refused("the file's id is not WhatsApp's"), "refused", "the file's id is not WhatsApp's"),
        (CustomerGone("the customer is gone"), "refused", "the customer is gone"),
        (TryLater("busy", wait=3600), "waiting", ""),
        (OutcomeUnknown("cut"), "waiting", ""),
        (AccountRefused("the token is refused"), "waiting", ""),
        (KeyError("url"), "waiting", ""),
    ],
)
async def test_what_a_failure_means(sqlite: Database, raised: Exception, state: str, why: str) -> None:
    tried = asyncio.Event()

    async def fetch(_: Mapping[str, Any]) -> Media:
        tried.set()
        raise raised

    conversation = await sent(sqlite, "https://x.fbcdn.net", "coat")
    with capture_logs() as told:
        async with working(sqlite, fetch):
            await tried.wait()
            await asyncio.sleep(0.1)
    (file,) = await files(sqlite, conversation)
    assert (file.state, file.why) == (state, why)
    assert "fbcdn" not in str(told), "an address may hold what opens it"


async def test_a_file_nobody_ever_hands_out_is_given_up_in_the_end(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_worker, "GIVE_UP_AFTER", 3)
    monkeypatch.setattr(media_worker, "LONGEST_WAIT", 0.01)

    async def fetch(_: Mapping[str, Any]) -> Media:
        raise TryLater("not yet")

    conversation = await sent(sqlite, "https://x.fbcdn.net", "coat")
    async with working(sqlite, fetch):
        (file,) = await until(settled, sqlite, conversation)
    assert (file.state, file.why) == ("refused", "gone")


async def test_a_film_comes_whole_though_it_is_written_in_pieces(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "PIECE", 1000)
    film = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40

    async def fetch(_: Mapping[str, Any]) -> Media:
        return Media(content=film, mime_type="video/mp4", name="essayage.mp4")

    conversation = await sent(database, "https://x.fbcdn.net", "coat")
    async with working(database, fetch):
        (file,) = await until(settled, database, conversation)
    assert (file.state, file.size, file.name) == ("kept", len(film), "essayage.mp4")
    opened = await database.read(partial(media.open, media_id=file.id))
    assert opened is not None
    assert opened.content == film


async def test_a_file_larger_than_any_is_not_kept_whoever_fetched_it(sqlite: Database) -> None:
    async def fetch(_: Mapping[str, Any]) -> Media:
        return Media(content=JPEG + bytes(MOST), mime_type="image/jpeg")

    conversation = await sent(sqlite, "https://x.fbcdn.net", "coat")
    async with working(sqlite, fetch, most_bytes=MOST):
        (file,) = await until(settled, sqlite, conversation)
    assert (file.state, file.why) == ("refused", "too_large")
