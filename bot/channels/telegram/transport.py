"""Telegram as a channel: sends messages, and the few other calls a bot needs."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from telegram.error import TelegramError

from bot.channels.telegram.compose import LIMITS, parts_of, write_message
from bot.channels.telegram.failures import failure_of
from bot.channels.telegram.translate import ALLOWED_UPDATES, NAME
from bot.channels.telegram.wire import Request, Wire, keyed, quiet_libraries
from bot.errors import OutcomeUnknown, SendFailed, SettingsError
from bot.messages import OutboundMessage

PUBLIC_ROOT = "https://api.telegram.org"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the header's name, not a secret

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_UNFINISHED_KEPT = 1000
_COURTESY_TIMEOUT = 5.0

_log = structlog.get_logger(__name__)


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
        per_second: float = LIMITS.per_second,
    ) -> None:
        if not token:
            raise SettingsError("Telegram needs the bot's token; @BotFather gives one")
        quiet_libraries()
        root = root.rstrip("/")
        self.limits = replace(LIMITS, per_second=per_second)
        self.account = account
        self._token = token
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
        self._courtesies: set[asyncio.Task[None]] = set()
        # Ids of the parts already delivered of messages whose later parts were not: a retry goes on from there.
        self._unfinished: OrderedDict[str, list[str]] = OrderedDict()

    async def start(self) -> None:
        """Make the channel ready to be used; no network, so a bot starts while Telegram is away."""
        await self._request.initialize()
        await self._polling.initialize()

    async def close(self) -> None:
        """Let go of every connection; courtesies not yet paid are dropped."""
        for task in self._courtesies:
            task.cancel()
        await asyncio.gather(*self._courtesies, return_exceptions=True)
        await self._request.shutdown()
        await self._polling.shutdown()

    async def send(self, message: OutboundMessage) -> str:
        """Deliver one message, in several parts when it is long, and return the id of the last one.

        A repeated attempt goes on after the last part that was delivered, as long as this process lives.
        """
        parts = parts_of(message)
        delivered = self._unfinished.pop(message.key, [])
        try:
            for part in parts[len(delivered) :]:
                with keyed(part.key):
                    sent = await self._call("sendMessage", write_message(part))
                delivered.append(_message_id(sent))
        finally:
            if 0 < len(delivered) < len(parts):
                self._remember(message.key, delivered)
        return delivered[-1]

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

    def typing(self, chat: str) -> None:
        """Show that an answer is being written, for 5 s or until it arrives. Returns at once; does its best."""
        self._courtesy("sendChatAction", {"chat_id": chat, "action": "typing"})

    async def _call(self, method: str, parameters: Mapping[str, Any], *, patience: float | None = None) -> Any:
        try:
            return await self._wire.call(method, parameters, patience=patience)
        except (TelegramError, KeyError) as error:  # KeyError: a 200 without a `result`
            failure = failure_of(error)
        # Outside the handler, so that no traceback leads back to a request, whose URL has the token.
        failure.args = tuple(str(part).replace(self._token, "[token]") for part in failure.args)
        raise failure

    def _courtesy(self, method: str, parameters: Mapping[str, Any]) -> None:
        async def pay() -> None:
            try:
                await self._call(method, parameters, patience=_COURTESY_TIMEOUT)
            except SendFailed as failure:
                _log.debug("telegram_courtesy_failed", method=method, failure=type(failure).__name__)

        task = asyncio.create_task(pay(), name=f"telegram {method}")
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)

    def _remember(self, key: str, delivered: list[str]) -> None:
        self._unfinished[key] = delivered
        while len(self._unfinished) > _UNFINISHED_KEPT:
            self._unfinished.popitem(last=False)


def _message_id(sent: Any) -> str:
    try:
        return str(sent["message_id"])
    except (TypeError, KeyError):
        raise OutcomeUnknown("Telegram answered without a message id; the message may have arrived") from None
