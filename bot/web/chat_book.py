"""The web chat's book over our own storage: the inbox takes what customers write, the thread gives what they read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot import signals
from bot.brand import Brand
from bot.channels.webchat.not_me import says_not_me
from bot.channels.webchat.translate import signed_in, signed_out
from bot.clock import Clock
from bot.customers.recognise import Level
from bot.messages import InboundMessage
from bot.storage import chat, links, sign_ins
from bot.storage.database import Database
from bot.storage.inbox import Accepted
from bot.storage.outbox import buttons_of
from bot.web.chat_port import ChatBrand, ChatLine, ChatView
from bot.web.inbox_door import Beside, InboxDoor
from bot.web.site_tokens import SignedIn

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
        self._name_needs = Level[brand.proof.first_name.upper()]
        self._proof_lasts = timedelta(hours=brand.proof.shared_hours)
        self.brand = chat_brand(brand)

    async def accept(self, message: InboundMessage, files: Mapping[int, bytes] | None = None) -> None:
        if message.kind == "press":  # the thread shows what stood on our button, whatever the page says of it
            token = str(message.data.get("token", ""))
            title = await self._database.read(partial(self._title, session=message.sender, token=token))
            message = replace(message, text=title or message.text)
        await self._accept(message, files)

    async def _accept(
        self, message: InboundMessage, files: Mapping[int, bytes] | None = None, *, beside: Beside | None = None
    ) -> None:
        accepted = await self._door.accept(message, files, beside=beside)
        # Another window of the same session shows it too, and so does the console, before it is answered.
        self._board.tell(
            [_own_key(message.sender), signals.identity(accepted.identity), signals.conversation(accepted.conversation)]
        )

    async def since(self, session: str, after: int, limit: int = 100) -> Sequence[ChatLine]:
        read = partial(chat.lines_since, session=session, after=after, limit=limit, now=self._clock.now())
        return [line_of(row) for row in await self._database.read(read)]

    async def view(self, session: str) -> ChatView:
        found = await self._database.read(partial(chat.find_session, session=session, now=self._clock.now()))
        return ChatView(found.view, found.known) if found is not None else ChatView()

    async def wait(self, session: str, after: int, timeout: float, view: str = "") -> None:  # noqa: ASYNC109  the caller's heartbeat
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        identity: int | None = None
        while True:
            key = _own_key(session) if identity is None else signals.identity(identity)
            signal = self._board.expect(key)  # before looking, so that nothing falls in between
            try:
                look = partial(chat.look, session=session, after=after, now=self._clock.now())
                found, is_news = await self._database.read(look)
                left = deadline - loop.time()
                if is_news or left <= 0 or (found.view if found is not None else "") != view:
                    return
                now_is = found.identity if found is not None else None
                if now_is == identity:
                    await asyncio.wait([signal], timeout=min(left, self._look_every))
                identity = now_is
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

    async def sign_in(self, session: str, signed: SignedIn, *, fresh: str, language: str) -> bool:
        now = self._clock.now()
        until = min(filter(None, (signed.ends_at, now + self._proof_lasts)))

        def unit(connection: Connection) -> tuple[str | None, chat.Session | None, bool]:
            sign_ins.spend(connection, signed.token_id, session=session, now=now)
            profile = sign_ins.known_by_site(connection, signed.profile, signed.facts, now)
            found = chat.find_session(connection, session, now)
            if profile is None or found is None or found.profile != profile or not found.whole:
                return profile, found, False
            return profile, found, sign_ins.renewed_lately(connection, found.identity, profile, until=until, now=now)

        profile, found, is_enough = await self._database.write(unit)
        if profile is None:  # nobody we may know; who was known here before is somebody else all the same
            is_others = found is not None and found.profile is not None
            if is_others:
                await self._accept(signed_out(session, at=now))
            return not is_others
        if is_enough:
            return True
        told = partial(
            signed_in,
            token_id=signed.token_id,
            profile=profile,
            until=until,
            at=now,
            language=signed.facts.get("language") or language,
        )

        def beside(connection: Connection, accepted: Accepted) -> None:
            sign_ins.check_holder(connection, accepted.conversation, profile, but=accepted.message)

        try:
            await self._accept(told(session), beside=beside)
        except sign_ins.SomebodyElses:
            await self._accept(told(fresh))
            await self._accept(signed_out(session, at=now))
            return False
        return True

    async def leave(self, session: str, *, words: str | None = None) -> str | None:
        found, first_name = await self._database.read(partial(self._who, session=session))
        if words is not None and (found is None or found.profile is None or not says_not_me(words, first_name)):
            return None
        if found is not None:
            await self._accept(signed_out(session, at=self._clock.now()))
        return (found.profile if found is not None else None) or ""

    def _who(self, connection: Connection, session: str) -> tuple[chat.Session | None, str]:
        """Whose session it is, and their first name, where it may be said there."""
        found = chat.find_session(connection, session, self._clock.now())
        return found, chat.first_name(connection, found, self._name_needs) if found is not None else ""

    def _title(self, connection: Connection, session: str, token: str) -> str:
        return chat.title_of(connection, session, token, self._clock.now())

    def _token(self, connection: Connection, session: str, channel: str) -> str:
        """A new one-time token; empty while the session has no conversation that could go on elsewhere."""
        found = chat.find_session(connection, session, self._clock.now())
        if found is None or found.left:
            return ""
        return links.make(
            connection, conversation_id=found.conversation, channel=channel, now=self._clock.now(), identity_id=found.identity
        )


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
