"""Telegram as a channel: sends messages, and the few other calls a bot needs."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import aiohttp
from telegram.error import TelegramError

from bot.channels.files import FileRefused, Media, checked
from bot.channels.meanings import check_meanings
from bot.channels.pool import Courtesies
from bot.channels.telegram.chats import address, message_key
from bot.channels.telegram.check import Checked, read_state
from bot.channels.telegram.compose import parts_of, write_message
from bot.channels.telegram.failures import failure_of
from bot.channels.telegram.table import NAME, TelegramTable
from bot.channels.telegram.translate import ALLOWED_UPDATES
from bot.channels.telegram.wire import Request, Wire, keyed, quiet_libraries
from bot.channels.unfinished import Unfinished
from bot.errors import OutcomeUnknown, SendFailed, SettingsError
from bot.messages import OutboundMessage, Reading

PUBLIC_ROOT = "https://api.telegram.org"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the header's name, not a secret

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_FILE_PATH = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./-]{0,500}")
_COURTESY_TIMEOUT = 5.0


def check_secret(header: str | None, secret: str) -> bool:
    """Whether a webhook's `X-Telegram-Bot-Api-Secret-Token` is ours; never when it is missing or none is configured."""
    return bool(secret) and header is not None and hmac.compare_digest(header.encode(errors="replace"), secret.encode())


class TelegramChannel:
    """One bot on Telegram; `root` is the server that speaks the Bot API (Telegram's own, one's own, or a pretend one)."""

    name = NAME

    def __init__(
        self,
        token: str,
        *,
        root: str = PUBLIC_ROOT,
        account: str = "",
        connections: int = 32,
        timeout: float = 15.0,
        per_second: float | None = None,
        table: TelegramTable | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not token:
            raise SettingsError("Telegram needs the bot's token; @BotFather gives one")
        quiet_libraries()
        root = root.rstrip("/")
        self.table = table or TelegramTable()
        check_meanings(self.table.errors)
        limits = self.table.limits
        self.limits = limits if per_second is None else replace(limits, per_second=per_second)
        self.account = account
        self._token, self._now = token, now
        self._files = f"{root}/file/bot{token}"
        self._request = Request(connections=connections, timeout=timeout)
        self._polling = Request(connections=1, timeout=timeout)
        self._wire = Wire(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=self._request,
            get_updates_request=self._polling,
        )
        self._opens_at = ""
        self._courtesies = Courtesies(NAME)
        self._unfinished = Unfinished()

    async def start(self) -> None:
        """Make the channel ready to be used; no network, so a bot starts while Telegram is away."""
        await self._request.initialize()
        await self._polling.initialize()

    async def close(self) -> None:
        """Let go of every connection; courtesies not yet paid are dropped."""
        await self._courtesies.close()
        await self._request.shutdown()
        await self._polling.shutdown()

    async def send(self, message: OutboundMessage) -> str:
        """Deliver one message, in several parts when it is long, and return the id of the last one.

        A repeated attempt goes on after the last part that was delivered, as long as this process lives.
        """
        return await self._unfinished.deliver(message.key, parts_of(message, table=self.table), self._send_part)

    async def media(self, file_id: str, *, claimed: str = "", name: str = "") -> Media:
        """A file a customer sent, by its id; `claimed` is the type they sent it as.

        Raises:
            FileRefused: it is too large, of a type nobody is shown, or there no longer.
            SendFailed: Telegram does not hand it out; its class says what to do.
        """
        told = await self._call("getFile", {"file_id": file_id})
        path, size = (told.get("file_path"), told.get("file_size")) if isinstance(told, dict) else (None, None)
        if isinstance(size, int) and size > self.table.media_bytes:
            raise FileRefused(f"the file has {size} bytes, more than the {self.table.media_bytes} that are kept", "too_large")
        # Only ever below our own server's root; one's own Bot API server must not run with --local, which names paths on a disk.
        if not isinstance(path, str) or not _FILE_PATH.fullmatch(path):
            raise FileRefused("Telegram names no address for the file; ask the customer to send it again", "gone")
        content = await self._fetched(f"{self._files}/{path}")
        return checked(content, claimed, self.table.media_types, name=name)

    async def check(self, *, webhook_url: str = "") -> Checked:
        """Which bot the token is for and what is wrong with it; without `webhook_url` its updates should be polled.

        Raises:
            AccountRefused: the token is not good.
            SendFailed: Telegram does not answer just now.
        """
        me, info = await self._call("getMe", {}), await self._call("getWebhookInfo", {})
        return read_state(me, info, wanted=webhook_url, allowed=ALLOWED_UPDATES, table=self.table, now=self._now())

    async def set_webhook(self, url: str, secret: str, *, connections: int = 40) -> None:
        """Have Telegram post updates to `url`, with `secret` in the header that `check_secret` reads."""
        if not _SECRET.fullmatch(secret):
            raise SettingsError("the Telegram webhook secret must be 1 to 256 of A-Z a-z 0-9 _ -; choose another one")
        await self._call(
            "setWebhook",
            {
                "url": url,
                "secret_token": secret,
                "max_connections": connections,
                "allowed_updates": list(ALLOWED_UPDATES),
            },
        )

    async def delete_webhook(self) -> None:
        """Have Telegram keep updates until they are asked for, as polling needs; none is lost."""
        await self._call("deleteWebhook", {"drop_pending_updates": False})

    async def updates(self, offset: int | None, *, wait: int = 30, most: int = 100) -> Sequence[Mapping[str, Any]]:
        """Raw updates from `offset` on, after at most `wait` seconds; those before `offset` are forgotten by Telegram."""
        parameters = {"offset": offset, "timeout": wait, "limit": most, "allowed_updates": list(ALLOWED_UPDATES)}
        result = await self._call("getUpdates", parameters, patience=wait + 10.0)
        return [update for update in result if isinstance(update, dict)] if isinstance(result, list) else []

    async def deep_link(self, token: str) -> str:
        """An address that opens the bot and hands `token` back, as a message of kind `link`; an empty one only opens it."""
        if not self._opens_at:
            me = await self._call("getMe", {})
            # Only a pretend Telegram says where its chats are opened; everybody knows where the real one's are.
            self._opens_at = str(me.get("opens_at") or f"https://t.me/{me['username']}")
        return f"{self._opens_at}?start={token}" if token else self._opens_at

    def answer_callback(self, callback_id: str) -> None:
        """Stop a pressed button from spinning. Returns at once; does its best, in the background."""
        self._courtesy("answerCallbackQuery", {"callback_query_id": callback_id})

    def stop_spinning(self, reading: Reading) -> None:
        """Answer every pressed button of what was read, once it is safe. Returns at once; does its best."""
        for message in reading.messages:
            if message.kind == "press":
                self.answer_callback(str(message.data.get("callback", "")))

    def typing(self, chat: str) -> None:
        """Show that an answer is being written, for 5 s or until it arrives. Returns at once; does its best."""
        self._courtesy("sendChatAction", {**address(chat), "action": "typing"})

    async def _send_part(self, part: OutboundMessage) -> str:
        with keyed(part.key):
            sent = await self._call("sendMessage", write_message(part, table=self.table))
        try:
            return message_key(part.recipient, str(sent["message_id"]))
        except (TypeError, KeyError):
            raise OutcomeUnknown("Telegram answered without a message id; the message may have arrived") from None

    async def _fetched(self, url: str) -> bytes:
        try:
            return await self._request.file(url, self.table.media_bytes)
        except (TelegramError, aiohttp.ClientError, TimeoutError) as error:
            failure = self._failure(error)
        raise failure

    async def _call(self, method: str, parameters: Mapping[str, Any], *, patience: float | None = None) -> Any:
        try:
            return await self._wire.call(method, parameters, patience=patience)
        except (TelegramError, KeyError) as error:  # KeyError: a 200 without a `result`
            failure = self._failure(error)
        raise failure  # outside the handler, so that no traceback leads back to a request, whose URL has the token

    def _failure(self, error: Exception) -> SendFailed:
        failure = failure_of(error, self.table)
        failure.args = tuple(str(part).replace(self._token, "[token]") for part in failure.args)
        return failure

    def _courtesy(self, method: str, parameters: Mapping[str, Any]) -> None:
        self._courtesies.pay(method, lambda: self._call(method, parameters, patience=_COURTESY_TIMEOUT))
