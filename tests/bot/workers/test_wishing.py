"""What customers say about being written to is noted, confirmed in one line, obeyed, and taken back in one line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from bot.customers.profile import Profile
from bot.dialogue.domain import Variation
from bot.dialogue.step import Dialogue
from bot.messages import InboundMessage
from bot.storage import inbox, merging, outbox, timers
from bot.storage.console_wishes import notice, obstacle, wishes_of, write_down
from bot.storage.database import Database
from bot.storage.profiles import import_profiles
from bot.storage.schema import conversation, delivery, message, wish
from bot.workers.house import House
from tests.fakes.house import NOON, RunningHouse, demo_house, running_house


@lru_cache(maxsize=1)
def reminding_house() -> House:
    """The demo house, which also says something when a timer of a test falls due."""
    house = demo_house()
    said = {"utter_timer_visit": (Variation(texts={"fr": "Nous vous attendons.", "en": "We expect you."}),)}
    domain = replace(house.domain, responses={**house.domain.responses, **said})
    return replace(house, domain=domain, dialogue=Dialogue(domain, house.dialogue.flows, house.dialogue.policy))


@pytest.fixture
async def house(database: Database) -> AsyncIterator[RunningHouse]:
    async with running_house(database, house=reminding_house()) as house:
        house.understander.meanings |= {"un rendez-vous": "book_appointment", "où est ma commande ?": "greet"}
        yield house


async def last_said(house: RunningHouse, conversation_id: int) -> str:
    return (await house.said(conversation_id))[-1][1]


async def deliveries(house: RunningHouse, conversation_id: int) -> list[tuple[str, str, str | None]]:
    query = (
        select(message.c.channel, delivery.c.state, delivery.c.why)
        .join_from(delivery, message, message.c.id == delivery.c.message_id)
        .where(delivery.c.conversation_id == conversation_id)
        .order_by(delivery.c.message_id)
    )
    return [tuple(row) for row in await house.database.read(lambda connection: connection.execute(query).all())]


async def reminded(house: RunningHouse, conversation_id: int, purpose: str = "reminder") -> None:
    """Something falls due about which the house writes by itself."""
    now = house.clock.now()

    def fall_due(connection: Any) -> None:
        timers.set_timer(connection, conversation_id, "visit", now, {"purpose": purpose})
        due = update(conversation).where(conversation.c.id == conversation_id).values(due_at=now, timer_at=now)
        connection.execute(due)

    await house.database.write(fall_due)
    house.worker.wake(conversation_id)
    gone = select(conversation.c.timer_at).where(conversation.c.id == conversation_id)
    for _ in range(500):
        if await house.database.read(lambda connection: connection.execute(gone).scalar()) is None:
            return
        await house.board.wait("conversation", 0.02)
    raise AssertionError("the timer did not fire")


async def claimed(house: RunningHouse, channel: str) -> list[outbox.Due]:
    now = house.clock.now()
    unit = partial(outbox.claim_due, channel=channel, worker="w", now=now, until=now + timedelta(seconds=30), limit=50)
    return await house.database.write(partial(unit, manners=house.house.manners))


def joined(winner: int, loser: int, connection: Connection) -> None:
    now = NOON + timedelta(minutes=5)
    merging.join(connection, winner=winner, loser=loser, live=winner, why={"kind": "test"}, now=now)


async def rows(house: RunningHouse) -> list[tuple[str, str, str, Any]]:
    query = select(wish.c.kind, wish.c.channel, wish.c.purpose, wish.c.value).order_by(wish.c.id)
    return [tuple(row) for row in await house.database.read(lambda connection: connection.execute(query).all())]


@pytest.mark.parametrize("word", ["STOP", "arrêt", "stop svp 🙏"])
async def test_a_word_stops_us_is_acknowledged_once_and_lifted_by_another(house: RunningHouse, word: str) -> None:
    one = await house.says("+33639980101", word, channel="sms")
    assert await last_said(house, one.conversation) == (
        "C’est noté : nous ne vous écrirons plus par SMS. Répondez START pour revenir."
    )
    await house.says("+33639980101", word.upper(), channel="sms")
    assert len([author for author, _ in await house.said(one.conversation) if author == "system"]) == 1

    await reminded(house, one.conversation)
    acknowledged, reminder = await deliveries(house, one.conversation)
    assert (acknowledged[1], reminder[1:]) == ("pending", ("withheld", "the customer does not want to be written to here"))
    assert [due.withheld for due in await claimed(house, "sms")] == [""]

    await house.says("+33639980101", "START", channel="sms")
    assert (await last_said(house, one.conversation)).startswith("C’est noté : nous pouvons de nouveau vous écrire par SMS")
    assert [value for *_, value in await rows(house)] == [False, False, True]


async def test_inside_a_sentence_the_word_means_something_else(house: RunningHouse) -> None:
    await house.says("42", "bonjour")
    await house.says("42", "stop, je voulais dire samedi")
    assert await rows(house) == []


async def test_on_a_chat_a_bare_stop_in_the_middle_of_something_is_about_that(house: RunningHouse) -> None:
    one = await house.says("42", "un rendez-vous")
    await house.says("42", "stop")
    said = [text for _, text in await house.said(one.conversation)]
    assert await rows(house) == []
    assert said[-1].startswith("Pour ne plus recevoir de messages")
    await house.says("42", "stop")
    assert await rows(house) == [("contact", "telegram", "", False)]


async def test_by_sms_it_is_about_the_messages_whatever_is_going_on(house: RunningHouse) -> None:
    await house.says("+33639980101", "un rendez-vous", channel="sms")
    await house.says("+33639980101", "stop", channel="sms")
    assert await rows(house) == [("contact", "sms", "", False)]


async def test_what_is_asked_after_a_refusal_is_answered(house: RunningHouse) -> None:
    await house.says("42", "STOP")
    one = await house.says("42", "bonjour")
    assert [state for _, state, _ in await deliveries(house, one.conversation)] == ["pending", "pending"]
    ack, answer = (await claimed(house, "telegram"))[0], await house.said(one.conversation)
    assert ack.withheld == ""
    assert answer[-1][0] == "bot"


async def test_what_waited_is_withheld_when_its_customer_stops_us(house: RunningHouse) -> None:
    one = await house.says("42", "bonjour")
    await house.says("42", "STOP")
    states = await deliveries(house, one.conversation)
    assert states[0][1:] == ("withheld", "the customer does not want to be written to here")
    assert states[-1][1] == "pending"


async def test_the_bot_speaks_the_language_it_was_asked_for_and_stays_with_it(house: RunningHouse) -> None:
    one = await house.says("42", "parlez-moi en anglais")
    assert await last_said(house, one.conversation) == "Noted: I will answer you in English from now on."
    await house.says("42", "comme avant")
    assert await last_said(house, one.conversation) == "Noted: it is as before."
    assert await rows(house) == [("language", "", "", "en"), ("language", "", "", "")]


@pytest.mark.parametrize(
    ("text", "line", "row"),
    [
        (
            "ne m'écrivez plus le soir",
            "C’est noté : nous ne vous écrirons pas de 18:00 à 08:00. Répondez « comme avant » pour revenir en arrière.",
            ("quiet_hours", "", "", [{"from": "18:00", "to": "08:00"}]),
        ),
        (
            "plus de pub s'il vous plaît",
            "C’est noté : plus de publicité. Répondez « comme avant » pour revenir en arrière.",
            ("contact", "", "marketing", False),
        ),
        (
            "écrivez-moi plutôt par mail",
            "C’est noté : nous vous écrirons plutôt par e-mail. Répondez « comme avant » pour revenir en arrière.",
            ("preferred_channel", "", "", "email"),
        ),
        (
            "you can write to me on WhatsApp",
            "C’est noté : nous pouvons vous écrire sur WhatsApp. Répondez « comme avant » pour revenir en arrière.",
            ("contact", "whatsapp", "", True),
        ),
    ],
)
async def test_a_wish_in_words_is_confirmed_in_one_line(house: RunningHouse, text: str, line: str, row: Any) -> None:
    one = await house.says("42", text)
    assert await last_said(house, one.conversation) == line
    assert await rows(house) == [row]


async def test_as_before_is_about_what_was_said_last_and_lately(house: RunningHouse) -> None:
    await house.says("42", "plus de rappels")
    await house.says("42", "comme avant")
    assert (await rows(house))[-1] == ("contact", "", "reminder", True)
    house.clock.advance(hours=2)
    await house.says("42", "comme avant")
    assert len(await rows(house)) == 2


async def test_an_advisor_is_told_before_they_write_with_what_else_is_open(house: RunningHouse) -> None:
    one = await house.says("42", "un conseiller svp")
    await house.does("ines", "take", one.conversation)
    await house.says("42", "STOP")
    thread = await house.thread(one.conversation)
    assert thread.cannot_write == (
        "ce client ne veut pas qu’on lui écrive sur Telegram depuis le 27 novembre 2026. Joignez-le autrement."
    )
    refused = await house.does("ines", "answer", one.conversation, "Bonjour !")
    assert (refused.status, refused.reason) == ("refused", "cannot_write")
    assert "sur Telegram" in refused.detail
    await house.says("42", "où est ma commande ?")
    assert (await house.does("ines", "answer", one.conversation, "Elle arrive.")).status == "done"
    assert (await deliveries(house, one.conversation))[-1][1] == "pending"


async def test_what_a_customer_wants_is_read_and_written_down_by_people(house: RunningHouse) -> None:
    one = await house.says("42", "ne m'écrivez plus le week-end")
    note = partial(
        write_down,
        conversation_id=one.conversation,
        kind="contact",
        value=False,
        channel="sms",
        by="ines",
        now=house.clock.now(),
        manners=house.house.manners,
    )
    await house.database.write(note)
    lines = await house.database.read(partial(wishes_of, conversation_id=one.conversation, language="fr"))
    assert [(line.words, line.by, line.proof) for line in lines] == [
        ("ne veut pas qu’on lui écrive par SMS", "ines", "dit par téléphone"),
        ("ne veut pas être dérangé le samedi et le dimanche", "customer", f"message n° {one.message}"),
    ]
    now, manners = house.clock.now(), house.house.manners
    ask: dict[str, Any] = {"conversation_id": one.conversation, "manners": manners, "now": now}
    said = await house.database.read(partial(obstacle, channel="sms", language="en", **ask))
    assert said == "this customer has not wanted to be written to by SMS since 27 November 2026. Still open: on Telegram."
    saturday = ask | {"now": now + timedelta(days=1, hours=3)}
    late = await house.database.read(partial(notice, channel="telegram", language="fr", **saturday))
    assert "le message partira le 30 novembre 2026, 08:00" in late
    with pytest.raises(ValueError, match="no kind of wish"):
        await house.database.write(partial(note, kind="colour"))


async def test_a_reminder_waits_for_the_morning_and_what_comes_after_it_does_not_wait_behind_it(house: RunningHouse) -> None:
    one = await house.says("42", "bonjour")
    done = [outbox.Outcome(due.message, "sent") for due in await claimed(house, "telegram")]
    await house.database.write(partial(outbox.settle, outcomes=done, worker="w", now=house.clock.now()))
    house.clock.advance(hours=11)  # eleven at night in Paris
    await reminded(house, one.conversation)
    assert (await deliveries(house, one.conversation))[-1][1:] == (
        "pending",
        "it waits for the end of the customer’s quiet hours",
    )
    shown = (await house.thread(one.conversation)).messages[-1]
    assert (shown.state, shown.failure[:35]) == ("waiting", "Le message attend la fin des heures")
    again = await house.says("42", "bonjour")
    answers = await claimed(house, "telegram")
    assert [due.outbound.author for due in answers if due.message > again.message] == ["bot"]
    house.clock.advance(hours=10)
    assert "Nous vous attendons." in [due.outbound.text for due in await claimed(house, "telegram")]


async def test_what_nobody_asked_for_goes_by_the_channel_they_prefer(house: RunningHouse) -> None:
    one = await house.says("42", "bonjour")
    two = await house.says("+33639980101", "écrivez-moi plutôt par SMS", channel="sms")
    await house.database.write(partial(joined, one.conversation, two.conversation))
    house.clock.advance(hours=1)
    await reminded(house, one.conversation)
    assert (await deliveries(house, one.conversation))[-1][:2] == ("sms", "pending")


async def test_no_more_is_sent_in_a_day_than_the_house_allows_itself(house: RunningHouse) -> None:
    one = await house.says("42", "je veux bien recevoir vos offres")
    for _ in range(3):
        await reminded(house, one.conversation, "marketing")
    await reminded(house, one.conversation, "reminder")
    assert [(state, why) for _, state, why in (await deliveries(house, one.conversation))[1:]] == [
        ("pending", None),
        ("pending", None),
        ("withheld", "the customer has been sent enough today that they had not asked for"),
        ("pending", None),
    ]
    house.clock.advance(days=1)
    await reminded(house, one.conversation, "marketing")
    assert (await deliveries(house, one.conversation))[-1][1] == "pending"


async def test_advertising_needs_a_yes(house: RunningHouse) -> None:
    one = await house.says("42", "bonjour")
    await reminded(house, one.conversation, "marketing")
    assert (await deliveries(house, one.conversation))[-1][1:] == (
        "withheld",
        "the customer has not agreed to be sent advertising",
    )


async def test_the_platforms_word_is_the_customers_too_and_is_not_answered(house: RunningHouse) -> None:
    """Twilio has acted on STOP by itself, and has said so to the customer."""
    one = await house.says("+33639980101", "STOP", channel="sms", kind="blocked")
    assert await house.said(one.conversation) == [("customer", "STOP")]
    assert await rows(house) == [("contact", "sms", "", False)]
    await house.says("+33639980101", "START", channel="sms", kind="unblocked")
    assert (await rows(house))[-1] == ("contact", "sms", "", True)
    await house.says("42", kind="blocked")
    assert len(await rows(house)) == 2, "who blocks us on Telegram has said nothing of being written to"


async def test_another_language_than_the_one_asked_for_changes_nothing(house: RunningHouse) -> None:
    house.understander.sure = True
    one = await house.says("42", "speak English to me please")
    await house.says("42", "bonjour")  # written in French, and understood so
    assert (await house.thread(one.conversation)).language == "en"
    two = await house.says("43", "parlez-moi en italien")
    assert await last_said(house, two.conversation) == "C’est noté pour nos conseillers. Moi-même, je parle français et anglais."


async def test_the_same_in_english(house: RunningHouse) -> None:
    one = await house.says("+447700900001", "Please write in English", channel="sms")
    for text in ("no more ads please", "don't text me after 8pm", "undo", "STOP", "START"):
        await house.says("+447700900001", text, channel="sms")
    said = [text for author, text in await house.said(one.conversation) if author == "system"]
    assert said[1:] == [
        "Noted: no more advertising. Reply “undo” to take it back.",
        "Noted: we will not write to you from 20:00 to 08:00. Reply “undo” to take it back.",
        "Noted: it is as before.",
        "Noted: we will not write to you by SMS any more. Reply START to come back.",
        "Noted: we may write to you by SMS again. Reply STOP to stop.",
    ]


async def test_in_the_web_chat_what_is_refused_is_not_said(house: RunningHouse) -> None:
    one = await house.says("session", "plus de rappels", channel="webchat")
    before = await house.said(one.conversation)
    await reminded(house, one.conversation)
    assert await house.said(one.conversation) == before


async def test_a_profile_says_yes_until_its_customer_says_no(database: Database, house: RunningHouse) -> None:
    camille = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=("+33639980101",), consents_to_marketing=True)
    await database.write(partial(import_profiles, profiles=[camille]))
    one = await house.says("42", kind="contact", data={"phone": "+33639980101", "own": True})
    await reminded(house, one.conversation, "marketing")
    assert (await deliveries(house, one.conversation))[-1][1] == "pending"
    await house.says("42", "stop pub")
    assert (await deliveries(house, one.conversation))[-2][1] == "withheld"
    await house.says("42", "comme avant")
    await reminded(house, one.conversation, "marketing")
    assert (await deliveries(house, one.conversation))[-1][1] == "pending"


async def test_what_waited_for_the_customer_leaves_at_night_when_they_are_up(house: RunningHouse) -> None:
    await house.says("42", "bonjour")
    (due,) = await claimed(house, "telegram")
    held = [outbox.Outcome(due.message, "held", why="the window is closed")]
    await house.database.write(partial(outbox.settle, outcomes=held, worker="w", now=house.clock.now()))
    house.clock.advance(hours=11)
    retry = update(delivery).values(state="pending")
    await house.database.write(lambda connection: connection.execute(retry).rowcount)
    assert [due.later is None for due in await claimed(house, "telegram")] == [False]
    pending = update(delivery).values(state="pending", not_before=None)
    await house.database.write(lambda connection: connection.execute(pending).rowcount)
    await house.says("42", "bonjour")
    assert [due.later for due in await claimed(house, "telegram")] == [None]


async def test_a_platforms_own_button_under_a_template_is_a_word_too(house: RunningHouse) -> None:
    press = {"token": "Stop promotions"}
    await house.says("33639980101", "Stop promotions", channel="whatsapp", kind="press", data=press)
    assert await rows(house) == [("contact", "", "marketing", False)]


async def test_a_question_and_a_stop_in_one_breath_are_both_heard(house: RunningHouse) -> None:
    one = await house.says("42", "bonjour")
    sent = [outbox.Outcome(due.message, "sent") for due in await claimed(house, "telegram")]
    await house.database.write(partial(outbox.settle, outcomes=sent, worker="w", now=house.clock.now()))
    said = [
        InboundMessage(channel="telegram", external_id=f"x{number}", sender="42", text=text, sent_at=house.clock.now())
        for number, text in enumerate(("où est ma commande ?", "STOP"))
    ]
    now = house.clock.now()
    both = await house.database.write(lambda connection: [inbox.accept(connection, written, now) for written in said])
    house.worker.wake(one.conversation)
    await house.handled(both[-1].message)
    assert await rows(house) == [("contact", "telegram", "", False)]
    assert [state for _, state, _ in (await deliveries(house, one.conversation))[1:]] == ["pending", "pending"]
