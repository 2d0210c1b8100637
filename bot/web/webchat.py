"""The web chat's routes: a page, messages in, a stream of lines out, and links to other channels."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import web

from bot.channels.webchat.not_me import may_say_not_me
from bot.channels.webchat.translate import FILE_BYTES, FILE_TYPES, TooLong, client_id, new_token, read_post, session_of, tag_of
from bot.errors import BadUpdate
from bot.web import chat_files, chat_words, pages
from bot.web.chat_files import FileDoor
from bot.web.chat_gate import COOKIE, Gate, read_json, refusal, session_in
from bot.web.chat_identity import IdentityDoor
from bot.web.chat_port import ChatBook, ChatBrand, ChatLine, ChatView
from bot.web.pace import Pace
from bot.web.site_tokens import SiteTokens

__all__ = ["COOKIE", "ChatBook", "ChatBrand", "ChatLine", "WebChat", "add_webchat"]

_COOKIE_AGE = 90 * 24 * 3600
_STREAMS_PER_SESSION = 6
_HEARTBEAT = 15.0


class WebChat:
    """The handlers; `add_webchat` mounts them."""

    def __init__(
        self,
        book: ChatBook,
        *,
        allowed_origins: Collection[str] = (),
        frame_origins: Collection[str] = (),
        address_of: Callable[[web.Request], str] = lambda request: request.remote or "",
        is_https: Callable[[web.Request], bool] = lambda request: request.secure,
        session_pace: Pace | None = None,
        address_pace: Pace | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        heartbeat: float = _HEARTBEAT,
        file_bytes: int = FILE_BYTES,
        site_tokens: SiteTokens | None = None,
    ) -> None:
        self._book = book
        self._frame_origins = tuple(frame_origins)
        self._is_https = is_https
        self._gate = Gate(
            allowed_origins=allowed_origins,
            address_of=address_of,
            session_pace=session_pace or Pace(burst=8, per_second=1.0),
            address_pace=address_pace or Pace(burst=60, per_second=10.0),
        )
        files_gate = Gate(
            allowed_origins=allowed_origins,
            address_of=address_of,
            session_pace=Pace(burst=10, per_second=0.2),
            address_pace=Pace(burst=30, per_second=1.0),
        )
        self._files = FileDoor(book, files_gate, now, most=file_bytes)
        self._identity = IdentityDoor(book, self._gate, site_tokens, self._keep, now)
        self._file_bytes = file_bytes
        self._now = now
        self._heartbeat = heartbeat
        self._streams: Counter[str] = Counter()
        self._streaming: set[asyncio.Task[Any]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.page),
            web.post("/chat/messages", self.post),
            web.post(chat_files.PATH, self._files.post),
            web.get("/chat/events", self.events),
            web.post("/chat/continue", self.continue_elsewhere),
            *self._identity.routes(),
        ]

    async def close(self, _app: web.Application) -> None:
        """End every stream, so that the server can stop; the pages come back by themselves."""
        for task in self._streaming:
            task.cancel()

    async def page(self, request: web.Request) -> web.Response:
        brand, secure = self._book.brand, self._is_https(request)
        framed = secure and bool(self._frame_origins) and request.headers.get("Sec-Fetch-Dest") == "iframe"
        language = pages.language_of(request, brand.languages)
        token = request.cookies.get(COOKIE)
        session = session_of(token)
        if token is None or session is None:
            token = new_token()
            session = session_of(token)
        assert session is not None
        response = pages.page(
            "chat.html",
            session=tag_of(session),
            shops=self._frame_origins,
            brand=brand.name,
            greeting=brand.greeting.get(language) or next(iter(brand.greeting.values()), ""),
            language=language,
            languages=[(code, chat_words.words_in(code)["language"]) for code in brand.languages],
            words=chat_words.words_in(language),
            file_bytes=self._file_bytes,
            file_types=FILE_TYPES,
            channels=[(name, chat_words.CHANNEL_NAMES.get(name, name)) for name in self._book.channels()],
        )
        response.headers["Content-Security-Policy"] = " ".join([pages.POLICY, *self._frame_origins])
        pages.keep(response, COOKIE, token, seconds=_COOKIE_AGE, secure=secure, framed=framed)
        if "lang" in request.query:
            pages.keep_language(response, language, secure=secure, framed=framed)
        return response

    def _keep(self, request: web.Request, response: web.Response, name: str, value: str, in_frame: bool) -> None:
        """Set a cookie where the page finds it again."""
        secure = self._is_https(request)
        framed = in_frame and secure and bool(self._frame_origins)
        pages.keep(response, name, value, seconds=_COOKIE_AGE, secure=secure, framed=framed)

    async def post(self, request: web.Request) -> web.Response:
        """One message; 202 only once it is committed."""
        session = self._gate.let_in(request)
        body = await read_json(request)
        language = pages.language_of(request, self._book.brand.languages)
        try:
            message = read_post(body, session=session, received_at=self._now(), language=language)
        except TooLong as error:
            raise refusal(web.HTTPUnprocessableEntity, "too_long", str(error)) from None
        except BadUpdate as error:
            raise refusal(web.HTTPBadRequest, "bad_request", str(error)) from None
        if may_say_not_me(message.text) and message.kind == "text":
            left = await self._identity.left(request, session, message.text, body)
            if left is not None:
                return left
        await self._book.accept(message)
        return web.json_response({"id": client_id(message.external_id), "accepted": True}, status=202)

    async def continue_elsewhere(self, request: web.Request) -> web.Response:
        session = self._gate.let_in(request)
        body = await read_json(request)
        channel = body.get("channel") if isinstance(body, dict) else None
        url = await self._book.link(session, channel) if isinstance(channel, str) else None
        if url is None:
            raise refusal(web.HTTPNotFound, "not_offered", "this conversation cannot be continued on that channel")
        return web.json_response({"url": url}, headers={"Cache-Control": "no-store"})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Every line since the one the page saw last, then each new one as it comes."""
        session = session_in(request)
        after = _after(request)
        if self._streams[session] >= _STREAMS_PER_SESSION:
            raise refusal(web.HTTPTooManyRequests, "too_many_streams", "close another window of this chat", wait=5)
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",  # a proxy that collects answers would hold the lines back
            }
        )
        task = asyncio.current_task()
        assert task is not None
        self._streams[session] += 1
        self._streaming.add(task)
        try:
            await response.prepare(request)
            await self._stream(response, session, after, request.query.get("view", "")[:40])
        except ConnectionError:
            pass  # the page went away; it asks again from the last number it saw
        finally:
            self._streaming.discard(task)
            self._streams[session] -= 1
            if not self._streams[session]:
                del self._streams[session]
        return response

    async def _stream(self, response: web.StreamResponse, session: str, after: int, shown: str) -> None:
        ready = False
        while True:
            view = await self._book.view(session)
            if view.key != shown:  # what was shown before is to be forgotten
                after, shown = 0, view.key
                await response.write(_view(view))
            lines = await self._book.since(session, after)
            for line in lines:
                await response.write(_event(line))
                after = line.number
            if lines:
                continue
            if not ready:
                await response.write(
                    b"event: ready\ndata: %s\n\n" % orjson.dumps({"session": tag_of(session), "known": view.known})
                )
                ready = True  # from here on, lines are news
            else:
                await response.write(b"event: beat\ndata: {}\n\n")  # the page notices when they stop
            await self._book.wait(session, after, self._heartbeat, shown)


def add_webchat(app: web.Application, book: ChatBook, **options: Any) -> WebChat:
    """Mount the web chat at `/` of `app`; `options` are those of `WebChat`."""
    chat = WebChat(book, **options)
    app.add_routes([*chat.routes(), *pages.static_routes()])
    app.on_shutdown.append(chat.close)
    return chat


def _after(request: web.Request) -> int:
    given = request.headers.get("Last-Event-ID") or request.query.get("after") or "0"
    if not given.isdecimal() or len(given) > 18:
        raise refusal(web.HTTPBadRequest, "bad_request", "'after' should be the number of the last line seen")
    return int(given)


def _view(view: ChatView) -> bytes:
    return b"event: view\ndata: %s\n\n" % orjson.dumps({"view": view.key, "known": view.known})


def _event(line: ChatLine) -> bytes:
    told = {
        "number": line.number,
        "at": line.at.isoformat(),
        "direction": line.direction,
        "author": line.author,
        "name": line.name,
        "text": line.text,
        "file": line.file,
        "id": client_id(line.external_id),
        "buttons": [asdict(button) for button in line.buttons],
    }
    return b"id: %d\nevent: line\ndata: %s\n\n" % (line.number, orjson.dumps(told))
