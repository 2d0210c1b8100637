"""Updates by polling and by webhook: each one once, in order, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.telegram.polling import poll
from bot.channels.telegram.transport import SECRET_HEADER, TelegramChannel, check_secret
from bot.errors import OutcomeUnknown, SendFailed
from bot.messages import InboundMessage, OutboundMessage, Reading
from tests.fakes.telegram_server import FakeTelegram


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        yield made


@pytest.fixture
async def channel(server: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    made = TelegramChannel(server.token, root=server.root, timeout=2.0)
    await made.start()
    yield made
    await made.close()


class Inbox:
    """Takes what polling brings, and stops it after so many messages."""

    def __init__(self, enough: int) -> None:
        self.enough, self.stop = enough, asyncio.Event()
        self.messages: list[InboundMessage] = []
        self.unread: list[Any] = []
        self.refusals: list[SendFailed] = []
        self.away = 0

    async def accept(self, reading: Reading) -> None:
        if self.away:
            self.away -= 1
            raise ConnectionError("the database is away")
        self.messages += reading.messages
        self.unread += [part.raw for part in reading.unread]
        if len(self.messages) >= self.enough:
            self.stop.set()

    async def poll(self, channel: TelegramChannel) -> list[str]:
        async with asyncio.timeout(10):
            await poll(channel, self.accept, stop=self.stop, on_refused=self.refusals.append, wait=1, pace=0.001)
        return [message.text for message in self.messages]


async def test_polling_brings_messages_in_order(server: FakeTelegram, channel: TelegramChannel) -> None:
    for text in ("un", "deux", "trois"):
        server.says("7", text)
    assert await Inbox(3).poll(channel) == ["un", "deux", "trois"]


async def test_what_was_not_accepted_comes_again(server: FakeTelegram, channel: TelegramChannel) -> None:
    inbox = Inbox(2)
    inbox.away = 2
    server.says("7", "un")
    server.says("7", "deux")
    assert await inbox.poll(channel) == ["un", "deux"]


async def test_what_was_accepted_before_a_crash_is_still_there_for_the_next_process(
    server: FakeTelegram, channel: TelegramChannel
) -> None:
    server.says("7", "un")
    first, second = Inbox(1), Inbox(1)
    await first.poll(channel)
    await second.poll(channel)
    assert first.messages == second.messages  # the same id: the inbox knows it has it already


async def test_one_unreadable_update_does_not_hold_its_neighbours(server: FakeTelegram, channel: TelegramChannel) -> None:
    server.says("7", "un")
    bad = server.push({"message": {"from": {"id": 7}, "chat": "?"}})
    server.says("7", "deux")
    inbox = Inbox(2)
    assert await inbox.poll(channel) == ["un", "deux"]
    assert inbox.unread == [bad]


async def test_a_press_is_answered_once_it_is_safe(server: FakeTelegram, channel: TelegramChannel) -> None:
    update = server.presses("7", 1, "tok")
    await Inbox(1).poll(channel)
    await server.until(lambda: server.answered == [update["callback_query"]["id"]])


async def test_a_second_poller_is_told_to_the_operator_and_polling_goes_on(
    server: FakeTelegram, channel: TelegramChannel
) -> None:
    server.fail(method="getUpdates", status=409, description="Conflict: terminated by other getUpdates request")
    server.says("7", "un")
    inbox = Inbox(1)
    assert await inbox.poll(channel) == ["un"]
    assert "stop the other program" in str(inbox.refusals[0])


@pytest.mark.parametrize("how", [{"status": 502}, {"how": "cut"}, {"status": 429, "retry_after": 1}])
async def test_polling_outlives_telegrams_bad_moments(
    server: FakeTelegram, channel: TelegramChannel, how: dict[str, Any]
) -> None:
    server.fail(method="getUpdates", times=2, **how)
    server.says("7", "un")
    assert await Inbox(1).poll(channel) == ["un"]


async def test_a_webhook_left_from_before_is_taken_away(server: FakeTelegram, channel: TelegramChannel) -> None:
    await channel.set_webhook("http://127.0.0.1:9/nobody", "s3cret")
    server.says("7", "un")
    assert await Inbox(1).poll(channel) == ["un"]


async def test_stopping_does_not_wait_for_telegram(server: FakeTelegram, channel: TelegramChannel) -> None:
    stop = asyncio.Event()
    polling = asyncio.create_task(poll(channel, Inbox(1).accept, stop=stop, wait=30))
    await server.until(lambda: server.calls["getUpdates"] > 0)
    stop.set()
    async with asyncio.timeout(5):
        await polling


class Hook:
    """A webhook that fails when told to."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.failures = 0

    async def post(self, request: web.Request) -> web.Response:
        assert check_secret(request.headers.get(SECRET_HEADER), "s3cret")
        if self.failures:
            self.failures -= 1
            raise web.HTTPServiceUnavailable
        self.texts.append((await request.json())["message"]["text"])
        return web.Response()


@pytest.fixture
async def hook(channel: TelegramChannel) -> AsyncIterator[Hook]:
    made = Hook()
    app = web.Application()
    app.router.add_post("/telegram", made.post)
    async with TestServer(app) as listening:
        await channel.set_webhook(str(listening.make_url("/telegram")), "s3cret")
        yield made
        await channel.delete_webhook()


async def test_the_next_update_of_a_chat_waits_until_the_former_was_accepted(server: FakeTelegram, hook: Hook) -> None:
    hook.failures = 3
    for text in ("un", "deux"):
        server.says("7", text)
    await server.until(lambda: not server.pending)
    assert hook.texts == ["un", "deux"]
    assert list(server.attempts.values()) == [4, 1]


async def test_a_redelivered_update_is_the_same_update(server: FakeTelegram, hook: Hook) -> None:
    update = server.says("7", "un")
    await server.until(lambda: not server.pending)
    server.redeliver(update)
    await server.until(lambda: not server.pending)
    assert hook.texts == ["un", "un"]
    assert server.attempts[update["update_id"]] == 2


async def test_the_fake_can_be_driven_from_another_process(server: FakeTelegram, channel: TelegramChannel) -> None:
    async with aiohttp.ClientSession(server.root) as reins:

        async def pull(act: str, **what: Any) -> Any:
            async with reins.post(f"/_control/{act}", json=what) as answer:
                assert answer.status == 200
                return (await answer.json())["result"]

        await pull("fail", status=502, when="after")
        await pull("says", chat="7", text="un")
        await pull("shares", chat="7", phone="+33639980101")
        assert await Inbox(2).poll(channel) == ["un", ""]
        message = OutboundMessage(channel="telegram", recipient="7", text="Bonjour", key="k1")
        with pytest.raises(OutcomeUnknown):
            await channel.send(message)
        await pull("keys", honour=True)
        await channel.send(message)
        async with reins.get("/_control/state") as answer:
            state = await answer.json()
    assert [(sent["chat"], sent["text"], sent["key"]) for sent in state["sent"]] == [("7", "Bonjour", "k1")]
    assert (state["duplicates"], state["calls"]["sendMessage"]) == (0, 2)


async def test_a_reaction_comes_because_it_is_asked_for(server: FakeTelegram, channel: TelegramChannel) -> None:
    server.reacts("7", 1, "👍")  # nobody has asked yet: Telegram makes no such update
    await channel.updates(None, wait=0)
    server.reacts("7", 1, "❤")
    inbox = Inbox(1)
    await inbox.poll(channel)
    assert [(message.kind, message.data["emoji"]) for message in inbox.messages] == [("reaction", "❤")]
