"""A chat book with a memory: what was accepted, and lines a test puts in."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.messages import Button, InboundMessage
from bot.storage.sign_ins import TokenSpent
from bot.web.chat_port import ChatView
from bot.web.site_tokens import SignedIn
from bot.web.webchat import ChatBrand, ChatLine

BRAND = ChatBrand(
    name="Maison Orvelle",
    languages=("fr", "en"),
    greeting={
        "fr": "Bonjour et bienvenue chez Maison Orvelle. Que puis-je faire pour vous ?",
        "en": "Hello and welcome to Maison Orvelle. What can I do for you?",
    },
)


class FakeChatBook:
    """Keeps lines by session; `away` makes the next so many messages fail before they are committed."""

    def __init__(self) -> None:
        self.brand = BRAND
        self.lines: defaultdict[str, list[ChatLine]] = defaultdict(list)
        self.accepted: list[InboundMessage] = []
        self.files: list[dict[int, bytes]] = []
        """What came along with each."""
        self.away = 0
        self.offered = ["telegram"]
        self.views: dict[str, ChatView] = {}
        self.holders: dict[str, str] = {}
        """Session to the profile that signed in there."""
        self.spent: dict[str, str] = {}
        self.left: list[str] = []
        self._changed = asyncio.Event()

    async def accept(self, message: InboundMessage, files: Mapping[int, bytes] | None = None) -> None:
        if self.away:
            self.away -= 1
            raise ConnectionError("the database is away")
        if any(message.external_id == known.external_id for known in self.accepted):
            return
        self.accepted.append(message)
        self.files.append(dict(files or {}))
        shown = str(message.data.get("name", "")) if message.kind == "media" else ""
        own = {"direction": "in", "author": "customer", "text": message.text, "external_id": message.external_id}
        self._add(message.sender, **own, file=shown)
        self.answer(message)

    def answer(self, message: InboundMessage) -> None:
        """What is said back at once; nothing, unless a test says otherwise."""

    def say(self, session: str, text: str, *, buttons: tuple[Button, ...] = (), author: str = "bot", name: str = "") -> None:
        self._add(session, direction="out", author=author, text=text, buttons=buttons, name=name)

    def _add(self, session: str, **line: object) -> None:
        lines = self.lines[session]
        lines.append(ChatLine(number=len(lines) + 1, at=datetime.now(UTC), **line))  # type: ignore[arg-type]
        self._changed.set()
        self._changed = asyncio.Event()

    async def since(self, session: str, after: int, limit: int = 100) -> Sequence[ChatLine]:
        return [line for line in self.lines[session] if line.number > after][:limit]

    async def view(self, session: str) -> ChatView:
        return self.views.get(session, ChatView())

    async def sign_in(self, session: str, signed: SignedIn, *, fresh: str, language: str) -> bool:
        if self.spent.setdefault(signed.token_id, session) != session:
            raise TokenSpent("used before")
        holder = self.holders.get(session)
        mine = session if holder in (None, signed.profile) else fresh
        self.holders[mine] = signed.profile
        return mine == session

    async def leave(self, session: str, *, words: str | None = None) -> str | None:
        if words is not None and session not in self.holders:
            return None
        self.left.append(session)
        return self.holders.get(session, "")

    async def wait(self, session: str, after: int, timeout: float, view: str = "") -> None:  # noqa: ASYNC109
        try:
            async with asyncio.timeout(timeout):
                await self._changed.wait()
        except TimeoutError:
            return

    async def link(self, session: str, channel: str) -> str | None:
        return f"/demo/{channel}?start=once-{session[:6]}" if channel in self.offered else None

    def channels(self) -> Sequence[str]:
        return self.offered
