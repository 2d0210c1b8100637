"""A customer and a channel, over the wire both ways: what is shown can be answered, and what was sent comes back as told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.instagram import translate as instagram
from bot.channels.instagram.transport import InstagramChannel
from bot.channels.messenger import translate as messenger
from bot.channels.messenger.transport import MessengerChannel
from bot.channels.meta.signature import HEADER, signed
from bot.channels.whatsapp import translate as whatsapp
from bot.channels.whatsapp.transport import WhatsAppChannel
from bot.messages import Button, InboundMessage, OutboundMessage, Reading, Receipt, key_of
from tests.fakes.instagram_server import FakeInstagram
from tests.fakes.messenger_server import FakeMessenger
from tests.fakes.meta_server import SECRET, FakeGraph
from tests.fakes.whatsapp_server import FakeWhatsApp


@dataclass
class Ours:
    """Our side: a webhook that reads only what is signed, and a channel."""

    platform: FakeGraph
    channel: Any
    read_body: Callable[..., Reading]
    secret: str = SECRET
    messages: list[InboundMessage] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def hook(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if not signed(raw, request.headers.get(HEADER), self.secret):
            return web.Response(status=403)
        reading = self.read_body(json.loads(raw), received_at=datetime.now(UTC))
        assert not reading.unread
        async with self.arrived:
            self.messages += reading.messages
            self.receipts += reading.receipts
            self.arrived.notify_all()
        return web.Response()

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(5), self.arrived:
            await self.arrived.wait_for(met)

    async def asks(self, *titles: str, key: str = "k1", text: str = "Quel magasin ?") -> str:
        buttons = tuple(Button(title=title, token=f"7.{place}") for place, title in enumerate(titles))
        message = OutboundMessage(channel=self.channel.name, recipient="24601", text=text, key=key, buttons=buttons)
        return str(await self.channel.send(message))


MAKERS: dict[str, tuple[Callable[[], FakeGraph], Any, Any]] = {
    "whatsapp": (FakeWhatsApp, WhatsAppChannel, whatsapp.read_body),
    "messenger": (FakeMessenger, MessengerChannel, messenger.read_body),
    "instagram": (FakeInstagram, InstagramChannel, instagram.read_body),
}


@pytest.fixture(params=sorted(MAKERS))
async def ours(request: pytest.FixtureRequest) -> AsyncIterator[Ours]:
    fake, channel, read_body = MAKERS[request.param]
    async with fake() as platform:
        made = Ours(platform, channel(platform.token, platform.id, root=platform.root), read_body)
        app = web.Application()
        app.router.add_post("/webhook", made.hook)
        async with TestServer(app) as server:
            platform.webhook = str(server.make_url("/webhook"))
            yield made
            await made.channel.close()


async def test_words_arrive(ours: Ours) -> None:
    assert await ours.platform.says("24601", "Bonjour 🙂") == 200
    [message] = ours.messages
    assert (message.kind, message.sender, message.text) == ("text", "24601", "Bonjour 🙂")


async def test_a_webhook_signed_by_somebody_else_is_refused(ours: Ours) -> None:
    ours.secret = "another"
    assert await ours.platform.says("24601", "Bonjour") == 403
    assert not ours.messages


@pytest.mark.parametrize("titles", [("Lyon", "Lille"), ("Lyon", "Lille", "Nantes", "Paris", "Nice")])
async def test_what_is_shown_can_be_pressed(ours: Ours, titles: tuple[str, ...]) -> None:
    await ours.asks(*titles)
    await ours.platform.presses("24601", "Lille")
    press = next(message for message in ours.messages if message.kind == "press")
    assert (press.text, press.data["token"]) == ("Lille", "7.1")


async def test_a_status_or_an_echo_proves_that_it_was_sent(ours: Ours) -> None:
    sent = await ours.asks(key="k1")
    if ours.channel.name == "instagram":
        await ours.until(lambda: bool(ours.messages))
        echo = ours.messages[0]
        assert (echo.kind, echo.external_id, echo.data["by"]) == ("echo", sent, "unknown")
    else:
        await ours.until(lambda: any(r.state == "sent" for r in ours.receipts))
        proof = next(receipt for receipt in ours.receipts if receipt.state == "sent")
        assert (proof.provider_id, proof.key, proof.recipient) == (sent, "k1", "24601")
    await ours.until(lambda: any(receipt.state == "read" for receipt in ours.receipts))


async def test_the_parts_of_a_long_text_are_known_as_one_message(ours: Ours) -> None:
    await ours.asks(key="k1", text="Une phrase. " * 600)
    if ours.channel.name == "instagram":  # gives no key back: each part is one echo
        await ours.until(lambda: len(ours.messages) == len(ours.platform.sent))
        assert {echo.external_id for echo in ours.messages} == {sent.id for sent in ours.platform.sent}
        return
    await ours.until(lambda: sum(receipt.state == "sent" for receipt in ours.receipts) == len(ours.platform.sent))
    assert {receipt.key for receipt in ours.receipts if receipt.state == "sent"} >= {"k1/1", "k1/2"}
    assert {key_of(receipt.key) for receipt in ours.receipts if receipt.key} == {"k1"}


def test_only_the_number_of_a_part_is_cut_from_a_key() -> None:
    assert [key_of(key) for key in ("k1", "k1/2", "reply/x", "/1", "")] == ["k1", "k1", "reply/x", "/1", ""]


async def test_the_platform_can_be_driven_from_another_process(ours: Ours) -> None:
    async with aiohttp.ClientSession(ours.platform.root) as http:

        async def control(act: str, **asked: Any) -> Any:
            async with http.post(f"/_control/{act}", json=asked) as answer:
                return await answer.json() if answer.ok else answer.status

        assert await control("says", customer="24601", text="Bonjour") == {"status": 200}
        await control("fail", code=190, status=401)
        with pytest.raises(Exception, match="190"):
            await ours.asks()
        await ours.asks("Lyon", "Lille")
        assert await control("presses", customer="24601", title="Lyon") == {"status": 200}
        assert await control("unknown") == 404
        async with http.get("/_control/sent") as answer:
            assert [sent["titles"] for sent in (await answer.json())["sent"]] == [["Lyon", "Lille"]]
