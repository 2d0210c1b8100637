"""Two equal processes on one PostgreSQL: the customer cannot tell, and either may die."""

from __future__ import annotations

import asyncio
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import Connection

from bot.storage.database import open_database
from bot.web.bot_api import ApiRefusal
from tests.databases import Postgres
from tests.end_to_end.test_crash import BOOKING, WORDS, Sender, check_diary, check_inbox, check_sender
from tests.fakes.telegram_server import FakeTelegram
from tests.servers import Server, copy_of

pytestmark = pytest.mark.postgres

HOURS = "quels sont vos horaires à Lyon ?"


def served(trained: Path, folder: Path, database_url: str, **env: str) -> Server:
    """A process that serves its own copy of the demo brand, its REST door behind a token."""
    data = copy_of(trained, folder)
    command = ("serve", "--brand", str(data / "brands" / "demo"))
    server = Server(data, command=command, database_url=database_url, env={"FILROUGE_REST_TOKEN": "two-processes", **env})
    server.token = "two-processes"
    return server


@contextmanager
def two(trained: Path, folder: Path, database_url: str) -> Iterator[tuple[Server, Server]]:
    one, other = (served(trained, folder / name, database_url) for name in ("one", "other"))
    with one, other:
        yield one, other


@pytest.fixture(scope="module")
def pair(trained: Path, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[tuple[Server, Server]]:
    """Two processes that live through all tests of this module that kill neither."""
    url = postgres.create()
    with two(trained, tmp_path_factory.mktemp("pair"), url) as servers:
        yield servers
    postgres.drop(url)


@pytest.fixture
def mortals(trained: Path, tmp_path: Path, postgres_url: str) -> Iterator[tuple[Server, Server]]:
    with two(trained, tmp_path, postgres_url) as servers:
        yield servers


def test_a_conversation_goes_on_at_whichever_process_is_asked(pair: tuple[Server, Server]) -> None:
    one, other = pair
    assert one.say("ana", "je voudrais un rdv pour essayer des chaussures")
    assert other.say("ana", "à Bordeaux")
    assert one.say("ana", "demain matin")
    thread = other.thread("rest", "ana")
    assert thread["flow"] is not None
    assert thread["slots"]["appointment_store"] == "bordeaux"
    assert {"appointment_service", "appointment_day", "appointment_part"} <= set(thread["slots"])
    assert thread == one.thread("rest", "ana")


def test_order_is_kept_by_senders_who_change_process_with_every_message(pair: tuple[Server, Server]) -> None:
    senders = [Sender(f"wanderer-{n}", WORDS if n % 2 else BOOKING) for n in range(8)]
    asyncio.run(_talk(senders, pair, seconds=4))
    _check(pair[0], senders)
    assert sum(len(sender.sent) for sender in senders) > len(senders)


def test_a_message_repeated_at_the_other_process_gets_the_same_answers(pair: tuple[Server, Server]) -> None:
    one, other = pair
    first = one.say("ben", HOURS, message_id="m1")
    assert first
    assert other.say("ben", HOURS, message_id="m1") == first
    assert other.say("ben", "merci", message_id="m2")
    assert one.say("ben", HOURS, message_id="m1") == first
    received = [one for one in other.thread("rest", "ben")["messages"] if one["direction"] == "in"]
    assert len(received) == 2


def test_a_message_sent_to_both_processes_at_once_is_one_message(pair: tuple[Server, Server]) -> None:
    async def both() -> list[list[dict[str, Any]]]:
        asked = (asyncio.to_thread(server.say, "chloe", HOURS, message_id="m1") for server in pair * 3)
        return await asyncio.gather(*asked)

    answers = [answer for answer in asyncio.run(both()) if answer]
    assert answers
    assert all(answer == answers[0] for answer in answers)
    messages = pair[0].thread("rest", "chloe")["messages"]
    assert [one["direction"] for one in messages].count("in") == 1
    assert [one["text"] for one in messages if one["direction"] == "out"] == [one["text"] for one in answers[0]]


def test_when_one_is_killed_under_load_the_other_finishes_its_work(mortals: tuple[Server, Server]) -> None:
    senders = [Sender(f"survivor-{n}", WORDS if n % 2 else BOOKING) for n in range(8)]
    asyncio.run(_talk(senders, mortals, seconds=5, kill_after=2))
    _check(mortals[0], senders)


async def _talk(senders: list[Sender], servers: tuple[Server, ...], *, seconds: float, kill_after: float | None = None) -> None:
    stop = asyncio.Event()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http, asyncio.TaskGroup() as group:
        for sender in senders:
            group.create_task(sender.talk(http, servers, stop))
        if kill_after is not None:
            await asyncio.sleep(kill_after)
            servers[-1].kill()
        await asyncio.sleep(seconds - (kill_after or 0))
        stop.set()


def _check(server: Server, senders: list[Sender]) -> None:
    def check(connection: Connection) -> None:
        for sender in senders:
            check_sender(connection, sender)
        check_diary(connection)

    asyncio.run(_read(server, check))


async def _read(server: Server, check: Any) -> None:
    database = open_database(server.environment["FILROUGE_DATABASE_URL"])
    try:
        await database.read(check)
    finally:
        await database.close()


class WatchfulTelegram(FakeTelegram):
    """A Telegram that counts how often one poller was sent away by another."""

    conflicts = 0

    async def get_updates(self, parameters: dict[str, Any], request: Any) -> list[dict[str, Any]]:
        try:
            return await super().get_updates(parameters, request)
        except ApiRefusal:
            self.conflicts += 1
            raise


def _polls(server: Server) -> bool:
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=10) as answer:
        return re.search(r'^filrouge_seat_held\{seat="poll:telegram:"\} 1', answer.read().decode(), re.MULTILINE) is not None


async def test_only_one_polls_telegram_and_the_other_takes_over(trained: Path, tmp_path: Path, postgres_url: str) -> None:
    async with WatchfulTelegram() as telegram:
        env = {"FILROUGE_TELEGRAM_TOKEN": telegram.token, "FILROUGE_TELEGRAM_BASE_URL": telegram.root}
        pair = [served(trained, tmp_path / name, postgres_url, **env) for name in ("one", "other")]
        try:
            await asyncio.gather(*(asyncio.to_thread(server.start) for server in pair))
            telegram.says("41", "bonjour")
            await _until(lambda: telegram.shown("41"))
            # Longer than a claim lasts: the seat is renewed, not passed around.
            await asyncio.sleep(4)
            holders = [server for server in pair if await asyncio.to_thread(_polls, server)]
            assert len(holders) == 1
            assert telegram.conflicts == 0
            holders[0].kill()
            telegram.says("41", HOURS)
            await _until(lambda: any("Lyon Bellecour" in text for text in telegram.shown("41")))
        finally:
            for server in pair:
                await asyncio.to_thread(server.kill)
        assert telegram.duplicates == 0
    await _read(pair[0], lambda connection: check_inbox(connection, "telegram", "41", ["41:1", "41:3"]))  # 41:2 is ours


async def _until(met: Any, seconds: float = 20) -> None:
    for _ in range(int(seconds * 20)):
        if met():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"it did not happen in {seconds} s")
