"""The console of persons in a real browser: on a phone, by keyboard alone, and under the strict policy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from handoff.console import console
from handoff.console.person_ports import PersonOutcome
from tests.handoff.fake_house import FakeHouse
from tests.handoff.fake_people import PASSWORD
from tests.handoff.fake_persons import RECEIPT

pytestmark = pytest.mark.browser

PHONE, DESK = 360, 1280


class Office:
    """One server, and people at their browsers."""

    def __init__(self, house: FakeHouse, browser: Browser, address: str) -> None:
        self.house, self.browser, self.address = house, browser, address
        self.complaints: list[str] = []

    async def sign_in(self, username: str, to: str, *, width: int = DESK) -> Page:
        context = await self.browser.new_context(viewport={"width": width, "height": 800}, locale="en-GB")
        page = await context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(f"{self.address}/console/login?next=/console{to}")
        await page.get_by_label("Username").fill(username)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.locator("header.top")).to_be_visible()
        return page


@pytest.fixture
async def office(house: FakeHouse, browser: Browser) -> AsyncIterator[Office]:
    app = web.Application()
    app.add_subapp("/console", console(house.ports, clock=house.clock, secure=lambda _: False))
    server = TestServer(app)
    await server.start_server()
    found = Office(house, browser, str(server.make_url("")).rstrip("/"))
    yield found
    for context in browser.contexts:
        await context.close()
    await server.close()
    assert found.complaints == []


async def test_a_join_is_undone_by_keyboard_without_leaving_the_page(office: Office) -> None:
    page = await office.sign_in("maud", "/conversations/1")
    await page.locator("#undo-conversations-9 > summary").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("There will be two conversations again")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.type("deux sœurs")
    known = office.house.persons.known
    office.house.persons.known = replace(known, joins=[replace(known.joins[0], can_undo=False)])
    await page.keyboard.press("Enter")
    await expect(page.locator("#announcer")).to_have_text("The two are parted.")
    await expect(page.locator("#undo-conversations-9")).to_have_count(0)
    assert office.house.persons.asked == [("undo", 1, 9, "conversations", "maud", "deux sœurs")]


async def test_a_refusal_is_said_beside_the_form_which_keeps_its_words(office: Office) -> None:
    page = await office.sign_in("maud", "/conversations/1")
    office.house.persons.refusal = PersonOutcome(reason="too_old")
    await page.locator("#undo-conversations-9 > summary").click()
    why = page.locator("#why-conversations-9")
    await why.fill("deux sœurs")
    await why.press("Enter")
    await expect(
        page.locator("#undo-conversations-9 .error, #desk-error").filter(has_text="Too little was noted")
    ).to_be_visible()
    await expect(why).to_have_value("deux sœurs")
    office.complaints = [said for said in office.complaints if "409" not in said]


async def test_what_a_colleague_is_typing_survives_news(office: Office) -> None:
    page = await office.sign_in("maud", "/conversations/1")
    await page.locator("#undo-conversations-9 > summary").click()
    why = page.locator("#why-conversations-9")
    await why.fill("ce sont")
    office.house.desk.says(1, "vous êtes là ?")
    await expect(page.locator(".from-customer .said").last).to_have_text("vous êtes là ?")
    await expect(why).to_have_value("ce sont")
    await expect(why).to_be_focused()


async def test_two_conversations_are_joined_by_pasting_an_address(office: Office) -> None:
    page = await office.sign_in("maud", "/conversations/1")
    await page.get_by_role("link", name="Join with another conversation").click()
    await page.get_by_label("The other conversation").fill(f"{office.address}/console/conversations/2")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Conversation 2")).to_be_visible()
    await page.get_by_label("Why?").fill("vue en magasin")
    await page.get_by_role("button", name="Join").click()
    await expect(page).to_have_url(f"{office.address}/console/conversations/1")
    assert office.house.persons.asked == [("join", 1, 2, "maud", "vue en magasin", False)]


async def test_a_double_is_decided_by_keyboard(office: Office) -> None:
    page = await office.sign_in("maud", "/doubles")
    button = page.get_by_role("button", name="One person, keep c2")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="The profiles are joined.")).to_be_visible()
    assert office.house.persons.asked == [("accept", 3, "maud", "c2")]


async def test_an_admin_downloads_the_archive_and_erases(office: Office) -> None:
    page = await office.sign_in("ada", "/conversations/1")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="The person’s archive (ZIP)").click()
    assert (await download.value).suggested_filename == "person-1.zip"
    await page.get_by_role("link", name="Erase the person…").click()
    await page.get_by_label("To confirm, type ERASE").fill("erase")
    await page.get_by_role("button", name="Erase for ever").click()
    await expect(page.get_by_role("heading", name="Receipt of an erasure")).to_be_visible()
    await expect(page.get_by_text(RECEIPT.number)).to_be_visible()


@pytest.mark.parametrize("path", ["/conversations/1", "/conversations/1/join?with=2", "/doubles", "/conversations/1/erase"])
@pytest.mark.parametrize("language", ["fr", "en"])
async def test_nothing_runs_off_a_phone(office: Office, path: str, language: str) -> None:
    page = await office.sign_in("ada", path.replace("?", "%3F"), width=PHONE)
    await page.goto(f"{office.address}/console{path}{'&' if '?' in path else '?'}lang={language}")
    await expect(page.locator("main")).to_be_visible()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE, f"{path} is {wide} wide"
    small = await page.evaluate(
        "[...document.querySelectorAll('main button, main summary')].filter(b => b.offsetHeight && b.offsetHeight < 20).length"
    )
    assert small == 0
