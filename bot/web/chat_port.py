"""What the web chat shows, and what it needs of the rest of the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.messages import Button, InboundMessage
from bot.web.site_tokens import SignedIn


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One line of a session's conversation, as the page shows it."""

    number: int
    """Rising within a session."""
    at: datetime
    direction: Literal["in", "out"]
    author: str
    """customer, bot, advisor or system."""
    text: str
    buttons: tuple[Button, ...] = ()
    name: str = ""
    """The advisor's name, where a person wrote it."""
    external_id: str = ""
    """Of a customer's own line: by it the page knows the message it sent."""
    file: str = ""
    """Of a line that is a file: its name, or what it is."""


@dataclass(frozen=True, slots=True)
class ChatBrand:
    """What the page shows of the brand."""

    name: str
    languages: tuple[str, ...]
    """The default one first."""
    greeting: Mapping[str, str]
    """Language code to the words that stand above an empty conversation."""


@dataclass(frozen=True, slots=True)
class ChatView:
    """Which lines a session is shown."""

    key: str = ""
    """Another one as soon as other lines are to be shown than before: then all are to be read anew."""
    known: bool = False
    """Whether the session knows who it is."""


class ChatBook(Protocol):
    """What the web chat needs of the rest of the house."""

    @property
    def brand(self) -> ChatBrand: ...

    async def accept(self, message: InboundMessage, files: Mapping[int, bytes] | None = None) -> None:
        """Commit one message with the `files` that came along, by their part; a message already there is left as it is."""
        ...

    async def since(self, session: str, after: int, limit: int = 100) -> Sequence[ChatLine]:
        """The session's lines numbered above `after`, oldest first."""
        ...

    async def view(self, session: str) -> ChatView:
        """What the session is shown now."""
        ...

    async def wait(self, session: str, after: int, timeout: float, view: str = "") -> None:  # noqa: ASYNC109  the caller's heartbeat
        """Return when there may be a line above `after` or another view than `view`, at the latest after `timeout` seconds."""
        ...

    async def sign_in(self, session: str, signed: SignedIn, *, fresh: str, language: str) -> bool:
        """Commit who is signed in at the brand's site. False when the session is somebody else's: `fresh` is theirs, then.

        Raises `bot.storage.sign_ins.TokenSpent`.
        """
        ...

    async def leave(self, session: str, *, words: str | None = None) -> str | None:
        """Commit that whoever was known in the session has left it, so that it must not be used again. Returns their profile.

        Empty when nobody was known. With `words` only if they say so of who is known there; None when they do not.
        """
        ...

    async def link(self, session: str, channel: str) -> str | None:
        """A one-time address that continues this conversation on `channel`; None where that is not offered."""
        ...

    def channels(self) -> Sequence[str]:
        """The channels a conversation can be continued on."""
        ...
