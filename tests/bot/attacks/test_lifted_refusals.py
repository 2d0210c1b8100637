"""Somebody who shares a thread without having proved anything wants another's STOP to be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.customers.profile import Profile
from bot.customers.recognise import Level
from bot.storage.evidence import give
from bot.storage.merging import join
from bot.storage.profiles import import_profiles
from bot.storage.wishes import wanted_of
from tests.fakes.persons import SteppedHouse

NUMBER = "+33639980101"
CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=(NUMBER,))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SteppedHouse]:
    house = SteppedHouse(tmp_path / "f.db")
    house.write(partial(import_profiles, profiles=[CAMILLE]))
    yield house
    house.close()


def shared(house: SteppedHouse, *, level: Level = Level.NONE) -> int:
    """Camille's thread, where she has said STOP by SMS, and somebody on the web chat who has proved `level`."""
    hers = house.says("sms", NUMBER, "bonjour", data={"aliases": {"phone": NUMBER}})
    house.says("sms", NUMBER, "STOP")
    browser = house.says("webchat", "browser", "bonjour")
    why = {"kind": "by_hand", "at": house.now.isoformat()}
    house.write(lambda connection: join(connection, winner=hers, loser=browser, live=hers, why=why, now=house.tick()))
    if level:
        identity, _ = house.who("webchat", "browser")
        house.write(
            lambda connection: give(
                connection,
                conversation_id=hers,
                identity_id=identity,
                profile_id="c1",
                kind="site",
                level=level,
                now=house.tick(),
            )
        )
    return hers


def may_be_written_to(house: SteppedHouse, home: int, purpose: str = "service") -> bool:
    said = wanted_of(house.connection, (home,))[home].contact("sms", purpose)
    return said is None or bool(said.value)


@pytest.mark.parametrize("words", ["vous pouvez m'écrire par SMS", "comme avant"])
def test_a_stop_is_not_another_s_to_take_back(house: SteppedHouse, words: str) -> None:
    home = shared(house)
    house.says("webchat", "browser", words)
    assert not may_be_written_to(house, home)
    assert "canal concerné" in house.said("webchat", "browser")[-1]


def test_who_refused_may_allow_it_again(house: SteppedHouse) -> None:
    home = shared(house)
    house.says("sms", NUMBER, "START")
    assert may_be_written_to(house, home)


def test_who_is_as_well_proven_may_allow_it(house: SteppedHouse) -> None:
    home = shared(house, level=Level.AUTHENTICATED)
    house.says("webchat", "browser", "vous pouvez m'écrire par SMS")
    assert may_be_written_to(house, home)


def test_who_is_less_well_proven_may_not(house: SteppedHouse) -> None:
    home = shared(house, level=Level.LINKED)
    house.says("webchat", "browser", "vous pouvez m'écrire par SMS")
    assert not may_be_written_to(house, home)


def test_anybody_may_refuse_and_speak_for_their_own_channel(house: SteppedHouse) -> None:
    home = shared(house)
    house.says("sms", NUMBER, "START")
    house.says("webchat", "browser", "ne m'écrivez plus par SMS")
    assert not may_be_written_to(house, home)
    house.says("webchat", "browser", "vous pouvez m'écrire par SMS")
    assert may_be_written_to(house, home), "the refusal was theirs"
