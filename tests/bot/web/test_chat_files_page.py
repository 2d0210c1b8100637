"""Sending pictures and documents from the chat page, in a real browser: by hand, by keyboard, through bad connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, Route, expect

from bot.messages import InboundMessage
from bot.web.pace import Pace
from bot.web.webchat import add_webchat
from tests.fakes.chat_book import FakeChatBook

pytestmark = pytest.mark.browser

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20
SOLE = {"name": "semelle.jpg", "mimeType": "image/jpeg", "buffer": JPEG}
BILL = {"name": "facture.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 a bill"}


class ThankfulBook(FakeChatBook):
    """Thanks for everything; takes nothing while it is not `open`."""

    def __init__(self) -> None:
        super().__init__()
        self.open = asyncio.Event()
        self.open.set()

    async def accept(self, message: InboundMessage, files: Mapping[int, bytes] | None = None) -> None:
        await self.open.wait()
        await super().accept(message, files)

    def answer(self, message: InboundMessage) -> None:
        self.say(message.sender, f"Bien reçu : {message.data.get('name') or message.text}")


@pytest.fixture
def book() -> ThankfulBook:
    return ThankfulBook()


@pytest.fixture
async def page(browser: Browser, book: ThankfulBook) -> AsyncIterator[Page]:
    app = web.Application()
    add_webchat(app, book, heartbeat=1.0, file_bytes=3 * 1024 * 1024, session_pace=Pace(burst=100, per_second=10))
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    context = await browser.new_context(locale="fr-FR", viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    opened = await context.new_page()
    errors: list[Any] = []
    opened.on("pageerror", lambda error: errors.append(error))
    opened.on("filechooser", lambda _: None)  # told early: no dialog may open before the browser knows that somebody takes it
    await opened.goto(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    await expect(opened.get_by_text("En ligne")).to_be_visible()
    yield opened
    assert errors == []
    await context.close()
    await runner.cleanup()


async def attach(page: Page, *files: Any) -> None:
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="Joindre une photo ou un document").click()
    await (await choosing.value).set_files(list(files))


async def test_a_picture_and_a_document_are_sent_in_their_order(page: Page, book: ThankfulBook) -> None:
    await attach(page, SOLE, BILL)
    await expect(page.get_by_text("Bien reçu : facture.pdf")).to_be_visible()
    assert [(message.data["type"], message.data["name"]) for message in book.accepted] == [
        ("photo", "semelle.jpg"),
        ("document", "facture.pdf"),
    ]
    assert book.files[0] == {0: JPEG}
    await expect(page.locator(".in .bubble.file")).to_have_text(["semelle.jpg", "facture.pdf"])
    await page.reload()
    await expect(page.locator(".in .bubble.file")).to_have_text(["semelle.jpg", "facture.pdf"])


async def test_the_button_is_reached_by_keyboard(page: Page, book: ThankfulBook) -> None:
    await page.get_by_label("Écrivez votre message").focus()
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("button", name="Joindre une photo ou un document")).to_be_focused()
    async with page.expect_file_chooser() as choosing:
        await page.keyboard.press("Enter")
    await (await choosing.value).set_files([SOLE])  # type: ignore[list-item]
    await expect(page.get_by_text("Bien reçu : semelle.jpg")).to_be_visible()


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ({"name": "film.mp4", "mimeType": "video/mp4", "buffer": b"\x00" * 9}, "ne peut pas être envoyé"),
        ({"name": "vide.jpg", "mimeType": "image/jpeg", "buffer": b""}, "ne peut pas être envoyé"),
        ({"name": "faux.jpg", "mimeType": "image/jpeg", "buffer": b"MZ a program"}, "ne peut pas être envoyé"),
        ({"name": "gros.jpg", "mimeType": "image/jpeg", "buffer": JPEG + b"x" * 3_200_000}, "trop lourd : 3 Mo au plus"),
    ],
)
async def test_a_file_that_cannot_be_sent_says_why(page: Page, book: ThankfulBook, file: Any, told: str) -> None:
    await attach(page, file)
    await expect(page.get_by_role("alert")).to_contain_text(told)
    await expect(page.locator(".in")).to_have_count(0)
    assert book.accepted == []
    await attach(page, SOLE)  # and the next one goes, which takes the complaint away
    await expect(page.get_by_text("Bien reçu : semelle.jpg")).to_be_visible()
    await expect(page.get_by_role("alert")).to_be_hidden()


async def test_a_lost_answer_costs_nothing(page: Page, book: ThankfulBook) -> None:
    lost = 0

    async def lose_once(route: Route) -> None:
        nonlocal lost
        lost += 1
        if lost == 1:
            await route.fetch()  # it arrives, but its answer does not
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/chat/files", lose_once)
    await attach(page, SOLE)
    await expect(page.get_by_text("Bien reçu : semelle.jpg")).to_be_visible()
    await expect(page.locator(".in .bubble")).to_have_text(["semelle.jpg"])
    assert len(book.accepted) == 1


async def test_progress_is_named_for_whoever_cannot_see_it(page: Page, book: ThankfulBook) -> None:
    book.open.clear()
    await attach(page, {**SOLE, "buffer": JPEG + b"x" * 2_000_000})
    bar = page.get_by_role("progressbar", name="Envoi du fichier")
    await expect(bar).to_have_js_property("value", 1)  # all of it has left, and is not yet committed
    book.open.set()
    await expect(page.get_by_text("Bien reçu : semelle.jpg")).to_be_visible()
    await expect(bar).to_have_count(0)


async def test_a_pasted_picture_is_sent(page: Page, book: ThankfulBook) -> None:
    await page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])], "collée.jpg", { type: "image/jpeg" }));
          document.getElementById("text").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }"""
    )
    await expect(page.get_by_text("Bien reçu : collée.jpg")).to_be_visible()


async def test_a_dropped_document_is_sent(page: Page) -> None:
    await page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["%PDF-1.7 x"], "plan.pdf", { type: "application/pdf" }));
          const chat = document.getElementById("chat");
          for (const kind of ["dragover", "drop"]) chat.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true }));
        }"""
    )
    await expect(page.get_by_text("Bien reçu : plan.pdf")).to_be_visible()
    await expect(page.locator(".dropping")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1280])
async def test_a_long_name_is_no_wider_than_the_screen(page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 700})
    await attach(page, {**SOLE, "name": "s" * 150 + ".jpg"})
    await expect(page.get_by_text("Bien reçu")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_in_english_too(page: Page) -> None:
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("button", name="Attach a picture or a document")).to_be_visible()
