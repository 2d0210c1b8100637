"""When a conversation does not go straight: digressions, stopping, not understanding, saying it again, two languages."""

from __future__ import annotations

from bot.dialogue.state import Choice
from tests.stories.story import Story


def asked_for_a_day(language: str = "fr") -> Story:
    """A shoe fitting in Lyon; the bot has asked which day."""
    return (
        Story(language)
        .customer("un [essayage](service=fitting) à [Lyon](store=lyon)", "book_appointment")
        .bot("utter_ask_appointment_day")
    )


def test_a_question_in_between_is_answered_and_the_open_one_asked_again() -> None:
    (
        asked_for_a_day()
        .customer("vous ouvrez à quelle heure [samedi](day=2026-11-28) ?", "opening_hours")
        .bot("utter_opening_hours_open", "utter_ask_appointment_day")
        .leads("utter_resume")
        .reads("Lyon Bellecour vous accueille samedi 28 novembre, de 9 h 30 à 19 h 30", "votre rendez-vous")
        .knows(appointment_day=None)
        .customer("[samedi](day=2026-11-28) alors")
        .bot("utter_offer_slots")
    )


def test_a_question_about_something_else_that_names_a_day_is_no_answer() -> None:
    (
        asked_for_a_day()
        .customer("vous livrez le [samedi](day=2026-11-28) ?", "delivery_options")
        .bot("utter_delivery_options", "utter_ask_appointment_day")
        .knows(appointment_day=None)
    )


def test_a_digression_that_asks_something_itself_comes_back_too() -> None:
    (
        Story("en")
        .customer("I'd like a [fitting](service=fitting)", "book_appointment")
        .bot("utter_ask_appointment_store")
        .customer("what can you do in your stores?", "store_services")
        .bot("utter_ask_info_store")
        .customer("[Lille](store=lille)")
        .bot("utter_store_services", "utter_ask_appointment_store")
        .leads("utter_resume")
        .reads("Lille Grand-Place", "your appointment")
    )


def test_stopping_a_digression_goes_back_and_stopping_again_ends_it() -> None:
    (
        Story()
        .customer("un [essayage](service=fitting)", "book_appointment")
        .customer("quels sont vos horaires ?", "opening_hours")
        .bot("utter_ask_hours_store")
        .customer("laissez tomber", "cancel")
        .bot("utter_cancelled", "utter_ask_appointment_store")
        .customer("non oubliez tout", "cancel")
        .bot("utter_cancelled")
        .asks(None)
        .knows(appointment_service=None)
    )


def test_stopping_ends_the_flow_and_asks_nothing_more() -> None:
    asked_for_a_day().customer("laisse tomber", "cancel").bot("utter_cancelled").asks(None)


def test_stopping_when_there_is_nothing_to_stop() -> None:
    Story().customer("annule", "cancel").bot("utter_nothing_to_cancel")


def test_manners_in_the_middle_are_short_and_return_to_the_question() -> None:
    (
        asked_for_a_day()
        .customer("merci", "thank_you")
        .bot("utter_you_are_welcome", "utter_ask_appointment_day")
        .customer("bonjour", "greet")
        .bot("utter_greet_again", "utter_ask_appointment_day")
        .customer("au revoir", "goodbye")
        .bot("utter_before_you_go", "utter_ask_appointment_day")
        .customer("vous êtes un robot ?", "bot_challenge")
        .bot("utter_bot_challenge", "utter_ask_appointment_day")
        .reads("assistant automatique")
    )


def test_greeting_twice_is_not_introduced_twice() -> None:
    (
        Story()
        .customer("bonjour", "greet")
        .bot("utter_greet")
        .customer("bonjour", "greet")
        .bot("utter_greet_known")
        .does_not_read("Maison Orvelle")
    )


def test_a_message_nobody_understands_then_a_second_reaches_a_person() -> None:
    story = (
        Story()
        .customer("blorg")
        .bot("utter_rephrase")
        .offers("Prendre rendez-vous", "Horaires des boutiques", "Ma commande", "Parler à quelqu’un")
        .customer("blorg blorg", "size_guide", sure=0.21)
        .bot("utter_cannot_handle", "utter_waiting_next")
        .owned_by("queue")
    )
    assert story.desk.case.context.reason == "lost"
    assert [line.text for line in story.desk.case.context.transcript if line.author == "customer"] == ["blorg", "blorg blorg"]


def test_a_miss_in_the_middle_keeps_the_question_and_understanding_forgives_it() -> None:
    (
        asked_for_a_day()
        .customer("blorg")
        .bot("utter_ask_appointment_day")
        .leads("utter_rephrase_question")
        .customer("[samedi](day=2026-11-28)")
        .bot("utter_offer_slots")
        .customer("blorg")
        .bot("utter_offer_slots")
        .owned_by("bot")
    )


def test_a_riddle_that_names_a_store_does_not_replace_the_one_agreed() -> None:
    (
        asked_for_a_day()
        .customer("le magasin de [Lille](store=lille) vend toujours des skis de fond", "product_availability", sure=0.31)
        .leads("utter_rephrase_question")
        .knows(appointment_store="lyon")
    )


def test_two_close_meanings_are_asked_about() -> None:
    (
        Story()
        .customer("mon colis est abîmé et en retard", "damaged_product", sure=0.44, second="order_status", close=0.4)
        .bot("utter_clarify")
        .offers("Un article abîmé", "Où est ma commande")
        .customer("le deuxième", "choose_option")
        .bot("utter_order_status", "utter_ask_order_number")
    )


def test_what_a_doubtful_message_named_is_not_lost_by_asking() -> None:
    (
        Story("en")
        .customer(
            "[Lille](store=lille) [Saturday](day=2026-11-28)?", "opening_hours", sure=0.48, second="book_appointment", close=0.45
        )
        .bot("utter_clarify")
        .presses("Opening hours")
        .bot("utter_opening_hours_open")
        .reads("Lille Grand-Place is open Saturday 28 November, 10 am to 7:30 pm")
    )


def test_pardon_says_the_last_thing_again() -> None:
    (
        Story()
        .customer("vous livrez comment ?", "delivery_options")
        .bot("utter_delivery_options")
        .customer("pardon ?", "repeat")
        .bot("utter_delivery_options")
    )
    asked_for_a_day().customer("vous pouvez répéter ?", "repeat").bot("utter_ask_appointment_day")


def test_perhaps_is_given_time() -> None:
    asked_for_a_day().customer("je ne sais pas trop", "maybe").bot("utter_ask_appointment_day").leads("utter_no_hurry")


def test_the_conversation_changes_language_with_the_customer() -> None:
    (
        asked_for_a_day()
        .customer("in English please", language="en")
        .bot("utter_language_changed", "utter_ask_appointment_day")
        .reads("Which day would suit you?")
        .customer("[saturday](day=2026-11-28) at [3pm](hour=15:00)", language="en")
        .bot("utter_slot_free", "utter_ask_customer_name")
        .reads("Saturday 28 November, 3 pm at Lyon Bellecour")
    )


def test_words_nobody_knows_are_not_hidden_behind_a_change_of_language() -> None:
    Story().customer("flibbertigibbet", language="en").bot("utter_rephrase").reads("Sorry, I didn’t quite get that.")
    Story().customer("can we speak English?", "change_language", language="en").bot("utter_languages")


def test_an_old_button_is_answered_kindly_and_the_question_stays() -> None:
    (
        asked_for_a_day()
        .presses_old()
        .bot("utter_button_expired", "utter_ask_appointment_day")
        .presses_old(Choice("Oui", set={"cancel_confirmed": True}))
        .bot("utter_button_expired", "utter_ask_appointment_day")
        .presses_old(Choice("Lille", set={"appointment_store": "lille"}))
        .bot("utter_ask_appointment_day")
        .knows(appointment_store="lille")
    )


def test_a_photo_in_the_middle_keeps_the_question() -> None:
    (
        asked_for_a_day()
        .sends("photo")
        .bot("utter_cannot_read_photo", "utter_ask_appointment_day")
        .sends("animation")
        .bot("utter_cannot_read_sticker", "utter_ask_appointment_day")
        .sends("a kind made after this was written")
        .bot("utter_cannot_read", "utter_ask_appointment_day")
    )


def test_and_on_sunday_goes_back_to_the_hours_just_told() -> None:
    (
        Story()
        .customer("horaires de [Lyon](store=lyon) [samedi](day=2026-11-28)", "opening_hours")
        .reads("de 9 h 30 à 19 h 30")
        .customer("et [dimanche](day=2026-11-29) ?")
        .bot("utter_opening_hours_closed")
        .reads("Lyon Bellecour est fermé dimanche 29 novembre", "lundi 30 novembre, de 10 h à 19 h")
        .customer("et à [Lille](store=lille) ?")
        .bot("utter_opening_hours_week")
        .reads("Lille Grand-Place")
    )


def test_two_flows_that_need_the_same_things_do_not_mix_them_up() -> None:
    story = asked_for_a_day()
    slot = story.diary.free("bordeaux", "advice", story.now.date(), story.now.date())[0]
    story.diary.book(slot, name="Claire", phone=None)
    (
        story.customer("ah et déplacez mon rendez-vous à [vendredi](day=2026-11-27)", "move_appointment")
        .bot("utter_offer_slots")
        .reads("Bordeaux Sainte-Catherine (conseil randonnée)")
        .customer("le premier", "choose_option")
        .bot("utter_ask_move_confirmed")
        .customer("oui", "affirm")
        .bot("utter_appointment_moved", "utter_ask_appointment_day")
        .leads("utter_resume")
        .knows(appointment_store="lyon", appointment_service="fitting", appointment_day=None)
        .booked("bordeaux advice 2026-11-27T10:00")
    )


def test_moving_to_another_channel_goes_on_at_the_very_question() -> None:
    (
        asked_for_a_day()
        .customer("[samedi](day=2026-11-28)")
        .bot("utter_offer_slots")
        .moves_to("whatsapp")
        .bot("utter_offer_slots")
        .leads("utter_moved_here_question")
        .reads("Vous voilà ! Nous en étions au choix de l’heure pour Lyon Bellecour, samedi. On continue ?")
        .customer("le premier", "choose_option")
        .bot("utter_ask_customer_name")
    )
    Story().moves_to("telegram").bot("utter_moved_here").asks(None)


def test_a_contact_that_is_nobody_s_is_explained_and_its_number_kept() -> None:
    (
        Story()
        .customer("rappelez moi", "callback_request")
        .bot("utter_ask_customer_phone")
        .is_not_recognised("unknown", customer_phone="+33639980101")
        .bot("utter_not_recognised_unknown", "utter_callback_noted")
        .reads("+33 6 39 98 01 01")
    )
    asked_for_a_day().is_not_recognised("not_own").bot("utter_not_recognised_not_own", "utter_ask_appointment_day")
    asked_for_a_day().is_not_recognised("several").bot("utter_not_recognised_several", "utter_ask_appointment_day")


def test_a_redeploy_under_a_conversation_is_survived() -> None:
    story = asked_for_a_day()
    frames = tuple(type(frame)(frame.flow, "a_step_that_is_gone", called=frame.called) for frame in story.state.stack)
    story.state = type(story.state)(slots=story.state.slots, stack=frames, asked="appointment_day")
    (
        story.customer("[samedi](day=2026-11-28)")
        .reads("perdu le fil")
        .customer("un [essayage](service=fitting) à [Lyon](store=lyon)", "book_appointment")
        .bot("utter_ask_appointment_day")
    )
