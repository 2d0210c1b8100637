"""The chat page in a real browser: nothing written is lost, and everything can be reached by keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, Route, expect

from bot.messages import Button, InboundMessage
from bot.web.pace import Pace
from bot.web.webchat import add_webchat
from tests.fakes.chat_book import FakeChatBook

pytestmark = pytest.mark.browser


class ShopBook(FakeChatBook):
    """Answers every message, and offers two stores to whoever wants an appointment."""

    def answer(self, message: InboundMessage) -> None:
        if "rendez-vous" in message.text:
            stores = (Button(title="Lyon", token="t-lyon"), Button(title="Lille", token="t-lille"))
            self.say(message.sender, "Quel magasin ?", buttons=stores)
        else:
            self.say(message.sender, f"Bien reçu : {message.text}")


class Site:
    """The chat's server, which can go away and come back on the same port."""

    def __init__(self) -> None:
        self.book = ShopBook()
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def up(self, **options: Any) -> None:
        app = web.Application()
        add_webchat(app, self.book, heartbeat=1.0, session_pace=Pace(burst=100, per_second=10), **options)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def down(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    await made.up()
    yield made
    await made.down()


@pytest.fixture
async def page(browser: Browser, site: Site) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="fr-FR", viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    opened = await context.new_page()
    errors: list[Any] = []
    opened.on("pageerror", lambda error: errors.append(error))  # the library cannot wrap a built-in method
    await opened.goto(site.url)
    await expect(opened.get_by_text("En ligne")).to_be_visible()
    yield opened
    assert errors == []
    await context.close()


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Écrivez votre message").fill(text)
    await page.keyboard.press("Enter")


async def test_a_conversation_by_keyboard_alone(page: Page, site: Site) -> None:
    await write(page, "Je voudrais un rendez-vous")
    await expect(page.get_by_role("button", name="Lyon")).to_be_visible()
    await page.get_by_role("button", name="Lyon").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Bien reçu : Lyon")).to_be_visible()
    await expect(page.get_by_role("button", name="Lille")).to_have_count(0)
    assert [(message.kind, message.text) for message in site.book.accepted] == [
        ("text", "Je voudrais un rendez-vous"),
        ("press", "Lyon"),
    ]


async def test_shift_enter_goes_to_a_new_line(page: Page, site: Site) -> None:
    box = page.get_by_label("Écrivez votre message")
    await box.fill("un")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("deux")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Bien reçu")).to_be_visible()
    assert site.book.accepted[0].text == "un\ndeux"


async def test_what_is_written_without_a_connection_leaves_in_order_when_it_is_back(page: Page, site: Site) -> None:
    await site.down()
    await expect(page.get_by_text("Connexion perdue")).to_be_visible()
    await write(page, "un")
    await write(page, "deux")
    await expect(page.locator(".waiting .bubble")).to_have_text(["un", "deux"])
    await site.up()
    await expect(page.get_by_text("Bien reçu : deux")).to_be_visible(timeout=15_000)
    assert [message.text for message in site.book.accepted] == ["un", "deux"]
    await expect(page.locator(".in .bubble")).to_have_text(["un", "deux"])


async def test_what_is_written_without_a_connection_survives_a_reload(page: Page, site: Site) -> None:
    site.book.away = 1_000_000
    await write(page, "Gardez ceci")
    await page.reload()
    await expect(page.get_by_text("Gardez ceci")).to_be_visible()
    site.book.away = 0
    await expect(page.get_by_text("Bien reçu : Gardez ceci")).to_be_visible(timeout=15_000)
    assert len(site.book.accepted) == 1


async def test_an_answer_to_a_post_that_got_lost_costs_nothing(page: Page, site: Site) -> None:
    lost = 0

    async def lose_once(route: Route) -> None:
        nonlocal lost
        if not lost:
            lost += 1
            await route.fetch()  # it arrives, but its answer does not
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/chat/messages", lose_once)
    await write(page, "Une seule fois")
    await expect(page.get_by_text("Bien reçu : Une seule fois")).to_be_visible()
    await expect(page.locator(".in .bubble")).to_have_text(["Une seule fois"])
    assert len(site.book.accepted) == 1


async def test_a_text_that_is_too_long_stays_in_the_box(page: Page, site: Site) -> None:
    await write(page, "a" * 4001)
    await expect(page.get_by_role("alert")).to_contain_text("trop long")
    await expect(page.get_by_label("Écrivez votre message")).to_have_value("a" * 4001)
    assert site.book.accepted == []


async def test_words_are_shown_and_never_run(page: Page, site: Site) -> None:
    await write(page, '<img src=x onerror="document.title=1"> https://orvelle.example/a?b=1.')
    await expect(page.locator(".out .bubble").last).to_contain_text("<img src=x")
    link = page.locator(".out .bubble a")
    await expect(link).to_have_attribute("href", "https://orvelle.example/a?b=1")
    assert await page.title() == "Maison Orvelle"


async def test_a_second_window_shows_the_same_conversation(page: Page, site: Site) -> None:
    await write(page, "Bonjour")
    other = await page.context.new_page()
    await other.goto(site.url)
    await expect(other.get_by_text("Bien reçu : Bonjour")).to_be_visible()
    await write(other, "Encore moi")
    await expect(page.get_by_text("Bien reçu : Encore moi")).to_be_visible()


async def test_going_on_elsewhere_opens_the_link_and_shows_it(page: Page, site: Site) -> None:
    async with page.context.expect_page() as opening:
        await page.get_by_role("button", name="Continuer sur Telegram").click()
    await expect(page.get_by_role("link", name="/demo/telegram?start=")).to_be_visible()
    await (await opening.value).wait_for_url("**/demo/telegram?start=once-*")


async def test_the_page_can_be_read_in_english(page: Page) -> None:
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_text("What can I do for you?")).to_be_visible()
    await expect(page.get_by_role("button", name="Continue on Telegram")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_nothing_is_wider_than_the_screen(page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 700})
    await write(page, "https://orvelle.example/" + "a" * 300)
    await expect(page.get_by_text("Bien reçu")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_news_is_read_out_but_history_is_not(page: Page, site: Site) -> None:
    await write(page, "Bonjour")
    await expect(page.get_by_text("Bien reçu")).to_be_visible()

    async def silence(route: Route) -> None:
        await route.abort()

    await page.route("**/chat/events*", silence)
    await page.reload()
    await expect(page.get_by_role("log")).to_have_attribute("aria-live", "off")
    await page.unroute("**/chat/events*")
    await page.reload()
    await expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
