"""Messenger and Instagram keep the promises of a channel, and a few of their own."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.instagram.transport import InstagramChannel
from bot.channels.messenger.transport import MessengerChannel
from bot.errors import OutcomeUnknown, OutsideWindow, Refused, SendFailed, SettingsError
from bot.messages import OutboundMessage
from tests.contracts.channel import ChannelContract, Shown
from tests.fakes.instagram_server import ACCOUNT_ID, FakeInstagram
from tests.fakes.messenger_server import PAGE_ID, FakeMessenger
from tests.fakes.meta_server import APP_ID, TOKEN

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 60

TROUBLES: dict[str, dict[str, Any]] = {
    "busy": {"code": 613, "message": "(#613) Calls to this api have exceeded the rate limit", "wait": 7},
    "busy after one": {"code": 613, "wait": 7, "skip": 1},
    "gone": {"code": 551, "message": "(#551) This person isn't available right now"},
    "refused": {"code": 100, "message": "(#100) Invalid parameter"},
    "account": {"status": 401, "code": 190, "message": "Error validating access token"},
    "error": {"how": "page", "status": 502, "when": "after"},
    "silence": {"how": "silence", "when": "after"},
    "cut": {"how": "cut", "when": "after"},
}

Made = Callable[..., Any]


class PagePlatform:
    customer = "24601"

    def __init__(self, server: FakeMessenger, make: Made) -> None:
        self.server, self._make = server, make
        self.channel = make(root=server.root, timeout=0.3, now=lambda: NOW)

    def shown(self) -> list[Shown]:
        return [Shown(sent.text, sent.key, sent.id, sent.titles) for sent in self.server.sent]

    def break_next(self, trouble: str) -> None:
        if trouble == "unreachable":
            # A port nobody listens on: the connection is refused before anything is sent.
            self.channel = self._make(root="http://127.0.0.1:9", timeout=1.0)
        else:
            self.server.fail(**TROUBLES[trouble])


@asynccontextmanager
async def running(server: FakeMessenger, make: Made) -> AsyncIterator[PagePlatform]:
    async with server:
        platform = PagePlatform(server, make)
        first = platform.channel
        await first.start()
        yield platform
        await first.close()
        await platform.channel.close()


def messenger(**how: Any) -> MessengerChannel:
    return MessengerChannel(TOKEN, PAGE_ID, **how)


def instagram(**how: Any) -> InstagramChannel:
    return InstagramChannel(TOKEN, ACCOUNT_ID, **how)


@pytest.fixture
async def on_messenger() -> AsyncIterator[PagePlatform]:
    async with running(FakeMessenger(), messenger) as platform:
        yield platform


@pytest.fixture
async def on_instagram() -> AsyncIterator[PagePlatform]:
    async with running(FakeInstagram(), instagram) as platform:
        yield platform


@pytest.fixture(params=["messenger", "instagram"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[PagePlatform]:
    server, make = (FakeMessenger(), messenger) if request.param == "messenger" else (FakeInstagram(), instagram)
    async with running(server, make) as platform:
        yield platform


class TestMessengerIsAChannel(ChannelContract):
    @pytest.fixture
    def platform(self, on_messenger: PagePlatform) -> PagePlatform:
        return on_messenger


class TestInstagramIsAChannel(ChannelContract):
    @pytest.fixture
    def platform(self, on_instagram: PagePlatform) -> PagePlatform:
        return on_instagram


def bonjour(**more: object) -> OutboundMessage:
    given = {"channel": "messenger", "recipient": "24601", "text": "Bonjour", "key": "k1"}
    return OutboundMessage(**(given | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "subcode", "failure"),
    [
        (2, None, "TryLater"),
        (1200, None, "TryLater"),
        (4, None, "TryLater"),
        (32, None, "TryLater"),
        (80006, None, "TryLater"),
        (1, None, "OutcomeUnknown"),
        (10, 2018278, "OutsideWindow"),
        (10, 2534022, "OutsideWindow"),
        (551, None, "CustomerGone"),
        (100, 2018001, "CustomerGone"),
        (200, 1545041, "CustomerGone"),
        (10, 1893063, "AccountRefused"),
        (10, None, "AccountRefused"),
        (10, 5, "AccountRefused"),
        (190, 463, "AccountRefused"),
        (230, None, "AccountRefused"),
        (100, 33, "Refused"),
    ],
)
async def test_each_code_has_its_class(either: PagePlatform, code: int, subcode: int | None, failure: str) -> None:
    either.server.fail(code=code, subcode=subcode)
    with pytest.raises(SendFailed) as met:
        await either.channel.send(bonjour())
    assert type(met.value).__name__ == failure


async def test_a_program_does_not_write_after_the_window(either: PagePlatform) -> None:
    either.server.closed.add("24601")
    for window_ends in (None, NOW - timedelta(hours=1)):
        with pytest.raises(OutsideWindow):
            await either.channel.send(bonjour(window_ends=window_ends))
    assert not either.shown()


async def test_a_person_does_with_the_tag_whoever_knew_first(either: PagePlatform) -> None:
    either.server.closed.add("24601")
    for key, window_ends in (("k1", None), ("k2", NOW - timedelta(hours=1)), ("k3", NOW + timedelta(hours=1))):
        await either.channel.send(bonjour(key=key, author="advisor", window_ends=window_ends))
    assert [sent.body["tag"] for sent in either.server.sent] == ["HUMAN_AGENT"] * 3
    assert either.server.duplicates == 0


async def test_a_tag_the_platform_does_not_grant_is_tried_once(either: PagePlatform) -> None:
    either.server.fail(code=10, subcode=2018278, times=9)
    with pytest.raises(OutsideWindow):
        await either.channel.send(bonjour(author="advisor"))
    assert sum(either.server.calls.values()) == 2


async def test_a_comment_is_answered_in_private_once(either: PagePlatform) -> None:
    sent = await either.channel.private_reply("55_901", "Bonjour Nadia, oui.", "k9")
    assert either.shown() == [Shown("Bonjour Nadia, oui.", "k9", sent)]
    with pytest.raises(Refused, match="already replied"):
        await either.channel.private_reply("55_901", "Encore", "k10")


async def test_somebody_sees_that_they_were_read_and_are_answered(either: PagePlatform) -> None:
    either.channel.seen("24601")
    either.channel.typing("24601")
    await either.server.until(lambda: len(either.server.acts) == 2)
    assert {act["sender_action"] for act in either.server.acts} == {"mark_seen", "typing_on"}


async def test_a_courtesy_that_fails_disturbs_nobody(either: PagePlatform) -> None:
    either.channel.typing("404")
    assert await either.channel.send(bonjour())


async def test_a_file_is_fetched_where_meta_keeps_it_and_nowhere_else(either: PagePlatform) -> None:
    either.server.files["7"] = (PNG, "image/png")
    media = await either.channel.media(f"{either.server.root}/files/7")
    assert (media.content, media.mime_type) == (PNG, "image/png")
    for url in ("http://127.0.0.1:1/secret", "https://evil.example/a.png", "https://fbcdn.net.evil.example/a", "file:///etc"):
        with pytest.raises(Refused, match="not Meta's"):
            await either.channel.media(url)
    with pytest.raises(Refused, match="not there any more"):
        await either.channel.media(f"{either.server.root}/files/404")


async def test_names_are_asked_for(either: PagePlatform) -> None:
    assert "Camille" in (await either.channel.profile("24601")).values()
    with pytest.raises(Refused):
        await either.channel.profile("../me")


async def test_a_check_names_the_account_and_our_application(either: PagePlatform) -> None:
    assert (await either.channel.check())["id"] == either.server.id
    assert await either.channel.app_id() == APP_ID
    assert await either.channel.subscribed() == {"messages", "feed"}


async def test_a_check_tells_whether_the_secret_is_right(either: PagePlatform) -> None:
    assert await either.channel.check(either.server.secret)
    with pytest.raises(Refused, match="appsecret_proof"):
        await either.channel.check("another")


async def test_the_words_of_a_mention_are_asked_for(on_instagram: PagePlatform) -> None:
    server, channel = on_instagram.server, on_instagram.channel
    assert isinstance(server, FakeInstagram)
    server.mentions |= {"17950000000000007": {"text": "Merci @orvelle"}, "17900000000000078": {"caption": "Chez @orvelle"}}
    assert (await channel.mentioned("17900000000000077", "17950000000000007"))["text"] == "Merci @orvelle"
    assert (await channel.mentioned("17900000000000078"))["caption"] == "Chez @orvelle"
    for ids in (("1",), ("1", "2"), ("1){id}", "")):
        with pytest.raises(Refused):
            await channel.mentioned(*ids)


async def test_an_answer_without_an_id_may_have_been_delivered(either: PagePlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    async def said_yes(_body: object, _key: str) -> dict[str, Any]:
        return {"recipient_id": "24601"}

    monkeypatch.setattr(either.server, "send", said_yes)
    with pytest.raises(OutcomeUnknown, match="without a message id"):
        await either.channel.send(bonjour())


async def test_the_token_is_in_no_log_and_no_traceback(either: PagePlatform, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    met = []
    for trouble in ("account", "error", "cut", "unreachable"):
        either.break_next(trouble)
        with pytest.raises(SendFailed) as failure:
            await either.channel.send(bonjour())
        met.append("".join(traceback.format_exception(failure.value)))
    assert TOKEN not in caplog.text
    assert TOKEN not in "".join(met)
    assert "Bonjour" not in caplog.text


@pytest.mark.parametrize("made", [MessengerChannel, InstagramChannel])
def test_a_channel_without_token_or_id_says_where_to_get_them(made: Any) -> None:
    with pytest.raises(SettingsError, match="access token"):
        made("", "1")
    with pytest.raises(SettingsError, match="needs the id"):
        made(TOKEN, "")
