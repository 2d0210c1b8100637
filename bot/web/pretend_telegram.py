"""The demo's Telegram: a Bot API on the loopback, and a page where a visitor plays the demo customer's phone.

The bot speaks to it through the very code that speaks to Telegram. It plays the platform, so it keeps its chat in
memory only; nothing of it is ever sent to Telegram.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import web

from bot.brand.whole import Brand
from bot.customers.profile import Profile
from bot.errors import BrandError
from bot.web import pages
from bot.web.bot_api import BotApi, Chat, JSONObject
from bot.web.demo_words import words_in

PATH = "/demo/telegram"

_BOT_ID = 6900100200
_CUSTOMER_ID = "5100100200"
_LONGEST_TEXT = 4096
_HEARTBEAT = 10.0


class PretendTelegram:
    """One bot, one customer, one page. `start` gives what a `TelegramChannel` needs: a token and a root."""

    def __init__(
        self, brand: Brand, profiles: Sequence[Profile], *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        wanted = brand.demo.customer if brand.demo else ""
        customer = next((profile for profile in profiles if profile.id == wanted), None)
        if customer is None or not customer.phones:
            raise BrandError(
                "demo.customer names nobody with a telephone; write the id of a line of customers.csv that has one",
                file=str(brand.folder / "brand.yml"),
            )
        self._brand, self._customer, self._now = brand, customer, now
        self._token = f"{_BOT_ID}:{secrets.token_urlsafe(24)}"
        # The database outlives this process, and must never take a new update for one it has seen.
        self.api = _Api(self._token, username="demo_bot", name=brand.name, first_id=int(time.time()), now=now)
        self.api.me["opens_at"] = PATH
        self._chat = self.api.chat(_CUSTOMER_ID, first_name=customer.first_name, language=brand.languages.default)
        self._chat.user["last_name"] = customer.last_name
        self._runner: web.AppRunner | None = None
        self._streaming: set[asyncio.Task[Any]] = set()

    async def start(self, app: web.Application) -> tuple[str, str]:
        """Put the page on `app` and the Bot API on a free port of the loopback; returns its token and its root."""
        app.add_routes(
            [
                web.get(PATH, self._page),
                web.get(f"{PATH}/events", self._events),
                web.post(f"{PATH}/acts", self._act),
            ]
        )
        app.on_shutdown.append(self._end_streams)
        self._runner = web.AppRunner(self.api.app(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self._token, f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Stop answering the bot."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _end_streams(self, _app: web.Application) -> None:
        for task in self._streaming:
            task.cancel()

    async def _page(self, request: web.Request) -> web.Response:
        languages = self._brand.languages.all
        language = pages.language_of(request, languages)
        response = pages.page(
            "pretend_telegram.html",
            brand=self._brand.name,
            customer=f"{self._customer.first_name} {self._customer.last_name}",
            phone=self._customer.phones[0],
            language=language,
            languages=languages,
            words=words_in(language),
            path=PATH,
        )
        if "lang" in request.query:
            pages.keep_language(response, language, secure=request.secure)
        return response

    async def _act(self, request: web.Request) -> web.Response:
        """What the visitor did on the phone: `say`, `press`, `share` or `start`."""
        if not pages.is_ours(request):
            raise web.HTTPForbidden(text="only the page itself may act for its customer")
        try:
            body = await request.json()
            self._chat.user["language_code"] = pages.language_of(request, self._brand.languages.all)
            self._do(body)
        except (ValueError, KeyError, TypeError):
            raise web.HTTPBadRequest(text="the page would not send this") from None
        return web.json_response({"ok": True})

    def _do(self, body: JSONObject) -> None:
        match body["act"]:
            case "say" if text := str(body["text"]).strip()[:_LONGEST_TEXT]:
                self.api.says(_CUSTOMER_ID, text)
            case "press":
                self.api.presses(_CUSTOMER_ID, int(body["message_id"]), str(body["token"])[:64])
            case "share":
                self.api.shares_contact(_CUSTOMER_ID, self._customer.phones[0])
            case "start":
                self.api.says(_CUSTOMER_ID, f"/start {str(body.get('token', ''))[:64]}".strip())
            case _:
                raise ValueError("no such act")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """The whole chat each time something happens in it: it is short, and a page that reloads needs nothing else."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        task = asyncio.current_task()
        assert task is not None
        self._streaming.add(task)
        try:
            await response.prepare(request)
            shown = b""
            while True:
                told = orjson.dumps(_shown(self._chat, self.api.answered, self._now()))
                await response.write(b"event: beat\ndata: {}\n\n" if told == shown else b"event: chat\ndata: %s\n\n" % told)
                shown = told
                await self.api.changed(1.0 if self._chat.typing_until else _HEARTBEAT)
        except ConnectionError:
            pass  # the page went away
        finally:
            self._streaming.discard(task)
        return response


class _Api(BotApi):
    """Remembers which presses were answered, so that the page can stop its buttons from spinning."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.answered = 0

    async def answer_callback_query(self, parameters: JSONObject, request: web.Request) -> bool:
        done = await super().answer_callback_query(parameters, request)
        self.answered += 1
        self._wake()
        return done


def _shown(chat: Chat, answered: int, now: datetime) -> JSONObject:
    if chat.typing_until and chat.typing_until <= now:
        chat.typing_until = None
    return {
        "messages": [_message(message) for message in chat.messages],
        "keyboard": chat.keyboard["keyboard"] if chat.keyboard else [],
        "typing": chat.typing_until is not None,
        "answered": answered,
    }


def _message(message: JSONObject) -> JSONObject:
    contact = message.get("contact")
    text = contact["phone_number"] if contact else message["text"]
    return {
        "id": message["message_id"],
        "mine": not message["from"]["is_bot"],
        "at": message["date"],
        "text": "/start" if text.startswith("/start ") else text,  # what a link carries is not for the eye
        "contact": bool(contact),
        "rows": message.get("reply_markup", {}).get("inline_keyboard", []),
    }
