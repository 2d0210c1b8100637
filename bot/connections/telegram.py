"""Telegram: one bot, posted to us or asked for, and the address its chat is opened at."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from bot.channels.files import Media
from bot.channels.telegram.polling import poll
from bot.channels.telegram.translate import read_body
from bot.channels.telegram.transport import SECRET_HEADER, TelegramChannel, check_secret
from bot.connections.line import Connection, Finding, Ground, Line, named
from bot.errors import AccountRefused, SendFailed
from bot.messages import InboundMessage, Reading
from bot.storage.inbox import Accepted
from bot.web.inbox_door import FilesOf, no_files
from bot.web.webhook_door import NotJson, Posted
from bot.workers.seats import Seat

PATH = "/webhooks/telegram"


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramWebhook:
    """What is known about Telegram's webhook."""

    transport: TelegramChannel
    secret: str
    channel: str = "telegram"
    path: str = PATH
    max_body: int = 1024 * 1024
    answer: tuple[str, str] = ("application/json", '{"ok":true}')

    async def admits(self, posted: Posted) -> bool:
        return check_secret(posted.headers.get(SECRET_HEADER), self.secret)

    def read(self, posted: Posted, now: datetime) -> tuple[Reading, FilesOf]:
        try:
            update = orjson.loads(posted.body)
        except orjson.JSONDecodeError:
            raise NotJson("the body is not JSON") from None
        return read_body(update, received_at=now, account=self.transport.account), no_files

    def committed(self, message: InboundMessage, accepted: Accepted) -> None:
        if message.kind == "press":
            self.transport.answer_callback(str(message.data.get("callback", "")))


def telegram_line(transport: TelegramChannel, *, webhook_url: str = "", secret: str = "") -> Line:
    """Telegram by webhook where there is a `webhook_url`, else by polling."""

    async def fetch(reference: Mapping[str, Any]) -> Media:
        claimed, name = str(reference.get("mime_type", "")), str(reference.get("name", ""))
        return await transport.media(named(reference, "file_id"), claimed=claimed, name=name)

    connection = Connection(
        transport=transport,
        check=partial(check, transport, webhook_url),
        fetch=fetch,
        typing=lambda message: transport.typing(str(message.data.get("chat") or message.sender)),
    )
    if webhook_url:
        return Line(name="telegram", connections=(connection,), webhook=TelegramWebhook(transport=transport, secret=secret))
    return Line(name="telegram", connections=(connection,), work={"polling:telegram": partial(polling, transport)})


def polling(transport: TelegramChannel, ground: Ground) -> Coroutine[Any, Any, None]:
    """Ask for updates, in one process of all: Telegram refuses two that poll the same bot."""

    async def accept(reading: Reading) -> None:
        await ground.door.take(reading, channel="telegram", account=transport.account)

    async def work(stop: asyncio.Event) -> None:
        await poll(transport, accept, stop=stop, now=ground.clock.now)

    name = f"poll:telegram:{transport.account}"
    return Seat(ground.database, ground.clock, seat=name, name=ground.name, seconds=ground.seat_seconds).run(work)


async def check(transport: TelegramChannel, webhook_url: str) -> Sequence[Finding]:
    """Whether token and webhook are right."""
    try:
        state = await transport.check(webhook_url=webhook_url)
    except AccountRefused as error:
        return [Finding(about="token", wrong=str(error), do="take the right one from @BotFather and set FILROUGE_TELEGRAM_TOKEN")]
    except SendFailed as error:
        return [Finding(about="token", wrong=str(error), do="try again in a few minutes")]
    troubles = [Finding(about="updates", wrong=one.wrong, do=one.do) for one in state.troubles]
    return [Finding(about="token"), *(troubles or [Finding(about="updates")])]
