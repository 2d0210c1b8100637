"""A number gets another owner: whoever writes from it after a long silence is somebody we do not know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.customers.profile import Profile
from bot.storage.profiles import import_profiles
from bot.storage.schema import delivery, evidence, message
from tests.fakes.persons import SteppedHouse

CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=("+33639980101",), home_store="lyon")
NUMBER = "33639980101"
VOUCHED = {"aliases": {"phone": "+33639980101"}}
LONG = timedelta(days=200)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SteppedHouse]:
    house = SteppedHouse(tmp_path / "f.db")
    house.write(partial(import_profiles, profiles=[CAMILLE]))
    yield house
    house.close()


def writes(house: SteppedHouse, text: str) -> int:
    return house.says("whatsapp", NUMBER, text, data=VOUCHED)


def booked_by_camille(house: SteppedHouse) -> int:
    for words in ("un essayage demain à Lyon", "le premier", "oui"):
        home = writes(house, words)
    assert "Camille Fournier" in " ".join(house.said("whatsapp", NUMBER)), "the platform vouches for the number"
    return home


def test_the_new_owner_is_told_nothing_and_gets_a_thread_of_their_own(house: SteppedHouse) -> None:
    camilles = booked_by_camille(house)
    house.now += LONG
    before = len(house.said("whatsapp", NUMBER))
    theirs = writes(house, "bonjour")
    assert theirs != camilles
    for words in ("mes rendez-vous ?", "un essayage demain à Lyon", "le premier"):
        assert writes(house, words) == theirs
    told = " ".join(house.said("whatsapp", NUMBER)[before:])
    assert "Camille" not in told
    assert "Fournier" not in told
    assert house.row(theirs).profile_id is None, "the number alone proves nothing any more"
    assert house.slots(theirs).get("customer_name") is None
    assert house.row(camilles).profile_id == "c1", "and hers stays hers"


def test_what_was_still_to_be_sent_does_not_reach_the_new_owner(house: SteppedHouse) -> None:
    booked_by_camille(house)
    unsent = select(delivery.c.message_id).where(delivery.c.state == "pending")
    assert house.read(unsent) != []
    house.now += LONG
    (last,) = house.read(select(message.c.id).order_by(message.c.id.desc()).limit(1))
    writes(house, "bonjour")
    assert house.read(unsent.where(delivery.c.message_id <= last)) == []


def test_who_writes_now_and_then_stays_known(house: SteppedHouse) -> None:
    camilles = booked_by_camille(house)
    for _ in range(4):
        house.now += timedelta(days=150)
        assert writes(house, "bonjour") == camilles
    (ends,) = house.read(select(evidence.c.expires_at))
    assert ends > house.now + timedelta(days=170), "each time the proof is given anew"


def test_the_owner_proves_it_again_and_has_her_thread_back(house: SteppedHouse) -> None:
    camilles = booked_by_camille(house)
    house.now += LONG
    assert writes(house, "bonjour") != camilles
    assert house.says("telegram", "42", kind="contact", data={"phone": "+33639980101", "own": True}) == camilles
    token = house.link("telegram", "42", "whatsapp")
    assert house.says("whatsapp", NUMBER, kind="link", data={"token": token}) == camilles
