"""A number that the customer file has given to somebody else: it says no more who writes from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.customers.profile import Profile
from bot.storage.profiles import import_profiles
from bot.storage.schema import evidence
from tests.fakes.persons import SteppedHouse

OLD, NEW = "+33639980101", "+33639980999"
CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=(OLD,))
MOVED = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=(NEW,))
LEO = Profile(id="c2", first_name="Leo", last_name="Martin", phones=(OLD,))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SteppedHouse]:
    house = SteppedHouse(tmp_path / "f.db")
    house.write(partial(import_profiles, profiles=[CAMILLE]))
    yield house
    house.close()


def writes(house: SteppedHouse, text: str = "bonjour", number: str = OLD) -> int:
    return house.says("whatsapp", number.lstrip("+"), text, data={"aliases": {"phone": number}})


def test_whoever_has_it_by_now_is_told_nothing_of_who_had_it(house: SteppedHouse) -> None:
    camilles = writes(house)
    house.write(partial(import_profiles, profiles=[MOVED, LEO]))
    house.now += timedelta(days=2)
    leos = writes(house)
    assert leos != camilles
    assert house.row(leos).profile_id == "c2", "the file knows whose it is"
    assert house.row(camilles).profile_id == "c1"
    assert writes(house, number=NEW) == camilles, "and finds her by her new one"


def test_writing_day_after_day_does_not_put_the_question_off(house: SteppedHouse) -> None:
    camilles = writes(house)
    house.write(partial(import_profiles, profiles=[MOVED]))
    for _ in range(3):
        house.now += timedelta(hours=11)
        home = writes(house)
    assert home != camilles
    assert house.row(home).profile_id is None


def test_a_number_two_have_by_now_is_renewed_for_neither(house: SteppedHouse) -> None:
    camilles = writes(house)
    (ends,) = house.read(select(evidence.c.expires_at))
    house.write(partial(import_profiles, profiles=[CAMILLE, LEO]))
    house.now += timedelta(days=90)
    assert writes(house) == camilles
    assert house.read(select(evidence.c.expires_at)) == [ends]
    house.now += timedelta(days=100)
    theirs = writes(house)
    assert theirs != camilles
    assert house.row(theirs).profile_id is None


def test_a_number_that_is_still_hers_counts_for_longer(house: SteppedHouse) -> None:
    camilles = writes(house)
    (ends,) = house.read(select(evidence.c.expires_at))
    house.now += timedelta(days=90)
    assert writes(house) == camilles
    assert house.read(select(evidence.c.expires_at)) > [ends + timedelta(days=89)]
