"""Two people on one tablet in a real browser: the chat in a frame of the shop's page, and the button that leaves."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, FrameLocator, Page, expect

from bot.storage.database import Database
from tests.end_to_end.pages import PHONE, seen, tab_to
from tests.fakes.shop import token_for
from tests.fakes.tablet import Shop, open_shop

pytestmark = pytest.mark.browser

BOX = "Écrivez votre message"
NOT_ME = "Ce n’est pas moi"
SHOP_PAGE = """<!doctype html><title>Orvelle</title><h1>Orvelle</h1>
<iframe src="{chat}" title="Chat" style="width: 380px; height: 620px"></iframe>
<script>
  const frame = document.querySelector("iframe");
  window.heard = [];
  window.pass = async (token) => frame.contentWindow.postMessage({{ filrouge: "identity", token }}, "{chat}");
  window.signOut = () => frame.contentWindow.postMessage({{ filrouge: "signout" }}, "{chat}");
  addEventListener("message", async (event) => {{
    if (event.origin !== new URL("{chat}").origin || event.source !== frame.contentWindow) return;
    heard.push(event.data.filrouge);
    if (event.data.filrouge !== "ready") return;
    const answer = await fetch("/token?session=" + event.data.session);
    if (answer.status === 200) pass(await answer.text());
  }});
</script>"""


@dataclass
class Site:
    """The shop's own site, where somebody may be signed in."""

    shop: Shop
    origin: str = ""
    signed_in: str = ""
    tokens: list[str] = field(default_factory=list)

    async def home(self, _request: web.Request) -> web.Response:
        return web.Response(text=SHOP_PAGE.format(chat=f"{self.shop.root}/"), content_type="text/html")

    async def token(self, request: web.Request) -> web.Response:
        if not self.signed_in:
            return web.Response(status=204)
        token = token_for(self.signed_in, self.shop.house.clock.now(), nonce=request.query["session"])
        self.tokens.append(token)
        return web.Response(text=token)


@contextlib.asynccontextmanager
async def shops_site(database: Database) -> AsyncIterator[Site]:
    site = Site(None)  # type: ignore[arg-type]  # the two servers name each other
    app = web.Application()
    app.router.add_get("/", site.home)
    app.router.add_get("/token", site.token)
    async with TestServer(app) as server:
        site.origin = f"http://localhost:{server.port}"
        async with open_shop(database, is_https=lambda _: True, frame_origins=[site.origin]) as shop:
            site.shop = shop
            yield site


@pytest.fixture
async def site(sqlite: Database) -> AsyncIterator[Site]:
    async with shops_site(sqlite) as site:
        yield site


@contextlib.asynccontextmanager
async def window(browser: Browser, address: str, **options: Any) -> AsyncIterator[Page]:
    context: BrowserContext = await browser.new_context(locale="fr-FR", viewport=PHONE, reduced_motion="reduce", **options)  # type: ignore[arg-type]
    page = await context.new_page()
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    await page.goto(address)
    yield page
    assert errors == []
    await context.close()


async def write(place: Page | FrameLocator, words: str) -> None:
    box = place.get_by_label(BOX)
    await box.fill(words)
    await box.press("Enter")
    await expect(place.get_by_text(words, exact=True).last).to_be_visible()
    await expect(place.get_by_text("En attente")).to_have_count(0)


async def test_two_people_on_one_tablet(browser: Browser, site: Site) -> None:
    site.signed_in = "c1"
    async with window(browser, site.origin) as page:
        chat = page.frame_locator("iframe[title=Chat]")
        for words in ("un essayage demain à Lyon", "le premier", "oui"):
            await write(chat, words)
        await expect(chat.get_by_text("au nom de Camille Fournier")).to_be_visible()

        site.signed_in = "c2"
        await page.reload()
        await expect(chat.get_by_text("Que puis-je faire pour vous")).to_be_visible()
        await expect(chat.get_by_text("En ligne")).to_be_visible()
        await expect(chat.locator(".line")).to_have_count(1)
        await write(chat, "mes rendez-vous ?")
        await expect(chat.get_by_text("Je ne vois pas de rendez-vous à venir à votre nom")).to_be_visible()
        assert "Camille" not in await chat.locator("body").inner_text()

        site.signed_in = "c1"
        await page.reload()
        await expect(chat.get_by_text("au nom de Camille Fournier")).to_be_visible()
        await expect(chat.get_by_text("mes rendez-vous ?")).to_have_count(0)


async def test_signing_out_at_the_shop_empties_the_page(browser: Browser, site: Site) -> None:
    site.signed_in = "c1"
    async with window(browser, site.origin) as page:
        chat = page.frame_locator("iframe[title=Chat]")
        await write(chat, "bonjour")
        site.signed_in = ""
        await page.evaluate("signOut()")
        await expect(chat.locator(".line")).to_have_count(1)
        await write(chat, "mes rendez-vous ?")
        await expect(chat.get_by_text("Je ne vois pas de rendez-vous")).to_be_visible()
        await expect(chat.get_by_text("à votre nom")).to_have_count(0)
        assert "left" in await page.evaluate("heard")


async def test_who_says_it_is_not_them_is_not_signed_in_again_by_the_shop_until_they_say_it_is(
    browser: Browser, site: Site
) -> None:
    """The shop may still have the first person's sign-in: its word alone does not undo what the second has said."""
    site.signed_in = "c1"
    async with window(browser, site.origin) as page:
        chat = page.frame_locator("iframe[title=Chat]")
        async with page.expect_response("**/chat/identity"):
            await page.reload()
        await write(chat, "bonjour")
        await write_not_me(chat)
        await expect(chat.locator(".line")).to_have_count(1)
        await expect(chat.get_by_role("button", name="C’est moi")).to_be_visible()
        await write(chat, "mes rendez-vous ?")
        await expect(chat.get_by_text("Je ne vois pas de rendez-vous")).to_be_visible()
        await expect(chat.get_by_text("à votre nom")).to_have_count(0)
        await chat.get_by_role("button", name="C’est moi").click()
        await expect(chat.get_by_text("bonjour", exact=True)).to_be_visible()


async def write_not_me(chat: FrameLocator) -> None:
    await chat.get_by_label(BOX).fill("Ce n'est pas moi")
    await chat.get_by_label(BOX).press("Enter")


async def test_another_page_cannot_speak_for_the_shop(browser: Browser, site: Site) -> None:
    """A frame inside the shop's page, an advertisement say, posts to the chat: nobody is signed in or out by it."""
    site.signed_in = "c1"
    async with window(browser, site.origin) as page:
        chat = page.frame_locator("iframe[title=Chat]")
        await write(chat, "bonjour")
        noes = token_for("c2", site.shop.house.clock.now())
        code = f"""parent.frames[0].postMessage({{filrouge: "signout"}}, "*");
                   parent.frames[0].postMessage({{filrouge: "identity", token: "{noes}"}}, "*")"""
        await page.evaluate(
            "code => { const other = document.createElement('iframe'); other.sandbox = 'allow-scripts';"
            "other.srcdoc = `<script>${code}</scr` + `ipt>`; document.body.append(other);"
            "return new Promise(done => other.addEventListener('load', () => setTimeout(done, 300))) }",
            code,
        )
        await expect(chat.get_by_text("bonjour", exact=True)).to_be_visible()
        assert len(site.tokens) == 1
        await write(chat, "mes rendez-vous ?")
        await expect(chat.get_by_text("à votre nom")).to_be_visible()


async def test_the_button_by_keyboard_on_a_phone(browser: Browser, site: Site) -> None:
    async with window(browser, site.shop.root) as page:
        leave = page.get_by_role("button", name=NOT_ME)
        await expect(leave).to_be_hidden()
        await write(page, "bonjour")
        await expect(leave).to_be_visible()
        await seen(page)
        await page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # Playwright's own name for this shape
        await tab_to(page, leave)
        await page.keyboard.press("Enter")
        await seen(page)
        await page.keyboard.press("Escape")
        await expect(page.get_by_text("bonjour", exact=True)).to_be_visible()
        await expect(leave).to_be_focused()
        await page.keyboard.press("Enter")
        await tab_to(page, page.get_by_role("button", name="Commencer la mienne"))
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("bonjour", exact=True)).to_have_count(0)
        await expect(page.get_by_text("En ligne")).to_be_visible()
        await expect(leave).to_be_hidden()
        await write(page, "mes rendez-vous ?")
        await expect(page.locator(".line.in")).to_have_count(1)


async def test_it_speaks_english_too(browser: Browser, site: Site) -> None:
    async with window(browser, f"{site.shop.root}/?lang=en") as page:
        await page.get_by_label("Write your message").fill("hello")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="This is not me").click()
        await page.get_by_role("button", name="Begin my own").click()
        await expect(page.get_by_text("hello", exact=True)).to_have_count(0)


async def test_what_had_not_left_is_not_said_by_the_next_person(browser: Browser, site: Site) -> None:
    async with window(browser, site.shop.root) as page:
        await write(page, "bonjour")
        await page.route("**/chat/messages", lambda route: route.abort())
        await page.get_by_label(BOX).fill("mon numéro est le 4711")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("En attente")).to_be_visible()
        await page.get_by_role("button", name=NOT_ME).click()
        await page.get_by_role("button", name="Commencer la mienne").click()
        await expect(page.get_by_text("4711")).to_have_count(0)
        await page.unroute("**/chat/messages")
        await page.reload()
        await expect(page.get_by_text("En ligne")).to_be_visible()
        await write(page, "oui")
        await expect(page.get_by_text("4711")).to_have_count(0)
        assert await page.evaluate("Object.keys(localStorage).length") == 0


async def test_another_window_of_the_same_browser_forgets_too(browser: Browser, site: Site) -> None:
    async with window(browser, site.shop.root) as page:
        await write(page, "bonjour")
        other = await page.context.new_page()
        await other.goto(site.shop.root)
        await expect(other.get_by_text("bonjour", exact=True)).to_be_visible()
        await page.get_by_role("button", name=NOT_ME).click()
        await page.get_by_role("button", name="Commencer la mienne").click()
        await expect(page.get_by_text("bonjour", exact=True)).to_have_count(0)
        await expect(other.get_by_text("bonjour", exact=True)).to_have_count(0)
        await write(other, "oui")
        await expect(page.get_by_text("oui", exact=True)).to_be_visible()


async def test_an_open_page_forgets_when_the_proof_is_over(browser: Browser, site: Site) -> None:
    site.signed_in = "c1"
    async with window(browser, site.origin) as page:
        chat = page.frame_locator("iframe[title=Chat]")
        await write(chat, "mes rendez-vous ?")
        await expect(chat.get_by_text("à votre nom")).to_be_visible()
        site.signed_in = ""
        site.shop.house.clock.advance(hours=13)
        await expect(chat.get_by_text(re.compile("rendez-vous"))).to_have_count(0)
        await write(chat, "mes rendez-vous ?")
        await expect(chat.get_by_text("Je ne vois pas de rendez-vous")).to_be_visible()
        await expect(chat.get_by_text("à votre nom")).to_have_count(0)
