"""The bot on Telegram: by its own token or, in the demo, on a pretended one; how it is met and opened."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import structlog
from aiohttp import web

from bot.brand import Brand
from bot.channels.overrides import overridden
from bot.channels.telegram.table import TelegramTable
from bot.channels.telegram.transport import TelegramChannel
from bot.clock import Clock
from bot.connections.line import Line
from bot.connections.telegram import telegram_line
from bot.customers.customer_file import read_customers
from bot.errors import AccountRefused, SendFailed, SettingsError
from bot.settings import Settings

log = structlog.get_logger(__name__)


def telegram_of(settings: Settings, brand: Brand, clock: Clock, *, token: str = "", root: str = "") -> TelegramChannel | None:
    """The bot of the settings, or the one of this token and root; None where there is neither."""
    if settings.telegram_token:
        token, root = settings.telegram_token.get_secret_value(), settings.telegram_base_url
    if not token:
        return None
    table = overridden(TelegramTable(per_second=settings.telegram_per_second), brand.channels.telegram.limits)
    return TelegramChannel(token, root=root, table=table, now=clock.now)


async def pretend_telegram(
    app: web.Application, folder: Path, brand: Brand, clock: Clock, closing: contextlib.AsyncExitStack
) -> tuple[str, str]:
    """The demo's own telephone on `app`; returns the token and root by which it is spoken to."""
    from bot.web.pretend_telegram import PretendTelegram  # the demo's own; `serve` never loads it

    pretend = PretendTelegram(brand, list(read_customers(folder / "customers.csv")), now=clock.now)
    token, root = await pretend.start(app)
    closing.push_async_callback(pretend.close)
    return token, root


def line_of(settings: Settings, telegram: TelegramChannel) -> Line:
    """How Telegram brings messages: by its webhook where the settings name one, else they are fetched."""
    if not (settings.telegram_webhook_url and settings.telegram_token):
        return telegram_line(telegram)
    if settings.telegram_secret_token is None:
        raise SettingsError(
            "FILROUGE_TELEGRAM_SECRET_TOKEN is missing: without it anybody could post updates; "
            "set it to 32 random characters of A-Z a-z 0-9 _ -"
        )
    secret = settings.telegram_secret_token.get_secret_value()
    return telegram_line(telegram, webhook_url=settings.telegram_webhook_url, secret=secret)


class Meeting:
    """Telling Telegram where to post, and learning where the bot's chat is opened."""

    def __init__(self, telegram: TelegramChannel, settings: Settings, opened: Callable[[str], None]) -> None:
        """`opened` is told the address that opens the chat, to which a token is added."""
        self._telegram, self._settings, self._opened = telegram, settings, opened
        self.tried = asyncio.Event()
        """Set after the first try: a refused token stops the start, a Telegram that is away does not."""
        self.refused = ""
        """Why the start must not go on."""

    async def run(self) -> None:
        """Try until it answers. Never ends, so that health sees no task end."""
        settings, pause, posts_to_us = self._settings, 1.0, False
        while True:
            try:
                if settings.telegram_webhook_url and settings.telegram_secret_token and not posts_to_us:
                    secret = settings.telegram_secret_token.get_secret_value()
                    await self._telegram.set_webhook(settings.telegram_webhook_url, secret)
                posts_to_us = True
                opens_at = await self._telegram.deep_link("")
                break
            except SendFailed as error:
                log.warning("telegram_not_met", why=str(error))
                if isinstance(error, AccountRefused) and not posts_to_us and not self.tried.is_set():
                    self.refused = f"Telegram refuses FILROUGE_TELEGRAM_TOKEN ({error}); take the right one from @BotFather"
                self.tried.set()
                await asyncio.sleep(pause)
                pause = min(60, pause * 2)
        self._opened(opens_at)
        self.tried.set()
        await asyncio.Event().wait()
