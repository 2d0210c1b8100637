"""Customers' files in a real browser: seen, heard, opened, followed live, and nothing in them runs."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from handoff.console import console
from handoff.console.attached import ContactCard, FileContent, FileView, Place, Remark, StoredFile
from tests.handoff.fake_house import FakeHouse
from tests.handoff.fake_people import PASSWORD

pytestmark = pytest.mark.browser

CAMILLE = 1
PAGE = b"<!doctype html><title>taken</title><script>document.title = 'ran'; parent.ran = top.ran = true</script>"


def picture(width: int = 1200, height: int = 900) -> bytes:
    """A red PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = (b"\x00" + b"\xb3\x20\x2e" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def sound(seconds: int = 2) -> bytes:
    """Silence, as a WAV."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(bytes(16000 * seconds))
    return kept.getvalue()


class Desk:
    """One server, and an advisor at her browser with Camille's thread open."""

    def __init__(self, house: FakeHouse, page: Page, address: str) -> None:
        self.house, self.page, self.address = house, page, address

    def keep(self, content: bytes, mime_type: str, **file: Any) -> FileView:
        number = 1 + len(self.house.desk.files)
        view = FileView(**{"id": number, "sort": "photo", "state": "kept", "mime_type": mime_type, "size": len(content)} | file)
        kept = StoredFile(id=number, conversation=CAMILLE, name=view.name, size=len(content))
        self.house.desk.files[number] = kept, FileContent(content=content, mime_type=mime_type)
        return view

    def sends(self, *files: FileView, text: str = "", **more: Any) -> None:
        self.house.desk.says(CAMILLE, text, **{"kind": "media", "sort": "photo", "files": files} | more)


@pytest.fixture
async def desk(house: FakeHouse, browser: Browser) -> AsyncIterator[Desk]:
    app = web.Application()
    app.add_subapp("/console", console(house.ports, clock=house.clock, secure=lambda _: False))
    server = TestServer(app)
    await server.start_server()
    address = str(server.make_url("")).rstrip("/")
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"{address}/console/login?next=/console/conversations/{CAMILLE}")
    await page.get_by_label("Username").fill("ines")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Camille Martin")).to_be_visible()
    yield Desk(house, page, address)
    await context.close()
    await server.close()
    assert complaints == []


async def test_a_picture_is_seen_small_and_opens_in_full(desk: Desk) -> None:
    desk.sends(desk.keep(picture(), "image/png", name="manteau.png"), text="voilà")
    shown = desk.page.get_by_role("img", name="Open manteau.png in full")
    await expect(shown).to_be_visible()
    await expect(shown).to_have_js_property("naturalWidth", 1200)
    box = await shown.bounding_box()
    assert box is not None
    assert box["width"] <= 16 * 16 + 1
    assert box["height"] <= 14 * 16 + 1
    async with desk.page.context.expect_page() as opening:
        await shown.click()
    opened = await opening.value
    await expect(opened.locator("img")).to_have_js_property("naturalWidth", 1200)
    await opened.close()


async def test_a_voice_note_plays(desk: Desk) -> None:
    desk.sends(desk.keep(sound(), "audio/wav", sort="voice"), sort="voice")
    player = desk.page.get_by_label("Voice message", exact=True)
    await expect(player).to_be_visible()
    seconds = await player.evaluate(
        "player => new Promise((done, fail) => {"
        " player.onloadedmetadata = () => done(player.duration); player.onerror = () => fail(player.error.message);"
        " player.preload = 'metadata'; player.load(); })"
    )
    assert seconds == pytest.approx(2, abs=0.1)


async def test_a_file_comes_in_while_one_looks_on(desk: Desk) -> None:
    kept = desk.keep(picture(300, 200), "image/png", name="coat.png")
    desk.sends(replace(kept, state="waiting", size=None))
    await expect(desk.page.get_by_text("coat.png · Being fetched…")).to_be_visible()
    answer = desk.page.locator(".message").last
    thread = desk.house.desk.threads[CAMILLE]
    thread.messages[-1] = replace(thread.messages[-1], files=[kept])
    desk.house.changed("conversations", f"conversation:{CAMILLE}")
    await expect(answer.get_by_role("img")).to_have_js_property("naturalWidth", 300)
    await expect(desk.page.get_by_text("Being fetched…")).to_have_count(0)
    desk.house.desk.says(CAMILLE, "", kind="media", sort="voice")
    await expect(desk.page.locator("#announcer")).to_have_text("New message from Camille Martin: sent a voice message")


async def test_a_page_disguised_as_a_picture_runs_nowhere(desk: Desk) -> None:
    lying = desk.keep(PAGE, "image/png", name="photo.png")
    desk.house.desk.files[lying.id] = (desk.house.desk.files[lying.id][0], FileContent(content=PAGE, mime_type=""))
    desk.sends(lying)
    await expect(desk.page.get_by_role("link", name="Download photo.png")).to_be_visible()
    async with desk.page.expect_download() as loading:
        await desk.page.get_by_role("link", name="Download photo.png").click()
    loaded = await loading.value
    assert loaded.suggested_filename == "photo.png.bin"
    # Shown by another page, or opened by its address: bytes, and never a document.
    framed = "address => new Promise(done => { const f = document.createElement('iframe'); f.src = address;"
    framed += " f.onload = () => done(!!window.ran); setTimeout(() => done(!!window.ran), 1500); document.body.append(f); })"
    assert await desk.page.evaluate(framed, f"/console/media/{lying.id}") is False
    assert await desk.page.title() != "ran"


async def test_the_rest_of_a_message_has_a_line_each(desk: Desk) -> None:
    says = desk.house.desk.says
    says(CAMILLE, "Bellecour", kind="location", place=Place(latitude=45.757814, longitude=4.832011, address="Lyon 2e"))
    says(CAMILLE, "", kind="contact", cards=[ContactCard(name="Noé Blanc", phone="+33639980102", own=False)])
    says(CAMILLE, "j’adore", remarks=[Remark(name="story_reply")], reactions=["❤️"])
    says(CAMILLE, "", kind="unsent")
    first = desk.house.desk.threads[CAMILLE].messages[0]
    says(CAMILLE, "oui", remarks=[Remark(name="quoted", text="bonjour, je voudrais", message=first.id)])
    page = desk.page
    on_map = page.get_by_role("link", name="See on the map")
    await expect(on_map).to_have_attribute(
        "href", "https://www.openstreetmap.org/?mlat=45.757814&mlon=4.832011#map=16/45.757814/4.832011"
    )
    await expect(on_map).to_have_attribute("rel", "noopener noreferrer")
    await expect(page.get_by_text("Noé Blanc +33639980102")).to_be_visible()
    await expect(page.get_by_text("in answer to your story")).to_be_visible()
    await expect(page.locator(".reactions")).to_have_text("❤️Camille Martin reacted ❤️")
    await expect(page.get_by_text("message taken back: what it said is gone")).to_be_visible()
    await page.get_by_role("link", name="in answer to “bonjour, je voudrais”").click()
    await expect(page.locator(f"#m{first.id}")).to_be_in_viewport()


async def test_wide_files_and_long_names_fit_a_phone(desk: Desk) -> None:
    await desk.page.set_viewport_size({"width": 390, "height": 800})
    desk.sends(
        desk.keep(picture(3000, 400), "image/png", name="x" * 120 + ".png"),
        desk.keep(sound(), "audio/wav", sort="voice"),
        desk.keep(b"%PDF-1.7", "application/pdf", sort="document", name="facture.pdf"),
        FileView(id=99, sort="video", state="refused", why="too_large"),
    )
    await expect(desk.page.get_by_text("This file was not kept: it is too large.")).to_be_visible()
    await expect(desk.page.get_by_role("img")).to_have_js_property("naturalWidth", 3000)
    assert await desk.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert (
        await desk.page.evaluate(
            "(() => { const m = document.querySelector('.messages'); return m.scrollWidth - m.clientWidth })()"
        )
        <= 0
    )
