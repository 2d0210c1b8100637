"""Open-loop arrivals of Telegram updates: they come when they come, however busy the server is."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot.channels.telegram.transport import SECRET_HEADER
from tests.benchmarks.conversations import CONVERSATIONS, endless
from tests.fakes.telegram_server import FakeTelegram

PAUSE = 8.0
"""Seconds between two messages of one customer: nobody writes before the answer to their last message has come."""


@dataclass
class Measured:
    """What came of some seconds of arrivals, in seconds."""

    offered: int = 0
    accepted: list[float] = field(default_factory=list)
    """From the post to its 200."""
    answered: list[float] = field(default_factory=list)
    """From the post to the first `sendMessage` for its customer."""
    failures: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


class StopwatchTelegram(FakeTelegram):
    """A Telegram that notes when the first answer to each message arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, deque[float]] = {}
        self.measured = Measured()

    async def send_message(self, parameters: dict[str, Any], request: web.Request) -> dict[str, Any]:
        now = time.perf_counter()
        waiting = self.asked.get(str(parameters["chat_id"]))
        if waiting:
            self.measured.answered.append(now - waiting.popleft())
            waiting.clear()
        return await super().send_message(parameters, request)


class Arrivals:
    """Customers of one bot, each in the middle of some conversation."""

    def __init__(self, telegram: StopwatchTelegram, url: str, secret: str, *, rate: float, first_chat: int, seed: int) -> None:
        self._telegram, self._url, self._headers = telegram, url, {SECRET_HEADER: secret}
        self._rate, self._random = rate, random.Random(seed)
        crowd = int(rate * PAUSE) + 1
        self._said = {chat: _lines(chat) for chat in range(first_chat, first_chat + crowd)}
        self._chats = itertools.cycle(self._said)
        for chat in self._said:
            telegram.chat(str(chat))
        self._ids = itertools.count(first_chat * 1_000_000)

    async def come(self, http: aiohttp.ClientSession, seconds: float) -> Measured:
        """Have messages arrive for so long, at random intervals around the rate; wait for their answers."""
        self._telegram.measured = measured = Measured()
        started = at = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            while (at := at + self._random.expovariate(self._rate)) < started + seconds:
                await asyncio.sleep(max(0.0, at - time.perf_counter()))
                group.create_task(self._post(http, str(next(self._chats)), measured))
                measured.offered += 1
            measured.seconds = time.perf_counter() - started
        await self._all_answered(measured)
        return measured

    async def _post(self, http: aiohttp.ClientSession, chat: str, measured: Measured) -> None:
        number = next(self._ids)
        user = {"id": int(chat), "is_bot": False, "first_name": "Camille", "language_code": "fr"}
        message = {
            "message_id": number,
            "from": user,
            "chat": {"id": int(chat), "first_name": "Camille", "type": "private"},
            "date": int(time.time()),
            "text": next(self._said[int(chat)]),
        }
        begun = time.perf_counter()
        self._telegram.asked.setdefault(chat, deque()).append(begun)
        try:
            async with http.post(self._url, json={"update_id": number, "message": message}, headers=self._headers) as answer:
                await answer.read()
                if answer.status != 200:
                    measured.failures[f"status {answer.status}"] += 1
                    return
        except (aiohttp.ClientError, TimeoutError) as error:
            measured.failures[type(error).__name__] += 1
            return
        measured.accepted.append(time.perf_counter() - begun)

    async def _all_answered(self, measured: Measured) -> None:
        for _ in range(100):
            if len(measured.answered) >= len(measured.accepted):
                return
            await asyncio.sleep(0.05)


def _lines(chat: int) -> Iterator[str]:
    return itertools.chain.from_iterable(endless(list(CONVERSATIONS), chat))
