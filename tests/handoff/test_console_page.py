"""The console in a real browser: live without disturbing whoever types, and nothing the strict policy forbids."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from handoff.console import console
from tests.handoff.fake_house import FakeHouse
from tests.handoff.fake_people import PASSWORD

pytestmark = pytest.mark.browser


class Desk:
    """One server, and people at their browsers."""

    def __init__(self, house: FakeHouse, browser: Browser, address: str) -> None:
        self.house, self.browser, self.address = house, browser, address
        self.complaints: list[str] = []

    async def sign_in(self, username: str, *, width: int = 1280) -> Page:
        context = await self.browser.new_context(viewport={"width": width, "height": 800}, locale="en-GB")
        page = await context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(f"{self.address}/console/login")
        await page.get_by_label("Username").fill(username)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", name="Queue", exact=True)).to_be_visible()
        return page

    async def open(self, page: Page, conversation: int) -> None:
        await page.goto(f"{self.address}/console/conversations/{conversation}")


@pytest.fixture
async def desk(house: FakeHouse, browser: Browser) -> AsyncIterator[Desk]:
    app = web.Application()
    app.add_subapp("/console", console(house.ports, clock=house.clock, secure=lambda _: False))
    server = TestServer(app)
    await server.start_server()
    found = Desk(house, browser, str(server.make_url("")).rstrip("/"))
    yield found
    for context in browser.contexts:
        await context.close()
    await server.close()
    assert found.complaints == []


async def test_a_conversation_is_taken_answered_and_given_back_without_leaving_the_page(desk: Desk) -> None:
    page = await desk.sign_in("ines")
    await page.get_by_role("button", name="Take Camille Martin’s conversation").click()
    answer = page.get_by_label("Your answer to Camille Martin, by Telegram")
    await answer.fill("Bonjour Camille,")
    await answer.press("Control+Enter")
    await answer.type("quelle pointure ?")
    await answer.press("Enter")

    sent = page.locator(".from-advisor .said")
    await expect(sent).to_have_text("Bonjour Camille,\nquelle pointure ?")
    await expect(page.get_by_label("Your answer to")).to_have_value("")
    await expect(page.get_by_label("Your answer to")).to_be_focused()
    await expect(page.locator("#announcer")).to_have_text("Answer sent.")

    await page.get_by_text("Hand on or close").click()
    await page.get_by_label("What the bot should know").fill("Veut du 39.")
    await page.get_by_role("button", name="Give back to the bot").click()
    await expect(page.locator(".notice")).to_have_text("The bot carries on with the conversation.")
    assert desk.house.desk.threads[1].cases[0].note == "Veut du 39."


async def test_what_is_being_typed_survives_what_happens_meanwhile(desk: Desk) -> None:
    page = await desk.sign_in("ines")
    await page.get_by_role("button", name="Take Camille Martin’s conversation").click()
    answer = page.get_by_label("Your answer to")
    await answer.fill("Je regarde, un inst")
    desk.house.desk.says(1, "<b>vous êtes là ?</b>")

    await expect(page.locator(".from-customer .said").last).to_have_text("<b>vous êtes là ?</b>")
    await expect(page.locator("#announcer")).to_have_text("New message from Camille Martin: <b>vous êtes là ?</b>")
    await expect(answer).to_have_value("Je regarde, un inst")
    await expect(answer).to_be_focused()

    await page.reload()
    await expect(page.get_by_label("Your answer to")).to_have_value("Je regarde, un inst")


async def test_a_lost_connection_keeps_the_text_and_the_retry_is_the_same_act(desk: Desk) -> None:
    page = await desk.sign_in("ines")
    await page.get_by_role("button", name="Take Camille Martin’s conversation").click()
    answer = page.get_by_label("Your answer to")
    await expect(answer).to_be_visible()  # what is lost is the answer's act, not the one before
    lost = 0

    async def lose(route) -> None:  # type: ignore[no-untyped-def]
        nonlocal lost
        lost += 1
        if lost == 1:
            await route.fetch()  # it arrives; only its answer is lost
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/acts", lose)
    await answer.fill("Bonjour")
    await answer.press("Enter")
    await expect(page.locator("#desk-error")).to_contain_text("Your text is kept")
    await expect(answer).to_have_value("Bonjour")
    await answer.press("Enter")
    await expect(page.locator("#announcer")).to_have_text("Answer sent.")

    assert lost == 2
    assert [m.text for m in desk.house.desk.threads[1].messages].count("Bonjour") == 1
    desk.complaints = [said for said in desk.complaints if "ERR_FAILED" not in said]


async def test_a_queue_left_open_follows_what_colleagues_do(desk: Desk) -> None:
    ines, tom = await desk.sign_in("ines"), await desk.sign_in("tom", width=390)
    await expect(tom).to_have_title("(2) Queue · Maison Orvelle")
    await ines.get_by_role("button", name="Take Noé Blanc’s conversation").click()

    await expect(tom.get_by_text("with Inès Faure")).to_be_visible()
    await expect(tom).to_have_title("(1) Queue · Maison Orvelle")
    await desk.open(tom, 2)
    await expect(tom.get_by_text("Inès Faure is answering this conversation.")).to_be_visible()
    await expect(tom.get_by_label("Your answer to")).to_have_count(0)


async def test_a_misunderstood_message_is_taught_by_keyboard_alone(desk: Desk) -> None:
    page = await desk.sign_in("maud")
    await desk.open(page, 1)
    menu = page.locator(".meaning-menu").last
    await menu.locator("summary").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    await expect(page.locator(".meaning-menu").last.locator("summary")).to_contain_text("Taught: Complaint")
    await expect(page.locator(".meaning-menu").last.locator("summary")).to_be_focused()
    assert desk.house.corrections.taught[0][1] == "complaint"


@pytest.mark.parametrize("width", [390, 1280])
async def test_pages_fit_their_width_and_name_every_control(desk: Desk, width: int) -> None:
    page = await desk.sign_in("ada", width=width)
    for path in ("", "/conversations", "/conversations/1", "/undelivered", "/stores", "/stores/lyon/today", "/accounts"):
        await page.goto(f"{desk.address}/console{path}")
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert await page.evaluate("document.querySelectorAll('main, h1').length") == 2, path
        nameless = await page.evaluate(
            "[...document.querySelectorAll('button, a, input:not([type=hidden]), select, textarea')]"
            ".filter(e => !e.textContent.trim() && !e.ariaLabel && !e.labels?.length).map(e => e.outerHTML)"
        )
        assert nameless == [], path


async def test_what_did_not_arrive_is_sent_again_with_the_keyboard_alone(desk: Desk) -> None:
    page = await desk.sign_in("maud", width=390)
    await page.goto(f"{desk.address}/console/undelivered")
    button = page.get_by_role("button", name="Send the message to Camille Martin again")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="being sent again")).to_be_visible()
    await expect(button).to_have_count(0)
    await expect(page.get_by_text("sending it again may say it twice")).to_be_visible()
    assert desk.house.undelivered.sent == [71]
