"""Booking an appointment: said at once or bit by bit, in both languages, with second thoughts."""

from __future__ import annotations

from tests.stories.story import Story

ESSAYAGE = (
    "un [essayage](service=fitting) à [Lyon](store=lyon) [samedi](day=2026-11-28)"
    ' [entre 14h30 et 15h30](hour={"after": "14:30", "before": "15:30"})'
)
EXACTLY = "[samedi](day=2026-11-28) [15h](hour=15:00) à [Lyon](store=lyon) pour un [essayage](service=fitting)"
FITTING = "a [fitting](service=fitting) in [Lyon](store=lyon) on [Saturday](day=2026-11-28) at [3pm](hour=15:00)"


def offered() -> Story:
    """Three times on Saturday afternoon have just been offered."""
    return (
        Story()
        .customer(ESSAYAGE, "book_appointment")
        .bot("utter_offer_slots")
        .offers("sam. 28 nov. à 14 h 30", "sam. 28 nov. à 15 h", "sam. 28 nov. à 15 h 30")
    )


def to_confirm() -> Story:
    """Everything is known and the bot has asked whether to book."""
    return (
        offered()
        .presses("sam. 28 nov. à 15 h")
        .bot("utter_ask_customer_name")
        .customer("Claire Martin")
        .bot("utter_ask_appointment_confirmed")
    )


def test_an_appointment_asked_for_bit_by_bit() -> None:
    (
        Story()
        .customer("bonjour", "greet")
        .bot("utter_greet")
        .presses("Prendre rendez-vous")
        .bot("utter_ask_appointment_service")
        .presses("Essayage de chaussures")
        .bot("utter_ask_appointment_store")
        .customer("à [Lyon](store=lyon)")
        .bot("utter_ask_appointment_day")
        .customer("[samedi](day=2026-11-28) [après-midi](part_of_day=afternoon)")
        .bot("utter_offer_slots")
        .offers("sam. 28 nov. à 13 h", "sam. 28 nov. à 15 h", "sam. 28 nov. à 17 h 30")
        .customer("17h30")
        .bot("utter_ask_customer_name")
        .customer("Claire Martin")
        .bot("utter_ask_appointment_confirmed")
        .reads("essayage de chaussures à Lyon Bellecour, samedi 28 novembre à 17 h 30, au nom de Claire Martin")
        .customer("oui", "affirm")
        .bot("utter_appointment_booked")
        .reads("214 rue de la République")
        .booked("lyon fitting 2026-11-28T17:30")
        .asks(None)
    )


def test_everything_said_at_once_asks_only_what_is_left() -> None:
    (
        Story("en")
        .customer(f"I would like {FITTING}", "book_appointment")
        .bot("utter_slot_free", "utter_ask_customer_name")
        .customer("my name is [Sarah Reed](name=Sarah Reed)", "give_name")
        .bot("utter_ask_appointment_confirmed")
        .reads("shoe fitting at Lyon Bellecour, Saturday 28 November, 3 pm, under Sarah Reed")
        .customer("yes please", "affirm")
        .bot("utter_appointment_booked")
        .booked("lyon fitting 2026-11-28T15:00")
    )


def test_rather_sunday_changes_only_the_day() -> None:
    (
        Story()
        .customer(
            "[essayage](service=fitting) à [Rivoli](store=paris_rivoli) [samedi](day=2026-11-28) à [15h](hour=15:00)",
            "book_appointment",
        )
        .bot("utter_slot_free", "utter_ask_customer_name")
        .customer("non, plutôt [dimanche](day=2026-11-29)", "deny")
        .bot("utter_slot_free", "utter_ask_customer_name")
        .reads("dimanche 29 novembre à 15 h")
        .knows(appointment_store="paris_rivoli", appointment_service="fitting", appointment_day="2026-11-29")
    )


def test_a_bare_day_in_front_of_the_summary_corrects_and_is_summed_up_again() -> None:
    (
        to_confirm()
        .customer("plutôt [vendredi](day=2026-11-27)", "opening_hours", sure=0.55)
        .bot("utter_ask_appointment_confirmed")
        .leads("utter_corrected")
        .reads("vendredi 27 novembre à 15 h", "Claire Martin")
        .customer("parfait", "affirm")
        .booked("lyon fitting 2026-11-27T15:00")
    )


def test_a_part_of_day_keeps_the_day_and_replaces_the_hour() -> None:
    (
        offered()
        .customer("plutôt le [matin](part_of_day=morning)", "deny")
        .bot("utter_offer_slots")
        .offers("sam. 28 nov. à 9 h 30", "sam. 28 nov. à 10 h 30", "sam. 28 nov. à 11 h 30")
        .knows(appointment_day="2026-11-28", appointment_part="morning", appointment_hour=None)
    )


def test_another_store_keeps_day_and_hour() -> None:
    (
        offered()
        .customer("en fait à [Bordeaux](store=bordeaux)")
        .bot("utter_offer_slots")
        .reads("Bordeaux Sainte-Catherine")
        .knows(appointment_day="2026-11-28", appointment_hour={"after": "14:30", "before": "15:30"})
    )


def test_yes_but_in_lille_is_a_correction_not_a_yes() -> None:
    (
        to_confirm()
        .customer("oui mais à [Lille](store=lille)", "affirm")
        .bot("utter_ask_appointment_confirmed")
        .reads("Lille Grand-Place")
        .booked()
    )


def test_saying_the_known_day_again_with_a_yes_is_a_yes() -> None:
    (
        to_confirm()
        .customer("oui [samedi](day=2026-11-28) c'est parfait", "affirm")
        .bot("utter_appointment_booked")
        .booked("lyon fitting 2026-11-28T15:00")
    )


def test_asking_for_the_same_flow_with_a_new_value_is_a_correction() -> None:
    (
        to_confirm()
        .customer("finalement je voudrais un rendez-vous [vendredi](day=2026-11-27)", "book_appointment")
        .bot("utter_ask_appointment_confirmed")
        .leads("utter_corrected")
        .knows(appointment_service="fitting", appointment_store="lyon")
    )


def test_not_saturday_is_not_saturday() -> None:
    (
        Story()
        .customer("[essayage](service=fitting) à [Lyon](store=lyon)", "book_appointment")
        .bot("utter_ask_appointment_day")
        .customer("pas [samedi](day=2026-11-28)", "deny")
        .bot("utter_ask_appointment_day")
        .leads("utter_rephrase_question")
        .knows(appointment_day=None)
    )


def test_paris_has_two_stores_and_the_bot_asks_which() -> None:
    (
        Story()
        .customer("un [essayage](service=fitting) à [Paris](store=paris) [samedi](day=2026-11-28)", "book_appointment")
        .bot("utter_which_store")
        .reads("Paris Rivoli et Paris Nation")
        .offers("Paris Rivoli", "Paris Nation")
        .customer("Nation")
        .bot("utter_offer_slots")
        .reads("Paris Nation")
        .knows(appointment_store="paris_nation", appointment_day="2026-11-28")
    )


def test_a_store_that_does_not_do_it_is_named_and_others_are_offered() -> None:
    (
        Story("en")
        .customer("[hiking advice](service=advice) in [Nation](store=paris_nation)", "book_appointment")
        .bot("utter_service_not_there", "utter_ask_appointment_store")
        .reads("Paris Nation doesn’t offer hiking advice")
        .does_not_read("Fort-de-France")
        .presses("Paris Rivoli")
        .bot("utter_ask_appointment_day")
    )


def test_changing_what_it_is_for_can_change_where() -> None:
    (
        Story()
        .customer("un [essayage](service=fitting) à [Québec](store=quebec)", "book_appointment")
        .bot("utter_ask_appointment_day")
        .customer("non, une [réparation](service=repair)", "deny")
        .bot("utter_service_not_there", "utter_ask_appointment_store")
        .knows(appointment_service="repair", appointment_store=None)
    )


def test_a_full_day_is_said_and_the_next_days_are_offered() -> None:
    (
        Story()
        .customer("[essayage](service=fitting) à [Lyon](store=lyon) [dimanche](day=2026-11-29) [matin](part_of_day=morning)",
                  "book_appointment")
        .bot("utter_offer_slots_other_days")
        .offers("lun. 30 nov. à 10 h", "mar. 1er déc. à 10 h", "mer. 2 déc. à 10 h")
    )  # fmt: skip


def test_another_hour_of_the_day_is_said_when_the_one_asked_for_is_gone() -> None:
    story = Story()
    story.diary.taken_by_others("lyon", "2026-11-28T15:00")
    (
        story.customer(EXACTLY, "book_appointment")
        .bot("utter_offer_slots_other_hours")
        .offers("sam. 28 nov. à 14 h", "sam. 28 nov. à 14 h 30", "sam. 28 nov. à 15 h 30")
    )


def test_somebody_was_faster() -> None:
    story = to_confirm()
    story.diary.taken_by_others("lyon", "2026-11-28T15:00")
    (
        story.customer("oui", "affirm")
        .bot("utter_slot_taken", "utter_offer_slots_other_hours")
        .presses("sam. 28 nov. à 15 h 30")
        .bot("utter_ask_appointment_confirmed")
        .customer("oui", "affirm")
        .bot("utter_appointment_booked")
        .booked("lyon fitting 2026-11-28T15:30")
    )


def test_none_of_these_times_asks_for_another_day() -> None:
    (
        offered()
        .customer("non aucun", "deny")
        .bot("utter_ask_appointment_day")
        .customer("[mardi prochain](day=2026-12-01)")
        .bot("utter_offer_slots")
        .knows(appointment_store="lyon")
    )


def test_no_to_the_summary_asks_what_to_change() -> None:
    (
        to_confirm()
        .presses("Non, changer")
        .bot("utter_ask_appointment_change")
        .presses("La boutique")
        .bot("utter_ask_appointment_store")
        .customer("[Lille](store=lille)")
        .bot("utter_ask_appointment_confirmed")
        .reads("Lille Grand-Place", "Claire Martin")
        .customer("non", "deny")
        .bot("utter_ask_appointment_change")
        .presses("Tout annuler")
        .bot("utter_not_booked")
        .booked()
    )


def test_the_earliest_will_do() -> None:
    offered().customer("le plus tôt possible", "choose_option").asks("customer_name").knows(appointment_hour={"at": "14:30"})


def test_a_choice_by_number_position_and_typed_title() -> None:
    for words, hour in (("2", "15:00"), ("le troisième", "15:30"), ("SAM 28 NOV A 14H30", "14:30"), ("the last one", "15:30")):
        offered().customer(words).asks("customer_name").knows(appointment_hour={"at": hour})


def test_an_hour_that_was_not_offered_but_is_free_is_taken_at_once() -> None:
    (
        offered()
        .customer("plutôt vers [18h](hour=18:00)")
        .bot("utter_slot_free", "utter_ask_customer_name")
        .knows(appointment_day="2026-11-28", appointment_hour={"at": "18:00"})
    )


def test_an_hour_that_was_not_offered_and_is_not_free_brings_the_nearest() -> None:
    (
        offered()
        .customer("plutôt vers [20h](hour=20:00)")
        .bot("utter_offer_slots_other_hours")
        .offers("sam. 28 nov. à 18 h", "sam. 28 nov. à 18 h 30", "sam. 28 nov. à 19 h")
    )


def test_a_yes_to_several_times_asks_to_pick_one() -> None:
    offered().customer("parfait", "affirm").bot("utter_offer_slots").leads("utter_pick_one")


def test_yes_thanks_is_a_yes() -> None:
    to_confirm().customer("oui merci", "thank_you").bot("utter_appointment_booked")
    to_confirm().customer("no thanks", "thank_you").bot("utter_ask_appointment_change")


def test_a_known_customer_is_not_asked_for_their_name() -> None:
    (
        Story()
        .is_recognised("Claire", customer_name="Claire Martin", customer_phone="+33639980101")
        .bot("utter_recognised")
        .reads("Claire")
        .customer(ESSAYAGE, "book_appointment")
        .customer("le deuxième", "choose_option")
        .bot("utter_ask_appointment_confirmed")
        .reads("au nom de Claire Martin")
    )


def test_being_recognised_in_the_middle_answers_the_open_question() -> None:
    (
        offered()
        .presses("sam. 28 nov. à 15 h")
        .bot("utter_ask_customer_name")
        .is_recognised("Claire", customer_name="Claire Martin")
        .bot("utter_recognised", "utter_ask_appointment_confirmed")
    )


def test_a_name_can_be_anything_but_nonsense() -> None:
    (
        offered()
        .presses("sam. 28 nov. à 15 h")
        .customer("👍👍")
        .bot("utter_name_unclear", "utter_ask_customer_name")
        .customer("c'est Rose des Prés", "product_availability", sure=0.62)
        .bot("utter_ask_appointment_confirmed")
        .reads("au nom de Rose des Prés")
    )


def test_montreal_is_on_montreal_time() -> None:
    (
        Story("en")
        .customer("[fitting](service=fitting) in [Montreal](store=montreal) [today](day=2026-11-24)", "book_appointment")
        .bot("utter_offer_slots")
        .offers("Tue 24 Nov, 10 am", "Tue 24 Nov, 2 pm", "Tue 24 Nov, 5:30 pm")
    )


def test_a_town_that_is_only_named_to_refuse_it_is_not_taken() -> None:
    for words in (
        "pas à [Lyon](store=lyon), plutôt à [Lille](store=lille)",
        "[Lyon](store=lyon), euh non, [Lille](store=lille)",
        "à [Lille](store=lille) plutôt que [Lyon](store=lyon)",
        "[Lyon](store=lyon) ou plutôt [Lille](store=lille)",
    ):
        (
            Story()
            .customer(f"un [essayage](service=fitting) {words}", "book_appointment")
            .bot("utter_ask_appointment_day")
            .knows(appointment_store="lille")
        )


def test_of_two_towns_the_customer_says_which() -> None:
    (
        Story()
        .customer("un [essayage](service=fitting) à [Lyon](store=lyon) ou [Lille](store=lille)", "book_appointment")
        .bot("utter_which_of")
        .offers("Lyon", "Lille")
        .knows(appointment_store=None, appointment_service="fitting")
        .customer("la deuxième", "choose_option")
        .bot("utter_ask_appointment_day")
        .knows(appointment_store="lille")
    )


def test_two_towns_for_an_answer_are_no_riddle() -> None:
    (
        Story("en")
        .customer("a [fitting](service=fitting) please", "book_appointment")
        .bot("utter_ask_appointment_store")
        .customer("[Lyon](store=lyon) or [Paris](store=paris), I don't mind")
        .bot("utter_which_of")
        .offers("Lyon", "Paris")
        .presses("Paris")
        .bot("utter_which_store")
        .presses("Paris Nation")
        .bot("utter_ask_appointment_day")
    )


def test_two_towns_instead_of_the_one_agreed() -> None:
    (
        offered()
        .customer("plutôt [Lille](store=lille) ou [Bordeaux](store=bordeaux)")
        .bot("utter_which_of")
        .customer("peu importe", "maybe")
        .bot("utter_offer_slots")
        .reads("Lille Grand-Place")
        .knows(appointment_day="2026-11-28", appointment_hour={"after": "14:30", "before": "15:30"})
    )


def test_two_days_in_a_row_and_two_hours_are_looked_at_together() -> None:
    (
        Story()
        .customer(
            "un [essayage](service=fitting) à [Rivoli](store=paris_rivoli) [samedi](day=2026-11-28) ou [dimanche](day=2026-11-29)"
            " vers [14h](hour=14:00) ou [15h](hour=15:00)",
            "book_appointment",
        )
        .bot("utter_offer_slots")
        .knows(appointment_day="2026-11-28/2026-11-29", appointment_hour={"after": "14:00", "before": "15:00"})
    )


def test_an_exact_time_that_is_free_leaves_nothing_to_choose() -> None:
    (
        Story()
        .customer(EXACTLY, "book_appointment")
        .bot("utter_slot_free", "utter_ask_customer_name")
        .reads("C’est libre : samedi 28 novembre à 15 h à Lyon Bellecour.")
        .customer("Claire Martin")
        .bot("utter_ask_appointment_confirmed")
        .customer("oui", "affirm")
        .booked("lyon fitting 2026-11-28T15:00")
    )
    (
        Story()
        .is_recognised("Claire", customer_name="Claire Martin")
        .customer(EXACTLY, "book_appointment")
        .bot("utter_ask_appointment_confirmed")
        .reads("samedi 28 novembre à 15 h, au nom de Claire Martin")
    )


def test_an_hour_without_a_day_is_offered_on_several() -> None:
    (
        Story()
        .customer("un [essayage](service=fitting) à [Lyon](store=lyon) à [15h](hour=15:00)", "book_appointment")
        .bot("utter_offer_slots")
        .offers("mar. 24 nov. à 15 h", "mer. 25 nov. à 15 h", "jeu. 26 nov. à 15 h")
    )
