"""Coming back: on another channel or after days, told where we were, going on or not, with what has gone by meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.stories.story import NOON, Story

SATURDAY = "un [essayage](service=fitting) à [Lyon](store=lyon) [samedi](day=2026-11-28)"
ON_SATURDAY = "a [fitting](service=fitting) in [Lyon](store=lyon) on [Saturday](day=2026-11-28)"
AT_HALF_PAST_TWO = "sam. 28 nov. à 14 h 30"


def offered() -> Story:
    return Story().customer(SATURDAY, "book_appointment").bot("utter_offer_slots")


def offered_in_english() -> Story:
    return Story("en").customer(ON_SATURDAY, "book_appointment").bot("utter_offer_slots")


def named() -> Story:
    """Everything is known; the bot has asked whether to book."""
    return (
        offered()
        .presses(AT_HALF_PAST_TWO)
        .bot("utter_ask_customer_name")
        .customer("Claire Martin")
        .bot("utter_ask_appointment_confirmed")
    )


# Told where we were, in one line


def test_days_later_one_line_says_where_we_were_with_the_question_and_its_choices() -> None:
    (
        offered()
        .after(days=2)
        .customer("bonjour", "greet")
        .bot("utter_greet_again", "utter_offer_slots")
        .reads("Nous en étions au choix de l’heure pour Lyon Bellecour, samedi. On continue ?")
        .offers("sam. 28 nov. à 9 h 30", AT_HALF_PAST_TWO, "sam. 28 nov. à 19 h", "Autre chose")
        .customer("celui de 14h30", "choose_option")
        .bot("utter_ask_customer_name")
        .leads("")
        .asked_nothing_twice()
    )


def test_the_same_in_english_on_another_channel_a_minute_later() -> None:
    (
        offered_in_english()
        .after(minutes=1)
        .on("whatsapp")
        .customer("hello", "greet")
        .bot("utter_greet_again", "utter_offer_slots")
        .reads("We were choosing a time for Lyon Bellecour, Saturday. Shall we go on?")
        .offers("Sat 28 Nov, 9:30 am", "Sat 28 Nov, 2:30 pm", "Sat 28 Nov, 7 pm", "Something else")
        .customer("yes", "affirm")
        .bot("utter_offer_slots")
        .leads("utter_resume_yes")
        .customer("the second one", "choose_option")
        .bot("utter_ask_customer_name")
    )


def test_an_hour_later_on_the_same_channel_nothing_is_offered() -> None:
    offered().after(hours=1).customer("bonjour", "greet").leads("utter_resume").does_not_read("On continue ?")


def test_a_one_time_link_is_greeted_and_told_where_we_were() -> None:
    (
        offered_in_english()
        .moves_to("whatsapp")
        .bot("utter_offer_slots")
        .leads("utter_moved_here_question")
        .reads("There you are! We were choosing a time for Lyon Bellecour, Saturday. Shall we go on?")
    )


def test_with_nothing_under_way_nothing_is_offered() -> None:
    (
        Story()
        .customer("horaires de [Lyon](store=lyon)", "opening_hours")
        .after(days=30)
        .customer("bonjour", "greet")
        .bot("utter_greet_known")
    )


# Answered, refused, or something else first


def test_an_answer_to_the_open_question_needs_no_offer() -> None:
    offered().after(days=2).customer("14h30").bot("utter_ask_customer_name").leads("")
    offered().after(days=2).on("whatsapp").presses(AT_HALF_PAST_TWO).bot("utter_ask_customer_name").leads("")


def test_a_name_asked_for_on_one_channel_is_given_on_another() -> None:
    (
        offered()
        .presses(AT_HALF_PAST_TWO)
        .bot("utter_ask_customer_name")
        .on("whatsapp")
        .customer("Claire Martin")
        .bot("utter_ask_appointment_confirmed")
        .reads("samedi 28 novembre à 14 h 30, au nom de Claire Martin")
        .asked_nothing_twice()
    )


def test_refused_it_is_put_away_and_taken_up_later_without_asking_again() -> None:
    (
        offered()
        .after(days=1)
        .customer("bonjour", "greet")
        .customer("non merci", "deny")
        .bot("utter_put_away")
        .asks(None)
        .knows(appointment_store=None)
        .customer("horaires de [Lille](store=lille)", "opening_hours")
        .bot("utter_opening_hours_week")
        .after(days=1)
        .customer("finalement je veux bien le rendez-vous", "book_appointment")
        .bot("utter_offer_slots")
        .leads("utter_taken_up")
        .reads("Reprenons : nous en étions au choix de l’heure pour Lyon Bellecour")
        .knows(appointment_store="lyon", appointment_service="fitting", appointment_day="2026-11-28")
        .asked_nothing_twice()
    )


def test_what_was_put_away_gives_way_to_what_is_said_when_it_is_taken_up() -> None:
    (
        offered_in_english()
        .after(days=1)
        .customer("hi", "greet")
        .presses("Something else")
        .bot("utter_put_away")
        .customer("an appointment in [Lille](store=lille) after all", "book_appointment")
        .bot("utter_offer_slots")
        .reads("Lille")
        .knows(appointment_store="lille", appointment_service="fitting", appointment_day="2026-11-28")
    )


def test_giving_up_at_the_offer_keeps_what_is_known_too() -> None:
    (
        named()
        .after(days=1)
        .customer("bonjour", "greet")
        .customer("laissez tomber", "cancel")
        .bot("utter_put_away")
        .customer("un rendez-vous", "book_appointment")
        .bot("utter_ask_appointment_confirmed")
    )


def test_what_was_put_away_a_month_ago_is_begun_afresh() -> None:
    (
        offered()
        .after(days=1)
        .customer("bonjour", "greet")
        .customer("non", "deny")
        .bot("utter_put_away")
        .after(days=31)
        .customer("bonjour", "greet")
        .remembers_nothing_put_away()
        .customer("un rendez-vous", "book_appointment")
        .bot("utter_ask_appointment_service")
        .leads("")
    )


def test_something_else_is_answered_first_and_then_we_go_on() -> None:
    (
        offered()
        .after(days=2)
        .customer("c'est quoi l'adresse de [Lyon](store=lyon) ?", "store_location")
        .bot("utter_store_location", "utter_offer_slots")
        .reads("Nous en étions au choix de l’heure pour Lyon Bellecour, samedi. On continue ?")
    )


def test_something_else_that_asks_is_finished_before_we_go_on() -> None:
    (
        offered()
        .after(days=2)
        .on("whatsapp")
        .customer("rappelez-moi", "callback_request")
        .bot("utter_ask_customer_phone")
        .leads("")
        .customer("06 39 98 01 01")
        .bot("utter_callback_noted", "utter_offer_slots")
        .leads("utter_resume_offer")
    )


def test_what_is_not_understood_is_said_to_be_so_before_the_offer() -> None:
    offered().after(days=2).customer("blorg").bot("utter_rephrase_question", "utter_offer_slots").leads("utter_resume_offer")


def test_where_choices_are_numbers_the_last_number_leaves_it_aside_and_the_last_time_is_a_time() -> None:
    offered().after(days=2).on("sms").customer("bonjour", "greet").customer("4").bot("utter_put_away")
    offered().after(days=2).on("sms").customer("bonjour", "greet").customer("3").bot("utter_ask_customer_name")
    offered().after(days=2).customer("bonjour", "greet").customer("le dernier").bot("utter_ask_customer_name")
    offered().after(days=2).customer("bonjour", "greet").customer("peu importe").bot("utter_ask_customer_name")


def test_a_yes_that_says_which_is_an_answer() -> None:
    offered().after(days=2).customer("bonjour", "greet").customer("oui, le premier", "affirm").bot("utter_ask_customer_name")
    offered_in_english().after(days=2).customer("yes, the last one", "affirm").bot("utter_ask_customer_name")


def test_a_no_that_says_what_instead_is_no_refusal() -> None:
    (
        offered()
        .after(days=2)
        .customer("bonjour", "greet")
        .customer("non, plutôt [dimanche](day=2026-11-29)", "deny")
        .bot("utter_offer_slots_other_days")
        .leads("utter_corrected")
        .knows(appointment_store="lyon")
    )


# Questions that yes or no answers


def test_a_bare_yes_of_days_later_books_nothing_before_the_summary_is_seen_again() -> None:
    (
        named()
        .after(days=1)
        .on("whatsapp")
        .customer("oui", "affirm")
        .bot("utter_ask_appointment_confirmed")
        .leads("utter_resume_at")
        .reads("Nous en étions à la confirmation de votre rendez-vous. Je résume")
        .offers("Oui, c’est parfait", "Non, changer", "Autre chose")
        .booked()
        .customer("oui", "affirm")
        .bot("utter_appointment_booked")
        .booked("lyon fitting 2026-11-28T14:30")
    )


def test_the_button_of_the_older_channel_still_books() -> None:
    story = named()
    yes = story.button("Oui, c’est parfait")
    story.on("whatsapp").customer("bonjour", "greet").on("telegram").presses_old(yes).bot("utter_appointment_booked")
    story.booked("lyon fitting 2026-11-28T14:30")


def test_no_to_an_order_number_is_no_refusal_to_go_on() -> None:
    (
        Story()
        .customer("où est ma commande ?", "order_status")
        .bot("utter_order_status", "utter_ask_order_number")
        .after(days=1)
        .customer("bonjour", "greet")
        .reads("Nous en étions au numéro de votre commande. Avez-vous le numéro")
        .does_not_read("On continue")
        .customer("non", "deny")
        .bot("utter_waiting_next")
    )


# What has gone by meanwhile


def test_a_time_that_has_gone_is_said_to_be_gone_and_others_are_offered() -> None:
    story = offered()
    half_past_two = story.button(AT_HALF_PAST_TWO)
    story.diary.taken_by_others("lyon", "2026-11-28T14:30")
    (
        story.after(days=2)
        .presses_old(half_past_two)
        .bot("utter_slot_gone", "utter_offer_slots_other_hours")
        .reads("Depuis, cette heure a été prise : samedi 28 novembre à 14 h 30 à Lyon Bellecour")
        .knows(appointment_store="lyon", appointment_day="2026-11-28")
        .asked_nothing_twice()
    )


def test_a_time_chosen_days_ago_is_looked_up_again_before_it_is_summed_up() -> None:
    story = named()
    story.diary.taken_by_others("lyon", "2026-11-28T14:30")
    (
        story.after(days=2)
        .customer("bonjour", "greet")
        .bot("utter_greet_again", "utter_slot_gone", "utter_offer_slots_other_hours")
        .leads("utter_resume_offer")
        .asked_nothing_twice()
    )


def test_offered_times_that_are_others_now_are_said_to_be_others() -> None:
    story = offered_in_english()
    story.diary.taken_by_others("lyon", "2026-11-28T09:30")
    (
        story.after(days=2)
        .customer("hello", "greet")
        .bot("utter_greet_again", "utter_choices_changed", "utter_offer_slots")
        .reads("What’s free has changed since then.")
    )


def test_a_day_gone_by_is_asked_again_with_a_word_why() -> None:
    (
        offered()
        .after(days=7)
        .customer("bonjour", "greet")
        .bot("utter_greet_again", "utter_past_appointment_day", "utter_ask_appointment_day")
        .reads("samedi 28 novembre, c’est derrière nous", "Nous en étions au choix du jour pour Lyon Bellecour")
        .knows(appointment_store="lyon", appointment_service="fitting", appointment_day=None)
        .customer("[samedi](day=2026-12-05)")
        .bot("utter_offer_slots")
        .asked_nothing_twice()
    )


def test_a_yes_to_the_summary_of_a_day_gone_by_books_nothing() -> None:
    (
        named()
        .after(days=7)
        .customer("oui", "affirm")
        .bot("utter_past_appointment_day", "utter_offer_slots")
        .leads("utter_resume_offer")
        .reads("c’est derrière nous", "On continue ?")
        .knows(appointment_slot=None, customer_name="Claire Martin")
        .booked()
    )


def test_another_day_said_at_once_needs_no_word_about_the_old_one() -> None:
    (
        offered_in_english()
        .after(days=7)
        .customer("[Friday](day=2026-12-04)")
        .bot("utter_offer_slots")
        .leads("")
        .does_not_read("behind us")
    )


def test_midnight_is_enough_to_be_over_and_no_clock_change_is_half_a_day() -> None:
    """The night of 27 to 28 March 2027 has no two o'clock in Paris: 23:30 to 9:30 are nine hours there."""
    evening = datetime(2027, 3, 27, 22, 30, tzinfo=UTC)
    story = Story(now=evening).customer(
        "un [essayage](service=fitting) à [Rivoli](store=paris_rivoli) [aujourd'hui](day=2027-03-27)", "book_appointment"
    )
    (
        story.after(hours=9)
        .customer("bonjour", "greet")
        .does_not_read("On continue ?")
        .reads("samedi 27 mars, c’est derrière nous")
        .knows(appointment_day=None)
    )
    Story(now=evening).customer(
        "un [essayage](service=fitting) à [Rivoli](store=paris_rivoli) [mardi](day=2027-03-30)", "book_appointment"
    ).after(hours=12.1).customer("bonjour", "greet").reads("mardi. On continue ?")


def test_the_same_time_of_day_on_the_day_the_clocks_go_back_is_a_day_and_an_hour_later() -> None:
    noon_before = datetime(2026, 10, 24, 10, 0, tzinfo=UTC)
    (
        Story(now=noon_before)
        .customer("un [essayage](service=fitting) à [Lille](store=lille) [mardi](day=2026-10-27)", "book_appointment")
        .at(datetime(2026, 10, 25, 11, 0, tzinfo=UTC))
        .customer("bonjour", "greet")
        .reads("pour Lille Grand-Place, mardi. On continue ?")
    )


# Several flows, and a person in between


def test_two_flows_open_the_upper_one_is_offered_and_then_the_lower() -> None:
    (
        offered()
        .customer("au fait, rappelez-moi", "callback_request")
        .bot("utter_ask_customer_phone")
        .after(days=2)
        .customer("bonjour", "greet")
        .reads("Nous en étions au numéro où vous rappeler. On continue ?")
        .customer("non", "deny")
        .bot("utter_put_away", "utter_offer_slots")
        .leads("utter_resume")
        .knows(appointment_store="lyon")
    )


def test_while_a_person_speaks_nothing_is_offered_and_afterwards_all_is_known() -> None:
    (
        offered()
        .customer("je veux parler à quelqu'un", "talk_to_human")
        .owned_by("queue")
        .after(days=2)
        .on("whatsapp")
        .customer("il y a quelqu'un ?")
        .bot("utter_noted_for_advisor")
        .advisor_takes("Inès")
        .after(hours=13)
        .on("webchat")
        .customer("bonjour", "greet")
        .silent()
        .advisor_gives_back("Claire préfère l'après-midi", appointment_part="afternoon")
        .bot("utter_welcome_back", "utter_offer_slots")
        .leads("utter_resume")
        .after(hours=13)
        .customer("me revoilà", "greet")
        .reads("Nous en étions au choix de l’heure pour Lyon Bellecour")
        .asked_nothing_twice()
    )


def test_a_day_that_went_by_while_a_person_spoke_is_asked_again_when_the_bot_has_the_word() -> None:
    (
        named()
        .customer("je veux parler à quelqu'un", "talk_to_human")
        .advisor_takes("Inès")
        .after(days=7)
        .advisor_gives_back("On reprend le rendez-vous")
        .bot("utter_welcome_back", "utter_past_appointment_day", "utter_offer_slots")
        .knows(appointment_store="lyon", appointment_slot=None, customer_name="Claire Martin")
        .asked_nothing_twice()
    )


def test_a_time_taken_while_a_person_spoke_is_said_to_be_gone() -> None:
    story = named().customer("je veux parler à quelqu'un", "talk_to_human").advisor_takes("Inès")
    story.diary.taken_by_others("lyon", "2026-11-28T14:30")
    story.advisor_gives_back().bot("utter_welcome_back_plain", "utter_slot_gone", "utter_offer_slots_other_hours")


def test_a_recognised_customer_is_told_where_we_were_after_the_thanks() -> None:
    story = offered().on("whatsapp").is_recognised("Claire", customer_name="Claire Martin")
    story.bot("utter_recognised", "utter_offer_slots")
    assert story.now == NOON


def test_a_desk_that_has_opened_since_is_not_said_to_be_closed() -> None:
    story = Story()
    story.desk.close(until=datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    story.customer("un conseiller", "talk_to_human").bot("utter_ask_handoff_choice_closed")
    story.after(hours=1).customer("bonjour", "greet").bot("utter_greet_again", "utter_ask_handoff_choice_closed")
    story.desk.open_now = True
    story.after(days=1).customer("bonjour", "greet").bot("utter_greet_again", "utter_waiting_next").owned_by("queue")


def test_a_paused_bot_says_nothing_to_who_comes_back() -> None:
    offered().bot_is_paused().after(days=2).customer("bonjour", "greet").silent()


def test_the_offer_s_own_button_means_nothing_later() -> None:
    story = offered().after(days=2).customer("bonjour", "greet")
    other = story.button("Autre chose")
    story.customer("14h30").bot("utter_ask_customer_name").presses_old(other)
    story.bot("utter_button_expired", "utter_ask_customer_name").knows(appointment_store="lyon")


@pytest.mark.parametrize("said", range(1, 6))
def test_wherever_it_is_put_away_the_very_question_comes_when_it_is_taken_up(said: int) -> None:
    """Whatever had been answered by then, in whatever order, is known."""
    words = ["un rendez-vous", "[essayage](service=fitting)", "à [Lyon](store=lyon)", "[samedi](day=2026-11-28)", "14h30"]
    story = Story()
    for number, text in enumerate(words[:said]):
        story.customer(text, "" if number else "book_appointment")
    asked, known = story.state.asked, {name: slot.value for name, slot in story.state.slots.items()}
    assert asked is not None
    (
        story.after(days=1)
        .on("whatsapp")
        .customer("bonjour", "greet")
        .customer("non, pas maintenant", "deny")
        .bot("utter_put_away")
        .after(hours=3)
        .on("webchat")
        .customer("alors ce rendez-vous", "book_appointment")
        .asks(asked)
        .knows(**known)
        .asked_nothing_twice()
    )
