"""When a person is needed: fetched, waited for, speaking, giving back, not coming."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.stories.story import Story

PARIS = ZoneInfo("Europe/Paris")


def waiting(language: str = "fr") -> Story:
    """In the middle of booking, the customer asked for a person and waits."""
    return (
        Story(language)
        .customer("un [essayage](service=fitting) à [Lyon](store=lyon)", "book_appointment")
        .bot("utter_ask_appointment_day")
        .customer("je veux parler à quelqu'un", "talk_to_human")
        .bot("utter_waiting_next")
        .owned_by("queue")
    )


def with_advisor() -> Story:
    return waiting().advisor_takes("Inès").bot("utter_case_taken").reads("Inès vous répond").owned_by("advisor")


def test_a_person_gets_everything_that_is_known() -> None:
    story = waiting().reads("vous êtes le prochain", "environ 8 minutes")
    context = story.desk.case.context
    assert context.reason == "asked"
    assert "votre rendez-vous" in context.summary
    assert "Lyon Bellecour" in context.summary
    assert "essayage de chaussures" in context.summary
    assert context.slots["appointment_store"] == "lyon"
    assert context.transcript[0].text == "un essayage à Lyon"


def test_the_place_in_the_queue_is_told() -> None:
    story = Story("en")
    story.desk.position, story.desk.wait_minutes = 3, 24
    story.customer("a human please", "talk_to_human").bot("utter_waiting").reads("number 3", "about 24 minutes")


def test_what_is_written_while_waiting_is_passed_on_and_acknowledged_once() -> None:
    (
        waiting()
        .customer("c'est pour la commande [OR-123456](order_number=OR-123456)", "order_status")
        .bot("utter_noted_for_advisor")
        .customer("je chausse du 42", "size_guide")
        .silent()
        .sends("photo")
        .silent()
        .owned_by("queue")
    )


def test_no_longer_waiting_goes_back_to_the_question() -> None:
    story = (
        waiting()
        .customer("laissez tomber", "cancel")
        .bot("utter_case_withdrawn", "utter_ask_appointment_day")
        .leads("utter_resume")
        .owned_by("bot")
        .knows(appointment_store="lyon")
    )
    assert story.desk.case.status == "withdrawn"
    waiting("en").customer("no thanks", "deny").owned_by("bot")


def test_a_long_no_while_waiting_is_for_the_advisor() -> None:
    waiting().customer("non en fait c'est la commande de ma fille que je cherche", "deny").owned_by("queue")


def test_the_bot_says_nothing_while_a_person_speaks() -> None:
    (
        with_advisor()
        .customer("bonjour Inès", "greet")
        .silent()
        .customer("[samedi](day=2026-11-28)", "book_appointment")
        .silent()
        .sends("photo")
        .silent()
        .is_recognised("Claire", customer_name="Claire Martin")
        .silent()
        .knows(customer_name="Claire Martin", appointment_day=None)
    )


def test_given_back_the_bot_knows_what_was_agreed_and_goes_on() -> None:
    (
        with_advisor()
        .advisor_gives_back("Claire vient samedi", appointment_day="2026-11-28")
        .bot("utter_welcome_back", "utter_offer_slots")
        .leads("utter_resume")
        .reads("Inès m’a laissé ce mot : « Claire vient samedi »")
        .knows(advisor_note="Claire vient samedi")
        .owned_by("bot")
    )
    Story().advisor_takes().advisor_gives_back().bot("utter_welcome_back_plain").asks(None)


def test_closed_the_bot_thanks_and_begins_afresh() -> None:
    (
        with_advisor()
        .advisor_closes()
        .bot("utter_case_closed")
        .owned_by("bot")
        .asks(None)
        .knows(appointment_store=None)
        .customer("merci", "thank_you")
        .bot("utter_thank_you")
    )


def test_nobody_comes_and_the_customer_keeps_waiting() -> None:
    story = (
        waiting()
        .nobody_comes()
        .bot("utter_handoff_unanswered", "utter_ask_handoff_next")
        .offers("Attendre encore", "Être rappelé", "Un rendez-vous", "Continuer avec le bot")
        .presses("Attendre encore")
        .bot("utter_waiting_next")
        .owned_by("queue")
    )
    assert story.desk.case.status == "waiting"


def test_nobody_comes_and_the_customer_goes_on_with_the_bot() -> None:
    (
        waiting()
        .nobody_comes()
        .customer("continuer avec le bot")
        .bot("utter_case_withdrawn", "utter_ask_appointment_day")
        .leads("utter_resume")
        .owned_by("bot")
    )


def test_nobody_comes_and_the_customer_would_rather_be_called() -> None:
    story = (
        waiting("en")
        .nobody_comes()
        .bot("utter_handoff_unanswered", "utter_ask_handoff_next")
        .customer("call me back on [06 39 98 01 01](phone=06 39 98 01 01)", "callback_request", language="en")
        .bot("utter_callback_noted", "utter_ask_appointment_day")
    )
    assert story.desk.case.context.slots["callback_phone"] == "+33639980101"


def test_nobody_comes_and_an_appointment_will_do() -> None:
    story = (
        Story()
        .customer("un conseiller", "talk_to_human")
        .nobody_comes()
        .presses("Un rendez-vous")
        .bot("utter_ask_appointment_service")
    )
    assert story.desk.case.status == "withdrawn"


def test_somebody_comes_after_all_and_the_old_choice_is_not_asked_again() -> None:
    (
        waiting()
        .nobody_comes()
        .bot("utter_handoff_unanswered", "utter_ask_handoff_next")
        .advisor_takes("Inès")
        .advisor_gives_back("tout est dit")
        .bot("utter_welcome_back", "utter_ask_appointment_day")
    )


def test_a_time_out_while_the_bot_is_paused_is_said_and_the_choice_comes_when_it_may_speak() -> None:
    (waiting().bot_is_paused().nobody_comes().bot("utter_handoff_unanswered").bot_is_resumed().bot("utter_ask_handoff_next"))


def test_a_time_out_after_somebody_came_changes_nothing() -> None:
    with_advisor().nobody_comes().silent().owned_by("advisor")


def test_out_of_hours_is_said_before_waiting_begins() -> None:
    story = Story()
    story.desk.close(until=datetime(2026, 11, 25, 10, 0, tzinfo=PARIS))
    (
        story.customer("je veux un humain", "talk_to_human")
        .bot("utter_ask_handoff_choice_closed")
        .reads("elle revient demain, mercredi 25 novembre à 10 h")
        .offers("Être rappelé", "Un rendez-vous", "Non merci")
        .owned_by("bot")
        .presses("Être rappelé")
        .bot("utter_ask_customer_phone")
        .customer("c'est le 12")
        .bot("utter_phone_unclear", "utter_ask_customer_phone")
        .customer("06 39 98 01 01")
        .bot("utter_callback_noted_closed")
        .reads("+33 6 39 98 01 01", "demain, mercredi 25 novembre à 10 h")
        .owned_by("bot")
    )
    assert story.desk.case.context.reason == "callback"


def test_out_of_hours_one_can_leave_it_there() -> None:
    story = Story("en")
    story.desk.close(until=datetime(2026, 11, 24, 14, 0, tzinfo=PARIS))
    (
        story.customer("I want a person", "talk_to_human")
        .reads("they’re back at 2 pm")
        .customer("no thanks", "deny")
        .bot("utter_handoff_left")
        .owned_by("bot")
    )
    assert story.desk.cases == []


def test_a_complaint_goes_to_those_who_settle_complaints() -> None:
    story = Story().customer("c'est scandaleux", "complaint").bot("utter_complaint", "utter_waiting_next").owned_by("queue")
    assert (story.desk.case.context.reason, story.desk.case.context.skill) == ("complaint", "complaints")


def test_an_order_is_looked_up_by_a_person_who_already_has_its_number() -> None:
    story = (
        Story()
        .customer("où est ma commande ?", "order_status")
        .bot("utter_order_status", "utter_ask_order_number")
        .customer("[OR-123456](order_number=OR-123456)")
        .bot("utter_waiting_next")
        .owned_by("queue")
    )
    context = story.desk.case.context
    assert (context.reason, context.skill, context.slots["order_number"]) == ("cannot", "orders", "OR-123456")
    assert "OR-123456" in context.summary


def test_an_order_number_that_is_not_at_hand_is_no_obstacle() -> None:
    story = Story("en").customer("my refund?", "refund_status").bot("utter_refund_status", "utter_ask_order_number")
    story.customer("I don't have it", "deny").bot("utter_waiting_next")
    assert story.desk.case.context.skill == "returns"


def test_an_order_number_once_given_is_not_asked_again() -> None:
    (
        Story()
        .customer("suivi de [OR-123456](order_number=OR-123456)", "order_status")
        .bot("utter_order_status", "utter_waiting_next")
        .advisor_takes()
        .advisor_closes()
        .customer("et mon remboursement ?", "refund_status")
        .bot("utter_refund_status", "utter_waiting_next")
    )


def test_a_paused_bot_is_silent_and_resumes_where_it_was() -> None:
    (
        Story()
        .customer("un [essayage](service=fitting)", "book_appointment")
        .bot("utter_ask_appointment_store")
        .bot_is_paused()
        .silent()
        .customer("à [Lyon](store=lyon)")
        .silent()
        .bot_is_resumed()
        .bot("utter_ask_appointment_store")
        .leads("utter_resume")
    )


def test_moving_elsewhere_while_waiting_keeps_the_place() -> None:
    waiting().moves_to("whatsapp").bot("utter_moved_here_waiting").owned_by("queue")


def test_an_unknown_timer_says_nothing() -> None:
    Story().timer_fires("sweeping").silent()


def test_an_order_number_said_with_the_wish_for_a_person_reaches_them() -> None:
    story = Story().customer("un conseiller svp, commande [OR-123456](order_number=OR-123456)", "talk_to_human")
    story.bot("utter_waiting_next").owned_by("queue")
    assert story.desk.case.context.slots["order_number"] == "OR-123456"
    assert "OR-123456" in story.desk.case.context.summary


def test_a_complaint_about_an_order_carries_its_number() -> None:
    story = Story("en").customer("[OR-123456](order_number=OR-123456) is a disgrace", "complaint").owned_by("queue")
    assert story.desk.case.context.slots["order_number"] == "OR-123456"


def test_a_wait_nobody_can_tell_is_said_to_be_so() -> None:
    story = Story("en")
    story.desk.wait_minutes = None
    story.customer("a human please", "talk_to_human").bot("utter_waiting_next_unknown").reads("I can’t tell yet how long")
    story = Story()
    story.desk.wait_minutes, story.desk.position = None, 4
    story.customer("un humain", "talk_to_human").reads("en position 4", "Je ne sais pas encore dans combien de temps")


def test_advice_out_of_hours_becomes_an_advice_appointment_without_asking_what_for() -> None:
    story = Story()
    story.desk.close(until=datetime(2026, 11, 25, 10, 0, tzinfo=PARIS))
    (
        story.customer("quelles chaussures pour le GR20 ?", "product_advice")
        .presses("Un conseiller ici")
        .bot("utter_ask_handoff_choice_closed")
        .presses("Un rendez-vous")
        .bot("utter_ask_appointment_store")
        .knows(appointment_service="advice")
        .customer("laisse tomber", "cancel")
        .knows(appointment_service=None)
    )
