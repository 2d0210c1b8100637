"""Somebody was taken for another and is parted again: neither keeps, hears or becomes anything of the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.customers.profile import Profile
from bot.customers.recognise import Level
from bot.errors import MergeRefused
from bot.storage import evidence, parting
from bot.storage.joining_by_hand import join_by_hand, join_profiles, part_profiles
from bot.storage.profiles import import_profiles
from bot.storage.schema import appointment, contact_point, delivery, merge, message, timer
from tests.fakes.persons import SteppedHouse

CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=("+33639980101",))
LEO = Profile(id="c2", first_name="Léo", last_name="Martin", phones=("+33639980202",))
OTHER = Profile(id="c3", first_name="Camille", last_name="Fournier", phones=("+33639980303",))
BY = "noemie"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SteppedHouse]:
    house = SteppedHouse(tmp_path / "f.db")
    house.write(partial(import_profiles, profiles=[CAMILLE, LEO, OTHER]))
    yield house
    house.close()


def on_whatsapp(house: SteppedHouse, phone: str, text: str = "bonjour") -> int:
    return house.says("whatsapp", phone.lstrip("+"), text, data={"aliases": {"phone": phone}})


def by_hand(house: SteppedHouse, one: int, other: int) -> int:
    return house.write(lambda connection: join_by_hand(connection, one, other, by=BY, why="", now=house.tick()))


def undo(house: SteppedHouse, number: int) -> parting.Parted:
    parted = house.write(lambda connection: parting.undo(connection, number, by=BY, why="", now=house.tick()))
    house.settle()
    return parted


def proved(house: SteppedHouse, sender: str, profile_id: str, channel: str = "whatsapp") -> Level:
    identity_id, _ = house.who(channel, sender)
    return evidence.proven(house.connection, [identity_id], profile_id, house.now)


def points(house: SteppedHouse) -> set[tuple[str, str]]:
    return {(row.value, row.profile_id) for row in house.rows(select(contact_point))}


def test_who_wrote_first_while_two_profiles_were_one_is_themselves_again(house: SteppedHouse) -> None:
    camilles = on_whatsapp(house, "+33639980101")
    number = house.write(lambda connection: join_profiles(connection, keep="c1", drop="c2", by=BY, now=house.tick()))
    assert on_whatsapp(house, "+33639980202") == camilles
    house.write(lambda connection: part_profiles(connection, number, by=BY, why="Deux personnes.", now=house.tick()))
    house.settle()
    leos = on_whatsapp(house, "+33639980202")
    assert leos != camilles
    assert (house.row(leos).profile_id, house.row(camilles).profile_id) == ("c2", "c1")
    assert proved(house, "33639980202", "c1") == Level.NONE
    assert proved(house, "33639980202", "c2") == Level.CHANNEL_VERIFIED


def test_profiles_joined_in_a_row_have_their_own_numbers_again_in_whatever_order_they_part(house: SteppedHouse) -> None:
    before = points(house)
    first = house.write(lambda connection: join_profiles(connection, keep="c1", drop="c2", by=BY, now=house.tick()))
    second = house.write(lambda connection: join_profiles(connection, keep="c3", drop="c1", by=BY, now=house.tick()))
    assert {profile_id for _, profile_id in points(house)} == {"c3"}
    for number in (first, second):
        house.write(lambda connection, number=number: part_profiles(connection, number, by=BY, why="", now=house.tick()))
    assert points(house) == before


def test_a_number_learnt_while_they_were_one_goes_with_whose_it_is(house: SteppedHouse) -> None:
    number = house.write(lambda connection: join_profiles(connection, keep="c1", drop="c2", by=BY, now=house.tick()))
    moved = Profile(id="c2", first_name="Léo", last_name="Martin", phones=("+33639980202", "+33639980777"))
    house.write(partial(import_profiles, profiles=[moved], now=house.tick()))
    house.write(lambda connection: part_profiles(connection, number, by=BY, why="", now=house.tick()))
    assert ("+33639980777", "c2") in points(house)
    assert ("+33639980777", "c1") not in points(house)


def test_the_merge_of_two_profiles_is_undone_as_such_only(house: SteppedHouse) -> None:
    on_whatsapp(house, "+33639980101")
    leos = on_whatsapp(house, "+33639980202")
    identity_id, _ = house.who("whatsapp", "33639980202")
    house.write(partial(evidence.revoke, identities=[identity_id], profile_id="c2", now=house.tick(), by=BY))
    number = house.write(lambda connection: join_profiles(connection, keep="c1", drop="c2", by=BY, now=house.tick()))
    (joined,) = house.read(select(func.max(merge.c.id)))
    with pytest.raises(MergeRefused) as refused:
        undo(house, joined)
    assert refused.value.code == "of_profiles"
    house.write(lambda connection: part_profiles(connection, number, by=BY, why="", now=house.tick()))
    assert house.home("whatsapp", "33639980202") == leos


def test_who_came_because_she_is_the_person_leaves_with_the_person(house: SteppedHouse) -> None:
    """Camille wrote anonymously, was joined to a stranger by mistake, and then proved who she is, on two channels."""
    strangers, camilles = house.says("webchat", "stranger", "bonjour"), house.says("telegram", "camille", "bonjour")
    number = by_hand(house, strangers, camilles)
    house.says("telegram", "camille", kind="contact", data={"phone": "+33639980101", "own": True})
    assert on_whatsapp(house, "+33639980101") == strangers
    undo(house, number)
    assert house.home("telegram", "camille") == house.home("whatsapp", "33639980101") == camilles
    assert (house.row(camilles).profile_id, house.row(strangers).profile_id) == ("c1", None)
    assert proved(house, "33639980101", "c1") == Level.CHANNEL_VERIFIED


def test_a_browser_she_came_back_by_is_hers_and_no_longer_of_the_merge(house: SteppedHouse) -> None:
    until = (house.now + timedelta(hours=12)).isoformat()
    camilles = on_whatsapp(house, "+33639980101")
    number = by_hand(house, camilles, house.says("webchat", "tablet", "bonjour"))
    house.says("webchat", "tablet", kind="signout")
    house.says("webchat", "tablet", "bonjour")
    house.says("webchat", "tablet", kind="signin", data={"profile": "c1", "until": until})
    for words in ("un essayage demain à Lyon", "le premier", "oui"):
        house.says("webchat", "tablet", words)
    undo(house, number)
    assert house.home("webchat", "tablet") == house.home("whatsapp", "33639980101") == camilles
    assert house.row(camilles).profile_id == "c1"
    assert house.read(select(appointment.c.conversation_id)) == [camilles]


def test_an_answer_meant_for_one_does_not_leave_to_the_other(house: SteppedHouse) -> None:
    camilles = on_whatsapp(house, "+33639980101", "un conseiller svp")
    number = by_hand(house, camilles, house.says("telegram", "stranger", "bonjour"))
    house.says("telegram", "stranger", "bonjour")  # where an answer goes from now on
    house.act(camilles, "take")
    house.act(camilles, "answer", text="Madame Fournier, votre colis est parti.")
    undo(house, number)
    state = (
        select(delivery.c.state)
        .join(message, message.c.id == delivery.c.message_id)
        .where(message.c.text == "Madame Fournier, votre colis est parti.")
    )
    assert house.read(state) == ["withheld"]


def test_the_bot_is_not_silent_for_ever_because_somebody_had_stepped_in(house: SteppedHouse) -> None:
    one, other = house.says("telegram", "1", "bonjour"), on_whatsapp(house, "+33639980199")
    house.says("whatsapp", "33639980199", "Je m’en occupe.", kind="echo", data={"by": "person"})
    assert house.state(other).paused
    number = by_hand(house, one, other)
    house.now += timedelta(minutes=40)
    house.settle()
    undo(house, number)
    assert not house.state(other).paused
    house.says("whatsapp", "33639980199", "Encore moi.", kind="echo", data={"by": "person"})
    assert house.state(other).paused
    assert house.read(select(timer.c.conversation_id)) == [other]
