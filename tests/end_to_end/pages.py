"""What people see and do in the browser: a customer's chat and telephone, the advisors' console."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from bot.channels.webchat.translate import session_of
from bot.web.webchat import COOKIE
from tests.servers import Server

expect.set_options(timeout=10_000)
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
SCREENSHOTS = os.environ.get("FILROUGE_TESTS_SCREENSHOTS", "")
"""A folder for pictures of what the tests see; empty: none are made."""

_SHIFTED_DATE = """(() => {
  const Real = Date, shift = %d;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + shift); }
    static now() { return Real.now() + shift; }
  };
})()"""


class Street:
    """Everybody who uses one server, each with a browser of their own. Leaving it fails on anything a browser complained of."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.browser, self.server = browser, server
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []

    async def visitor(self, language: str = "fr") -> ChatPage:
        """Somebody new on the brand's chat page."""
        return await ChatPage(await self._page(language), self.server).open()

    async def phone(self, language: str = "fr") -> TelegramPage:
        """The demo customer's telephone."""
        return await TelegramPage(await self._page(language)).open(f"{self.server.url}/demo/telegram")

    async def staff(self, username: str, language: str = "fr") -> ConsolePage:
        """Somebody of the brand, signed in to the console with the password `filrouge demo` printed."""
        console = ConsolePage(await self._page(language), f"{self.server.url}/console", language)
        await console.sign_in(username, self.server.passwords()[username])
        return console

    async def _page(self, language: str) -> Page:
        context = await self.browser.new_context(
            locale={"fr": "fr-FR", "en": "en-GB"}[language],
            timezone_id="Europe/Paris",
            viewport=DESKTOP,  # type: ignore[arg-type]  # Playwright's own name for this very shape
            reduced_motion="reduce",
        )
        context.set_default_timeout(8000)
        await context.add_init_script(_SHIFTED_DATE % (self._shift() / timedelta(milliseconds=1)))
        context.on("console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self._contexts.append(context)
        return await context.new_page()

    def _shift(self) -> timedelta:
        """How far the server's clock is ahead of the browser's."""
        clock = self.server.environment.get("FILROUGE_CLOCK")
        return datetime.fromisoformat(clock) - self.server.started_at if clock else timedelta(0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        if error is not None and SCREENSHOTS:
            for number, page in enumerate(page for context in self._contexts for page in context.pages):
                await page.screenshot(path=Path(SCREENSHOTS) / f"failed-{number}.png")
        for context in self._contexts:
            await context.close()
        if error is None:
            assert self.complaints == []


async def seen(page: Page, name: str = "") -> None:
    """The page as a phone and a desktop show it: nothing is wider than the screen. Named ones are kept as pictures."""
    for width, size in (("phone", PHONE), ("desktop", DESKTOP)):
        await page.set_viewport_size(size)  # type: ignore[arg-type]  # as above
        await page.wait_for_timeout(50)
        wide = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], f"{page.url} scrolls sideways on a {width}: {wide}"
        if SCREENSHOTS and name:
            await page.screenshot(path=Path(SCREENSHOTS) / f"{name}-{width}.png", animations="disabled", caret="hide")


async def tab_to(page: Page, wanted: Locator, *, back: bool = False) -> None:
    """Reach something by the Tab key alone, as whoever has no mouse does."""
    for _ in range(40):
        if await wanted.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"{wanted} cannot be reached by Tab")


async def texts(found: Locator) -> list[str]:
    """What each of these says, in one line each, with plain spaces."""
    return [" ".join(text.split()) for text in await found.all_inner_texts()]


class ChatPage:
    """A visitor of the brand's web chat."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self._server = page, server
        self.answers = page.locator(".line.out .bubble")
        self.choices = page.locator(".choices .choice")

    async def open(self) -> Self:
        await self.page.goto(f"{self._server.url}/")
        await expect(self.page.locator("#state[data-state=online]")).to_be_visible()
        return self

    async def says(self, text: str, answer: str = "") -> None:
        """Write `text`; wait for an answer that contains `answer`."""
        before = await self.answers.count()
        await self.writes(text)
        await self._answered(before, answer)

    async def writes(self, text: str) -> None:
        """Write without waiting for any answer."""
        await self.page.locator("#text").fill(text)
        await self.page.keyboard.press("Enter")

    async def chooses(self, title: str, answer: str = "") -> None:
        """Press one of the offered answers."""
        before = await self.answers.count()
        await self.page.locator("#log").get_by_role("button", name=title, exact=True).click()
        await self._answered(before, answer)

    async def _answered(self, before: int, answer: str) -> None:
        await expect(self.answers.nth(before)).to_be_visible()
        if answer:
            await self.hears(answer)

    async def hears(self, text: str) -> None:
        """Wait until the last answers contain `text`."""
        await expect(self.answers.filter(has_text=text).last).to_be_visible()

    async def offered(self) -> list[str]:
        """The answers that can be pressed now."""
        await expect(self.choices.first).to_be_visible()
        return await texts(self.choices)

    async def continues_on_telegram(self) -> TelegramPage:
        """Press the button; the link opens the phone's page in a tab of its own, and is not opened there yet."""
        async with self.page.context.expect_page() as opening:
            await self.page.locator("[data-channel=telegram]").click()
        tab = await opening.value
        await tab.wait_for_url("**/demo/telegram?start=*")
        return await TelegramPage(tab).ready()

    async def asks_for_the_link(self) -> None:
        """The same where Telegram is another site: its page is not ours to open."""
        await self.page.context.route("https://t.me/**", lambda route: route.fulfill(body="Telegram"))
        await self.page.locator("[data-channel=telegram]").click()
        await expect(self.page.locator("#elsewhere-link")).to_be_visible()

    async def link(self) -> str:
        """The one-time link's token, as the page shows it."""
        shown = await self.page.locator("#elsewhere-link").get_attribute("href") or ""
        return parse_qs(urlsplit(shown).query)["start"][0]

    async def sender(self) -> str:
        """How the server knows this visitor."""
        cookies = {cookie["name"]: cookie["value"] for cookie in await self.page.context.cookies()}
        session = session_of(cookies[COOKIE])
        assert session is not None
        return session

    async def thread(self) -> Thread:
        return Thread(self._server, "webchat", await self.sender())


class TelegramPage:
    """The demo customer's telephone."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers = page.locator(".message:not(.mine) .bubble")
        self.keys = page.locator(".message:last-of-type .inline button, #keyboard button")

    async def open(self, url: str) -> Self:
        await self.page.goto(url)
        return await self.ready()

    async def ready(self) -> Self:
        await expect(self.page.locator("#start:visible, #composer:visible")).to_be_visible()
        return self

    async def starts(self) -> None:
        """Press Telegram's big button, which sends what the link carries."""
        before = await self.answers.count()
        await self.page.locator("#start").click()
        await expect(self.answers.nth(before)).to_be_visible()

    async def says(self, text: str, answer: str = "") -> None:
        before = await self.answers.count()
        await self.writes(text)
        await expect(self.answers.nth(before)).to_be_visible()
        if answer:
            await self.hears(answer)

    async def writes(self, text: str) -> None:
        """Write without waiting for any answer."""
        mine = self.page.locator(".message.mine")
        before = await mine.count()
        await self.page.locator("#text").fill(text)
        await self.page.keyboard.press("Enter")
        await expect(mine.nth(before)).to_be_visible()

    async def presses(self, title: str, answer: str = "") -> None:
        """Press a button under a message, or a key of the keyboard the bot opened."""
        before = await self.answers.count()
        named = self.page.get_by_role("button", name=title, exact=True).or_(self.page.locator("#keyboard button", has_text=title))
        await named.last.click()
        await expect(self.answers.nth(before)).to_be_visible()
        if answer:
            await self.hears(answer)

    async def hears(self, text: str) -> None:
        await expect(self.answers.filter(has_text=text).last).to_be_visible()

    async def offered(self) -> list[str]:
        await expect(self.keys.first).to_be_visible()
        return await texts(self.keys)


class ConsolePage:
    """An advisor or a community manager at the console."""

    def __init__(self, page: Page, root: str, language: str) -> None:
        self.page, self.root, self.language = page, root, language
        self.messages = page.locator(".thread .message")

    async def sign_in(self, username: str, password: str) -> None:
        await self.page.goto(self.root)
        await self.page.locator("#username").fill(username)
        await self.page.locator("#password").fill(password)
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator("header.top .me")).to_be_visible()

    def waiting(self, words: str) -> Locator:
        """The row of the queue that says `words`."""
        return self.page.locator("section[aria-labelledby=waiting] li.row").filter(has_text=words)

    async def takes(self, words: str) -> None:
        """Take a case from the queue, which opens its conversation."""
        await self.waiting(words).locator("button[value=take]").click()
        await expect(self.page.locator("#answer")).to_be_visible()

    async def opens(self, words: str) -> None:
        """Open a conversation of the list."""
        await self.page.locator("li.row").filter(has_text=words).first.locator(".who a").click()
        await expect(self.page.locator(".thread-column")).to_be_visible()

    async def goes_to(self, path: str) -> None:
        await self.page.goto(f"{self.root}{path}")

    async def answers(self, text: str) -> None:
        await self.page.locator("#answer").fill(text)
        await self.page.keyboard.press("Enter")
        await expect(self.message(text)).to_be_visible()

    async def notes(self, text: str) -> None:
        await self.page.locator("#note-box summary").click()
        await self.page.locator("#note").fill(text)
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator(".message.from-note").filter(has_text=text)).to_be_visible()

    async def gives_back(self, line: str) -> None:
        await self.page.locator("#finish-box summary").click()
        await self.page.locator("#line").fill(line)
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator("#answer")).to_have_count(0)

    async def acts(self, kind: str) -> None:
        await self.page.locator(f"button[name=kind][value={kind}]").click()

    def message(self, words: str) -> Locator:
        return self.messages.filter(has_text=words).last


class Thread:
    """What the server keeps of one conversation, over all channels."""

    def __init__(self, server: Server, channel: str, sender: str) -> None:
        self.data = server.thread(channel, sender)

    def __repr__(self) -> str:
        return json.dumps(self.data, indent=1, ensure_ascii=False)

    @property
    def channels(self) -> set[str]:
        return {identity["channel"] for identity in self.data["identities"]}

    @property
    def first_name(self) -> str | None:
        """The first name in the customer file of who this is; None while nobody is recognised."""
        profile = self.data["customer"]["profile"]
        return profile and profile["first_name"]

    def booked(self) -> list[str]:
        return [
            f"{row['store']} {row['service']} {row['start'][:16]}"
            for row in self.data["appointments"]
            if row["status"] == "booked"
        ]

    def said(self, *authors: str) -> Sequence[tuple[str, str, str]]:
        """Channel, author and text of every message, or of those `authors` wrote."""
        rows = [(row["channel"], row["author"], " ".join(row["text"].split())) for row in self.data["messages"]]
        return [row for row in rows if not authors or row[1] in authors]
