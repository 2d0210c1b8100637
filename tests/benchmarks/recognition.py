"""What recognising somebody costs among very many: `python -m tests.benchmarks.recognition`.

Two questions a message asks, each on databases full of customers (a conversation, an identity, a profile, two contacts and a
proof each): whose this known sender's thread is, and what has been proved there (the identity, then the conversation locked
with its profile and the level of its proofs, as a turn begins); and which profile a number or an address belongs to. Senders are
drawn by chance, so that caches help no more than they would. Beside each a bare select by primary key of the same run. What is
timed is asked within a transaction; its commit is the turn's, which pays for it whoever writes.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.customers.recognise import Level
from bot.storage import conversations, profiles
from bot.storage.database import Database, open_database
from bot.storage.inbox import Claim
from bot.storage.prepared import Prepared
from bot.storage.schema import conversation, identity
from tests.benchmarks.crowd import email_of, phone_of, sender_of, settle, settle_in
from tests.benchmarks.figures import Spread, spread
from tests.benchmarks.report import Line, show
from tests.databases import Postgres, postgres_server, upgraded_file

NOW = datetime.now(UTC)
SEED = 20261122
_WHOSE = Prepared(
    select(identity.c.id, identity.c.conversation_id).where(
        identity.c.channel == bindparam("channel"),
        identity.c.account == bindparam("account"),
        identity.c.sender == bindparam("sender"),
    )
)
_BARE = Prepared(select(conversation.c.state).where(conversation.c.id == bindparam("id")))
Work = Callable[[Connection], Any]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sqlite", type=int, default=100_000, help="customers there (default 100000; 0: leave it out)")
    options.add_argument("--postgres", type=int, default=1_000_000, help="customers there (default 1000000; 0: leave it out)")
    options.add_argument("--samples", type=int, default=2000, help="of each kind (default 2000)")
    options.add_argument("--data", type=Path, help="as the others have it; nothing is needed from there")
    options.add_argument("--json", type=Path, help="write the figures there too")
    chosen = options.parse_args()
    lines: list[Line] = []
    if chosen.sqlite:
        with TemporaryDirectory() as folder:
            lines += _on_sqlite(Path(folder), chosen.sqlite, chosen.samples)
    if chosen.postgres:
        with postgres_server() as server:
            lines += _on_postgres(server, chosen.postgres, chosen.samples)
    show("Recognising", lines, told=f"{chosen.samples:,} of each, alternately", out=chosen.json)


def _on_sqlite(folder: Path, customers: int, samples: int) -> list[Line]:
    path = upgraded_file(folder)
    settle(path, customers)
    return asyncio.run(_measured(f"sqlite:///{path}", "SQLite", customers, samples))


def _on_postgres(server: Postgres, customers: int, samples: int) -> list[Line]:
    url = server.create()
    try:
        asyncio.run(settle_in(url, customers))
        return asyncio.run(_measured(url, "PostgreSQL", customers, samples))
    finally:
        server.drop(url)


async def _measured(url: str, where: str, customers: int, samples: int) -> list[Line]:
    database = open_database(url)
    try:
        took = await _Asked(database, customers, samples).run()
    finally:
        await database.close()
    bare = spread(took[BARE]).p50
    lines = [Line(where, customers, "customers")]
    for kind, seconds in took.items():
        lines += _lines(kind, spread(seconds), bare if kind != BARE else None)
    return lines


def _lines(kind: str, measured: Spread, bare: float | None) -> list[Line]:
    if bare is None:
        return [Line(f"  {kind}: p50", measured.p50, "ms"), Line("    p99", measured.p99, "ms")]
    return [
        Line(f"  {kind}: p50", measured.p50, "ms", 2.0, 1.0),
        Line("    p99", measured.p99, "ms"),
        Line("    against the bare select", measured.p50 / bare, "x"),
    ]


BARE = "a bare select by primary key"


@dataclass
class _Asked:
    """Asks a database of so many customers."""

    database: Database
    customers: int
    samples: int

    async def run(self) -> dict[str, list[float]]:
        """For each kind of question how many seconds it took; the kinds take turns, so that all meet the same weather."""
        kinds: dict[str, Callable[[int], Work]] = {
            BARE: self._bare,
            "whose thread, and what is proved there": self._known,
            "by a number": self._by_phone,
            "by an address": self._by_email,
        }
        dice = random.Random(SEED)
        took: dict[str, list[float]] = {kind: [] for kind in kinds}
        for number in range(-20, self.samples):  # the first ones compile statements and open connections
            for kind, ask in kinds.items():
                work = ask(dice.randint(1, self.customers))
                seconds = await self.database.read(partial(_timed, work=work))
                if number >= 0:
                    took[kind].append(seconds)
        return took

    def _bare(self, number: int) -> Work:
        def ask(connection: Connection) -> None:
            assert _BARE.first(connection, {"id": number}) is not None

        return ask

    def _known(self, number: int) -> Work:
        def ask(connection: Connection) -> None:
            found = _WHOSE.first(connection, {"channel": "whatsapp", "account": "", "sender": sender_of(number)})
            assert found is not None
            claim = Claim(found[1], 1, NOW + timedelta(seconds=10), "fr", (), more=False)
            standing = conversations.lock(connection, claim, found[0], NOW)
            assert (standing.profile_id, standing.proven) == (f"c{number}", Level.CHANNEL_VERIFIED)
            assert standing.facts is not None

        return ask

    def _by_phone(self, number: int) -> Work:
        return partial(self._one, kind="phone", value=phone_of(number))

    def _by_email(self, number: int) -> Work:
        return partial(self._one, kind="email", value=email_of(number))

    def _one(self, connection: Connection, kind: str, value: str) -> None:
        (found,) = profiles.candidates(connection, kind, [value])
        assert value in (*found.phones, *found.emails)


def _timed(connection: Connection, work: Work) -> float:
    begun = time.perf_counter()
    work(connection)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
