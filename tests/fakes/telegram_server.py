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

from aiohttp import web

from bot.web.bot_api import ApiRefusal, JSONObject
from tests.fakes.telegram_control import control_routes
from tests.fakes.telegram_pushing import PushingApi

TOKEN = "100200300:fake-token-for-tests"

When = Literal["before", "after"]


@dataclass(slots=True)
class Failure:
    """How the next `times` calls of `method` go wrong; `when` says whether the call was carried out all the same."""

    how: Literal["status", "ok", "silence", "cut"] = "status"
    """`ok`: the refusal stands in an answer of status 200."""
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
    business: str = ""
    """The connection of the account in whose name it was said."""


class FakeTelegram(PushingApi):
    """The pretend Bot API with failures, idempotency keys (when told to honour them), webhooks and a memory."""

    def __init__(self, *, token: str = TOKEN, honour_keys: bool = False, first_retry: float = 0.02) -> None:
        super().__init__(token, first_retry=first_retry)
        self.token = token
        self.honour_keys = honour_keys
        self.failures: list[Failure] = []
        self.sent: list[Sent] = []
        self.calls: Counter[str] = Counter()
        self.answered: list[str] = []
        """Callback queries that were answered."""
        self.files: dict[str, tuple[str, bytes]] = {}
        """What people sent, by file id: its path on the server, and its bytes."""
        self.connections: set[str] = set()
        """Accounts connected in business mode."""
        self._by_key: dict[str, JSONObject] = {}
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
        app.add_routes([*control_routes(self), web.get(r"/file/bot{token:[^/]*}/{path:.+}", self._file)])
        self._methods["getFile"] = self.get_file
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
        told = {} if failure.retry_after is None else {"retry_after": failure.retry_after}
        refusal = ApiRefusal(failure.status, failure.description, **told)
        if failure.how == "ok":
            return web.Response(body=refusal.response().body, content_type="application/json")
        raise refusal

    async def send_message(self, parameters: JSONObject, request: web.Request) -> JSONObject:
        key, business = request.headers.get("Idempotency-Key", ""), str(parameters.get("business_connection_id", ""))
        if business and business not in self.connections:
            raise ApiRefusal(400, "Bad Request: business connection not found")
        if business and {"keyboard", "remove_keyboard"} & set(parameters.get("reply_markup") or {}):
            raise ApiRefusal(400, "Bad Request: reply keyboards are not supported in business chats")
        if self.honour_keys and key in self._by_key:
            return self._by_key[key]
        message = await super().send_message(parameters, request)
        markup = parameters.get("reply_markup") or {}
        self.sent.append(Sent(str(parameters["chat_id"]), message["text"], key, message["message_id"], markup, business))
        self._wake()
        if key:
            self._by_key[key] = message
        return message

    async def answer_callback_query(self, parameters: JSONObject, request: web.Request) -> bool:
        done = await super().answer_callback_query(parameters, request)
        self.answered.append(str(parameters["callback_query_id"]))
        self._wake()
        return done

    # Files

    async def get_file(self, parameters: JSONObject, _request: web.Request) -> JSONObject:
        found = self.files.get(str(parameters.get("file_id")))
        if found is None:
            raise ApiRefusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(found[1]) > 20 * 1024 * 1024:
            raise ApiRefusal(400, "Bad Request: file is too big")
        return {"file_id": parameters["file_id"], "file_unique_id": "u1", "file_size": len(found[1]), "file_path": found[0]}

    async def _file(self, request: web.Request) -> web.Response:
        found = [content for path, content in self.files.values() if path == request.match_info["path"]]
        if request.match_info["token"] != self.token or not found:
            return web.Response(status=404)
        return web.Response(body=found[0], content_type="application/octet-stream")


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
