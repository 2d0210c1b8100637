"""Proving who one is by a code, as conversations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest
from sqlalchemy import select

from bot.customers.challenge import PLACE
from bot.customers.profile import Profile
from bot.customers.recognise import Level
from bot.errors import TryLater
from bot.storage.database import Database
from bot.storage.housekeeping import tidy
from bot.storage.profiles import import_profiles
from bot.storage.schema import challenge, conversation, delivery, evidence, merge, message
from bot.workers.turn_unit import Way
from handoff.console.views import ConversationFilter
from tests.fakes.codes import Codes, another, running_codes

MAIL = "camille@courriel.example"


@pytest.fixture
async def codes(database: Database) -> AsyncIterator[Codes]:
    async with running_codes(database) as running:
        yield running


async def rows(codes: Codes, table, *where):  # type: ignore[no-untyped-def]
    return await codes.house.database.read(lambda connection: connection.execute(select(table).where(*where)).all())


async def booked_by_camille(codes: Codes) -> None:
    await codes.house.says("42", "bonjour")
    await codes.house.says("42", kind="contact", data={"phone": "+33639980101", "own": True})
    for words in ("un essayage demain à Lyon", "le premier", "oui"):
        await codes.house.says("42", words)


async def test_a_code_by_e_mail_shows_the_appointments_that_were_asked_for(codes: Codes) -> None:
    await booked_by_camille(codes)
    asked = await codes.heard("visitor", "mes rendez-vous ?")
    assert "Je ne vois pas de rendez-vous" in asked
    assert "e-mail ou SMS" in asked
    sent = await codes.heard("visitor", f"je suis Camille Fournier, {MAIL}")
    assert "un code à 6 chiffres vient de partir par e-mail" in sent
    assert "Camille" not in sent
    code = await codes.code(MAIL)
    told = await codes.heard("visitor", f"c'est le {code[:3]} {code[3:]} merci")
    assert "C’est bon, Camille." in told
    assert "Vous êtes attendu" in told, "what was asked for first goes on by itself"
    assert "Quel est le code" not in told


async def test_the_owner_is_told_what_the_code_is_for_and_warned(codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    code = await codes.code(MAIL)
    (mail,) = codes.email.sent
    assert mail.text.replace("\u00a0", " ").startswith(f"Votre code Maison Orvelle : {code}.")
    for words in ("voir vos rendez-vous", "le chat de notre site", "10 minutes", "à personne", "STOP"):
        assert words in mail.text
    assert "Camille" not in mail.text


async def test_a_code_by_sms_to_the_number_that_was_claimed(codes: Codes) -> None:
    await codes.says("visitor", "my appointments?", language="en")
    await codes.says("visitor", "+33639980101")
    code = await codes.code("+33639980101")
    assert "All good, Camille" in await codes.heard("visitor", code)
    (proof,) = await rows(codes, evidence, evidence.c.kind == "sms_code")
    assert proof.level == Level.CHALLENGE_VERIFIED
    hours = (proof.expires_at - codes.house.clock.now()).total_seconds() / 3600
    assert 11 < hours <= 12, "a browser may be anybody's"


async def test_the_mailbox_becomes_part_of_the_thread_once_it_is_proved(codes: Codes) -> None:
    first = await codes.says(MAIL, "bonjour", channel="email")
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", "carte MO7294631")
    code = await codes.code(MAIL)
    assert await codes.conversation(MAIL, "email") == first.conversation != await codes.conversation("visitor")
    await codes.says("visitor", code)
    assert await codes.conversation(MAIL, "email") == await codes.conversation("visitor")
    (joined,) = await rows(codes, merge)
    assert joined.why["kind"] == "email_code"
    assert joined.why["channel"] == "webchat"


async def test_an_address_that_only_got_a_code_is_no_conversation_to_look_at(codes: Codes) -> None:
    visitor = await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    await codes.carried()
    page = await codes.house.ports.desk.conversations(ConversationFilter())
    assert [row.id for row in page.rows] == [visitor.conversation]
    mailbox = await codes.conversation(MAIL, "email")
    thread = await codes.house.thread(mailbox)
    assert [PLACE in one.text for one in thread.messages] == [True]
    await codes.says(MAIL, "bonjour", channel="email")
    page = await codes.house.ports.desk.conversations(ConversationFilter())
    assert mailbox in [row.id for row in page.rows]


async def test_wrong_codes_are_counted_and_then_the_right_one_is_no_longer_taken(codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    code = await codes.code(MAIL)
    told = [await codes.heard("visitor", another(code, nth)) for nth in range(1, 6)]
    assert ["Il vous reste 4 essais" in told[0], "3 essais" in told[1], "2 essais" in told[2]] == [True] * 3
    assert "un seul essai" in told[3]
    assert "ne vaut plus rien" in told[4]
    assert "C’est bon" not in await codes.heard("visitor", code)
    (row,) = await rows(codes, challenge)
    assert (row.outcome, row.seed, row.tries) == ("wrong", None, 5)


async def test_a_new_code_replaces_the_former(codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    first = await codes.code(MAIL)
    assert "nouveau code remplace" in await codes.heard("visitor", "je n'ai rien reçu")
    second = await codes.code(MAIL)
    if first != second:
        assert "Ce n’est pas ce code" in await codes.heard("visitor", first)
    assert "C’est bon, Camille" in await codes.heard("visitor", second)
    assert {row.outcome for row in await rows(codes, challenge)} == {"replaced", "right"}


async def test_a_code_too_old_is_told_so_and_another_is_on_its_way(codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    old = await codes.code(MAIL)
    codes.house.clock.advance(minutes=11)
    told = await codes.heard("visitor", old)
    assert "n’est plus valable" in told
    assert "vient de partir" in told
    assert "C’est bon" in await codes.heard("visitor", await codes.code(MAIL))


async def test_another_address_than_the_first_thought_of(codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", "lina@courriel.example")
    assert "Sous quel e-mail" in await codes.heard("visitor", "ah non ce n'est pas mon mail")
    assert "vient de partir" in await codes.heard("visitor", MAIL)
    assert "C’est bon, Camille" in await codes.heard("visitor", await codes.code(MAIL))


async def test_another_address_said_at_once_gets_the_code(codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", "lina@courriel.example")
    assert "vient de partir" in await codes.heard("visitor", f"non, {MAIL}")
    assert "C’est bon, Camille" in await codes.heard("visitor", await codes.code(MAIL))


async def test_something_else_is_asked_in_between(codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    code = await codes.code(MAIL)
    told = await codes.heard("visitor", "les horaires de Lyon")
    assert "Quel est le code à 6 chiffres" in told
    assert len(codes.email.sent) == 1, "the code that is under way is still good"
    assert "C’est bon" in await codes.heard("visitor", code)


async def test_giving_up_is_possible_at_every_step(codes: Codes) -> None:
    await codes.says("one", "mes rendez-vous ?")
    assert "e-mail" not in await codes.heard("one", "non")
    await codes.says("two", "mes rendez-vous ?")
    await codes.says("two", MAIL)
    assert "laissons le code" in await codes.heard("two", "plus tard")
    await codes.says("three", "mes rendez-vous ?")
    await codes.says("three", MAIL)
    assert "on en reste là" in await codes.heard("three", "laissez tomber")


async def test_other_digits_are_not_taken_for_the_code(codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    code = await codes.code(MAIL)
    assert "Le code a 6 chiffres" in await codes.heard("visitor", "12345")
    assert "Ce n’est pas ce code" not in await codes.heard("visitor", "ma commande OR-123456")
    (row,) = await rows(codes, challenge, challenge.c.ended_at.is_(None))
    assert row.tries == 0
    assert "C’est bon" in await codes.heard("visitor", code)


async def test_a_platform_away_gets_the_same_code_later_and_none_once_it_is_too_late(codes: Codes) -> None:
    codes.email.fails = [TryLater("busy", wait=5.0)]
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    await codes.carried()
    assert not codes.email.sent
    codes.house.clock.advance(seconds=6)
    assert "C’est bon" in await codes.heard("visitor", await codes.code(MAIL))
    codes.email.fails = [TryLater("busy", wait=700.0)]
    await codes.says("other", "mes rendez-vous ?")
    await codes.says("other", "lina@courriel.example")
    await codes.carried()
    codes.house.clock.advance(minutes=12)
    await codes.carried()
    assert len(codes.email.sent) == 1
    (row,) = await rows(codes, delivery, delivery.c.recipient == "lina@courriel.example")
    assert row.state == "withheld"


async def test_on_telegram_the_contact_is_enough_and_the_wish_goes_on(codes: Codes) -> None:
    await booked_by_camille(codes)
    asked = await codes.heard("77", "mes rendez-vous ?", channel="telegram")
    assert "partagez votre contact" in asked
    told = await codes.heard("77", "", channel="telegram", kind="contact", data={"phone": "+33639980101", "own": True})
    assert "Merci Camille" in told
    assert "Vous êtes attendu" in told
    assert not codes.email.sent


async def test_what_was_booked_here_is_told_without_proof(codes: Codes) -> None:
    for words in ("un essayage demain à Lyon", "le premier", "Alix Roy", "oui"):
        await codes.says("visitor", words)
    told = await codes.heard("visitor", "mes rendez-vous ?")
    assert "Vous êtes attendu" in told
    assert "code" not in told


async def test_an_order_goes_to_a_person_with_or_without_the_proof(codes: Codes) -> None:
    assert "commandes" in await codes.heard("visitor", "où est ma commande ?")
    told = await codes.heard("visitor", "non")
    assert "numéro de commande" in told


async def test_the_code_is_nowhere(codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    code = await codes.code(MAIL)
    await codes.says("visitor", f"{code} voilà")
    for table in (message, conversation, delivery, challenge, evidence, merge):
        for row in await rows(codes, table):
            assert code not in str([value for name, value in row._mapping.items() if name != "key"]), table.name
    thread = await codes.house.said(await codes.conversation("visitor"))
    assert ("customer", f"{PLACE} voilà") in thread


async def test_a_link_to_where_they_are_known_needs_no_code(codes: Codes) -> None:
    offered: list[str] = []

    def address(token: str) -> str:
        offered.append(token)
        return f"https://t.me/orvelle?start={token}"

    codes.house.worker.ways = {"telegram": Way("Telegram", address)}
    await booked_by_camille(codes)
    asked = await codes.says("visitor", "mes rendez-vous ?")
    said = await rows(codes, message, message.c.conversation_id == asked.conversation, message.c.direction == "out")
    assert [one["title"] for one in said[-1].data["choices"]] == ["Ouvrir Telegram", "Pas maintenant"]
    told = await codes.heard("42", "", channel="telegram", kind="link", data={"token": offered[-1]})
    assert "Vous êtes attendu" in told, "the wish goes on there"
    assert not codes.email.sent


async def test_who_is_known_already_is_not_asked_who_they_are(codes: Codes) -> None:
    """The number their platform vouches for is enough for appointments, not for their data."""
    await booked_by_camille(codes)
    told = await codes.heard("42", "mes données personnelles", channel="telegram")
    assert "vers vos coordonnées chez nous" in told
    told = await codes.heard("42", await codes.code(MAIL), channel="telegram")
    assert "C’est bon, Camille" in told
    (proof,) = await rows(codes, evidence, evidence.c.kind == "email_code")
    assert (proof.expires_at - codes.house.clock.now()).days >= 89


async def test_an_address_that_wants_nothing_more_gets_no_code(codes: Codes) -> None:
    mailbox = await codes.says(MAIL, "bonjour", channel="email")
    await codes.house.says(MAIL, channel="email", kind="blocked")
    before = len(codes.email.sent)
    await codes.says("visitor", "mes rendez-vous ?")
    assert "vient de partir" in await codes.heard("visitor", MAIL), "and that is told to nobody"
    await codes.carried()
    assert len(codes.email.sent[before:]) <= 1, "the answer to their own words"
    assert not [one for one in codes.email.sent if "code" in one.text]
    assert mailbox.conversation == await codes.conversation(MAIL, "email")


async def test_two_profiles_of_one_number_get_none(codes: Codes) -> None:
    twin = Profile(id="c3", first_name="Alix", last_name="Fournier", phones=("+33639980101",))
    await codes.house.database.write(partial(import_profiles, profiles=[twin]))
    await codes.says("visitor", "mes rendez-vous ?")
    assert "vient de partir" in await codes.heard("visitor", "+33639980101")
    await codes.carried()
    assert not codes.sms.sent


async def test_where_nothing_can_be_sent_nothing_is_asked(codes: Codes) -> None:
    codes.house.worker.served = {}
    told = await codes.heard("visitor", "mes rendez-vous ?")
    assert "Je ne vois pas de rendez-vous" in told
    assert "code" not in told


async def test_a_code_that_comes_after_they_had_given_up_is_as_good(codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    code = await codes.code(MAIL)
    await codes.says("visitor", "laissez tomber")
    assert "pas compris" not in await codes.heard("visitor", code)
    told = await codes.heard("visitor", "mes rendez-vous ?")
    assert "Je ne vois pas de rendez-vous à venir à votre nom." in told
    assert code not in str(await codes.house.said(await codes.conversation("visitor")))


async def test_six_digits_nobody_asked_for_are_six_digits(codes: Codes) -> None:
    await codes.says("visitor", "bonjour")
    await codes.says("visitor", "123456")
    assert ("customer", "123456") in await codes.house.said(await codes.conversation("visitor"))


async def test_waiting_for_a_person_the_code_still_counts_and_is_not_shown_to_them(codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    code = await codes.code(MAIL)
    await codes.says("visitor", "un conseiller svp")
    await codes.says("visitor", code)
    conversation = await codes.conversation("visitor")
    assert code not in str(await codes.house.said(conversation))
    assert [row.kind for row in await rows(codes, evidence, evidence.c.level > Level.CLAIMED)] == ["email_code"]


async def test_what_nobody_typed_in_time_loses_its_seed_and_later_its_row(codes: Codes) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    codes.house.clock.advance(minutes=11)
    await codes.house.database.write(partial(tidy, now=codes.house.clock.now(), most=10))
    (row,) = await rows(codes, challenge)
    assert (row.seed, row.outcome) == (None, "expired")
    codes.house.clock.advance(days=3)
    await codes.house.database.write(partial(tidy, now=codes.house.clock.now(), most=10))
    assert await rows(codes, challenge) == []
