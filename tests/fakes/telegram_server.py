"""A Telegram that can be told to misbehave: `python -m tests.fakes.telegram_server --port 8081`.

In a test: `async with FakeTelegram() as telegram: TelegramChannel(telegram.token, root=telegram.root)`. From another
process: the same by HTTP under `/_control/` (see `tests.fakes.telegram_control`), so that a crash test can drive it.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, Self

import aiohttp
from aiohttp import web

from bot.channels.telegram.transport import SECRET_HEADER
from bot.web.bot_api import ApiRefusal, BotApi, JSONObject
from tests.fakes.telegram_control import control_routes

TOKEN = "100200300:fake-token-for-tests"

When = Literal["before", "after"]


@dataclass(slots=True)
class Failure:
    """How the next `times` calls of `method` go wrong; `when` says whether the call was carried out all the same."""

    how: Literal["status", "silence", "cut"] = "status"
    when: When = "before"
    method: str = "sendMessage"
    chat: str = ""
    """Only for this chat; empty: whichever comes first."""
    times: int = 1
    skip: int = 0
    """How many calls go well before."""
    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None

    def concerns(self, method: str, parameters: JSONObject) -> bool:
        return self.times > 0 and self.method == method and self.chat in ("", str(parameters.get("chat_id")))


@dataclass(frozen=True, slots=True)
class Sent:
    """One message a person's phone showed."""

    chat: str
    text: str
    key: str
    message_id: int
    markup: JSONObject


class FakeTelegram(BotApi):
    """The pretend Bot API with failures, idempotency keys (when told to honour them), webhooks and a memory."""

    def __init__(self, *, token: str = TOKEN, honour_keys: bool = False, first_retry: float = 0.02) -> None:
        super().__init__(token, username="fake_bot")
        self.token = token
        self.honour_keys = honour_keys
        self.first_retry = first_retry
        self.failures: list[Failure] = []
        self.sent: list[Sent] = []
        self.calls: Counter[str] = Counter()
        self.answered: list[str] = []
        """Callback queries that were answered."""
        self.webhook: tuple[str, str] | None = None
        self.attempts: Counter[int] = Counter()
        """How often each update was posted to the webhook."""
        self._by_key: dict[str, JSONObject] = {}
        self._pushers: dict[str, asyncio.Task[None]] = {}
        self._connections = asyncio.Semaphore(40)
        self._silence = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.root = ""

    async def __aenter__(self) -> Self:
        return await self.listen()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def listen(self, port: int = 0) -> Self:
        self._runner = web.AppRunner(self.app(), handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.root = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def close(self) -> None:
        self._silence.set()
        self._wake()
        self._stop_pushing()
        if self._runner is not None:
            await self._runner.cleanup()

    def app(self) -> web.Application:
        app = super().app()
        app.add_routes(control_routes(self))
        return app

    # What a test asks

    def fail(self, **how: Any) -> None:
        self.failures.append(Failure(**how))

    def shown(self, chat: str) -> list[str]:
        """The texts this person's phone showed, in order."""
        return [sent.text for sent in self.sent if sent.chat == chat]

    @property
    def duplicates(self) -> int:
        """How many messages were shown more than once, by their keys."""
        shown = Counter(sent.key for sent in self.sent if sent.key)
        return sum(count - 1 for count in shown.values())

    def redeliver(self, update: JSONObject) -> None:
        """Hand the very same update over again, as after an answer that got lost."""
        self.pending.append(update)
        self._wake()
        self._push_on()

    async def until(self, met: Callable[[], bool]) -> None:
        """Wait until something has happened here; five seconds are for ever."""
        async with asyncio.timeout(5):
            while not met():
                await self._changed.wait()

    # Misbehaviour

    async def perform(
        self, request: web.Request, method: Callable[[JSONObject, web.Request], Any], parameters: JSONObject
    ) -> web.StreamResponse:
        name = request.match_info["method"]
        self.calls[name] += 1
        self._wake()
        failure = next((failure for failure in self.failures if failure.concerns(name, parameters)), None)
        if failure is None:
            return await super().perform(request, method, parameters)
        if failure.skip:
            failure.skip -= 1
            return await super().perform(request, method, parameters)
        failure.times -= 1
        if failure.when == "after":
            await method(parameters, request)
        if failure.how == "silence":
            await self._silence.wait()
        if failure.how in ("cut", "silence"):
            assert request.transport is not None
            request.transport.abort()
        parameters = {} if failure.retry_after is None else {"retry_after": failure.retry_after}
        raise ApiRefusal(failure.status, failure.description, **parameters)

    async def send_message(self, parameters: JSONObject, request: web.Request) -> JSONObject:
        key = request.headers.get("Idempotency-Key", "")
        if self.honour_keys and key in self._by_key:
            return self._by_key[key]
        message = await super().send_message(parameters, request)
        markup = parameters.get("reply_markup") or {}
        self.sent.append(Sent(str(parameters["chat_id"]), message["text"], key, message["message_id"], markup))
        self._wake()
        if key:
            self._by_key[key] = message
        return message

    async def answer_callback_query(self, parameters: JSONObject, request: web.Request) -> bool:
        done = await super().answer_callback_query(parameters, request)
        self.answered.append(str(parameters["callback_query_id"]))
        self._wake()
        return done

    # Webhooks

    async def get_updates(self, parameters: JSONObject, request: web.Request) -> list[JSONObject]:
        if self.webhook:
            raise ApiRefusal(409, "Conflict: can't use getUpdates method while webhook is active")
        return await super().get_updates(parameters, request)

    async def set_webhook(self, parameters: JSONObject, _request: web.Request) -> bool:
        self._stop_pushing()
        self.webhook = (str(parameters["url"]), str(parameters.get("secret_token", "")))
        self._push_on()
        return True

    async def delete_webhook(self, _parameters: JSONObject, _request: web.Request) -> bool:
        self._stop_pushing()
        self.webhook = None
        return True

    def push(self, update: JSONObject) -> JSONObject:
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
    return str(content["from"]["id"])


async def serve(port: int, *, honour_keys: bool = False) -> None:
    telegram = await FakeTelegram(honour_keys=honour_keys).listen(port)
    print(telegram.root, flush=True)
    await asyncio.Event().wait()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0, help="0: any free one; the address is printed")
    options.add_argument("--honour-keys", action="store_true", help="never show two messages with the same key")
    chosen = options.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(chosen.port, honour_keys=chosen.honour_keys))


if __name__ == "__main__":
    main()
