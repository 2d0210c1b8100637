"""What is known is not asked: confirmed when it has grown old, proposed when it was so the last time, and counted."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.context import ActionContext, ActionResult
from bot.actions.registry import Registry, action
from bot.dialogue.state import SlotValue
from bot.dialogue.step import Dialogue
from tests.stories.story import Story, demo

CALL_ME = "rappelez-moi au [06 39 98 01 01](phone=06 39 98 01 01)"
LYON_ON_SATURDAY = "un [essayage](service=fitting) à [Lyon](store=lyon) [samedi](day=2026-11-28) [15h](hour=15:00)"
FITTING = "un [essayage](service=fitting)"


def called_back() -> Story:
    return Story().customer(CALL_ME, "callback_request").bot("utter_callback_noted").knows(customer_phone="+33639980101")


def booked_in_lyon() -> Story:
    return (
        Story()
        .customer(LYON_ON_SATURDAY, "book_appointment")
        .customer("Claire Martin")
        .customer("oui", "affirm")
        .bot("utter_appointment_booked")
    )


# Confirmed when stale


def test_a_fresh_number_is_used_without_a_word() -> None:
    called_back().after(days=30).customer("rappelez-moi", "callback_request").bot("utter_callback_noted").asked_nothing_twice()


def test_an_old_number_is_confirmed_rather_than_asked() -> None:
    (
        called_back()
        .after(days=91)
        .customer("rappelez-moi", "callback_request")
        .bot("utter_confirm_customer_phone")
        .reads("Toujours au 06 39 98 01 01 ?")
        .offers("Oui", "Non")
        .customer("oui", "affirm")
        .bot("utter_callback_noted")
        .after(days=60)
        .customer("rappelez-moi encore", "callback_request")
        .bot("utter_callback_noted")
        .asked_nothing_twice()
    )


def test_an_old_number_that_is_no_longer_theirs_is_asked_for() -> None:
    (
        Story("en")
        .customer("call me back on [06 39 98 01 01](phone=06 39 98 01 01)", "callback_request")
        .after(days=200)
        .customer("call me back", "callback_request")
        .bot("utter_confirm_customer_phone")
        .reads("Still on 06 39 98 01 01?")
        .presses("No")
        .bot("utter_ask_customer_phone")
        .customer("06 39 98 01 02")
        .bot("utter_callback_noted")
        .knows(customer_phone="+33639980102")
        .asked_nothing_twice()
    )


def test_another_number_answers_the_confirmation_at_once() -> None:
    (
        called_back()
        .after(days=91)
        .customer("rappelez-moi", "callback_request")
        .customer("plutôt au [06 39 98 01 02](phone=06 39 98 01 02)")
        .bot("utter_callback_noted")
        .knows(customer_phone="+33639980102")
    )


def test_a_number_said_again_with_the_wish_is_not_confirmed() -> None:
    called_back().after(days=91).customer(CALL_ME, "callback_request").bot("utter_callback_noted")


def test_something_else_in_the_middle_brings_the_confirmation_back() -> None:
    (
        called_back()
        .after(days=91)
        .customer("rappelez-moi", "callback_request")
        .customer("horaires de [Lyon](store=lyon)", "opening_hours")
        .bot("utter_opening_hours_week", "utter_confirm_customer_phone")
        .leads("utter_resume")
        .presses("Oui")
        .bot("utter_callback_noted")
    )


def test_given_up_the_number_is_still_known() -> None:
    (
        called_back()
        .after(days=91)
        .customer("rappelez-moi", "callback_request")
        .customer("laisse tomber", "cancel")
        .bot("utter_cancelled")
        .knows(customer_phone="+33639980101")
    )


def test_the_button_of_an_old_confirmation_confirms_nothing_else() -> None:
    story = called_back().after(days=91).customer("rappelez-moi", "callback_request")
    yes = story.button("Oui")
    (
        story.customer("non", "deny")
        .bot("utter_ask_customer_phone")
        .presses_old(yes)
        .bot("utter_button_expired", "utter_ask_customer_phone")
        .knows(customer_phone=None)
    )


def test_an_order_of_last_week_is_asked_about_by_its_number() -> None:
    (
        Story("en")
        .customer("where is [OR-123456](order_number=OR-123456)?", "order_status")
        .advisor_takes()
        .advisor_closes()
        .after(days=8)
        .customer("where is my order?", "order_status")
        .bot("utter_order_status", "utter_confirm_order_number")
        .reads("Still about order OR-123456?")
        .customer("yes", "affirm")
        .bot("utter_waiting_next")
    )


def test_a_number_that_was_not_at_hand_is_asked_for_a_week_later_and_not_confirmed() -> None:
    story = Story().customer("mon remboursement ?", "refund_status").customer("je ne l'ai pas", "deny").bot("utter_waiting_next")
    story.advisor_takes().advisor_closes().knows(order_number="unknown")
    story.customer("et mon remboursement ?", "refund_status").bot("utter_refund_status", "utter_waiting_next")
    story.advisor_takes().advisor_closes().after(days=8)
    story.customer("mon remboursement ?", "refund_status").bot(
        "utter_refund_status", "utter_ask_order_number"
    ).asked_nothing_twice()


def test_what_a_profile_says_ages_too() -> None:
    (
        Story()
        .is_recognised("Claire", customer_phone="+33639980101")
        .after(days=91)
        .customer("rappelez-moi", "callback_request")
        .bot("utter_confirm_customer_phone")
        .customer("oui", "affirm")
        .bot("utter_callback_noted")
    )


def test_the_day_of_a_booking_is_never_carried_to_the_next() -> None:
    booked_in_lyon().customer(FITTING, "book_appointment").customer("oui", "affirm").bot("utter_ask_appointment_day")


# Proposed


def test_the_store_of_the_last_time_is_proposed_and_a_yes_is_enough() -> None:
    (
        booked_in_lyon()
        .after(days=40)
        .customer(FITTING, "book_appointment")
        .bot("utter_confirm_appointment_store")
        .reads("À Lyon Bellecour, comme d’habitude ?")
        .presses("Oui")
        .bot("utter_ask_appointment_day")
        .knows(appointment_store="lyon", customer_name="Claire Martin")
        .asked_nothing_twice()
    )


def test_the_proposed_store_is_refused_and_all_are_offered_once() -> None:
    (
        booked_in_lyon()
        .customer(FITTING, "book_appointment")
        .customer("non", "deny")
        .bot("utter_ask_appointment_store")
        .customer("à [Lille](store=lille)")
        .bot("utter_ask_appointment_day")
        .knows(appointment_store="lille")
        .asked_nothing_twice()
    )


def test_another_store_said_at_once_is_taken() -> None:
    (
        booked_in_lyon()
        .customer(FITTING, "book_appointment")
        .bot("utter_confirm_appointment_store")
        .customer("non, à [Lille](store=lille)", "deny")
        .bot("utter_ask_appointment_day")
        .knows(appointment_store="lille")
    )


def test_a_known_customer_s_own_store_is_proposed() -> None:
    (
        Story("en", facts={"home_store": "bordeaux"})
        .customer("a [fitting](service=fitting)", "book_appointment")
        .bot("utter_confirm_appointment_store")
        .reads("At Bordeaux Sainte-Catherine, as usual?")
        .customer("yes please", "affirm")
        .bot("utter_ask_appointment_day")
    )


def test_a_store_named_at_once_is_not_questioned() -> None:
    Story(facts={"home_store": "bordeaux"}).customer(LYON_ON_SATURDAY, "book_appointment").knows(appointment_store="lyon")


def test_changing_the_store_does_not_propose_the_one_just_left() -> None:
    (
        booked_in_lyon()
        .customer("un [essayage](service=fitting) [vendredi](day=2026-11-27) [15h](hour=15:00)", "book_appointment")
        .customer("oui", "affirm")
        .bot("utter_ask_appointment_confirmed")
        .presses("Non, changer")
        .presses("La boutique")
        .bot("utter_ask_appointment_store")
    )


def test_coming_back_at_a_proposal_offers_to_go_on_with_it() -> None:
    (
        booked_in_lyon()
        .customer(FITTING, "book_appointment")
        .bot("utter_confirm_appointment_store")
        .on("whatsapp")
        .customer("bonjour", "greet")
        .bot("utter_greet_again", "utter_confirm_appointment_store")
        .leads("utter_resume_at")
        .offers("Oui", "Non", "Autre chose")
        .customer("oui", "affirm")
        .bot("utter_ask_appointment_day")
        .knows(appointment_store="lyon")
    )


# Counted


def test_a_question_that_was_not_answered_may_come_again() -> None:
    (
        Story()
        .customer(FITTING, "book_appointment")
        .bot("utter_ask_appointment_store")
        .customer("blorg")
        .bot("utter_ask_appointment_store")
        .customer("à [Lyon](store=lyon)")
        .asked_nothing_twice()
    )


def test_what_was_refused_corrected_or_gone_may_be_asked_for_again() -> None:
    (
        Story()
        .customer(LYON_ON_SATURDAY, "book_appointment")
        .customer("Claire Martin")
        .presses("Non, changer")
        .presses("Le jour ou l’heure")
        .bot("utter_ask_appointment_day")
        .customer("[vendredi](day=2026-11-27)")
        .bot("utter_offer_slots")
        .asked_nothing_twice()
    )


def test_an_answer_that_was_lost_on_the_way_is_counted() -> None:
    """Nothing of ours loses one; whoever writes a flow, an action or a merge that does finds it in the figure."""
    story = Story().customer(FITTING, "book_appointment").customer("à [Lyon](store=lyon)").bot("utter_ask_appointment_day")
    lost = {name: slot for name, slot in story.state.slots.items() if name != "appointment_service"}
    story.state = replace(story.state, slots=lost)
    story.customer("[samedi](day=2026-11-28)").bot("utter_ask_appointment_service")
    assert story.repeated == ["appointment_service"]


def test_a_flow_that_asks_whatever_is_known_is_counted() -> None:
    _, dialogue = demo()
    callback = dialogue.flows.by_id["callback_request"]
    collect = replace(callback.steps["collect_customer_phone"], ask_before_filling=True)
    flow = replace(callback, steps={**callback.steps, collect.id: collect})
    story = called_back()
    story.dialogue = Dialogue(dialogue.domain, replace(dialogue.flows, by_id={**dialogue.flows.by_id, flow.id: flow}))
    story.customer("rappelez-moi", "callback_request").bot("utter_ask_customer_phone")
    assert story.repeated == ["customer_phone"]


def test_an_action_that_proposes_what_a_slot_cannot_hold_proposes_nothing() -> None:
    @action("action_check_desk")
    def odd(_context: ActionContext) -> ActionResult:
        return ActionResult(proposes={"appointment_part": SlotValue("midnight", "profile"), "gone": SlotValue(1, "profile")})

    story = Story()
    story.actions = story.actions.joined(Registry([odd]))
    story.customer("une personne", "talk_to_human").knows(appointment_part=None)
