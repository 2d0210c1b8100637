"""The demo's Telegram: the bot's own code on one side, a visitor with a telephone on the other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser, Page, expect

from bot.brand.load import load_brand
from bot.brand.whole import Brand
from bot.channels.telegram.polling import poll
from bot.channels.telegram.transport import TelegramChannel
from bot.customers.profile import Profile
from bot.errors import BrandError, CustomerGone
from bot.messages import Button, InboundMessage, OutboundMessage, Reading
from bot.web import pages
from bot.web.pretend_telegram import PATH, PretendTelegram

DEMO = Path(__file__).parents[3] / "bot" / "demo"
CAMILLE = Profile(id="c0001", first_name="Camille", last_name="Fournier", phones=("+33639980101",))


@pytest.fixture(scope="module")
def brand() -> Brand:
    return load_brand(DEMO)


class Demo:
    """The pretend Telegram with a bot polling it and a browser's side to it."""

    def __init__(self, channel: TelegramChannel, client: TestClient[Any, Any]) -> None:
        self.channel, self.client = channel, client
        self.heard: asyncio.Queue[InboundMessage] = asyncio.Queue()
        self.replies: dict[str, Mapping[str, Any]] = {}

    async def accept(self, reading: Reading) -> None:
        for message in reading.messages:
            if reply := self.replies.get(message.kind if message.kind != "text" else message.text):
                await self.say(message.sender, **reply)
            self.heard.put_nowait(message)

    async def say(self, recipient: str, text: str, **more: Any) -> None:
        key = f"k{self.heard.qsize()}-{text[:8]}"
        await self.channel.send(OutboundMessage(channel="telegram", recipient=recipient, text=text, key=key, **more))

    async def next(self) -> InboundMessage:
        async with asyncio.timeout(5):
            return await self.heard.get()

    async def act(self, *, headers: dict[str, str] | None = None, **body: Any) -> ClientResponse:
        return await self.client.post(f"{PATH}/acts", json=body, headers=headers)

    async def chat(self) -> dict[str, Any]:
        """The chat as the page is told it now."""
        async with asyncio.timeout(5), self.client.get(f"{PATH}/events") as stream:
            event = await stream.content.readuntil(b"\n\n")
        told = json.loads(event.split(b"data: ")[1])
        assert isinstance(told, dict)
        return told


@pytest.fixture
async def demo(brand: Brand) -> AsyncIterator[Demo]:
    app = web.Application()
    app.add_routes(pages.static_routes())
    pretend = PretendTelegram(brand, [CAMILLE])
    token, root = await pretend.start(app)
    channel = TelegramChannel(token, root=root, timeout=5.0)
    await channel.start()
    stop = asyncio.Event()
    async with TestClient(TestServer(app)) as client:
        made = Demo(channel, client)
        polling = asyncio.create_task(poll(channel, made.accept, stop=stop))
        yield made
        stop.set()
        await polling
    await channel.close()
    await pretend.close()


async def test_what_the_visitor_writes_reaches_the_bot_as_from_telegram(demo: Demo) -> None:
    await demo.act(act="say", text="Bonjour")
    message = await demo.next()
    assert (message.channel, message.kind, message.text) == ("telegram", "text", "Bonjour")
    assert message.sender_name == "Camille Fournier"


async def test_a_shared_number_is_the_customers_own(demo: Demo) -> None:
    await demo.act(act="share")
    message = await demo.next()
    assert message.data["own"] is True
    assert message.data["phone"] == "+33639980101"


async def test_a_link_opens_with_its_token_and_shows_none(demo: Demo) -> None:
    await demo.act(act="start", token="once-42")
    message = await demo.next()
    assert (message.kind, message.data["token"]) == ("link", "once-42")
    assert [shown["text"] for shown in (await demo.chat())["messages"]] == ["/start"]


async def test_links_to_the_demo_lead_to_its_page(demo: Demo) -> None:
    assert await demo.channel.deep_link("once-42") == f"{PATH}?start=once-42"


async def test_what_the_bot_says_is_shown_with_its_buttons(demo: Demo) -> None:
    demo.replies["Bonjour"] = {"text": "Quel magasin ?", "buttons": (Button(title="Lyon", token="t1"),)}
    await demo.act(act="say", text="Bonjour")
    await demo.next()
    shown = (await demo.chat())["messages"][-1]
    assert (shown["mine"], shown["text"]) == (False, "Quel magasin ?")
    await demo.act(act="press", message_id=shown["id"], token="t1")
    press = await demo.next()
    assert (press.kind, press.text, press.data["token"]) == ("press", "Lyon", "t1")


async def test_a_language_chosen_on_the_page_is_the_customers(demo: Demo) -> None:
    await demo.client.get(f"{PATH}?lang=en")
    await demo.act(act="start")
    assert (await demo.next()).text == "hello"


async def test_updates_of_a_later_demo_are_never_taken_for_earlier_ones(brand: Brand) -> None:
    first = PretendTelegram(brand, [CAMILLE])
    update = first.api.says("5100100200", "Bonjour")
    assert update["update_id"] > 1_700_000_000


async def test_the_bot_cannot_write_to_anybody_else(demo: Demo) -> None:
    with pytest.raises(CustomerGone):
        await demo.say("42", "Bonjour")


@pytest.mark.parametrize("body", [{}, {"act": "fly"}, {"act": "say"}, {"act": "say", "text": " "}, {"act": "press"}, ["act"]])
async def test_what_the_page_would_not_send_is_refused(demo: Demo, body: Any) -> None:
    async with demo.client.post(f"{PATH}/acts", json=body) as answer:
        assert answer.status == 400
    assert (await demo.chat())["messages"] == []


async def test_other_sites_cannot_play_the_customer(demo: Demo) -> None:
    answer = await demo.act(act="say", text="Bonjour", headers={"Origin": "https://elsewhere.example"})
    assert answer.status == 403


@pytest.mark.parametrize("profiles", [[], [Profile(id="c0001", first_name="Camille", last_name="Fournier")]])
def test_a_demo_without_its_customer_says_what_to_write(brand: Brand, profiles: list[Profile]) -> None:
    with pytest.raises(BrandError, match=r"customers\.csv"):
        PretendTelegram(brand, profiles)


@pytest.fixture
async def phone(browser: Browser, demo: Demo) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="fr-FR", viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    opened = await context.new_page()
    errors: list[Any] = []
    opened.on("pageerror", lambda error: errors.append(error))
    yield opened
    assert errors == []
    await context.close()


@pytest.mark.browser
async def test_a_visit_from_start_to_a_shared_number(phone: Page, demo: Demo) -> None:
    demo.replies = {
        "link": {"text": "Quel magasin ?", "buttons": (Button(title="Lyon", token="t1"), Button(title="Lille", token="t2"))},
        "press": {"text": "Votre numéro ?", "ask_contact": "Partager mon numéro", "buttons": (Button(title="Plus tard"),)},
        "contact": {"text": "Merci Camille."},
    }
    await phone.goto(str(demo.client.make_url(f"{PATH}?start=once-42")))
    await phone.get_by_role("button", name="Démarrer").click()
    await phone.get_by_role("button", name="Lille").click()
    await phone.get_by_role("button", name="Partager mon numéro").click()
    await expect(phone.get_by_text("Merci Camille.")).to_be_visible()
    await expect(phone.get_by_role("button", name="Plus tard")).to_have_count(0)
    assert [(await demo.next()).kind for _ in range(3)] == ["link", "press", "contact"]
    await phone.reload()
    await expect(phone.get_by_text("Merci Camille.")).to_be_visible()
    await expect(phone.get_by_role("button", name="Démarrer")).to_have_count(0)


@pytest.mark.browser
async def test_a_visit_by_keyboard(phone: Page, demo: Demo) -> None:
    demo.replies = {"Bonjour": {"text": "Bonjour Camille."}}
    await phone.goto(str(demo.client.make_url(PATH)))
    await phone.get_by_role("button", name="Démarrer").press("Enter")
    await phone.get_by_label("Message", exact=True).fill("Bonjour")
    await phone.keyboard.press("Enter")
    await expect(phone.get_by_text("Bonjour Camille.")).to_be_visible()
