"""Every other thing customers ask: stores, appointments they have, answers of the house, and no intent left out."""

from __future__ import annotations

import pytest

from bot.dialogue.standard import STEERING
from tests.stories.story import Story, demo


def test_hours_in_one_message_that_names_the_store() -> None:
    story = Story().customer("vous ouvrez [samedi](day=2026-11-28) à [Montréal](store=montreal) ?", "opening_hours")
    story.bot("utter_opening_hours_open").reads("Montréal Saint-Laurent vous accueille samedi 28 novembre, de 9 h 30 à 17 h")


def test_hours_of_a_public_holiday_say_why() -> None:
    (
        Story("en")
        .customer("is [Lyon](store=lyon) open on [Christmas day](day=2026-12-25)?", "opening_hours")
        .bot("utter_opening_hours_closed")
        .reads("Lyon Bellecour is closed Friday 25 December (Christmas Day)", "Saturday 26 December")
    )


def test_hours_of_an_exceptional_sunday_and_of_a_weekend() -> None:
    (
        Story()
        .customer("[Lyon](store=lyon) ouvert le [13 décembre](day=2026-12-13) ?", "opening_hours")
        .bot("utter_opening_hours_special")
        .reads("de 11 h à 18 h (dimanche avant les fêtes)")
        .customer("et [ce week-end](day=2026-11-28/2026-11-29) ?")
        .bot("utter_opening_hours_days")
        .reads("samedi 28 novembre : de 9 h 30 à 19 h 30", "dimanche 29 novembre : fermé")
    )


def test_hours_without_a_day_tell_today_and_the_week() -> None:
    (
        Story()
        .customer("vos horaires à [Fort-de-France](store=fort_de_france)", "opening_hours")
        .bot("utter_opening_hours_week")
        .reads("aujourd’hui, mardi 24 novembre : de 9 h à 13 h et de 14 h 30 à 18 h", "lundi à jeudi", "dimanche : fermé")
    )


def test_the_week_in_english() -> None:
    (
        Story("en")
        .customer("hours in [Lille](store=lille)", "opening_hours")
        .reads("• Monday: 2 pm to 7 pm", "• Tuesday to Friday: 10 am to 7 pm", "• Sunday: closed")
        .customer("no thanks", "deny")
        .bot("utter_nothing_more")
    )


def test_hours_in_the_middle_of_booking_are_those_of_the_store_in_question() -> None:
    (
        Story()
        .customer("un [essayage](service=fitting) à [Lille](store=lille)", "book_appointment")
        .customer("vous fermez à quelle heure ?", "opening_hours")
        .reads("Lille Grand-Place")
        .asks("appointment_day")
    )


def test_the_store_meant_is_the_last_one_talked_about() -> None:
    (
        Story()
        .customer("vos horaires à [Lyon](store=lyon)", "opening_hours")
        .customer("et le téléphone ?", "store_contact")
        .reads("Lyon Bellecour")
        .customer("et à [Bordeaux](store=bordeaux), vous ouvrez quand ?", "opening_hours")
        .reads("Bordeaux Sainte-Catherine")
        .customer("l'adresse ?", "store_location")
        .reads("331 rue Sainte-Catherine")
        .customer("un rdv [essayage](service=fitting) [samedi](day=2026-11-28)", "book_appointment")
        .bot("utter_offer_slots")
        .reads("Bordeaux Sainte-Catherine")
        .customer("non, à [Lille](store=lille)")
        .reads("Lille Grand-Place")
        .customer("vous fermez à quelle heure ?", "opening_hours")
        .reads("Lille Grand-Place")
    )


def test_a_known_customer_s_own_store_is_meant_when_none_is_named() -> None:
    story = Story("en", facts={"home_store": "bordeaux", "first_name": "Claire"})
    story.customer("where is the store?", "store_location").bot("utter_store_location").reads("331 rue Sainte-Catherine")


def test_where_a_store_is_and_how_to_reach_it() -> None:
    (
        Story()
        .customer("c'est où [Nation](store=paris_nation) ?", "store_location")
        .bot("utter_store_location")
        .reads("402 boulevard Voltaire, 75011 Paris")
        .offers("Voir sur la carte")
        .customer("et le téléphone ?", "store_contact")
        .bot("utter_store_contact")
        .reads("+33 6 39 98 10 03")
        .customer("vous faites quoi là-bas ?", "store_services")
        .reads("essayage de chaussures, dépôt à l’atelier de réparation et retrait de commande")
    )


def test_a_store_we_do_not_have() -> None:
    (
        Story()
        .customer("les horaires de [Marseille](store=marseille)", "opening_hours")
        .bot("utter_no_store_there")
        .reads("Vous nous trouverez à Lyon, Paris, Lille")
        .asks(None)
        .customer("et à [Lille](store=lille) ?")
        .reads("Lille Grand-Place")
    )
    (
        Story("en")
        .customer("a [fitting](service=fitting) in [Marseille](store=marseille)", "book_appointment")
        .bot("utter_unknown_store", "utter_ask_appointment_store")
    )


def test_a_request_that_names_a_day_is_not_taken_for_more_of_the_last_one() -> None:
    (
        Story("en")
        .customer("is [Lyon](store=lyon) open on [Friday](day=2026-11-27)?", "opening_hours")
        .customer("move it to [Wednesday](day=2026-11-25)", "move_appointment")
        .bot("utter_no_appointment")
    )


def with_appointment(language: str = "fr") -> Story:
    story = Story(language)
    day = story.now.date().replace(day=27)
    slot = story.diary.free("lyon", "fitting", day, day)[4]
    story.diary.book(slot, name="Claire Martin", phone=None)
    return story


def test_when_is_my_appointment() -> None:
    (
        with_appointment()
        .customer("c'est quand mon rdv ?", "check_appointment")
        .bot("utter_appointment")
        .reads("vendredi 27 novembre à 12 h à Lyon Bellecour")
    )
    Story().customer("c'est quand mon rdv ?", "check_appointment").bot("utter_no_appointment")


def test_several_appointments_are_told_together_and_one_is_chosen() -> None:
    story = with_appointment("en")
    day = story.now.date().replace(day=30)
    story.diary.book(story.diary.free("lille", "advice", day, day)[0], name="Claire", phone=None)
    (
        story.customer("my appointments?", "check_appointment")
        .bot("utter_appointments")
        .reads("Friday 27 November, 12 pm, Lyon Bellecour (shoe fitting)", "Lille Grand-Place (hiking advice)")
        .customer("cancel one", "cancel_appointment")
        .bot("utter_ask_appointment_id")
        .offers("Fri 27 Nov, 12 pm, Lyon Bellecour", "Mon 30 Nov, 2 pm, Lille Grand-Place")
        .customer("the one in Lille", "choose_option")
        .bot("utter_ask_cancel_confirmed")
        .reads("Monday 30 November")
        .customer("yes", "affirm")
        .bot("utter_appointment_cancelled")
        .booked("lyon fitting 2026-11-27T12:00")
    )


def test_an_appointment_is_kept_when_the_customer_thinks_better_of_it() -> None:
    (
        with_appointment()
        .customer("annuler mon rdv", "cancel_appointment")
        .bot("utter_ask_cancel_confirmed")
        .customer("non finalement", "deny")
        .bot("utter_appointment_kept")
        .booked("lyon fitting 2026-11-27T12:00")
    )


def test_an_appointment_is_moved_without_asking_what_is_known() -> None:
    (
        with_appointment()
        .customer("je veux décaler mon rdv", "move_appointment")
        .bot("utter_ask_appointment_day")
        .customer("[samedi](day=2026-11-28) vers [10h](hour=10:00)")
        .bot("utter_ask_move_confirmed")
        .customer("oui", "affirm")
        .bot("utter_appointment_moved")
        .booked("lyon fitting 2026-11-28T10:00")
    )


def test_another_hour_is_meant_for_the_day_the_appointment_is_on() -> None:
    (
        with_appointment()
        .customer("je peux le déplacer à [17h](hour=17:00) ?", "move_appointment")
        .bot("utter_ask_move_confirmed")
        .reads("vendredi 27 novembre à 17 h")
    )


def test_there_is_nothing_to_move() -> None:
    Story().customer("décaler mon rdv", "move_appointment").bot("utter_no_appointment").asks(None)


def test_a_repair_leads_to_the_workshop() -> None:
    (
        Story()
        .customer("ma semelle se décolle", "warranty_repair")
        .bot("utter_warranty_repair", "utter_ask_repair_wanted")
        .customer("oui", "affirm")
        .bot("utter_ask_appointment_store")
        .knows(appointment_service="repair")
    )


def test_advice_can_be_had_in_the_store_or_here() -> None:
    (
        Story()
        .customer("quelles chaussures pour le GR20 ?", "product_advice")
        .bot("utter_ask_advice_choice")
        .presses("Rendez-vous conseil")
        .bot("utter_ask_appointment_store")
        .knows(appointment_service="advice")
    )
    (
        Story("en")
        .customer("which boots?", "product_advice")
        .customer("an advisor", "talk_to_human")
        .bot("utter_waiting_next")
        .owned_by("queue")
    )


def test_a_button_of_an_answer_starts_the_right_appointment() -> None:
    (
        Story("en")
        .customer("how do sizes run?", "size_guide")
        .bot("utter_size_guide")
        .presses("Try on in a store")
        .bot("utter_ask_appointment_store")
        .knows(appointment_service="fitting")
    )


def test_stock_is_checked_by_a_person() -> None:
    story = Story().customer("vous avez la Cairn en 42 ?", "product_availability").customer("oui", "affirm")
    story.bot("utter_waiting_next")
    assert story.desk.case.context.skill == "products"
    Story().customer("la Cairn ?", "product_availability").customer("non", "deny").bot("utter_at_your_service")


def test_a_name_given_unasked_is_kept() -> None:
    (
        Story()
        .customer("je m'appelle [Zoé](name=Zoé)", "give_name")
        .bot("utter_name_noted")
        .reads("Enchanté, Zoé")
        .knows(customer_name="Zoé")
    )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_intent_leads_to_an_answer(language: str) -> None:
    _, dialogue = demo()
    for intent in sorted(dialogue.domain.intents - {"out_of_scope", "share_contact"}):
        story = Story(language).customer("…", intent)
        assert story.said, intent
        if intent not in STEERING:
            assert all(say.response not in ("utter_rephrase", "utter_anything_else") for say in story.said), intent


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_request_has_a_name_for_a_button(language: str) -> None:
    _, dialogue = demo()
    small_talk = {"goodbye", "thank_you", "bot_challenge", "give_name"}
    for flow in dialogue.flows.by_id.values():
        for trigger in flow.triggers:
            if trigger.intent not in small_talk:
                assert dialogue.domain.text(f"utter_title_{trigger.intent}", language), trigger.intent


def with_two_appointments(language: str = "fr") -> Story:
    story = with_appointment(language)
    day = story.now.date().replace(day=30)
    story.diary.book(story.diary.free("lille", "advice", day, day)[0], name="Claire", phone=None)
    return story


def test_cancel_the_second_is_about_the_appointments_just_listed() -> None:
    (
        with_two_appointments()
        .customer("mes rdv ?", "check_appointment")
        .bot("utter_appointments")
        .customer("annule le [deuxième](number=2)", "cancel_appointment")
        .bot("utter_ask_cancel_confirmed")
        .reads("Lille Grand-Place")
        .customer("oui annulez", "cancel")
        .bot("utter_appointment_cancelled")
        .booked("lyon fitting 2026-11-27T12:00")
    )
    with_two_appointments("en").customer("cancel the [last](number=-1) one", "cancel_appointment").reads("Lille Grand-Place")
    with_two_appointments("en").customer("cancel the [5th](number=5)", "cancel_appointment").bot("utter_ask_appointment_id")


def test_which_appointment_to_cancel_can_be_said_with_the_word_again() -> None:
    (
        with_two_appointments()
        .customer("annuler un rdv", "cancel_appointment")
        .bot("utter_ask_appointment_id")
        .customer("annule le [deuxième](number=2)", "cancel_appointment")
        .bot("utter_ask_cancel_confirmed")
        .reads("Lille Grand-Place")
    )


def test_cancelling_is_no_way_to_choose_a_time() -> None:
    (
        with_two_appointments()
        .customer("déplace le [premier](number=1) à [samedi](day=2026-11-28) [matin](part_of_day=morning)", "move_appointment")
        .bot("utter_offer_slots")
        .reads("Lyon Bellecour")
        .customer("annule le [deuxième](number=2)", "cancel_appointment")
        .bot("utter_ask_cancel_confirmed")
        .reads("Lille Grand-Place")
    )
    (
        with_appointment()
        .customer("un [essayage](service=fitting) à [Lyon](store=lyon) [samedi](day=2026-11-28)", "book_appointment")
        .bot("utter_offer_slots")
        .customer("annuler", "cancel")
        .bot("utter_cancelled")
    )


def test_the_second_of_the_month_is_not_the_second_appointment() -> None:
    (
        with_two_appointments()
        .customer("déplacer un rdv au [2](day=2026-12-02)", "move_appointment")
        .bot("utter_ask_appointment_id")
        .knows(appointment_nth=None)
    )
