"""One mail that cannot be committed does not stop a mailbox for ever; a database that is away does, until it is back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bot.channels.email.mailbox import Cursor
from bot.channels.email.polling import Taken
from bot.channels.email.table import EmailTable
from bot.connections.email import Incoming
from bot.messages import Reading, Unread


class Door:
    """Takes what it is told to take."""

    def __init__(self) -> None:
        self.poisonous, self.away = "poison", False
        self.taken: list[str] = []
        self.aside: list[str] = []

    async def take(self, reading: Reading, *, channel: str, account: str, files: Any) -> list[Any]:
        word = str(reading.unread[0].raw) if reading.unread else ""
        if self.away or word == self.poisonous:
            raise RuntimeError(word)
        self.taken.append(word)
        return []

    async def keep_unreadable(self, channel: str, account: str, bodies: Sequence[str]) -> None:
        if self.away:
            raise RuntimeError("away")
        self.aside += bodies


class Ground:
    def __init__(self) -> None:
        self.door, self.database, self.cursors = Door(), self, 0

    async def write(self, _unit: Any) -> None:
        self.cursors += 1


def mails(*words: str) -> list[Taken]:
    return [Taken(reading=Reading(unread=(Unread(raw=word, why="x"),)), raw=word.encode()) for word in words]


async def test_a_mail_that_cannot_be_committed_is_set_aside_at_the_third_try() -> None:
    ground = Ground()
    incoming = Incoming(ground, "", EmailTable(), seat="poll:email:")  # type: ignore[arg-type]  # what it needs of one
    came = mails("a", "poison", "b")
    for _ in range(2):
        with pytest.raises(RuntimeError):
            await incoming.accept(came, Cursor(1, 3))
    assert (ground.cursors, ground.door.aside) == (0, [])
    await incoming.accept(came, Cursor(1, 3))
    assert ground.door.taken == ["a", "a", "a", "b"]  # what is committed again is found to be known
    assert (ground.cursors, len(ground.door.aside)) == (1, 1)
    assert "poison" in ground.door.aside[0]


async def test_while_the_database_is_away_nothing_is_set_aside() -> None:
    ground = Ground()
    incoming = Incoming(ground, "", EmailTable(), seat="poll:email:")  # type: ignore[arg-type]  # as above
    ground.door.away = True
    for _ in range(20):
        with pytest.raises(RuntimeError):
            await incoming.accept(mails("a"), Cursor(1, 1))
    ground.door.away = False
    await incoming.accept(mails("a"), Cursor(1, 1))
    assert (ground.door.taken, ground.door.aside, ground.cursors) == (["a"], [], 1)
