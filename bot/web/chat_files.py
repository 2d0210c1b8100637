"""Files sent from the chat page: one a request, its bytes as they are, kept with the conversation or not at all."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from urllib.parse import unquote

from aiohttp import web

from bot.channels.files import FileRefused
from bot.channels.webchat.translate import FILE_BYTES, client_id, read_file
from bot.errors import BadUpdate
from bot.messages import InboundMessage
from bot.web import pages
from bot.web.chat_gate import Gate, TooLarge, refusal
from bot.web.chat_port import ChatBook

PATH = "/chat/files"
ID_HEADER, NAME_HEADER = "X-Message-Id", "X-File-Name"
"""Beside the bytes stand the client's own id, and the file's name, percent-encoded. No address has them: addresses are logged."""

_SECONDS = 150.0
"""For a whole file to arrive: ten megabytes by a slow telephone."""
_AT_ONCE, _OF_ONE = 16, 3
"""Files that come in at the same time, and those from one address among them; each is held in memory until it is committed."""


class FileDoor:
    """The handler of `POST /chat/files`."""

    def __init__(self, book: ChatBook, gate: Gate, now: Callable[[], datetime], *, most: int = FILE_BYTES) -> None:
        self._book, self._gate, self._now, self._most = book, gate, now, most
        self._coming: Counter[str] = Counter()

    async def post(self, request: web.Request) -> web.Response:
        """One file; 202 only once it is committed. Sent again with the same id it is one message."""
        session = self._gate.let_in(request)
        address = self._gate.address_of(request)
        # One who sends drop by drop takes nobody else's place.
        if self._coming.total() >= _AT_ONCE or self._coming[address] >= _OF_ONE:
            raise refusal(web.HTTPTooManyRequests, "too_fast", "wait as long as Retry-After says", wait=3)
        self._coming[address] += 1
        try:
            content = await self._arrived(request)
            message = self._read(request, content, session)
            await self._book.accept(message, {0: content})
        finally:
            self._coming[address] -= 1
            self._coming += Counter()  # lets go of addresses that have none left
        return web.json_response({"id": client_id(message.external_id), "accepted": True}, status=202)

    def _read(self, request: web.Request, content: bytes, session: str) -> InboundMessage:
        try:
            return read_file(
                content,
                given_id=request.headers.get(ID_HEADER, ""),
                name=unquote(request.headers.get(NAME_HEADER, "")),
                claimed=request.content_type,
                session=session,
                received_at=self._now(),
                language=pages.language_of(request, self._book.brand.languages),
            )
        except FileRefused as error:
            raise refusal(web.HTTPUnsupportedMediaType, "file_type", str(error)) from None
        except BadUpdate as error:
            raise refusal(web.HTTPBadRequest, "bad_request", str(error)) from None

    async def _arrived(self, request: web.Request) -> bytes:
        """The bytes; a file that is too large is not read on."""
        too_large = refusal(TooLarge, "file_too_large", f"a file has at most {self._most} bytes; send a smaller one")
        if (request.content_length or 0) > self._most:
            raise too_large
        content = bytearray()
        try:
            async with asyncio.timeout(_SECONDS):
                async for chunk in request.content.iter_chunked(64 * 1024):
                    content += chunk
                    if len(content) > self._most:
                        raise too_large
        except TimeoutError:
            raise refusal(web.HTTPRequestTimeout, "too_slow", "the file took too long to arrive; send it again") from None
        return bytes(content)
