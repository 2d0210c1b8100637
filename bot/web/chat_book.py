"""The web chat's book over our own storage: the inbox takes what customers write, the thread gives what they read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot import signals
from bot.brand import Brand
from bot.clock import Clock
from bot.messages import InboundMessage
from bot.storage import chat, links
from bot.storage.database import Database
from bot.storage.outbox import buttons_of
from bot.web.chat_port import ChatBrand, ChatLine
from bot.web.inbox_door import InboxDoor

LOOK_EVERY = 1.0
"""Seconds between looks at a database other processes write to as well."""
LOOK_EVERY_ALONE = 10.0
"""The same where this process is the only one (SQLite): signals miss nothing there."""

GREETINGS: Mapping[str, str] = {
    "fr": "Bonjour et bienvenue chez {name}. Que puis-je faire pour vous ?",
    "en": "Hello and welcome to {name}. What can I do for you?",
}

LinkUrl = Callable[[str], Awaitable[str]]
"""The address of a channel that opens it with this one-time token; with an empty one, just the channel."""


class StoredChatBook:
    """`bot.web.chat_port.ChatBook`."""

    def __init__(
        self,
        door: InboxDoor,
        database: Database,
        board: signals.Signals,
        clock: Clock,
        brand: Brand,
        link_urls: Mapping[str, LinkUrl],
        *,
        look_every: float | None = None,
    ) -> None:
        self._door, self._database, self._board, self._clock = door, database, board, clock
        self._link_urls = link_urls
        alone = database.url.get_backend_name() == "sqlite"
        self._look_every = look_every or (LOOK_EVERY_ALONE if alone else LOOK_EVERY)
        self.brand = chat_brand(brand)

    async def accept(self, message: InboundMessage, files: Mapping[int, bytes] | None = None) -> None:
        if message.kind == "press":  # the thread shows what stood on our button, whatever the page says of it
            token = str(message.data.get("token", ""))
            title = await self._database.read(partial(chat.title_of, session=message.sender, token=token))
            message = replace(message, text=title or message.text)
        accepted = await self._door.accept(message, files)
        # Another window of the same session shows it too, and so does the console, before it is answered.
        self._board.tell(
            [_own_key(message.sender), signals.identity(accepted.identity), signals.conversation(accepted.conversation)]
        )

    async def since(self, session: str, after: int, limit: int = 100) -> Sequence[ChatLine]:
        rows = await self._database.read(partial(chat.lines_since, session=session, after=after, limit=limit))
        return [line_of(row) for row in rows]

    async def wait(self, session: str, after: int, timeout: float) -> None:  # noqa: ASYNC109  the caller's heartbeat
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        identity: int | None = None
        while True:
            key = _own_key(session) if identity is None else signals.identity(identity)
            signal = self._board.expect(key)  # before looking, so that nothing falls in between
            try:
                found, is_news = await self._database.read(partial(chat.look, session=session, after=after))
                left = deadline - loop.time()
                if is_news or left <= 0:
                    return
                if found == identity:
                    await asyncio.wait([signal], timeout=min(left, self._look_every))
                identity = found
            finally:
                self._board.forget(key, signal)

    async def link(self, session: str, channel: str) -> str | None:
        url = self._link_urls.get(channel)
        if url is None:
            return None
        token = await self._database.write(partial(self._token, session=session, channel=channel))
        return await url(token)

    def channels(self) -> Sequence[str]:
        return tuple(self._link_urls)

    def _token(self, connection: Connection, session: str, channel: str) -> str:
        """A new one-time token; empty while the session has no conversation that could go on elsewhere."""
        found = chat.find_session(connection, session)
        if found is None:
            return ""
        return links.make(connection, conversation_id=found.conversation, channel=channel, now=self._clock.now())


def chat_brand(brand: Brand) -> ChatBrand:
    """What the page shows of a brand."""
    languages = brand.languages.all
    greeting = {code: GREETINGS.get(code, GREETINGS["en"]).format(name=brand.name) for code in languages}
    return ChatBrand(name=brand.name, languages=languages, greeting=greeting)


def line_of(row: Any) -> ChatLine:
    """One message as the page shows it."""
    inbound = row.direction == "in"
    return ChatLine(
        number=row.id,
        at=row.at,
        direction="in" if inbound else "out",
        author=row.author,
        text=row.text,
        buttons=() if inbound else buttons_of(row.id, row.data or {}),
        name=(row.author_name or "") if row.author == "advisor" else "",
        external_id=(row.provider_id or "") if inbound else "",
        file=_file_in(row.data or {}) if row.kind == "media" else "",
    )


def _file_in(data: Mapping[str, Any]) -> str:
    return str(data.get("name") or data.get("type") or "")


def _own_key(session: str) -> str:
    """The signal of a session that has no identity yet."""
    return f"{chat.CHANNEL}:{session}"
