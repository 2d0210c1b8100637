"""Whether an account's pace is held while much waits: `python -m tests.benchmarks.pace`.

More messages are due than may leave, on a real database that takes other messages in meanwhile; the channel answers after 50 ms.
What is compared with the configured rate is what left between the first and the last message, and the busiest second of all.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from bot.clock import SystemClock
from bot.messages import InboundMessage, Limits, OutboundMessage
from bot.signals import Signals
from bot.storage import inbox
from bot.storage.database import Database, open_database
from bot.storage.schema import conversation, delivery, identity, message
from bot.workers.deliveries import DeliveryWorker
from tests.benchmarks.report import Line, show
from tests.databases import postgres_server, upgraded_file

ANSWERS_AFTER = 0.05
RECIPIENTS_RATE = 5.0
FIRST = 1_000_000
"""Number of the first recipient: those who write meanwhile get the numbers from 1 on, on PostgreSQL."""
CLOCK = SystemClock(None)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rates", type=float, nargs="+", default=[1.0, 30.0, 80.0], help="messages a second (default 1 30 80)")
    options.add_argument("--seconds", type=float, default=20, help="how long each rate is measured (default 20)")
    options.add_argument("--load", type=float, default=50, help="messages a second taken in meanwhile (default 50)")
    options.add_argument("--databases", nargs="+", choices=("sqlite", "postgres"), default=["sqlite", "postgres"])
    options.add_argument("--data", type=Path, help="as the others have it; nothing is needed from there")
    options.add_argument("--json", type=Path, help="write the figures there too")
    chosen = options.parse_args()
    lines = [line for name in chosen.databases for line in _on(name, chosen)]
    show("Outbound pace", lines, told=f"{chosen.load:.0f} messages/s taken in meanwhile", out=chosen.json)


def _on(name: str, chosen: argparse.Namespace) -> Iterator[Line]:
    for rate in chosen.rates:
        limits = Limits(text=4096, buttons=8, per_second=rate)
        with _database(name) as url:
            times = asyncio.run(_deliver(url, limits, chosen, recipients=max(2, int(rate * (chosen.seconds + 2))), each=1))
        yield from _compared(f"{name}, {rate:g}/s", times, rate)
    limits = Limits(text=4096, buttons=8, per_recipient_per_second=RECIPIENTS_RATE)
    with _database(name) as url:
        waiting = int(RECIPIENTS_RATE * (chosen.seconds + 2))
        times = asyncio.run(_deliver(url, limits, chosen, recipients=1, each=waiting))
    yield from _compared(f"{name}, {RECIPIENTS_RATE:g}/s to one recipient", times[3:], RECIPIENTS_RATE)  # after the burst


@contextmanager
def _database(name: str) -> Iterator[str]:
    """The URL of a fresh upgraded database."""
    with ExitStack() as closing:
        if name == "postgres":
            yield closing.enter_context(postgres_server()).create()
        else:
            yield f"sqlite:///{upgraded_file(Path(closing.enter_context(tempfile.TemporaryDirectory())))}"


def _compared(what: str, times: list[float], rate: float) -> Iterator[Line]:
    if len(times) < 2:
        raise SystemExit(f"{what}: hardly anything was sent; measure for longer")
    ratio = (len(times) - 1) / (times[-1] - times[0]) / rate
    yield Line(f"{what}: sent, of the rate", ratio, "x")
    yield Line("away from it", 100 * abs(ratio - 1), "%", 5, 2)
    if rate > 1:
        yield Line("the busiest second, of the rate", _busiest(times) / rate, "x")


def _busiest(times: list[float]) -> int:
    """Most messages that left within one second, wherever it begins."""
    most = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


class Stopwatch:
    """A channel that notes when it was given something, and answers after a while."""

    name = "whatsapp"
    account = ""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.times: list[float] = []

    async def send(self, message: OutboundMessage) -> str:
        self.times.append(time.monotonic())
        await asyncio.sleep(ANSWERS_AFTER)
        return message.key


async def _deliver(url: str, limits: Limits, chosen: argparse.Namespace, *, recipients: int, each: int) -> list[float]:
    """When each message left, in order."""
    database, channel = open_database(url), Stopwatch(limits)
    await database.write(partial(_make, recipients=recipients, each=each, now=CLOCK.now()))
    worker = DeliveryWorker(database, channel, CLOCK, Signals(), name="pace")
    running = [asyncio.create_task(worker.run()), asyncio.create_task(_take_in(database, chosen.load))]
    await asyncio.sleep(chosen.seconds)
    for task in running:
        task.cancel()
    ended = await asyncio.gather(*running, return_exceptions=True)
    await database.close()
    failed = [how for how in ended if not isinstance(how, asyncio.CancelledError)]
    if failed:
        raise SystemExit(f"not measured: {failed[0]!r}")
    return channel.times


def _make(connection: Connection, *, recipients: int, each: int, now: datetime) -> None:
    numbers = range(FIRST, FIRST + recipients)
    standing = {"owner": "bot", "state": "", "epoch": 0, "language": "fr", "fence": 0, "level": 0, "unsure": False}
    people = [{"id": n, **standing, "created_at": now, "touched_at": now} for n in numbers]
    reach = {"channel": "whatsapp", "account": "", "level": 0, "created_at": now}
    connection.execute(insert(conversation), people)
    connection.execute(insert(identity), [{"id": n, "conversation_id": n, "sender": str(n), **reach} for n in numbers])
    said: dict[str, Any] = {"channel": "whatsapp", "direction": "out", "author": "bot", "kind": "text", "text": "bonjour"}
    said |= {"at": now, "received_at": now, "handled_at": now, "failures": 0}
    due = {"channel": "whatsapp", "account": "", "state": "pending", "attempts": 0, "repeats": 0, "next_at": now}
    places = [(n * 10_000 + part, n) for part in range(each) for n in numbers]
    connection.execute(insert(message), [{"id": id_, "conversation_id": n, "identity_id": n, **said} for id_, n in places])
    connection.execute(
        insert(delivery),
        [
            {"message_id": id_, "conversation_id": n, "identity_id": n, "recipient": str(n), "key": str(id_), **due}
            for id_, n in places
        ],
    )


async def _take_in(database: Database, rate: float) -> None:
    """Take in what other customers write, at a steady pace."""
    if not rate:
        return
    began = time.monotonic()
    for number in itertools.count():
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        now = CLOCK.now()
        said = InboundMessage(channel="rest", external_id=str(number), sender=f"s{number % 100}", text="bonjour", sent_at=now)
        await database.write(partial(inbox.accept, inbound=said, now=now))


if __name__ == "__main__":
    main()
