"""A screen anybody may sit down at: what somebody has only said of themselves keeps nothing of theirs open there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from bot.customers.profile import Profile
from bot.customers.recognise import Level
from bot.storage import chat, evidence
from bot.storage.database import Database
from bot.storage.profiles import import_profiles
from bot.storage.schema import conversation
from tests.fakes.codes import Codes, running_codes
from tests.fakes.persons import SteppedHouse

CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=("+33639980101",))
MAIL = "camille@courriel.example"


@pytest.fixture
async def codes(sqlite: Database) -> AsyncIterator[Codes]:
    async with running_codes(sqlite) as running:
        yield running


async def shown(codes: Codes) -> tuple[chat.Session, int]:
    """The tablet's session now, and how many lines it shows."""
    now = codes.house.clock.now()

    def read(connection: Connection) -> tuple[chat.Session | None, int]:
        lines = chat.lines_since(connection, "tablet", after=0, limit=99, now=now)
        return chat.find_session(connection, "tablet", now), len(lines)

    found, lines = await codes.house.database.read(read)
    assert found is not None
    return found, lines


async def test_what_was_claimed_does_not_outlive_what_was_proved(codes: Codes) -> None:
    await codes.says("tablet", "mes rendez-vous ?")
    await codes.says("tablet", MAIL)
    await codes.heard("tablet", await codes.code(MAIL))
    camilles = await codes.conversation("tablet")
    codes.house.clock.advance(hours=11)
    session, lines = await shown(codes)
    assert session.known
    assert lines > 0
    codes.house.clock.advance(hours=2)
    session, lines = await shown(codes)
    assert (session.known, session.left, session.proven, lines) == (False, True, 0, 0)
    await codes.says("tablet", "bonjour")
    assert await codes.conversation("tablet") != camilles, "whoever sits there now has a thread of their own"


async def test_a_claim_alone_neither_opens_nor_closes_a_page(codes: Codes) -> None:
    await codes.says("tablet", "mes rendez-vous ?")
    await codes.says("tablet", MAIL)
    claimed = await codes.conversation("tablet")

    def known(connection: Connection) -> None:  # by what was proved on another channel of the same thread
        connection.execute(update(conversation).where(conversation.c.id == claimed).values(profile_id="c1"))

    await codes.house.database.write(known)
    session, lines = await shown(codes)
    assert (session.known, session.left, session.proven) == (False, False, 0)
    assert lines > 0, "their own lines stay theirs"
    codes.house.clock.advance(hours=25)
    assert not (await shown(codes))[0].left


def test_a_kiosk_over_the_interface_is_left_like_a_browser(tmp_path: Path) -> None:
    house = SteppedHouse(tmp_path / "f.db")
    house.write(partial(import_profiles, profiles=[CAMILLE]))
    house.says("rest", "kiosk", "bonjour")
    who, home = house.who("rest", "kiosk")

    def proved(connection: Connection) -> None:
        evidence.give(
            connection,
            conversation_id=home,
            identity_id=who,
            profile_id="c1",
            kind="email_code",
            level=Level.CHALLENGE_VERIFIED,
            now=house.now,
            expires_at=house.now + timedelta(hours=12),
        )
        connection.execute(update(conversation).where(conversation.c.id == home).values(profile_id="c1"))

    house.write(proved)
    house.now += timedelta(hours=11)
    assert house.says("rest", "kiosk", "un essayage demain à Lyon") == home
    house.now += timedelta(hours=2)
    before = len(house.said("rest", "kiosk"))
    assert house.says("rest", "kiosk", "bonjour") != home
    assert "essayage" not in " ".join(house.said("rest", "kiosk")[before:]), "what was begun is not offered to whoever is next"
    house.close()
