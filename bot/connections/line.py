"""What the rest of the house sees of a configured channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.brand.channels import ChannelRules
from bot.channels.files import FileRefused, Media
from bot.channels.templates import Template
from bot.clock import Clock
from bot.messages import Channel, InboundMessage
from bot.storage.database import Database
from bot.web.inbox_door import InboxDoor
from bot.web.webhook_door import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing `filrouge channels check` found out about an account."""

    about: str
    """Token, webhook, signature secret, permission, ...: what was looked at."""
    wrong: str = ""
    """What is wrong; empty when it is right."""
    do: str = ""
    """What to do about it."""


class Transport(Channel, Protocol):
    """A channel that is started and closed."""

    account: str

    async def start(self) -> None: ...

    async def close(self) -> None: ...


Fetch = Callable[[Mapping[str, Any]], Awaitable[Media]]
"""Gets a file by what the channel said of it; raises `Refused` or `TryLater`."""


def named(reference: Mapping[str, Any], name: str) -> str:
    """What a file is fetched by, from what the channel said of it. Raises `Refused` where it did not say."""
    value = reference.get(name)
    if not isinstance(value, str) or not value:
        raise FileRefused(f"the platform named no {name} of the file; ask the customer to send it again", "gone")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One account of the brand's on a channel."""

    transport: Transport
    check: Callable[[], Awaitable[Sequence[Finding]]]
    fetch: Fetch | None = None
    typing: Callable[[InboundMessage], None] | None = None
    """Shows the sender of a message that an answer is being written; returns at once."""
    templates: Mapping[str, Template] = field(default_factory=dict)
    """By language, what may be sent when the customer's window is closed."""


def templates_of(rules: ChannelRules, brand: str) -> Mapping[str, Template]:
    """By language, the approved templates that an operator wrote down; `brand` stands for `{brand}` in their parameters."""
    return {
        language: Template(
            name=rule.name,
            language=rule.language,
            parameters=tuple(one.replace("{brand}", brand) for one in rule.parameters),
        )
        for language, rule in rules.templates.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What work in the background stands on."""

    database: Database
    door: InboxDoor
    clock: Clock
    name: str
    """Of this process."""
    seat_seconds: float
    """How long a seat that only one process may have is kept without being renewed."""


Work = Callable[[Ground], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One channel: all its accounts, the webhook they share, and what is to be done in the background."""

    name: str
    connections: tuple[Connection, ...]
    webhook: Webhook | None = None
    work: Mapping[str, Work] = field(default_factory=dict)
