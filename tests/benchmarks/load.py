"""A closed-loop load on the REST contract: each sender writes, waits for the answer and writes again."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

from tests.benchmarks.conversations import endless

PATH = "/webhooks/rest/webhook"


def door(url: str) -> str:
    """The REST door of a server named by its root, or the door itself."""
    return url if "/webhooks/" in url else url.rstrip("/") + PATH


@dataclass
class Load:
    """What came of a load."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    """Of each answered message, from the request's first byte to the answer's last, in seconds."""
    everything: int = 0
    """Messages sent, those of the warm-up too."""
    answers: int = 0
    without_answer: int = 0
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Messages answered in a second."""
        return len(self.took) / self.seconds if self.seconds else 0.0


class _Senders:
    def __init__(self, urls: Sequence[str], conversations: list[tuple[str, ...]], token: str | None, started: float) -> None:
        self._urls, self._conversations = [door(url) for url in urls], conversations
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._counted_from = started
        self._run = uuid.uuid4().hex[:8]
        self.load = Load()

    async def talk(self, http: aiohttp.ClientSession, number: int, until: float) -> None:
        """One sender: conversation after conversation, each as a customer never seen before."""
        url = self._urls[number % len(self._urls)]
        for count, conversation in enumerate(endless(self._conversations, number)):
            for place, text in enumerate(conversation):
                if time.perf_counter() >= until:
                    return
                sender = f"load-{self._run}-{number}-{count}"
                body = {"sender": sender, "message": text, "metadata": {"message_id": f"{place}"}}
                await self._say(http, url, body)

    async def _say(self, http: aiohttp.ClientSession, url: str, body: dict[str, object]) -> None:
        begun = time.perf_counter()
        self.load.everything += 1
        try:
            async with http.post(url, json=body, headers=self._headers) as answer:
                if answer.status != 200:
                    self.load.failures[f"status {answer.status}"] += 1
                    await answer.read()
                    return
                said = await answer.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            self.load.failures[type(error).__name__] += 1
            await asyncio.sleep(0.05)
            return
        ended = time.perf_counter()
        if begun >= self._counted_from:
            self.load.took.append(ended - begun)
            self.load.answers += len(said)
            self.load.without_answer += not said


async def press(
    urls: Sequence[str],
    conversations: list[tuple[str, ...]],
    *,
    senders: int,
    seconds: float,
    warm_up: float = 1.0,
    token: str | None = None,
) -> Load:
    """Have `senders` write for `seconds` after a warm-up that is not counted, spread evenly over the servers at `urls`."""
    started = time.perf_counter() + warm_up
    crowd = _Senders(urls, conversations, token, started)
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http, asyncio.TaskGroup() as group:
        for number in range(senders):
            group.create_task(crowd.talk(http, number, started + seconds))
    crowd.load.seconds = time.perf_counter() - started
    return crowd.load
