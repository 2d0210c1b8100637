"""Pictures and documents sent from the chat page: taken once, looked at, bounded, and kept with the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.storage import media
from bot.storage.database import Database
from bot.web.chat_book import StoredChatBook
from bot.web.webchat import add_webchat
from tests.fakes.chat_book import FakeChatBook
from tests.fakes.house import running_house

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20
PDF = b"%PDF-1.7 a bill"


class Page:
    """A browser with the chat's page open."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.client = client

    async def sends(
        self, content: bytes, *, name: str = "semelle.jpg", kind: str = "image/jpeg", id_: str = "", **headers: str
    ) -> ClientResponse:
        own = {"X-Message-Id": id_ or str(uuid4()), "X-File-Name": quote(name), "Content-Type": kind}
        return await self.client.post("/chat/files", data=content, headers=own | headers)


@pytest.fixture
def book() -> FakeChatBook:
    return FakeChatBook()


@pytest.fixture
async def page(book: FakeChatBook) -> AsyncIterator[Page]:
    app = web.Application()
    add_webchat(app, book, heartbeat=0.01, file_bytes=4096)
    async with TestClient(TestServer(app)) as client:
        await client.get("/")
        yield Page(client)


@pytest.mark.parametrize(
    ("content", "name", "kind", "told"),
    [
        (JPEG, "semelle.jpg", "image/jpeg", {"type": "photo", "mime_type": "image/jpeg", "name": "semelle.jpg"}),
        (PDF, "Ma facture à 3 €.pdf", "application/pdf", {"type": "document", "mime_type": "application/pdf"}),
        (JPEG, "C:\\photos\\a b.jpg", "", {"type": "photo", "mime_type": "image/jpeg", "name": "a b.jpg"}),
        (JPEG, "../../etc/passwd", "image/png", {"type": "photo", "mime_type": "image/jpeg", "name": "passwd"}),
        (JPEG, "un\r\ndeux\x00.jpg", "image/jpeg", {"name": "un deux.jpg"}),
        (JPEG, "é" * 200 + ".jpg", "image/jpeg", {"name": "é" * 119 + "…"}),
    ],
)
async def test_a_file_is_a_message_with_its_bytes(
    page: Page, book: FakeChatBook, content: bytes, name: str, kind: str, told: dict[str, Any]
) -> None:
    answer = await page.sends(content, name=name, kind=kind)
    assert answer.status == 202
    (message,) = book.accepted
    assert (message.kind, message.text, message.data["part"], message.data["size"]) == ("media", "", 0, len(content))
    assert {field: message.data[field] for field in told} == told
    assert book.files == [{0: content}]


async def test_a_file_sent_again_is_one_message(page: Page, book: FakeChatBook) -> None:
    chosen = str(uuid4())
    answers = [await page.sends(JPEG, id_=chosen) for _ in range(2)]
    assert [await answer.json() for answer in answers] == [{"id": chosen, "accepted": True}] * 2
    assert len(book.accepted) == 1


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"MZ\x90\x00 a program", "semelle.jpg", "image/jpeg"),
        (b"<html><script>1</script>", "page.html", "text/html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "dessin.svg", "image/svg+xml"),
        (b"plain words", "note.txt", "text/plain"),
        (b"", "vide.jpg", "image/jpeg"),
    ],
)
async def test_only_pictures_and_pdf_are_taken_whatever_they_are_called(
    page: Page, book: FakeChatBook, content: bytes, name: str, kind: str
) -> None:
    answer = await page.sends(content, name=name, kind=kind)
    assert (answer.status, (await answer.json())["error"]) == (415, "file_type")
    assert book.accepted == []


async def test_a_file_too_large_is_refused_before_it_is_read(page: Page, book: FakeChatBook) -> None:
    answer = await page.sends(JPEG + b"x" * 5000)
    assert (answer.status, (await answer.json())["error"]) == (413, "file_too_large")

    async def endless() -> AsyncIterator[bytes]:
        yield JPEG
        while True:
            yield b"x" * 1000

    headers = {"X-Message-Id": str(uuid4()), "Content-Type": "image/jpeg"}
    answer = await page.client.post("/chat/files", data=endless(), headers=headers)
    assert answer.status == 413
    assert book.accepted == []


async def test_a_file_without_the_pages_id_is_refused(page: Page) -> None:
    answer = await page.sends(JPEG, id_="1")
    assert (answer.status, (await answer.json())["error"]) == (400, "bad_request")


async def test_a_file_from_another_site_is_refused(page: Page, book: FakeChatBook) -> None:
    headers = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert (await page.sends(JPEG, **headers)).status == 403
    page.client.session.cookie_jar.clear()
    assert (await page.sends(JPEG)).status == 401
    assert book.accepted == []


async def test_files_have_a_pace_of_their_own(page: Page, book: FakeChatBook) -> None:
    statuses = [(await page.sends(JPEG)).status for _ in range(11)]
    assert statuses == [202] * 10 + [429]
    answer = await page.client.post("/chat/messages", json={"id": str(uuid4()), "text": "Vous l'avez reçue ?"})
    assert answer.status == 202


async def test_one_who_sends_drop_by_drop_takes_nobody_elses_place(book: FakeChatBook) -> None:
    app, slow = web.Application(), asyncio.Event()

    async def drops() -> AsyncIterator[bytes]:
        yield JPEG
        await slow.wait()

    chat = add_webchat(app, book, address_of=lambda request: request.headers.get("X-Test-Address", "192.0.2.1"))
    async with TestClient(TestServer(app)) as client:
        await client.get("/")
        page = Page(client)
        headers = {"X-Message-Id": str(uuid4()), "Content-Type": "image/jpeg"}
        dripping = [asyncio.create_task(client.post("/chat/files", data=drops(), headers=headers)) for _ in range(3)]
        for _ in range(500):
            if chat._files._coming.total() == 3:
                break
            await asyncio.sleep(0.01)
        assert (await page.sends(JPEG)).status == 429
        assert (await page.sends(JPEG, **{"X-Test-Address": "192.0.2.2"})).status == 202
        slow.set()
        assert {(await task).status for task in dripping} == {202}


async def test_a_file_that_could_not_be_committed_is_not_accepted(page: Page, book: FakeChatBook) -> None:
    book.away = 1
    assert (await page.sends(JPEG)).status == 500
    assert (await page.sends(JPEG)).status == 202  # and its place is free again


async def test_the_page_shows_its_own_file_by_name(page: Page) -> None:
    await page.sends(JPEG)
    async with page.client.get("/chat/events") as stream:
        seen = await stream.content.readuntil(b"\n\n")
    assert b'"file":"semelle.jpg"' in seen


async def test_the_bytes_are_kept_with_the_conversation(database: Database) -> None:
    """On both databases: what is committed is the message and its file, in one."""
    async with running_house(database) as house:
        links: dict[str, Any] = {}
        book = StoredChatBook(house.door, house.database, house.board, house.clock, house.house.brand, links)
        app = web.Application()
        add_webchat(app, book, now=house.clock.now)
        async with TestClient(TestServer(app)) as client:
            await client.get("/")
            chosen = str(uuid4())
            for _ in range(2):
                assert (await Page(client).sends(PDF, name="facture.pdf", kind="application/pdf", id_=chosen)).status == 202
            (session,) = [line.value for line in client.session.cookie_jar if line.key == "filrouge_chat"]
            assert session
        files = await database.read(partial(media.of_conversation, conversation_id=1))
        (kept,) = [file for some in files.values() for file in some]
        assert (kept.state, kept.type, kept.mime_type, kept.name, kept.size) == (
            "kept",
            "document",
            "application/pdf",
            "facture.pdf",
            len(PDF),
        )
        opened = await database.read(partial(media.open, media_id=kept.id))
        assert opened is not None
        assert opened.content == PDF
