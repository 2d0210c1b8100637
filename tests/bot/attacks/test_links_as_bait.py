"""A one-time link sent as bait: who opens it shares a thread with its maker from then on, who learns and does nothing by it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.customers.profile import Profile
from bot.storage import chat
from bot.storage.conversations import pressed
from bot.storage.evidence import proven, revoke
from bot.storage.profiles import import_profiles
from bot.storage.schema import appointment, conversation, evidence, identity, message
from tests.fakes import persons
from tests.fakes.persons import SteppedHouse

CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=("+33639980101",))
CANCEL = "annulez mon rendez-vous"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SteppedHouse]:
    monkeypatch.setattr(persons, "MEANINGS", {**persons.MEANINGS, CANCEL: ("cancel_appointment", ())})
    house = SteppedHouse(tmp_path / "filrouge.db")
    house.write(partial(import_profiles, profiles=[CAMILLE]))
    yield house
    house.close()


def says(house: SteppedHouse, channel: str, sender: str, *texts: str) -> str:
    """What we say to all that."""
    before = len(house.said(channel, sender))
    for text in texts:
        house.says(channel, sender, text)
    return " | ".join(house.said(channel, sender)[before:])


def is_known(house: SteppedHouse, sender: str = "victim") -> None:
    house.says("telegram", sender, kind="contact", data={"phone": "+33639980101", "own": True})


def signs_in(house: SteppedHouse, session: str) -> None:
    house.says("webchat", session, "bonjour")
    until = (house.now + timedelta(hours=12)).isoformat()
    house.says("webchat", session, kind="signin", data={"profile": "c1", "until": until})


def opens(house: SteppedHouse, token: str, sender: str = "victim") -> None:
    house.says("telegram", sender, kind="link", data={"token": token})


def bait(house: SteppedHouse) -> None:
    """Somebody nobody knows makes a link on the web, and gets the victim to open it."""
    house.says("webchat", "attacker", "bonjour")
    opens(house, house.link("webchat", "attacker", "telegram"))
    assert house.home("webchat", "attacker") == house.home("telegram", "victim"), "one thread"


def level(house: SteppedHouse, channel: str, sender: str) -> int:
    return proven(house.connection, [house.who(channel, sender)[0]], "c1", house.now)


@pytest.mark.parametrize("first", ["booked", "baited"])
def test_the_appointment_of_an_unknown_victim_is_neither_told_nor_cancelled(house: SteppedHouse, first: str) -> None:
    house.says("telegram", "victim", "bonjour")
    if first == "baited":
        bait(house)
    says(house, "telegram", "victim", "un essayage demain à Lyon", "le premier", "Julie Roche", "oui")
    if first == "booked":
        bait(house)
    assert house.read(select(appointment.c.status)) == ["booked"]

    told = says(house, "webchat", "attacker", "mes rendez-vous ?", CANCEL, "oui")
    assert "Je ne vois pas de rendez-vous" in told
    assert "Julie" not in told
    assert "Lyon" not in told
    assert house.read(select(appointment.c.status)) == ["booked"]
    assert "Lyon" in says(house, "telegram", "victim", "mes rendez-vous ?")


def test_the_flow_of_a_known_person_who_opened_it_is_not_gone_on_with(house: SteppedHouse) -> None:
    house.says("telegram", "victim", "bonjour")
    is_known(house)
    says(house, "telegram", "victim", "un essayage demain à Lyon", "le premier")
    bait(house)
    told = says(house, "webchat", "attacker", "bonjour", "oui", "oui", "le premier")
    assert "Lyon" not in told
    assert "Camille" not in told
    assert house.read(select(appointment.c.id)) == []
    kept = house.state(house.home("telegram", "victim"))
    assert kept.stack, "and it waits for whose it is"
    assert "lyon" in [slot.value for slot in kept.slots.values()]


def test_where_nobody_is_known_the_flow_is_common_and_what_says_who_one_is_is_not(house: SteppedHouse) -> None:
    """A visitor goes on at either of their two channels; whoever else it may be learns no name and books nothing in it."""
    house.says("telegram", "victim", "bonjour")
    says(house, "telegram", "victim", "un essayage demain à Lyon", "le premier")
    house.says("telegram", "victim", "Claire Martin")
    bait(house)
    told = says(house, "webchat", "attacker", "bonjour", "oui", "oui", "le premier")
    assert "Martin" not in told
    assert house.read(select(appointment.c.id)) == []


def test_an_advisor_s_answer_goes_to_who_opened_it(house: SteppedHouse) -> None:
    is_known(house)
    bait(house)
    says(house, "telegram", "victim", "un conseiller svp")
    home = house.home("telegram", "victim")
    house.act(home, "take")
    house.says("webchat", "attacker", "?")
    house.act(home, "answer", text="Votre colis part au 12 rue des Lilas.")
    assert "12 rue des Lilas" not in " ".join(house.said("webchat", "attacker"))
    assert "12 rue des Lilas" in " ".join(house.said("telegram", "victim"))


def test_whoever_opens_a_link_goes_on_with_what_its_maker_began(house: SteppedHouse) -> None:
    house.says("webchat", "visitor", "bonjour")
    says(house, "webchat", "visitor", "un essayage demain à Lyon", "le premier", "Julie Roche", "oui")
    opens(house, house.link("webchat", "visitor", "telegram"), "phone")
    assert "Lyon" in says(house, "telegram", "phone", "mes rendez-vous ?")
    says(house, "telegram", "phone", CANCEL, "oui")
    assert house.read(select(appointment.c.status)) == ["cancelled"]


def test_a_link_ends_when_its_maker_signs_out(house: SteppedHouse) -> None:
    signs_in(house, "tablet")
    token = house.link("webchat", "tablet", "telegram")
    house.says("webchat", "tablet", kind="signout")
    opens(house, token, "next")
    assert house.row(house.home("telegram", "next")).profile_id is None
    assert level(house, "telegram", "next") == 0


def test_a_link_made_by_somebody_who_has_proved_nothing_leads_nobody_to_a_known_person(house: SteppedHouse) -> None:
    is_known(house)
    bait(house)
    token = house.link("webchat", "attacker", "telegram")
    house.says("telegram", "accomplice", "bonjour")
    opens(house, token, "accomplice")
    assert house.home("telegram", "accomplice") != house.home("telegram", "victim")


def test_what_a_link_says_ends_with_what_its_maker_had_proved(house: SteppedHouse) -> None:
    signs_in(house, "tablet")
    opens(house, house.link("webchat", "tablet", "telegram"), "phone")
    ends = dict(house.rows(select(evidence.c.kind, evidence.c.expires_at)))
    assert ends["link"] == ends["site_token"]
    assert level(house, "telegram", "phone") > 0
    house.now += timedelta(hours=13)
    assert level(house, "telegram", "phone") == 0


def test_what_a_chain_of_links_says_is_revoked_with_its_first_maker_s(house: SteppedHouse) -> None:
    is_known(house)
    house.says("webchat", "second", "bonjour")
    token = house.link("telegram", "victim", "webchat")
    house.says("webchat", "second", kind="link", data={"token": token})
    opens(house, house.link("webchat", "second", "telegram"), "third")
    assert level(house, "telegram", "third") > 0
    unused = house.link("webchat", "second", "telegram")

    maker = house.who("telegram", "victim")[0]
    house.write(lambda c: revoke(c, identities=[maker], profile_id="c1", now=house.tick(), by="noemie"))
    assert [level(house, *who) for who in (("telegram", "victim"), ("webchat", "second"), ("telegram", "third"))] == [0, 0, 0]
    house.says("telegram", "fourth", "bonjour")
    opens(house, unused, "fourth")
    assert level(house, "telegram", "fourth") == 0


def test_what_a_person_has_ended_no_other_link_opens_again(house: SteppedHouse) -> None:
    signs_in(house, "tablet")
    opens(house, house.link("webchat", "tablet", "telegram"), "phone")
    phone = house.who("telegram", "phone")[0]
    house.write(lambda c: revoke(c, identities=[phone], profile_id="c1", now=house.tick(), by="noemie"))
    house.says("telegram", "other", "bonjour")  # where a person puts the phone, as it is not hers
    there = update(identity).where(identity.c.id == phone).values(conversation_id=house.home("telegram", "other"))
    house.write(lambda connection: connection.execute(there))
    opens(house, house.link("webchat", "tablet", "telegram"), "phone")
    assert house.home("telegram", "phone") != house.home("webchat", "tablet")
    assert level(house, "telegram", "phone") == 0


def test_buttons_are_for_whom_they_were_shown_to(house: SteppedHouse) -> None:
    is_known(house)
    says(house, "telegram", "victim", "un essayage demain à Lyon")
    bait(house)
    home, victim = house.home("telegram", "victim"), house.who("telegram", "victim")[0]
    shown = select(message.c.id).where(message.c.identity_id == victim, message.c.direction == "out")
    tokens = [f"{number}.0" for number in house.read(shown)]
    theirs = [token for token in tokens if pressed(house.connection, home, token)]
    assert theirs, "there are buttons on the victim's phone"
    for token in theirs:
        assert chat.title_of(house.connection, "attacker", token, house.now) == ""
        house.says("webchat", "attacker", kind="press", data={"token": token})
    traces = select(message.c.trace).where(message.c.kind == "press")
    assert [trace["pressed"] for trace in house.read(traces)] == [None] * len(theirs)


@pytest.mark.parametrize("good", [True, False])
def test_a_token_is_not_kept_once_it_was_heard(house: SteppedHouse, good: bool) -> None:
    house.says("webchat", "visitor", "bonjour")
    token = house.link("webchat", "visitor", "telegram" if good else "whatsapp")
    opens(house, token, "phone")
    (data,) = house.read(select(message.c.data).where(message.c.kind == "link"))
    assert token not in str(data)


def test_who_is_spoken_to_unasked_is_who_opened_it(house: SteppedHouse) -> None:
    house.says("telegram", "victim", "bonjour")
    bait(house)
    house.says("webchat", "attacker", "bonjour")
    victim, home = house.who("telegram", "victim")
    assert house.read(select(conversation.c.identity_id).where(conversation.c.id == home)) == [victim]
