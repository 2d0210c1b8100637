"""Promises 1, 2, 3 and 9 against SIGKILL: the server is killed at random instants under load, and started again.

Clients repeat what was not acknowledged, as providers do. In the end: no message lost, none doubled, none unanswered, order
kept, nothing booked twice; and on Telegram nothing delivered twice but what was in flight at a kill, each marked in the ledger.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import Connection, select

from bot.storage.database import open_database
from bot.storage.schema import appointment, appointment_cell, delivery, identity, message
from handoff.appointments import cells
from tests.fakes.telegram_server import FakeTelegram
from tests.servers import Server, copy_of

WORDS = (
    "bonjour",
    "quels sont vos horaires à Lyon ?",
    "merci",
    "vous livrez au Québec ?",
    "do you sell gift cards?",
    "slt",
    "ok",
)
BOOKING = ("je veux un rdv pour essayer des chaussures à Bordeaux demain matin", "le premier", "Camille Test", "oui")
SECRET = "crash-test-secret"


@dataclass
class Sender:
    """One customer at the REST door: sends one message after another, each until it is acknowledged.

    With several servers each attempt goes to the next one.
    """

    name: str
    words: Sequence[str]
    sent: list[str] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    attempts: int = 0

    async def talk(self, http: aiohttp.ClientSession, servers: Sequence[Server], stop: asyncio.Event) -> None:
        for number, text in enumerate(itertools.cycle(self.words)):
            if stop.is_set():
                return
            identifier = f"{number}"
            self.sent.append(identifier)
            self.answers[identifier] = await self._until_answered(http, servers, identifier, text)

    async def _until_answered(
        self, http: aiohttp.ClientSession, servers: Sequence[Server], identifier: str, text: str
    ) -> list[str]:
        body = {"sender": self.name, "message": text, "metadata": {"message_id": identifier}}
        for _ in range(2000):
            server = servers[self.attempts % len(servers)]
            self.attempts += 1
            headers = {"Authorization": f"Bearer {server.token}"} if server.token else {}
            try:
                async with http.post(f"{server.url}/webhooks/rest/webhook", json=body, headers=headers) as answer:
                    if answer.status == 200:
                        return [one["text"] for one in await answer.json()]
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            await asyncio.sleep(0.02)
        raise AssertionError(f"{self.name}: message {identifier} was never answered")


async def _speak_on_telegram(
    telegram: FakeTelegram, chats: Sequence[str], stop: asyncio.Event, rng: random.Random
) -> Counter[str]:
    said: Counter[str] = Counter()
    while not stop.is_set():
        chat = rng.choice(chats)
        telegram.says(chat, f"{rng.choice(WORDS)} ({said[chat]})")
        said[chat] += 1
        # Telegram takes one message a second for one person; more would only make the test wait for the rest at its end.
        await asyncio.sleep(rng.uniform(0.02, 0.1))
    return said


async def _crash(server: Server, telegram: FakeTelegram, kills: int, seed: int) -> tuple[list[Sender], Counter[str]]:
    rng = random.Random(seed)
    senders = [Sender(f"rest-{n}", WORDS if n % 2 else BOOKING) for n in range(6)]
    stop = asyncio.Event()
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(timeout=timeout) as http, asyncio.TaskGroup() as group:
        for sender in senders:
            group.create_task(sender.talk(http, [server], stop))
        chats = [str(5000 + n) for n in range(40)]
        speaking = group.create_task(_speak_on_telegram(telegram, chats, stop, rng))
        for _ in range(kills):
            await asyncio.sleep(rng.uniform(0.05, 1.2))
            server.kill()
            await asyncio.to_thread(server.start)
        await asyncio.sleep(0.5)
        stop.set()
        said = await speaking
    await quiet(server, telegram)
    return senders, said


async def quiet(server: Server, telegram: FakeTelegram) -> None:
    """Wait until the platform has handed everything over and nothing is left in the inbox or the outbox."""
    database = open_database(_database_url(server))

    def busy(connection: Connection) -> list[Any]:
        waiting = list(connection.execute(select(message.c.id).where(message.c.handled_at.is_(None)).limit(5)).scalars())
        undelivered = select(delivery.c.message_id).where(
            delivery.c.channel == "telegram", delivery.c.state.in_(("pending", "sending"))
        )
        return waiting + list(connection.execute(undelivered.limit(5)).scalars())

    try:
        for _ in range(1500):
            pending = len(telegram.pending)  # first: an update is forgotten there only after it is in the inbox
            left = await database.read(busy)
            if not left and not pending:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"messages {left} and {pending} updates still wait:\n{server.log.read_text()[-3000:]}")
    finally:
        await database.close()


def _database_url(server: Server) -> str:
    return server.environment.get("FILROUGE_DATABASE_URL") or f"sqlite:///{server.data / 'filrouge.db'}"


def check_inbox(connection: Connection, channel: str, sender: str, sent: Sequence[str]) -> list[Any]:
    """Everything sent is there once, in order, handled in that order, and answered. Returns the sender's messages."""
    who = connection.execute(select(identity.c.id).where(identity.c.channel == channel, identity.c.sender == sender)).scalar_one()
    rows = connection.execute(select(message).where(message.c.identity_id == who).order_by(message.c.id)).all()
    received = [row for row in rows if row.direction == "in"]
    assert [row.provider_id.rpartition("/")[2] for row in received] == list(sent), f"{sender}: lost, doubled or out of order"
    handled = [row.handled_at for row in received]
    assert None not in handled
    assert handled == sorted(handled), f"{sender}: handled out of order"
    answered = {int(id_) for row in rows if row.direction == "out" for id_ in row.in_reply_to}
    unanswered = [row.id for row in received if row.id not in answered]
    assert not unanswered, f"{sender}: messages {unanswered} have no answer"
    return list(rows)


def check_sender(connection: Connection, sender: Sender) -> None:
    """Everything this sender wrote is there once and in order, and they were given every answer once and in order."""
    rows = check_inbox(connection, "rest", sender.name, sender.sent)
    written = [row.text for row in rows if row.direction == "out"]
    given = [text for identifier in sender.sent for text in sender.answers[identifier]]
    assert given == written, f"{sender.name}: answers lost, doubled or out of order"


def check_diary(connection: Connection) -> int:
    """No two appointments share a place at the same time. Returns how many there are."""
    from bot.storage.diary import appointment_from

    booked = [appointment_from(row) for row in connection.execute(select(appointment).where(appointment.c.status == "booked"))]
    occupied = Counter(cell for one in booked for cell in cells(one.slot))
    assert all(count == 1 for count in occupied.values()), "a place was booked twice"
    kept = connection.execute(select(appointment_cell.c.starts_at)).all()
    assert len(kept) == len(occupied), "the diary's cells and its appointments disagree"
    return len(booked)


def check_telegram(connection: Connection, telegram: FakeTelegram) -> tuple[int, int]:
    """What people saw twice was marked as a possible repeat, and nothing else. Returns (seen twice, marked)."""
    rows = connection.execute(select(delivery).where(delivery.c.channel == "telegram")).all()
    assert {row.state for row in rows} <= {"sent"}, "something is still to be delivered, or was given up"
    shown = Counter(sent.key for sent in telegram.sent)
    marked = {row.key: row.repeats for row in rows if row.repeats}
    assert {row.key for row in rows} == set(shown), "an answer never reached its customer, or came from nowhere"
    twice = {key: count - 1 for key, count in shown.items() if count > 1}
    assert all(count <= marked.get(key, 0) for key, count in twice.items()), "a repeat was not marked"
    for chat in {sent.chat for sent in telegram.sent}:
        firsts = list(dict.fromkeys(sent.key for sent in telegram.sent if sent.chat == chat))
        order = [row.key for row in sorted(rows, key=lambda row: row.message_id) if row.recipient == chat]
        assert firsts == order, f"chat {chat}: answers arrived out of order"
    return len(twice), len(marked)


async def crash_and_check(server: Server, *, kills: int, honour_keys: bool, seed: int) -> str:
    """The whole test; returns a line of figures."""
    async with FakeTelegram(honour_keys=honour_keys) as telegram:
        server.environment |= {
            "FILROUGE_TELEGRAM_TOKEN": telegram.token,
            "FILROUGE_TELEGRAM_BASE_URL": telegram.root,
            "FILROUGE_TELEGRAM_PER_SECOND": "1000",
        }
        await asyncio.to_thread(server.start)
        try:
            senders, said = await _crash(server, telegram, kills, seed)
        finally:
            server.kill()
        database = open_database(_database_url(server))

        def check(connection: Connection) -> tuple[int, int, tuple[int, int]]:
            for sender in senders:
                check_sender(connection, sender)
            count = 0
            for chat, times in said.items():
                who = connection.execute(
                    select(identity.c.id).where(identity.c.channel == "telegram", identity.c.sender == chat)
                ).scalar_one()
                received = connection.execute(
                    select(message.c.text, message.c.handled_at)
                    .where(message.c.identity_id == who, message.c.direction == "in")
                    .order_by(message.c.id)
                ).all()
                assert [int(row.text.rpartition("(")[2][:-1]) for row in received] == list(range(times))
                assert all(row.handled_at for row in received)
                count += times
            return count, check_diary(connection), check_telegram(connection, telegram)

        try:
            on_telegram, booked, (twice, marked) = await database.read(check)
        finally:
            await database.close()
    if honour_keys:
        assert twice == 0
    sent = sum(len(sender.sent) for sender in senders)
    return (
        f"{kills} kills: {sent} REST and {on_telegram} Telegram messages, 0 lost, 0 doubled, 0 unanswered, in order; "
        f"{booked} booked, 0 twice; {marked} deliveries marked as possible repeats, {twice} seen twice"
    )


KILLS = int(os.environ.get("FILROUGE_TESTS_KILLS", "10"))


@pytest.mark.crash
@pytest.mark.parametrize("honour_keys", [True, False], ids=["keys-honoured", "keys-ignored"])
async def test_sqlite_survives_kills(trained: Path, tmp_path: Path, honour_keys: bool) -> None:
    server = Server(copy_of(trained, tmp_path / "data"))
    print(await crash_and_check(server, kills=KILLS // 2, honour_keys=honour_keys, seed=1))


@pytest.mark.crash
@pytest.mark.postgres
@pytest.mark.parametrize("honour_keys", [True, False], ids=["keys-honoured", "keys-ignored"])
async def test_postgres_survives_kills(trained: Path, tmp_path: Path, postgres_url: str, honour_keys: bool) -> None:
    server = Server(copy_of(trained, tmp_path / "data"), database_url=postgres_url)
    print(await crash_and_check(server, kills=KILLS // 2, honour_keys=honour_keys, seed=2))
