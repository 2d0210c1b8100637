"""Somebody at a browser guesses who is known in the thread: only who has proved it is told by being let go."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from bot.customers.profile import Profile
from bot.customers.recognise import Level
from bot.storage import chat, evidence
from bot.storage.profiles import import_profiles
from bot.storage.schema import conversation
from tests.fakes.persons import SteppedHouse

CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SteppedHouse]:
    house = SteppedHouse(tmp_path / "f.db")
    house.write(partial(import_profiles, profiles=[CAMILLE]))
    yield house
    house.close()


@pytest.mark.parametrize(
    ("proved", "needed", "told"),
    [
        (None, Level.LINKED, ""),
        (Level.CLAIMED, Level.LINKED, ""),
        (Level.LINKED, Level.LINKED, "Camille"),
        (Level.LINKED, Level.CHANNEL_VERIFIED, ""),
        (Level.AUTHENTICATED, Level.CHANNEL_VERIFIED, "Camille"),
    ],
)
def test_a_name_is_compared_where_it_may_be_said(house: SteppedHouse, proved: Level | None, needed: Level, told: str) -> None:
    home = house.says("webchat", "browser", "bonjour")

    def known(connection: Connection) -> None:
        connection.execute(update(conversation).where(conversation.c.id == home).values(profile_id="c1"))
        if proved is not None:
            who, now = house.who("webchat", "browser")[0], house.now
            evidence.give(connection, conversation_id=home, identity_id=who, profile_id="c1", kind="given", level=proved, now=now)

    house.write(known)
    session = chat.find_session(house.connection, "browser", house.now)
    assert session is not None
    assert chat.first_name(house.connection, session, needed) == told
