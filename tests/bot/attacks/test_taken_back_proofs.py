"""A person of the house has ended a proof: it does not come back by itself with the next message, card or tap."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot.customers.profile import Profile
from bot.customers.recognise import Level
from bot.storage import console_person, evidence
from bot.storage.profiles import import_profiles
from bot.storage.schema import evidence as proofs
from tests.fakes.persons import SteppedHouse

PHONE = "+33639980101"
CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=(PHONE,))
NUMBER = PHONE.lstrip("+")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SteppedHouse]:
    house = SteppedHouse(tmp_path / "f.db")
    house.write(partial(import_profiles, profiles=[CAMILLE]))
    yield house
    house.close()


def writes(house: SteppedHouse, text: str = "bonjour") -> int:
    return house.says("whatsapp", NUMBER, text, data={"aliases": {"phone": PHONE}})


def shares(house: SteppedHouse) -> int:
    return house.says("telegram", "42", kind="contact", data={"phone": PHONE, "own": True})


def proven(house: SteppedHouse, channel: str, sender: str) -> Level:
    return evidence.proven(house.connection, [house.who(channel, sender)[0]], "c1", house.now)


def take_back(house: SteppedHouse, home: int) -> None:
    """Noémie ends the proof that was given last."""
    (last,) = house.read(select(func.max(proofs.c.id)))
    assert house.write(partial(console_person.revoke_one, conversation_id=home, proof=last, by="noemie", now=house.tick()))


def test_the_platforms_word_alone_does_not_bring_it_back(house: SteppedHouse) -> None:
    home = writes(house)
    take_back(house, home)
    for words in ("mes rendez-vous ?", "bonjour"):
        writes(house, words)
    assert proven(house, "whatsapp", NUMBER) == Level.NONE


def test_nor_does_the_same_card_again(house: SteppedHouse) -> None:
    take_back(house, shares(house))
    shares(house)
    assert proven(house, "telegram", "42") == Level.NONE


def test_nor_does_a_tap_on_a_link(house: SteppedHouse) -> None:
    take_back(house, writes(house))
    assert shares(house) == house.home("whatsapp", NUMBER)
    token = house.link("telegram", "42", "whatsapp")
    house.says("whatsapp", NUMBER, kind="link", data={"token": token})
    assert proven(house, "whatsapp", NUMBER) == Level.NONE
    another = house.link("telegram", "42", "messenger")
    house.says("messenger", "m", kind="link", data={"token": another})
    take_back(house, house.home("messenger", "m"))
    third = house.link("telegram", "42", "messenger")
    house.says("messenger", "m", kind="link", data={"token": third})
    assert proven(house, "messenger", "m") == Level.NONE


def test_a_code_opens_it_again_and_the_number_counts_from_then_on(house: SteppedHouse) -> None:
    home = writes(house)
    take_back(house, home)

    def typed(connection: Connection) -> None:
        who, level, now = house.who("whatsapp", NUMBER)[0], Level.CHALLENGE_VERIFIED, house.tick()
        given = {"profile_id": "c1", "kind": "email_code", "level": level, "now": now}
        evidence.give(connection, conversation_id=home, identity_id=who, **given)  # type: ignore[arg-type]

    assert house.write(lambda connection: evidence.is_taken_back(connection, house.who("whatsapp", NUMBER)[0], "c1"))
    house.write(typed)
    assert proven(house, "whatsapp", NUMBER) == Level.CHALLENGE_VERIFIED
    assert not house.write(lambda connection: evidence.is_taken_back(connection, house.who("whatsapp", NUMBER)[0], "c1"))


def test_what_the_customer_has_ended_may_come_again(house: SteppedHouse) -> None:
    shares(house)
    who = house.who("telegram", "42")[0]
    ended = partial(evidence.revoke, identities=[who], profile_id="c1", now=house.tick(), by=evidence.CUSTOMER)
    house.write(ended)
    shares(house)
    assert proven(house, "telegram", "42") == Level.CHANNEL_VERIFIED
