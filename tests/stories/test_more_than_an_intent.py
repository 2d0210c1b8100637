"""Messages that say more than one thing, or say it in a way that matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.dialogue.events import Understood
from nlu.reader import noticed
from tests.stories.story import Story, meant

PARIS = ZoneInfo("Europe/Paris")


def both(story: Story, *wishes: tuple[str, str]) -> Story:
    """The customer tells several wishes in one message, each annotated with the intent the NLU finds."""
    texts, shown = [], []
    for number, (text, intent) in enumerate(wishes):
        event = meant(text, intent, sure=0.9, language=story.language)
        texts.append(replace(event, follows=number > 0))
    for event in texts:
        story.happens(event)
        shown += list(zip(story.said, story.shown, strict=True))
    questions = [number for number, (say, _) in enumerate(shown) if say.question]
    kept = [pair for number, pair in enumerate(shown) if not pair[0].question or number == questions[-1]]
    story.said, story.shown = [say for say, _ in kept], [rendered for _, rendered in kept]
    return story


def with_appointment(language: str = "fr") -> Story:
    story = Story(language)
    day = story.now.date().replace(day=27)
    story.diary.book(story.diary.free("lyon", "fitting", day, day)[4], name="Claire Martin", phone=None)
    return story


def test_cancel_and_call_me_back_are_both_done_in_turn() -> None:
    (
        both(with_appointment(), ("annulez mon rdv", "cancel_appointment"), ("rappelez-moi", "callback_request"))
        .bot("utter_ask_cancel_confirmed")
        .customer("oui", "affirm")
        .bot("utter_appointment_cancelled", "utter_ask_customer_phone")
        .customer("[06 39 98 01 01](phone=0639980101)")
        .bot("utter_callback_noted")
        .booked()
        .asks(None)
    )


def test_two_questions_get_two_answers() -> None:
    (
        both(Story("en"), ("do you ship to Canada", "delivery_options"), ("how do returns work?", "return_policy"))
        .bot("utter_delivery_options", "utter_return_policy")
        .asks(None)
    )


def test_an_answer_does_not_wait_for_the_question_of_the_first_wish() -> None:
    (
        both(
            Story(),
            ("un [essayage](service=fitting) à [Lyon](store=lyon)", "book_appointment"),
            ("c'est quoi vos horaires [samedi](day=2026-11-28) ?", "opening_hours"),
        )
        .bot("utter_opening_hours_open", "utter_ask_appointment_day")
        .reads("Lyon Bellecour vous accueille samedi 28 novembre")
    )


def test_giving_up_the_first_wish_gives_up_the_second() -> None:
    (
        both(with_appointment(), ("annulez mon rdv", "cancel_appointment"), ("rappelez-moi", "callback_request"))
        .customer("laisse tomber tout", "cancel", sure=0.95)
        .customer("c'est tout", "thank_you")
        .bot("utter_thank_you")
    )


def test_a_person_who_comes_first_has_read_the_second_wish() -> None:
    (
        both(with_appointment(), ("je veux quelqu'un", "talk_to_human"), ("annulez mon rdv", "cancel_appointment"))
        .bot("utter_waiting_next", "utter_noted_for_advisor")
        .advisor_takes()
        .advisor_closes()
        .bot("utter_case_closed")
    )


def refusing(story: Story, text: str, intent: str) -> Story:
    event = meant(text, None, sure=0.9, language=story.language)
    return story.happens(Understood(replace(event.meaning, refuses=intent), event.values, event.at))


def test_what_is_refused_is_not_begun() -> None:
    refusing(with_appointment(), "n'annulez pas mon rdv", "cancel_appointment").bot("utter_nothing_more").booked(
        "lyon fitting 2026-11-27T12:00"
    )


def test_what_is_refused_while_under_way_is_left() -> None:
    story = with_appointment().customer("annuler mon rdv", "cancel_appointment").bot("utter_ask_cancel_confirmed")
    refusing(story, "finalement je ne veux pas annuler", "cancel_appointment").bot("utter_cancelled").asks(None)
    story.booked("lyon fitting 2026-11-27T12:00")


def test_what_is_refused_beside_something_else_leaves_that_alone() -> None:
    story = Story().customer("un [essayage](service=fitting) à [Lyon](store=lyon)", "book_appointment")
    refusing(story, "je ne veux pas de rappel", "callback_request").bot("utter_ask_appointment_day")


def test_yes_and_no_in_words_the_engine_does_not_know() -> None:
    for yes in ("tiguidou", "👍🏽", "ben oui", "ouiiii", "sa bon"):
        with_appointment().customer("annuler mon rdv", "cancel_appointment").customer(yes).bot("utter_appointment_cancelled")
    for no in ("pantoute", "👎", "nah", "awa", "surtout pas"):
        with_appointment().customer("annuler mon rdv", "cancel_appointment").customer(no).bot("utter_appointment_kept")
    with_appointment().customer("annuler mon rdv", "cancel_appointment").customer("bof").leads("utter_no_hurry")


def test_thanks_in_front_of_a_yes_does_not_hide_it() -> None:
    with_appointment("en").customer("cancel it", "cancel_appointment").customer("great thanks", "thank_you").bot(
        "utter_appointment_cancelled"
    )


def test_an_insult_is_answered_calmly_then_a_person_is_offered() -> None:
    (
        Story()
        .customer("un [essayage](service=fitting) à [Lyon](store=lyon)", "book_appointment")
        .bot("utter_ask_appointment_day")
        .customer("connard")
        .bot("utter_insult", "utter_ask_appointment_day")
        .customer("va te faire foutre")
        .bot("utter_insult_again", "utter_ask_appointment_day")
        .owned_by("bot")
        .customer("oui un humain", "talk_to_human")
        .owned_by("queue")
    )


def test_an_insult_in_front_of_a_request_does_not_hide_it() -> None:
    Story("en").customer("where is my order you idiots", "order_status").bot("utter_order_status", "utter_ask_order_number")


def test_somebody_in_danger_is_told_whom_to_call_and_gets_a_person() -> None:
    story = (
        Story()
        .customer("où est ma commande ?", "order_status")
        .customer("j'en peux plus, je veux mourir", "complaint", sure=0.3)
        .bot("utter_danger", "utter_waiting_next")
        .reads("3114", "15 ou le 112", "988")
        .owned_by("queue")
    )
    assert story.desk.case.context.reason == "distress"
    story.customer("je vais me tuer").bot("utter_danger").customer("vous êtes là ?").silent()


def test_somebody_in_danger_is_told_whom_to_call_even_when_nobody_is_there() -> None:
    story = Story("en")
    story.desk.close(until=datetime(2026, 11, 25, 10, 0, tzinfo=PARIS))
    story.customer("I want to kill myself").bot("utter_danger", "utter_ask_handoff_choice_closed").reads("911, or 988")


def test_mourning_is_met_with_a_person() -> None:
    story = Story().customer("mon mari est décédé, je dois rendre ses chaussures", "return_policy").owned_by("queue")
    story.bot("utter_distress", "utter_waiting_next")


def test_the_advisor_sees_how_the_customer_sounds() -> None:
    story = (
        Story()
        .customer("c'est inadmissible, trois semaines de retard !", "order_status")
        .customer("[OR-123456](order_number=OR-123456)")
        .owned_by("queue")
    )
    assert story.desk.case.context.slots["tone"] == "negative"
    assert "Le ton est tendu" in story.desk.case.context.summary


def test_a_message_is_noticed_as_it_stands() -> None:
    meaning = noticed(meant("oui merci beaucoup", "affirm", sure=0.9, language="fr").meaning)
    assert (meaning.answer, meaning.tone, meaning.insult, meaning.distress) == ("yes", "positive", False, "")


def test_a_choice_left_to_us_is_made_even_when_it_sounds_like_giving_up() -> None:
    story = Story().customer("un [essayage](service=fitting) à [Lyon](store=lyon) [samedi](day=2026-11-28)", "book_appointment")
    story.bot("utter_offer_slots").customer("peu importe", "cancel").bot("utter_ask_customer_name")


def test_i_meant_another_town() -> None:
    story = Story("en").customer("a [fitting](service=fitting) in [Lyon](store=lyon)", "book_appointment")
    story.customer("sorry, I meant [Lille](store=lille)").leads("utter_corrected").knows(appointment_store="lille")
    story = Story().customer("un [essayage](service=fitting) à [Lyon](store=lyon)", "book_appointment")
    story.customer("je voulais dire [Lille](store=lille)", "change_channel", sure=0.4).knows(appointment_store="lille")


def test_thanks_after_an_answer_press_no_button() -> None:
    Story().customer("ça taille comment ?", "size_guide").bot("utter_size_guide").customer("super merci", "thank_you").bot(
        "utter_thank_you"
    )


def test_a_short_insult_is_no_complaint_and_a_long_one_is() -> None:
    Story("en").customer("you idiots", "complaint").bot("utter_insult").owned_by("bot")
    Story("en").customer("you idiots sent me the wrong jacket twice", "complaint").owned_by("queue")


def test_an_insult_in_the_queue_is_no_farewell() -> None:
    Story("en").customer("a human please", "talk_to_human").customer("shut up", "cancel").owned_by("queue")
