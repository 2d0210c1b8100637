"""Telegram keeps the promises of a channel, and a few of its own."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote

import pytest

from bot.channels.overrides import overridden
from bot.channels.telegram.chats import message_key
from bot.channels.telegram.table import TelegramTable
from bot.channels.telegram.transport import TelegramChannel, check_secret
from bot.errors import AccountRefused, Refused, SendFailed, SettingsError, TryLater
from bot.messages import OutboundMessage
from tests.contracts.channel import ChannelContract, Shown
from tests.fakes.telegram_server import TOKEN, FakeTelegram

TROUBLES: dict[str, dict[str, Any]] = {
    "busy": {"status": 429, "description": "Too Many Requests: retry after 7", "retry_after": 7},
    "gone": {"status": 403, "description": "Forbidden: bot was blocked by the user"},
    "refused": {"status": 400, "description": "Bad Request: message thread not found"},
    "account": {"status": 401, "description": "Unauthorized"},
    "error": {"status": 502, "when": "after"},
    "silence": {"how": "silence", "when": "after"},
    "cut": {"how": "cut", "when": "after"},
}


class TelegramPlatform:
    customer = "7"

    def __init__(self, server: FakeTelegram, channel: TelegramChannel) -> None:
        self.server, self.channel = server, channel

    def shown(self) -> list[Shown]:
        return [
            Shown(
                sent.text,
                sent.key,
                message_key(sent.chat, str(sent.message_id)),
                tuple(button["text"] for row in sent.markup.get("inline_keyboard", []) for button in row),
            )
            for sent in self.server.sent
        ]

    def break_next(self, trouble: str) -> None:
        if trouble == "unreachable":
            # A port nobody listens on: the connection is refused before anything is sent.
            self.channel = TelegramChannel(TOKEN, root="http://127.0.0.1:9", timeout=1.0)
        elif trouble == "busy after one":
            self.server.fail(status=429, retry_after=7, skip=1)
        else:
            self.server.fail(**TROUBLES[trouble])


@pytest.fixture
async def platform() -> AsyncIterator[TelegramPlatform]:
    async with FakeTelegram() as server:
        server.chat("7")
        channel = TelegramChannel(server.token, root=server.root, timeout=0.3)
        await channel.start()
        made = TelegramPlatform(server, channel)
        yield made
        await channel.close()
        await made.channel.close()


def bonjour(**more: object) -> OutboundMessage:
    return OutboundMessage(**({"channel": "telegram", "recipient": "7", "text": "Bonjour", "key": "k1"} | more))  # type: ignore[arg-type]


class TestTelegramIsAChannel(ChannelContract):
    pass


@pytest.mark.parametrize(
    ("status", "description", "failure"),
    [
        (400, "Bad Request: chat not found", "CustomerGone"),
        (403, "Forbidden: user is deactivated", "CustomerGone"),
        (403, "Forbidden: bot can't initiate conversation with a user", "CustomerGone"),
        (400, "Bad Request: BUTTON_DATA_INVALID", "Refused"),
        (404, "Not Found", "AccountRefused"),
        (409, "Conflict: terminated by other getUpdates request", "AccountRefused"),
        (500, "Internal Server Error", "OutcomeUnknown"),
        (429, "Too Many Requests", "TryLater"),
        (400, "Bad Request: BUSINESS_PEER_USAGE_MISSING", "OutsideWindow"),
        (403, "Forbidden: BUSINESS_CONNECTION_INVALID", "Refused"),
    ],
)
async def test_each_refusal_has_its_class(platform: TelegramPlatform, status: int, description: str, failure: str) -> None:
    platform.server.fail(status=status, description=description)
    with pytest.raises(SendFailed) as met:
        await platform.channel.send(bonjour())
    assert type(met.value).__name__ == failure


async def test_a_refusal_inside_a_200_is_a_refusal(platform: TelegramPlatform) -> None:
    platform.server.fail(how="ok", status=429, description="Too Many Requests: retry after 9", retry_after=9)
    with pytest.raises(TryLater) as met:
        await platform.channel.send(bonjour())
    assert met.value.wait == 9


async def test_an_operator_says_what_an_error_means(platform: TelegramPlatform) -> None:
    table = overridden(TelegramTable(), {"errors": {"400/topic_closed": "try later"}, "waits": {"400/topic_closed": 30.0}})
    channel = TelegramChannel(TOKEN, root=platform.server.root, table=table)
    platform.server.fail(status=400, description="Bad Request: TOPIC_CLOSED")
    with pytest.raises(TryLater) as met:
        await channel.send(bonjour())
    assert met.value.wait == 30
    await channel.close()
    with pytest.raises(SettingsError, match="choose one of"):
        TelegramChannel(TOKEN, table=overridden(TelegramTable(), {"errors": {"400": "perhaps"}}))


async def test_a_connected_account_speaks_in_its_own_name(platform: TelegramPlatform) -> None:
    platform.server.connections.add("bc-77")
    sent = await platform.channel.send(bonjour(recipient="business:bc-77:7"))
    (shown,) = platform.server.sent
    assert (shown.chat, shown.business, sent) == ("7", "bc-77", f"business:bc-77:7:{shown.message_id}")


async def test_a_connection_that_was_ended_costs_only_its_own_messages(platform: TelegramPlatform) -> None:
    with pytest.raises(Refused, match="business connection not found"):
        await platform.channel.send(bonjour(recipient="business:bc-78:7"))


async def test_somebody_who_never_wrote_cannot_be_written_to(platform: TelegramPlatform) -> None:
    with pytest.raises(SendFailed, match="chat not found"):
        await platform.channel.send(bonjour(recipient="404"))


async def test_where_keys_are_honoured_a_second_attempt_shows_nothing_new(platform: TelegramPlatform) -> None:
    platform.server.honour_keys = True
    platform.break_next("error")
    with pytest.raises(SendFailed):
        await platform.channel.send(bonjour())
    await platform.channel.send(bonjour())
    assert platform.server.shown("7") == ["Bonjour"]
    assert platform.server.duplicates == 0


@pytest.mark.parametrize("key", ["reply:12/1", "clé unique ", "a\r\nX-Evil: 1"])
async def test_any_key_can_be_sent_and_stays_one_header(platform: TelegramPlatform, key: str) -> None:
    await platform.channel.send(bonjour(key=key))
    assert unquote(platform.server.sent[0].key) == key


async def test_where_they_are_not_the_repeat_is_counted(platform: TelegramPlatform) -> None:
    platform.break_next("error")
    with pytest.raises(SendFailed):
        await platform.channel.send(bonjour())
    await platform.channel.send(bonjour())
    assert platform.server.duplicates == 1


async def test_the_token_is_in_no_log_and_no_traceback(platform: TelegramPlatform, caplog: pytest.LogCaptureFixture) -> None:
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


async def test_a_pressed_button_stops_spinning(platform: TelegramPlatform) -> None:
    platform.channel.answer_callback("77")
    await platform.server.until(lambda: platform.server.answered == ["77"])


async def test_a_courtesy_that_fails_disturbs_nobody(platform: TelegramPlatform) -> None:
    platform.channel.typing("404")
    assert await platform.channel.send(bonjour())


async def test_a_deep_link_opens_this_bot(platform: TelegramPlatform) -> None:
    assert await platform.channel.deep_link("abc") == "https://t.me/fake_bot?start=abc"
    assert await platform.channel.deep_link("") == "https://t.me/fake_bot"
    assert platform.server.calls["getMe"] == 1


async def test_a_refused_token_is_told_as_one(platform: TelegramPlatform) -> None:
    stranger = TelegramChannel("1:wrong", root=platform.server.root)
    with pytest.raises(AccountRefused, match="@BotFather"):
        await stranger.send(bonjour())
    await stranger.close()


@pytest.mark.parametrize(
    ("header", "secret", "good"),
    [("s3cret", "s3cret", True), ("other", "s3cret", False), (None, "s3cret", False), ("", "", False), (None, "", False)],
)
def test_a_webhook_without_its_secret_is_nobodys(header: str | None, secret: str, good: bool) -> None:
    assert check_secret(header, secret) is good


async def test_a_secret_telegram_would_not_take_is_told_before(platform: TelegramPlatform) -> None:
    with pytest.raises(SettingsError, match="choose another"):
        await platform.channel.set_webhook("https://bot.example/telegram", "é")


def test_a_channel_without_a_token_says_where_to_get_one() -> None:
    with pytest.raises(SettingsError, match="@BotFather"):
        TelegramChannel("")
