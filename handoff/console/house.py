"""What every handler of one console shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from handoff.console.looks import Looks
from handoff.console.ports import ConsolePorts
from handoff.console.streams import Streams


class Clock(Protocol):
    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What every handler of one console shares."""

    ports: ConsolePorts
    clock: Clock
    secure: Callable[[web.Request], bool]
    """Whether a request's browser speaks https, and cookies must be kept to it."""
    address: Callable[[web.Request], str]
    """Where a request comes from: only whoever runs the proxy in front can tell."""
    looks: Looks
    streams: Streams


HOUSE = web.AppKey("house", House)


def house_of(request: web.Request) -> House:
    return request.config_dict[HOUSE]
