"""Whether what is there already makes a message dearer: `python -m tests.benchmarks.growth`.

Messages 1,000 and 10 of a conversation, said in turn at one server; and new customers at two servers, one with a thousand
customers in its database and one with very many. What is compared is measured alternately, so that both meet the same weather;
the cost is the server's own processor time, which other programs on the machine disturb least.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import itertools
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.storage.schema import metadata
from bot.storage.upgrade import upgrade
from tests.benchmarks.figures import processor, spread
from tests.benchmarks.prepared import trained_folder
from tests.benchmarks.report import Line, show
from tests.servers import Server, copy_of

SAID = ("quels sont vos horaires à Lyon ?", "merci", "vous livrez au Québec ?", "do you sell gift cards?", "c'est noté")
FEW = 1000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--long", type=int, default=1000, help="messages of a long conversation (default 1000)")
    options.add_argument(
        "--customers", type=int, default=100_000, help="customers of the full database (a million takes a minute)"
    )
    options.add_argument("--samples", type=int, default=150, help="messages compared on each side (default 150)")
    options.add_argument("--data", type=Path, help="data folder with a trained demo brand; left out: trained now")
    options.add_argument("--json", type=Path, help="write the figures there too")
    chosen = options.parse_args()
    with trained_folder(chosen.data) as folder:
        lines = _conversations(folder, chosen.long, chosen.samples) + _customers(folder, chosen.customers, chosen.samples)
    show("Growth", lines, told="messages said alternately", out=chosen.json)


class Talk:
    """A connection that says one message after another to one server."""

    def __init__(self, server: Server) -> None:
        assert server.process is not None
        self.pid = server.process.pid
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self._texts = itertools.cycle(SAID)

    def say(self, sender: str, text: str = "") -> None:
        body = json.dumps({"sender": sender, "message": text or next(self._texts)}).encode()
        self._connection.request("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status == 200

    def settle(self, longest: float = 30.0) -> None:
        """Wait until the server has nothing left to do: a demo's first start goes on hashing the accounts' passwords."""
        until = time.monotonic() + longest
        while time.monotonic() < until:
            before = processor(self.pid)
            time.sleep(0.5)
            if processor(self.pid) - before < 0.01:
                return

    def close(self) -> None:
        self._connection.close()


@dataclass
class Cost:
    """What some messages cost: seconds each, and processor seconds of the server for all."""

    took: list[float] = field(default_factory=list)
    processor: float = 0.0

    @contextmanager
    def of(self, talk: Talk, *, counted: bool = True) -> Iterator[None]:
        before, begun = processor(talk.pid), time.perf_counter()
        yield
        took, used = time.perf_counter() - begun, processor(talk.pid) - before
        if counted:
            self.took.append(took)
            self.processor += used


def _conversations(folder: Path, length: int, samples: int) -> list[Line]:
    with Server(copy_of(folder, folder.parent / "long")) as server, closing(Talk(server)) as talk:
        for _ in range(length):
            talk.say("long")
        talk.settle()
        early, late = Cost(), Cost()
        for number in range(samples // len(SAID) + 1):
            for text in SAID:
                talk.say(f"short-{number}", text)
            sides = [(f"short-{number}", early), ("long", late)]
            for text in SAID:  # the same words to both: what a message costs depends on what it says
                sides.reverse()
                for sender, cost in sides:
                    with cost.of(talk):
                        talk.say(sender, text)
    return _compared(f"a conversation's message {length:,} against its 10th", early, late)


def _customers(folder: Path, many: int, samples: int) -> list[Line]:
    servers = []
    for name, count in (("few", FEW), ("many", many)):
        data = copy_of(folder, folder.parent / name)
        asyncio.run(upgrade(f"sqlite:///{data / 'filrouge.db'}"))
        fill(data / "filrouge.db", count)
        servers.append(Server(data))
    few, full = servers
    with few, full, closing(Talk(few)) as at_few, closing(Talk(full)) as at_full:
        early, late = Cost(), Cost()
        at_few.settle()
        at_full.settle()
        sides = [(at_few, early), (at_full, late)]
        for number in range(samples // len(SAID) + 5):
            for text in SAID:
                sides.reverse()  # whoever is asked second finds the machine warmer, or busier
                for talk, cost in sides:
                    with cost.of(talk, counted=number >= 5):  # the first ones find caches empty
                        talk.say(f"new-{number}", text)
    return _compared(f"customer {many:,} against customer {FEW:,}", early, late)


def _compared(what: str, early: Cost, late: Cost) -> list[Line]:
    before, after = (1000 * cost.processor / len(cost.took) for cost in (early, late))
    return [
        Line(f"{what}: processor", after / before, "x", 1.2, 1.05),
        Line("  before", before, "ms"),
        Line("  after", after, "ms"),
        Line("  time until answered, before: p50", spread(early.took).p50, "ms"),
        Line("  time until answered, after: p50", spread(late.took).p50, "ms"),
    ]


def fill(database: Path, customers: int) -> None:
    """Put so many customers into an empty database, each with a question asked and answered."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous=OFF")  # nothing here needs to survive
        series = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)"
        for table, kinds in _rows().items():
            for given in kinds:
                values = _needed(table) | given
                names, terms = ", ".join(values), ", ".join(str(term) for term in values.values())
                connection.execute(f"INSERT INTO {table} ({names}) {series} SELECT {terms} FROM n", (customers,))  # noqa: S608
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _needed(table: str) -> dict[str, Any]:
    """A plain value for every column that must have one."""
    needed = [column for column in metadata.tables[table].columns if not column.nullable and not column.primary_key]
    return {column.name: "''" if column.type.python_type is str else 0 for column in needed}


def _rows() -> dict[str, tuple[dict[str, Any], ...]]:
    """For each table its columns as SQL terms of the customer's number `n`."""
    at = f"{int(time.time() * 1_000_000) - 86_400_000_000} + n"
    said = {
        "conversation_id": "n",
        "identity_id": "n",
        "channel": "'rest'",
        "kind": "'text'",
        "at": at,
        "received_at": at,
        "handled_at": at,
    }
    return {
        "conversation": (
            {
                "id": "n",
                "state": """'{"greeted":true}'""",
                "owner": "'bot'",
                "language": "'fr'",
                "identity_id": "n",
                "fence": 1,
                "handled_at": at,
                "created_at": at,
                "touched_at": at,
            },
        ),
        "identity": (
            {
                "id": "n",
                "channel": "'rest'",
                "sender": "'customer-' || n",
                "conversation_id": "n",
                "created_at": at,
            },
        ),
        "message": (
            {
                **said,
                "id": "2 * n - 1",
                "direction": "'in'",
                "author": "'customer'",
                "external_key": "'rest//' || n",
                "provider_id": "n",
                "text": "'quels sont vos horaires à Lyon ?'",
                "missed": 0,
            },
            {**said, "id": "2 * n", "direction": "'out'", "author": "'bot'", "text": "'Nous sommes ouverts de 10 h à 19 h.'"},
        ),
        "delivery": (
            {
                "message_id": "2 * n",
                "conversation_id": "n",
                "identity_id": "n",
                "channel": "'rest'",
                "recipient": "'customer-' || n",
                "key": "'key-' || n",
                "state": "'sent'",
                "attempts": 1,
                "next_at": at,
                "handed_with": "2 * n - 1",
                "sent_at": at,
            },
        ),
    }


if __name__ == "__main__":
    main()
