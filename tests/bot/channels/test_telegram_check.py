"""What an operator is told of a bot: whether its token and its webhook are right, and what to do if not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.channels.telegram.check import Checked
from bot.channels.telegram.transport import TelegramChannel
from bot.errors import AccountRefused
from tests.fakes.telegram_server import FakeTelegram

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOOK = "https://bot.orvelle.example/webhooks/telegram"


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        yield made


@pytest.fixture
async def channel(server: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    made = TelegramChannel(server.token, root=server.root, timeout=1.0, now=lambda: NOW)
    yield made
    await made.close()


async def test_a_polled_bot_with_nothing_wrong(channel: TelegramChannel) -> None:
    assert await channel.check() == Checked(bot="@fake_bot", waiting=0)


async def test_a_webhook_that_stands_as_it_should(channel: TelegramChannel) -> None:
    await channel.set_webhook(HOOK, "s3cret")
    assert await channel.check(webhook_url=HOOK) == Checked(bot="@fake_bot", waiting=0)


async def test_a_token_that_is_not_good_is_told_at_once(server: FakeTelegram) -> None:
    stranger = TelegramChannel("1:wrong", root=server.root)
    with pytest.raises(AccountRefused, match="@BotFather"):
        await stranger.check()
    await stranger.close()


async def test_a_webhook_where_updates_are_polled(channel: TelegramChannel) -> None:
    await channel.set_webhook(HOOK, "s3cret")
    (trouble,) = (await channel.check()).troubles
    assert HOOK in trouble.wrong
    assert "FILROUGE_TELEGRAM_WEBHOOK_URL" in trouble.do


@pytest.mark.parametrize(("set_to", "told"), [("https://old.example/hook", "https://old.example/hook"), ("", "posts nowhere")])
async def test_a_webhook_that_posts_elsewhere(channel: TelegramChannel, set_to: str, told: str) -> None:
    if set_to:
        await channel.set_webhook(set_to, "s3cret")
    (trouble,) = (await channel.check(webhook_url=HOOK)).troubles
    assert told in trouble.wrong
    assert HOOK in trouble.wrong


async def test_kinds_of_updates_an_older_version_did_not_ask_for(server: FakeTelegram, channel: TelegramChannel) -> None:
    await channel.set_webhook(HOOK, "s3cret")
    server.allowed = [kind for kind in server.allowed if kind != "message_reaction"]
    (trouble,) = (await channel.check(webhook_url=HOOK)).troubles
    assert trouble.wrong == "Telegram does not send message_reaction"


async def test_messages_that_wait_are_counted(server: FakeTelegram, channel: TelegramChannel) -> None:
    for _ in range(101):
        server.says("7", "Il y a quelqu'un ?")
    checked = await channel.check()
    assert checked.waiting == 101
    assert "101 updates wait" in checked.troubles[0].wrong


@pytest.mark.parametrize(("ago", "told"), [(60, True), (7200, False)])
async def test_a_webhook_that_failed_lately_is_told_with_its_reason(
    server: FakeTelegram, channel: TelegramChannel, ago: int, told: bool
) -> None:
    await channel.set_webhook(HOOK, "s3cret")
    server.webhook_error = (int(NOW.timestamp()) - ago, "Wrong response from the webhook: 401 Unauthorized")
    troubles = (await channel.check(webhook_url=HOOK)).troubles
    assert bool(troubles) is told
    assert not told or "401 Unauthorized" in troubles[0].wrong
