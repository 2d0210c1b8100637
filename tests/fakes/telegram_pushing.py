"""How Telegram hands updates over: only the kinds a bot asked for, to its webhook until it answers 2xx, or when it asks."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress

import aiohttp
from aiohttp import web

from bot.channels.telegram.transport import SECRET_HEADER
from bot.web.bot_api import ApiRefusal, BotApi, JSONObject


class PushingApi(BotApi):
    """The pretend Bot API with webhooks."""

    def __init__(self, token: str, *, first_retry: float = 0.02) -> None:
        super().__init__(token, username="fake_bot")
        self.first_retry = first_retry
        self.webhook: tuple[str, str] | None = None
        self.webhook_error: tuple[int, str] | None = None
        """When and why posting failed last, as `getWebhookInfo` tells."""
        self.allowed: list[str] = []
        """The kinds of updates that are made; empty: Telegram's own choice, without reactions."""
        self.attempts: Counter[int] = Counter()
        """How often each update was posted to the webhook."""
        self._pushers: dict[str, asyncio.Task[None]] = {}
        self._connections = asyncio.Semaphore(40)

    def redeliver(self, update: JSONObject) -> None:
        """Hand the very same update over again, as after an answer that got lost."""
        self.pending.append(update)
        self._wake()
        self._push_on()

    async def get_updates(self, parameters: JSONObject, request: web.Request) -> list[JSONObject]:
        if self.webhook:
            raise ApiRefusal(409, "Conflict: can't use getUpdates method while webhook is active")
        self.allowed = list(parameters.get("allowed_updates") or self.allowed)
        return await super().get_updates(parameters, request)

    async def get_webhook_info(self, parameters: JSONObject, request: web.Request) -> JSONObject:
        told = await super().get_webhook_info(parameters, request)
        if self.webhook_error:
            told |= {"last_error_date": self.webhook_error[0], "last_error_message": self.webhook_error[1]}
        return told | {"url": self.webhook[0] if self.webhook else "", "allowed_updates": self.allowed}

    async def set_webhook(self, parameters: JSONObject, _request: web.Request) -> bool:
        self._stop_pushing()
        self.allowed = list(parameters.get("allowed_updates") or self.allowed)
        self.webhook = (str(parameters["url"]), str(parameters.get("secret_token", "")))
        self._push_on()
        return True

    async def delete_webhook(self, _parameters: JSONObject, _request: web.Request) -> bool:
        self._stop_pushing()
        self.webhook = None
        return True

    def reacts(self, chat_id: str, message_id: int, emoji: str) -> JSONObject:
        """The person puts an emoji under a message."""
        chat = self.chat(chat_id)
        told = {"chat": {"id": int(chat_id), "type": "private"}, "user": chat.user, "message_id": message_id, "date": 1795251600}
        return self.push({"message_reaction": told | {"old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": emoji}]}})

    def push(self, update: JSONObject) -> JSONObject:
        kind = next(iter(update))
        if kind not in self.allowed if self.allowed else kind == "message_reaction":
            return update  # nobody asked for it
        numbered = super().push(update)
        self._push_on()
        return numbered

    def _push_on(self) -> None:
        """One pusher per person: the next update of a person waits until the former was accepted."""
        for person in {_person(update) for update in self.pending} if self.webhook else ():
            if person not in self._pushers:
                self._pushers[person] = asyncio.create_task(self._push_all(person))

    def _stop_pushing(self) -> None:
        for pusher in self._pushers.values():
            pusher.cancel()
        self._pushers.clear()

    async def _push_all(self, person: str) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
            while update := next((one for one in self.pending if _person(one) == person), None):
                pause = self.first_retry
                while not await self._post(http, update):
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 60.0)
                self.pending.remove(update)
                self._wake()
            del self._pushers[person]  # before any await: an update pushed from now on finds no pusher and starts one

    async def _post(self, http: aiohttp.ClientSession, update: JSONObject) -> bool:
        assert self.webhook is not None
        url, secret = self.webhook
        self.attempts[update["update_id"]] += 1
        with suppress(aiohttp.ClientError, TimeoutError):
            async with self._connections, http.post(url, json=update, headers={SECRET_HEADER: secret}) as answer:
                if not answer.ok and (wait := answer.headers.get("Retry-After")):
                    await asyncio.sleep(float(wait))
                return answer.ok
        return False


def _person(update: JSONObject) -> str:
    content = next(value for name, value in update.items() if name != "update_id")
    return str((content.get("from") or content.get("user") or content["chat"])["id"])
