"""A merge is undone exactly: each has again what was theirs before, and what came to them since."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.customers.profile import Profile
from bot.customers.recognise import Level
from bot.errors import MergeRefused
from bot.storage import evidence, parting
from bot.storage.joining_by_hand import join_by_hand, join_profiles, part_profiles
from bot.storage.merging import are_apart
from bot.storage.profiles import import_profiles
from bot.storage.schema import appointment, case, merge, message, profile, profile_merge
from tests.fakes.persons import SteppedHouse

CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=("+33639980101",))
NOEMIE = "noemie"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SteppedHouse]:
    house = SteppedHouse(tmp_path / "f.db")
    house.write(partial(import_profiles, profiles=[CAMILLE]))
    yield house
    house.close()


def contact(house: SteppedHouse, sender: str, phone: str = "+33639980101") -> int:
    return house.says("telegram", sender, kind="contact", data={"phone": phone, "own": True})


def undo_last(house: SteppedHouse) -> parting.Parted:
    (number,) = house.read(select(func.max(merge.c.id)))
    return house.write(lambda connection: parting.undo(connection, number, by=NOEMIE, why="Deux personnes.", now=house.tick()))


def texts(house: SteppedHouse, conversation_id: int) -> list[str]:
    query = select(message.c.text).where(message.c.conversation_id == conversation_id, message.c.direction == "in")
    return house.read(query.order_by(message.c.id))


def test_undone_at_once_both_are_as_they_were(house: SteppedHouse) -> None:
    one = house.says("telegram", "1", "un essayage demain à Lyon")
    other = house.says("webchat", "2", "un conseiller svp")
    before = [(house.state(id_), house.row(id_).owner, texts(house, id_)) for id_ in (one, other)]
    house.write(lambda connection: join_by_hand(connection, one, other, by=NOEMIE, why="Au téléphone.", now=house.tick()))
    assert house.row(other).merged_into == one
    assert house.row(one).owner == "queue", "whoever waited for an advisor still does"
    assert undo_last(house) == parting.Parted(stays=one, leaves=other)
    house.settle()
    assert [(house.state(id_), house.row(id_).owner, texts(house, id_)) for id_ in (one, other)] == before
    assert house.read(select(case.c.conversation_id)) == [other]


def test_what_each_wrote_since_goes_with_them(house: SteppedHouse) -> None:
    one = house.says("telegram", "1", "bonjour")
    other = house.says("webchat", "2", "bonjour")
    house.write(lambda connection: join_by_hand(connection, one, other, by=NOEMIE, why="", now=house.tick()))
    for words in ("un essayage demain à Lyon", "le premier"):
        assert house.says("webchat", "2", words) == one, "one thread"
    house.says("telegram", "1", "mes rendez-vous ?")
    undo_last(house)
    assert texts(house, other) == ["bonjour", "un essayage demain à Lyon", "le premier"]
    assert texts(house, one) == ["bonjour", "mes rendez-vous ?"]
    assert house.slots(other)["appointment_store"] == "lyon"
    assert "appointment_store" not in house.slots(one)
    answers = select(message.c.conversation_id, message.c.channel).where(message.c.direction == "out").distinct()
    assert sorted(house.rows(answers)) == [(one, "telegram"), (other, "webchat")]
    assert house.home("webchat", "2") == other
    assert house.says("webchat", "2", "oui") == other, "and they go on, each by themselves"


def test_the_person_known_stays_known_and_the_other_is_told_nothing(house: SteppedHouse) -> None:
    known = contact(house, "1")
    for words in ("un essayage demain à Lyon", "le premier", "oui"):
        house.says("telegram", "1", words)
    house.says("webchat", "2", "bonjour")
    token = house.link("telegram", "1", "webchat")
    joined = house.says("webchat", "2", kind="link", data={"token": token})
    assert joined == known
    undo_last(house)
    stranger = house.home("webchat", "2")
    assert stranger != known
    assert (house.row(known).profile_id, house.row(stranger).profile_id) == ("c1", None)
    assert house.row(stranger).level == 0
    assert evidence.proven(house.connection, [house.who("webchat", "2")[0]], "c1", house.now) == Level.NONE
    house.says("webchat", "2", "mes rendez-vous ?")
    assert "Camille" not in " ".join(house.said("webchat", "2"))
    assert house.read(select(appointment.c.conversation_id)) == [known]


def test_those_a_person_has_parted_are_not_joined_again_by_the_same_number(house: SteppedHouse) -> None:
    first = contact(house, "1")
    second = contact(house, "2")
    assert second == first
    parted = undo_last(house)
    assert are_apart(house.connection, parted.stays, parted.leaves)
    assert contact(house, "2") == parted.leaves, "the very same card proves nothing any more"
    assert house.row(parted.leaves).profile_id is None


def test_whoever_followed_by_their_link_leaves_with_them(house: SteppedHouse) -> None:
    one, other = house.says("telegram", "1", "bonjour"), house.says("webchat", "2", "bonjour")
    house.write(lambda connection: join_by_hand(connection, one, other, by=NOEMIE, why="", now=house.tick()))
    (number,) = house.read(select(merge.c.id))
    house.says("sms", "+33639980199", "bonjour")
    token = house.link("webchat", "2", "sms")
    assert house.says("sms", "+33639980199", kind="link", data={"token": token}) == one
    house.write(lambda connection: parting.undo(connection, number, by=NOEMIE, why="", now=house.tick()))
    assert house.home("sms", "+33639980199") == other
    assert house.home("telegram", "1") == one


def test_the_first_of_two_merges_can_be_undone_alone(house: SteppedHouse) -> None:
    """Three become one; then the first to join leaves, wherever the two others are by now."""
    one, two, three = (house.says("telegram", str(n), "bonjour") for n in (1, 2, 3))
    first = house.write(lambda connection: join_by_hand(connection, two, three, by=NOEMIE, why="", now=house.tick()))
    house.write(lambda connection: join_by_hand(connection, one, two, by=NOEMIE, why="", now=house.tick()))
    house.says("telegram", "3", "un essayage demain à Lyon")
    house.write(lambda connection: parting.undo(connection, first, by=NOEMIE, why="", now=house.tick()))
    assert [house.home("telegram", str(n)) for n in (1, 2, 3)] == [one, one, three]
    assert texts(house, three) == ["bonjour", "un essayage demain à Lyon"]
    assert house.slots(three)["appointment_store"] == "lyon"
    assert "appointment_store" not in house.slots(one)


def test_an_advisor_keeps_whom_they_have_in_hand(house: SteppedHouse) -> None:
    one, other = house.says("telegram", "1", "un conseiller svp"), house.says("webchat", "2", "bonjour")
    house.act(one, "take")
    house.write(lambda connection: join_by_hand(connection, one, other, by=NOEMIE, why="", now=house.tick()))
    house.act(one, "answer", text="Que puis-je pour vous ?")
    undo_last(house)
    assert (house.row(one).owner, house.row(other).owner) == ("advisor", "bot")
    assert "Que puis-je pour vous ?" in house.said("telegram", "1") + house.said("webchat", "2")


def test_nothing_is_undone_twice_and_nothing_unknown(house: SteppedHouse) -> None:
    one, other = house.says("telegram", "1", "bonjour"), house.says("webchat", "2", "bonjour")
    house.write(lambda connection: join_by_hand(connection, one, other, by=NOEMIE, why="", now=house.tick()))
    undo_last(house)
    with pytest.raises(MergeRefused, match="undone already"):
        undo_last(house)
    with pytest.raises(MergeRefused, match="no merge number 99"):
        house.write(lambda connection: parting.undo(connection, 99, by=NOEMIE, why="", now=house.tick()))


def refusal(house: SteppedHouse, one: int, other: int, **more: Any) -> str:
    with pytest.raises(MergeRefused) as refused:
        house.write(lambda connection: join_by_hand(connection, one, other, by=NOEMIE, why="", now=house.tick(), **more))
    return refused.value.code


def test_what_is_never_joined(house: SteppedHouse) -> None:
    house.write(
        partial(import_profiles, profiles=[Profile(id="c2", first_name="Noé", last_name="Abel", phones=("+33639980102",))])
    )
    camille, noe = contact(house, "1"), contact(house, "2", "+33639980102")
    stranger = house.says("webchat", "3", "bonjour")
    assert refusal(house, camille, camille) == "same"
    assert refusal(house, camille, noe) == "two_people"
    house.write(lambda connection: join_by_hand(connection, camille, stranger, by=NOEMIE, why="", now=house.tick()))
    assert refusal(house, camille, stranger) == "gone"
    undo_last(house)
    assert refusal(house, camille, stranger) == "apart"
    house.write(
        lambda connection: join_by_hand(connection, camille, stranger, by=NOEMIE, why="", now=house.tick(), although_apart=True)
    )
    assert house.home("webchat", "3") == camille


class TestProfiles:
    """Two profiles that are one person's."""

    TWIN = Profile(id="c9", first_name="Camile", last_name="Fournier", phones=("+33639980109",), home_store="lyon")

    def test_the_kept_one_learns_what_the_other_knew_and_forgets_it_again(self, house: SteppedHouse) -> None:
        house.write(partial(import_profiles, profiles=[self.TWIN]))
        number = house.write(lambda connection: join_profiles(connection, keep="c1", drop="c9", by=NOEMIE, now=house.tick()))
        (facts,) = house.read(select(profile.c.facts).where(profile.c.id == "c1"))
        assert (facts["first_name"], facts["home_store"]) == ("Camille", "lyon")
        assert house.row(contact(house, "9", "+33639980109")).profile_id == "c1", "either number leads to the one that is kept"
        house.write(lambda connection: part_profiles(connection, number, by=NOEMIE, why="Cousines.", now=house.tick()))
        (facts,) = house.read(select(profile.c.facts).where(profile.c.id == "c1"))
        assert not facts["home_store"]
        assert house.row(contact(house, "10", "+33639980109")).profile_id == "c9"

    def test_their_conversations_become_one_and_two_again(self, house: SteppedHouse) -> None:
        house.write(partial(import_profiles, profiles=[self.TWIN]))
        here, there = contact(house, "1"), contact(house, "9", "+33639980109")
        # Only one of the two is proved well: the other came by an advisor's word.
        identity_id = house.who("telegram", "9")[0]
        house.write(
            lambda connection: evidence.revoke(connection, identities=[identity_id], profile_id="c9", now=house.tick(), by=NOEMIE)
        )
        number = house.write(lambda connection: join_profiles(connection, keep="c1", drop="c9", by=NOEMIE, now=house.tick()))
        assert house.home("telegram", "9") == here
        house.says("telegram", "9", "un essayage demain à Lyon")
        house.write(lambda connection: part_profiles(connection, number, by=NOEMIE, why="", now=house.tick()))
        assert house.home("telegram", "9") == there
        assert (house.row(here).profile_id, house.row(there).profile_id) == ("c1", "c9")
        assert texts(house, there)[-1] == "un essayage demain à Lyon"

    def test_two_who_have_each_proved_to_be_one_of_them_stay_two(self, house: SteppedHouse) -> None:
        house.write(partial(import_profiles, profiles=[self.TWIN]))
        contact(house, "1")
        contact(house, "9", "+33639980109")
        with pytest.raises(MergeRefused) as refused:
            house.write(lambda connection: join_profiles(connection, keep="c1", drop="c9", by=NOEMIE, now=house.tick()))
        assert refused.value.code == "two_people"
        assert house.read(select(profile_merge.c.id)) == []
