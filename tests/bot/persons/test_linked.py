"""A one-time link made where somebody is known says who opens it, a little, and not for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.customers.profile import Profile
from bot.customers.recognise import Level
from bot.storage import evidence
from bot.storage.profiles import import_profiles
from tests.fakes.persons import SteppedHouse

CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=("+33639980101",))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SteppedHouse]:
    house = SteppedHouse(tmp_path / "f.db")
    house.write(partial(import_profiles, profiles=[CAMILLE]))
    yield house
    house.close()


def known_on_telegram(house: SteppedHouse) -> int:
    home = house.says("telegram", "1", kind="contact", data={"phone": "+33639980101", "own": True})
    for words in ("un essayage demain à Lyon", "le premier", "oui"):
        house.says("telegram", "1", words)
    return home


def opened(house: SteppedHouse, channel: str, sender: str) -> int:
    return house.says(channel, sender, kind="link", data={"token": house.link("telegram", "1", channel)})


def level(house: SteppedHouse, channel: str, sender: str) -> Level:
    return evidence.proven(house.connection, [house.who(channel, sender)[0]], "c1", house.now)


def test_it_opens_the_thread_and_the_first_name_and_no_more(house: SteppedHouse) -> None:
    home = known_on_telegram(house)
    assert opened(house, "messenger", "m") == home
    assert level(house, "messenger", "m") == Level.LINKED
    house.says("messenger", "m", "mes rendez-vous ?")
    told = " ".join(house.said("messenger", "m"))
    assert "Fournier" not in told
    assert "Vous êtes attendu" not in told, "an appointment made elsewhere needs more"


@pytest.mark.parametrize(("channel", "hours"), [("webchat", 13), ("messenger", 24 * 90 + 1)])
def test_it_counts_less_long_in_a_browser_that_may_be_anybodys(house: SteppedHouse, channel: str, hours: int) -> None:
    known_on_telegram(house)
    opened(house, channel, "m")
    house.now += timedelta(hours=hours - 2)
    assert level(house, channel, "m") == Level.LINKED
    house.now += timedelta(hours=2)
    assert level(house, channel, "m") == Level.NONE


def test_one_made_where_nobody_is_known_says_nothing(house: SteppedHouse) -> None:
    house.says("webchat", "anonymous", "bonjour")
    house.says("messenger", "m", "bonjour")
    token = house.link("webchat", "anonymous", "messenger")
    house.says("messenger", "m", kind="link", data={"token": token})
    assert level(house, "messenger", "m") == Level.NONE
