"""Twilio keeps the promises of a channel, and a few of its own."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.channels.sms.compose import key_in
from bot.channels.sms.signature import HEADER, address_of, is_twilios
from bot.channels.sms.transport import SmsChannel
from bot.channels.templates import Template
from bot.errors import AccountRefused, OutcomeUnknown, Refused, SendFailed, SettingsError
from bot.messages import OutboundMessage
from tests.contracts.channel import ChannelContract, Shown
from tests.fakes.sms_server import NUMBER, SID, TOKEN, FakeTwilio

CUSTOMER = "+33639980101"
APPROVED = Template(name="HX1", language="fr", parameters=("Zoé",))
TROUBLES: dict[str, dict[str, Any]] = {
    "busy": {"status": 429, "code": 20429, "retry_after": 7},
    "gone": {"status": 400, "code": 21610},
    "refused": {"status": 400, "code": 21617},
    "account": {"status": 401, "code": 20003},
    "error": {"status": 502, "when": "after"},
    "silence": {"how": "silence", "when": "after"},
    "cut": {"how": "cut", "when": "after"},
}


class SmsPlatform:
    customer = CUSTOMER

    def __init__(self, server: FakeTwilio, channel: SmsChannel) -> None:
        self.server, self.channel = server, channel

    def shown(self) -> list[Shown]:
        return [
            Shown(sent.text, sent.key, sent.sid, tuple(re.findall(r"^\d+\) (.*)$", sent.text, re.MULTILINE)))
            for sent in self.server.sent
        ]

    def break_next(self, trouble: str) -> None:
        if trouble == "unreachable":
            # A port nobody listens on: the connection is refused before anything is sent.
            self.channel = SmsChannel(SID, TOKEN, NUMBER, root="http://127.0.0.1:9", timeout=1.0)
        elif trouble == "busy after one":
            self.server.fail(status=429, code=20429, retry_after=7, skip=1)
        else:
            self.server.fail(**TROUBLES[trouble])


@pytest.fixture
async def platform() -> AsyncIterator[SmsPlatform]:
    async with FakeTwilio() as server:
        channel = SmsChannel(server.sid, server.token, server.number, root=server.root, timeout=0.3)
        await channel.start()
        made = SmsPlatform(server, channel)
        yield made
        await channel.close()
        await made.channel.close()


def bonjour(**more: object) -> OutboundMessage:
    return OutboundMessage(**({"channel": "sms", "recipient": CUSTOMER, "text": "Bonjour", "key": "k1"} | more))  # type: ignore[arg-type]


class TestTwilioIsAChannel(ChannelContract):
    pass


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (400, 21211, "CustomerGone"),
        (400, 21614, "CustomerGone"),
        (400, 21408, "Refused"),
        (400, 21612, "Refused"),
        (400, 21606, "AccountRefused"),
        (400, 63016, "OutsideWindow"),
        (400, 21611, "TryLater"),
        (400, 14107, "TryLater"),
        (429, None, "TryLater"),
        (400, 99999, "Refused"),
        (403, None, "AccountRefused"),
        (404, 20404, "AccountRefused"),
        (503, 20503, "OutcomeUnknown"),
        (302, None, "Refused"),
    ],
)
async def test_each_refusal_has_its_class(platform: SmsPlatform, status: int, code: int | None, failure: str) -> None:
    platform.server.fail(status=status, code=code)
    with pytest.raises(SendFailed) as met:
        await platform.channel.send(bonjour())
    assert type(met.value).__name__ == failure


async def test_a_meaning_can_be_overridden(platform: SmsPlatform) -> None:
    channel = SmsChannel(SID, TOKEN, NUMBER, root=platform.server.root, overrides={"codes": {"21408": "account"}})
    platform.server.fail(status=400, code=21408)
    with pytest.raises(AccountRefused):
        await channel.send(bonjour())
    await channel.close()


async def test_an_answer_without_an_id_may_have_arrived(platform: SmsPlatform) -> None:
    platform.server.fail(how="nonsense", when="after")
    with pytest.raises(OutcomeUnknown):
        await platform.channel.send(bonjour())
    assert len(platform.server.sent) == 1


async def test_whatsapp_is_answered_on_whatsapp(platform: SmsPlatform) -> None:
    await platform.channel.send(bonjour(recipient=f"whatsapp:{CUSTOMER}"))
    assert platform.server.sent[0].form["From"] == f"whatsapp:{NUMBER}"


async def test_a_template_goes_out_when_the_window_is_closed(platform: SmsPlatform) -> None:
    sent = await platform.channel.send_template(f"whatsapp:{CUSTOMER}", APPROVED, "reminder:3")
    assert (platform.server.sent[0].sid, platform.server.sent[0].key) == (sent, "reminder:3")


async def test_the_token_is_in_no_log_and_no_traceback(platform: SmsPlatform, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    met = []
    for trouble in ("account", "error", "cut", "unreachable"):
        platform.break_next(trouble)
        with pytest.raises(SendFailed) as failure:
            await platform.channel.send(bonjour())
        met.append("".join(traceback.format_exception(failure.value)))
    assert TOKEN not in caplog.text
    assert TOKEN not in "".join(met)
    assert "Bonjour" not in caplog.text


@pytest.mark.parametrize("missing", [("", TOKEN, NUMBER), (SID, "", NUMBER), (SID, TOKEN, "")])
def test_a_channel_without_its_settings_says_where_to_find_them(missing: tuple[str, str, str]) -> None:
    with pytest.raises(SettingsError, match="console"):
        SmsChannel(*missing)


class TestFiles:
    async def test_a_file_is_fetched_with_our_password_and_then_forgotten(self, platform: SmsPlatform) -> None:
        platform.server.files["photo"] = ("image/jpeg; charset=binary", b"\xff\xd8\xffpixels")
        url = f"{platform.server.root}/files/photo"
        file = await platform.channel.fetch(url)
        assert (file.content, file.mime_type) == (b"\xff\xd8\xffpixels", "image/jpeg")
        await platform.channel.delete_file(url)
        await platform.channel.delete_file(url)
        assert not platform.server.files

    async def test_the_password_stays_at_twilio_when_a_file_lies_elsewhere(self, platform: SmsPlatform) -> None:
        seen: list[str | None] = []

        async def serve(request: web.Request) -> web.Response:
            seen.append(request.headers.get("Authorization"))
            return web.Response(body=b"GIF89a pixels", content_type="image/png")

        app = web.Application()
        app.router.add_get("/photo", serve)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        platform.server.elsewhere["photo"] = f"http://127.0.0.1:{runner.addresses[0][1]}/photo"
        file = await platform.channel.fetch(f"{platform.server.root}/files/photo")
        await runner.cleanup()
        assert (file.content, seen) == (b"GIF89a pixels", [None])

    @pytest.mark.parametrize("url", ["https://elsewhere.example/photo", "file:///etc/passwd", "", "http://127.0.0.1:9/x"])
    async def test_an_address_that_is_not_twilios_is_never_followed(self, platform: SmsPlatform, url: str) -> None:
        with pytest.raises(Refused, match="not at Twilio"):
            await platform.channel.fetch(url)
        with pytest.raises(Refused, match="not at Twilio"):
            await platform.channel.delete_file(url)

    async def test_what_is_too_large_or_of_a_dangerous_kind_is_left(self, platform: SmsPlatform) -> None:
        platform.server.files["program"] = ("application/x-msdownload", b"MZ")
        with pytest.raises(Refused, match="not shown"):
            await platform.channel.fetch(f"{platform.server.root}/files/program")
        platform.server.files["film"] = ("video/mp4", bytes(2000))
        channel = SmsChannel(SID, TOKEN, NUMBER, root=platform.server.root, overrides={"media_bytes": 1000})
        with pytest.raises(Refused, match="larger than 1000"):
            await channel.fetch(f"{platform.server.root}/files/film")
        await channel.close()


class TestIsEverythingInOrder:
    async def test_the_account_and_its_webhook_are_told(self, platform: SmsPlatform) -> None:
        platform.server.sms_url = "https://bot.example/webhooks/sms"
        assert await platform.channel.account_status() == "active"
        assert await platform.channel.webhook() == "https://bot.example/webhooks/sms"

    async def test_a_number_of_somebody_else_is_told(self, platform: SmsPlatform) -> None:
        channel = SmsChannel(SID, TOKEN, "+33639980002", root=platform.server.root)
        with pytest.raises(AccountRefused, match="FILROUGE_SMS_FROM"):
            await channel.webhook()
        await channel.close()

    async def test_a_messaging_service_has_its_address_elsewhere(self, platform: SmsPlatform) -> None:
        channel = SmsChannel(SID, TOKEN, "MG007", root=platform.server.root)
        assert await channel.webhook() is None
        await channel.close()

    async def test_a_wrong_token_is_told(self, platform: SmsPlatform) -> None:
        channel = SmsChannel(SID, "wrong", NUMBER, root=platform.server.root)
        with pytest.raises(AccountRefused, match="token"):
            await channel.account_status()
        await channel.close()


async def test_what_twilio_posts_back_is_signed_and_has_the_key() -> None:
    got: list[tuple[bool, str]] = []

    async def hook(request: web.Request) -> web.Response:
        address, body = address_of(public, request.raw_path.partition("?")[2]), await request.read()
        good = is_twilios(address, body, request.headers.get(HEADER), auth_token=TOKEN)
        got.append((good, key_in(request.query["key"])))
        return web.Response(status=204 if good else 403)

    app = web.Application()
    app.router.add_post("/webhooks/sms", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    public = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/sms"
    async with FakeTwilio() as server:
        channel = SmsChannel(SID, TOKEN, NUMBER, root=server.root, public_url=public)
        await channel.send(bonjour(key="reply:12/1 é"))
        assert await server.tell(server.sent[0], "delivered") == 204
        server.token = "stolen"
        assert await server.tell(server.sent[0], "failed", ErrorCode="30003") == 403
        await channel.close()
    await runner.cleanup()
    assert got == [(True, "reply:12/1 é"), (False, "reply:12/1 é")]
