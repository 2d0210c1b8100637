"""The chat in a frame on the brand's own site, in a real browser: another site, with cookies of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from bot.web.webchat import add_webchat
from tests.fakes.chat_book import FakeChatBook

pytestmark = pytest.mark.browser

BOX = "Écrivez votre message"


@asynccontextmanager
async def chat(book: FakeChatBook, **options: Any) -> AsyncIterator[str]:
    """The chat's own server; yields its address. To browsers 127.0.0.1 and localhost are two sites, both as good as https."""
    app = web.Application()
    add_webchat(app, book, heartbeat=1.0, is_https=lambda _: True, **options)
    async with TestServer(app) as server:
        yield f"http://127.0.0.1:{server.port}/"


@asynccontextmanager
async def brand_site() -> AsyncIterator[tuple[str, dict[str, str]]]:
    """The brand's site; yields its origin and where the chat it shows is to be found."""
    shown = {"chat": ""}

    async def home(_request: web.Request) -> web.Response:
        html = f'<!doctype html><title>Orvelle</title><h1>Orvelle</h1><iframe src="{shown["chat"]}" title="Chat"></iframe>'
        return web.Response(text=html, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", home)
    async with TestServer(app) as server:
        yield f"http://localhost:{server.port}", shown


async def test_a_customer_chats_on_the_brands_site_and_is_still_known_after_a_reload(browser: Browser) -> None:
    book = FakeChatBook()
    async with brand_site() as (origin, shown), chat(book, frame_origins=[origin]) as shown["chat"]:
        context = await browser.new_context(locale="fr-FR")
        page = await context.new_page()
        await page.goto(origin)
        frame = page.frame_locator("iframe")
        await frame.get_by_label(BOX).fill("Bonjour")
        await frame.get_by_label(BOX).press("Enter")
        await expect(frame.get_by_text("Bonjour", exact=True)).to_be_visible()
        await expect(frame.get_by_text("En attente")).to_have_count(0)
        await page.reload()
        await expect(frame.get_by_text("Bonjour", exact=True)).to_be_visible()
        assert [message.text for message in book.accepted] == ["Bonjour"]
        await context.close()


async def test_no_other_site_can_show_it(browser: Browser) -> None:
    async with (
        brand_site() as (origin, shown),
        chat(FakeChatBook(), frame_origins=["https://elsewhere.example"]) as shown["chat"],
    ):
        page = await browser.new_page()
        await page.goto(origin)
        await expect(page.get_by_role("heading", name="Orvelle")).to_be_visible()
        await expect(page.frame_locator("iframe").get_by_label(BOX)).to_have_count(0)
        await page.close()


async def test_a_browser_that_keeps_no_cookie_there_is_shown_the_way_out(browser: Browser) -> None:
    async with chat(FakeChatBook()) as address:
        page = await browser.new_page(locale="fr-FR")
        loaded: list[str] = []
        page.on("load", lambda opened: loaded.append(opened.url))
        await page.route("**/chat/messages", lambda route: route.fulfill(status=401, body="{}"))
        await page.goto(address)
        await page.get_by_label(BOX).fill("Bonjour")
        await page.get_by_label(BOX).press("Enter")
        out = page.get_by_role("link", name="Ouvrir la discussion dans son propre onglet")
        await expect(out).to_be_visible()
        assert await out.get_attribute("target") == "_blank"
        assert len(loaded) == 2, "it tried once for a new session, and not for ever"
        await page.close()
