"""A platform in memory: takes what it is given, or fails as it is told to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from bot.messages import Limits, OutboundMessage

FREE = Limits(text=4096, buttons=8)


class FakePlatform:
    """One account of a channel; `fails` is asked before each message and may return an error."""

    def __init__(self, name: str = "telegram", *, account: str = "", limits: Limits = FREE, seconds: float = 0.0) -> None:
        self.name, self.account, self.limits, self.seconds = name, account, limits, seconds
        self.fails: Callable[[OutboundMessage], Exception | None] = lambda _message: None
        self.taken: list[OutboundMessage] = []
        self.tried: list[tuple[float, str]] = []
        """When each attempt began, and what it said."""
        self.templates: list[tuple[str, Any, str]] = []

    @property
    def said(self) -> list[str]:
        return [message.text for message in self.taken]

    async def send(self, message: OutboundMessage) -> str:
        self.tried.append((time.monotonic(), message.text))
        if self.seconds:
            await asyncio.sleep(self.seconds)
        error = self.fails(message)
        if error is not None:
            raise error
        self.taken.append(message)
        return f"{self.name}-{len(self.taken)}"

    async def send_template(self, recipient: str, template: Any, key: str) -> str:
        self.templates.append((recipient, template, key))
        return f"template-{len(self.templates)}"
