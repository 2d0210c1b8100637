"""The part of Telegram's Bot API that sending and polling need, played in memory.

It gives the demo a Telegram without an account, and the tests one that can be told to misbehave. It refuses what the
real one refuses, in the same words, so that what works here works there.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.channels.telegram.table import TelegramTable
from bot.channels.texts import utf16

JSONObject = dict[str, Any]

_LIMITS = TelegramTable()

_JSON_PARAMETERS = ("reply_markup", "allowed_updates", "link_preview_options")


class ApiRefusal(Exception):
    """What the Bot API says no to, as it says it."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters

    def response(self) -> web.Response:
        body: JSONObject = {"ok": False, "error_code": self.status, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return web.json_response(body, status=self.status)


@dataclass(slots=True)
class Chat:
    """The private chat of one person with the bot, as both see it."""

    user: JSONObject
    messages: list[JSONObject] = field(default_factory=list)
    keyboard: JSONObject | None = None
    """The keyboard the bot opened under the input, until it is used or removed."""
    blocked: bool = False
    typing_until: datetime | None = None
    """How long the bot is shown as writing, unless its message comes before."""

    def message(self, message_id: int) -> JSONObject | None:
        return next((message for message in self.messages if message["message_id"] == message_id), None)


class BotApi:
    """One bot's server: `app()` answers the bot, the other methods are what people and the platform do.

    `first_id` is where updates and messages begin to be counted: a server that forgets must not give an id twice.
    """

    def __init__(
        self,
        token: str,
        *,
        username: str = "demo_bot",
        name: str = "Demo",
        first_id: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.me: JSONObject = {"id": int(token.split(":")[0]), "is_bot": True, "first_name": name, "username": username}
        self.chats: dict[str, Chat] = {}
        self.pending: list[JSONObject] = []
        """Updates made and not yet taken by the bot."""
        self._token = token
        self._now = now
        self._update_id = self._message_id = first_id
        self._poller = 0
        self._changed = asyncio.Event()
        self._methods: dict[str, Callable[[JSONObject, web.Request], Any]] = {
            "getMe": self.get_me,
            "getUpdates": self.get_updates,
            "sendMessage": self.send_message,
            "answerCallbackQuery": self.answer_callback_query,
            "sendChatAction": self.send_chat_action,
            "setWebhook": self.set_webhook,
            "deleteWebhook": self.delete_webhook,
            "getWebhookInfo": self.get_webhook_info,
        }

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", r"/bot{token:[^/]*}/{method}", self.answer)
        return app

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One call of the bot."""
        try:
            return await self.perform(request, self._method(request), await _parameters(request))
        except ApiRefusal as refusal:
            return refusal.response()

    async def perform(
        self, request: web.Request, method: Callable[[JSONObject, web.Request], Any], parameters: JSONObject
    ) -> web.StreamResponse:
        return web.json_response({"ok": True, "result": await method(parameters, request)})

    def _method(self, request: web.Request) -> Callable[[JSONObject, web.Request], Any]:
        if not hmac.compare_digest(request.match_info["token"].encode(), self._token.encode()):
            raise ApiRefusal(401, "Unauthorized")
        method = self._methods.get(request.match_info["method"])
        if method is None or request.method not in ("GET", "POST"):
            raise ApiRefusal(404, "Not Found")
        return method

    # What people do

    def chat(self, chat_id: str, *, first_name: str = "Camille", language: str = "fr") -> Chat:
        """The chat of a person, who opens it when they had none."""
        user = {"id": int(chat_id), "is_bot": False, "first_name": first_name, "language_code": language}
        return self.chats.setdefault(chat_id, Chat(user))

    def says(self, chat_id: str, text: str) -> JSONObject:
        """The person writes; returns the update the bot will get."""
        entities = {}
        if text.startswith("/"):
            command = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
            entities = {"entities": [command]}
        return self._posted(chat_id, {"text": text, **entities})

    def shares_contact(self, chat_id: str, phone: str) -> JSONObject:
        """The person shares their own number, by the button the bot showed."""
        user = self.chat(chat_id).user
        return self._posted(
            chat_id, {"contact": {"phone_number": phone, "first_name": user["first_name"], "user_id": user["id"]}}
        )

    def presses(self, chat_id: str, message_id: int, token: str) -> JSONObject:
        """The person presses a button under a message of the bot."""
        chat = self.chat(chat_id)
        query = {"id": str(self._update_id + 1), "from": chat.user, "chat_instance": chat_id, "data": token}
        message = chat.message(message_id)
        return self.push({"callback_query": query | ({"message": message} if message else {})})

    def push(self, update: JSONObject) -> JSONObject:
        """Give an update its number and hold it ready for the bot."""
        self._update_id += 1
        numbered = {"update_id": self._update_id, **update}
        self.pending.append(numbered)
        self._wake()
        return numbered

    def _posted(self, chat_id: str, content: JSONObject) -> JSONObject:
        chat = self.chat(chat_id)
        chat.keyboard = None  # every keyboard of ours is a one-time keyboard
        return self.push({"message": self._record(chat, chat.user, content)})

    def _record(self, chat: Chat, author: JSONObject, content: JSONObject) -> JSONObject:
        self._message_id += 1
        message = {
            "message_id": self._message_id,
            "date": int(self._now().timestamp()),
            "chat": {"id": chat.user["id"], "type": "private", "first_name": chat.user["first_name"]},
            "from": author,
            **content,
        }
        chat.messages.append(message)
        chat.typing_until = None
        self._wake()
        return message

    async def changed(self, longest: float) -> None:
        """Wait until something happened in any chat, at most `longest` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):
                await self._changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    # What the bot asks for

    async def get_me(self, _parameters: JSONObject, _request: web.Request) -> JSONObject:
        return self.me

    async def get_updates(self, parameters: JSONObject, _request: web.Request) -> list[JSONObject]:
        self._poller += 1
        mine = self._poller
        offset, limit = _integer(parameters, "offset", 0), min(_integer(parameters, "limit", 100), 100)
        until = asyncio.get_running_loop().time() + min(_integer(parameters, "timeout", 0), 50)
        self._wake()  # an older poller is sent away by a newer one
        while True:
            self.pending = [update for update in self.pending if update["update_id"] >= offset]
            left = until - asyncio.get_running_loop().time()
            if self.pending or left <= 0:
                return self.pending[:limit]
            await self.changed(left)
            if mine != self._poller:
                raise ApiRefusal(409, "Conflict: terminated by other getUpdates request")

    async def send_message(self, parameters: JSONObject, _request: web.Request) -> JSONObject:
        chat = self.chats.get(str(parameters.get("chat_id")))
        if chat is None:
            raise ApiRefusal(400, "Bad Request: chat not found")
        if chat.blocked:
            raise ApiRefusal(403, "Forbidden: bot was blocked by the user")
        text = str(parameters.get("text", ""))
        if not text.strip():
            raise ApiRefusal(400, "Bad Request: message text is empty")
        if utf16(text) > _LIMITS.text:
            raise ApiRefusal(400, "Bad Request: message is too long")
        markup = parameters.get("reply_markup") or {}
        _check_buttons(markup.get("inline_keyboard") or [])
        if "keyboard" in markup or "remove_keyboard" in markup:
            chat.keyboard = markup if "keyboard" in markup else None
        shown = {"reply_markup": markup} if "inline_keyboard" in markup else {}
        return self._record(chat, self.me, {"text": text, **shown})

    async def answer_callback_query(self, parameters: JSONObject, _request: web.Request) -> bool:
        if not parameters.get("callback_query_id"):
            raise ApiRefusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        return True

    async def send_chat_action(self, parameters: JSONObject, _request: web.Request) -> bool:
        chat = self.chats.get(str(parameters.get("chat_id")))
        if chat is None:
            raise ApiRefusal(400, "Bad Request: chat not found")
        chat.typing_until = self._now() + timedelta(seconds=5)
        self._wake()
        return True

    async def set_webhook(self, _parameters: JSONObject, _request: web.Request) -> bool:
        raise ApiRefusal(400, "Bad Request: bad webhook: this server only keeps updates for getUpdates")

    async def delete_webhook(self, _parameters: JSONObject, _request: web.Request) -> bool:
        return True

    async def get_webhook_info(self, _parameters: JSONObject, _request: web.Request) -> JSONObject:
        return {"url": "", "has_custom_certificate": False, "pending_update_count": len(self.pending)}


async def _parameters(request: web.Request) -> JSONObject:
    """The call's parameters, however they were sent; objects inside a form come as JSON."""
    if request.content_type == "application/json":
        body = await request.json()
        return body if isinstance(body, dict) else {}
    given: Mapping[str, Any] = {**request.query, **await request.post()}
    try:
        return {name: json.loads(value) if name in _JSON_PARAMETERS else value for name, value in given.items()}
    except ValueError:
        raise ApiRefusal(400, "Bad Request: object expected as reply markup") from None


def _integer(parameters: JSONObject, name: str, missing: int) -> int:
    try:
        return int(parameters.get(name, missing))
    except (TypeError, ValueError):
        raise ApiRefusal(400, f"Bad Request: {name} must be an integer") from None


def _check_buttons(rows: list[list[JSONObject]]) -> None:
    buttons = [button for row in rows for button in row]
    if len(buttons) > _LIMITS.buttons or any(len(row) > 8 for row in rows):
        raise ApiRefusal(400, "Bad Request: REPLY_MARKUP_TOO_LONG")
    for button in buttons:
        if not button.get("text"):
            raise ApiRefusal(400, "Bad Request: can't parse inline keyboard button: text is empty")
        if "url" not in button and not 1 <= len(str(button.get("callback_data", "")).encode()) <= _LIMITS.token:
            raise ApiRefusal(400, "Bad Request: BUTTON_DATA_INVALID")
