"""Messages of several parts of which only some were delivered: a retry goes on where the former attempt stopped."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

from bot.messages import OutboundMessage

_KEPT = 1000


class Unfinished:
    """The ids of parts already delivered, by the key of their message, as long as this process lives."""

    def __init__(self) -> None:
        self._delivered: OrderedDict[str, list[str]] = OrderedDict()

    async def deliver(self, key: str, parts: Sequence[OutboundMessage], send: Callable[[OutboundMessage], Awaitable[str]]) -> str:
        """Send what is left of `parts`, in order, and return the id of the last one; `send` raises when one is not taken."""
        delivered = self._delivered.pop(key, [])
        try:
            for part in parts[len(delivered) :]:
                delivered.append(await send(part))
        finally:
            if 0 < len(delivered) < len(parts):
                self._remember(key, delivered)
        return delivered[-1]

    def _remember(self, key: str, delivered: list[str]) -> None:
        self._delivered[key] = delivered
        while len(self._delivered) > _KEPT:
            self._delivered.popitem(last=False)
