"""Friday noon at the desk: who waits, for what, and what was said before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handoff.console.views import CustomerCard, Fact, Meaning, NamedText, Trace
from handoff.ports import Appointment, Slot
from tests.handoff.fake_people import LYON_HOURS, NOON
from tests.handoff.fake_thread import FakeConversation

if TYPE_CHECKING:
    from tests.handoff.fake_house import FakeHouse

WISH = "bonjour, je voudrais essayer des chaussures de rando samedi à Lyon"
HURT = "en fait celles de la dernière fois m’ont fait mal, je fais comment ??"
SUMMARY = (
    "Veut un essayage samedi 28 à Lyon Bellecour, heure pas encore choisie.\n"
    "Puis parle d’une paire achetée qui fait mal : le bot n’a pas compris."
)


def furnish(house: FakeHouse) -> None:
    """Friday noon: Camille waits for anybody, Noé for somebody of Lyon, Lena complains; Sam talks with the bot."""
    desk = house.desk
    camille = FakeConversation(
        id=1,
        card=CustomerCard(
            name="Camille Martin",
            evidence="channel",
            facts=(
                Fact(name="first_name", value="Camille"),
                Fact(name="loyalty_card", value="Or, depuis 2019"),
                Fact(name="preferred_store", value="Lyon Bellecour"),
            ),
            identities=(("webchat", "visiteur 4812"), ("telegram", "@camille_m")),
        ),
        channel="telegram",
        slots=(
            Fact(name="appointment_service", value="Essayage de chaussures", source="customer"),
            Fact(name="appointment_store", value="Lyon Bellecour", source="profile"),
            Fact(name="appointment_day", value="samedi 28 novembre", source="customer"),
        ),
        flow="book_appointment / ask_hour",
    )
    noe = FakeConversation(id=2, card=CustomerCard(name="Noé Blanc", evidence="claimed"), channel="webchat")
    lena = FakeConversation(id=3, card=CustomerCard(name="Lena Hughes"), channel="webchat", language="en")
    sam = FakeConversation(id=4, card=CustomerCard(name="Visiteur 4977"), channel="webchat")
    desk.threads = {thread.id: thread for thread in (camille, noe, lena, sam)}
    _camille_talks(house, camille)
    _others_talk(house, noe, lena, sam)


def _camille_talks(house: FakeHouse, camille: FakeConversation) -> None:
    desk = house.desk
    booking = _meaning(("book_appointment", 0.93), ("opening_hours", 0.04), ("return_policy", 0.01))
    unsure = replace(_meaning(("return_policy", 0.34), ("complaint", 0.31), ("book_appointment", 0.12)), understood=False)
    minutes = [timedelta(minutes=m) for m in (26 * 60, 26 * 60 - 1, 12, 11, 9, 8, 7)]
    ago = iter(NOON - m for m in minutes)
    desk.put(
        camille,
        "customer",
        WISH,
        at=next(ago),
        channel="webchat",
        meaning=booking,
    )
    desk.put(
        camille,
        "bot",
        "Avec plaisir. À quelle heure, samedi 28 novembre à Lyon Bellecour ?",
        at=next(ago),
        channel="webchat",
        state="delivered",
        buttons=("10:30", "14:00", "16:30"),
        trace=Trace(meaning=booking, step="book_appointment / ask_hour", response="utter_ask_appointment_hour"),
    )
    desk.put(camille, "customer", "me revoilà, plutôt sur Telegram", at=next(ago), meaning=booking)
    desk.put(
        camille,
        "bot",
        "Bonjour Camille. Nous en étions à l’heure de votre essayage à Lyon Bellecour. On continue ?",
        at=next(ago),
        state="read",
        buttons=("Oui", "Non, autre chose"),
        trace=Trace(
            meaning=booking,
            step="book_appointment / ask_hour",
            response="utter_resume",
            asks="appointment_hour",
            asking="again",
        ),
    )
    desk.put(camille, "customer", HURT, at=next(ago), meaning=unsure)
    desk.put(
        camille,
        "bot",
        "Je ne suis pas sûr d’avoir compris. Je demande à quelqu’un de l’équipe de vous répondre.",
        at=next(ago),
        state="read",
        trace=Trace(meaning=unsure, step="handoff / lost", response="utter_fetching_advisor"),
    )
    desk.put(camille, "system", "Vous êtes en première position, environ 3 minutes d’attente.", at=next(ago), state="read")
    case = desk.opened(
        camille,
        reason="lost",
        summary=SUMMARY,
    )
    camille.cases[0] = replace(case, opened_at=NOON - timedelta(minutes=8), deadline=NOON + timedelta(minutes=2))
    slot = Slot(store="lyon", service="fitting", start=datetime(2026, 11, 27, 15, tzinfo=LYON_HOURS.tz), minutes=30)
    booked = Appointment(id=1, slot=slot, conversation=1, name="Camille Martin", phone="+33 6 39 98 00 11", note="pied large")
    morning = replace(slot, start=slot.start.replace(hour=10, minute=30))
    later = replace(slot, start=slot.start.replace(hour=16, minute=30), place=1)
    house.desk.diary = [
        replace(booked, id=3, slot=morning, name="Ali Benali", note=""),
        booked,
        Appointment(id=2, slot=later, conversation=2, name="Noé Blanc", phone=None, status="cancelled"),
    ]
    camille.appointments = (booked,)


def _others_talk(house: FakeHouse, noe: FakeConversation, lena: FakeConversation, sam: FakeConversation) -> None:
    desk = house.desk
    complaint = _meaning(("complaint", 0.88), ("return_policy", 0.06))
    desk.put(noe, "customer", "l’atelier peut recoudre ma tente ?", at=NOON - timedelta(minutes=3))
    context = {"store": "lyon", "summary": "Demande si l’atelier de Lyon peut recoudre une tente."}
    noe.cases = [replace(desk.opened(noe, reason="cannot", **context), opened_at=NOON - timedelta(minutes=3))]
    desk.put(lena, "customer", "My jacket arrived torn. Again.", at=NOON - timedelta(minutes=9), meaning=complaint)
    english = {"skill": "complaint", "summary": "Jacket arrived torn for the second time. Order OR-104233."}
    late = replace(desk.opened(lena, reason="complaint", **english), opened_at=NOON - timedelta(minutes=9))
    lena.cases = [replace(late, status="unanswered", deadline=None)]
    hours = _meaning(("opening_hours", 0.97), ("book_appointment", 0.01))
    desk.put(sam, "customer", "vous ouvrez à quelle heure demain", at=NOON - timedelta(minutes=1), meaning=hours)
    desk.put(
        sam,
        "bot",
        "Demain, samedi 28 novembre, Lyon Bellecour ouvre de 10 h à 13 h et de 14 h à 19 h.",
        at=NOON - timedelta(minutes=1),
        state="delivered",
        trace=Trace(meaning=hours, step="opening_hours / tell", response="utter_opening_hours"),
    )


def _meaning(*ranking: tuple[str, float]) -> Meaning:
    return Meaning(
        intent=ranking[0][0],
        confidence=ranking[0][1],
        understood=True,
        ranking=ranking,
        entities=(NamedText(name="day", text="samedi", value="2026-11-28"),),
        engine="embedded 3",
    )
