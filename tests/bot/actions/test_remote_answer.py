"""What an action server answers becomes an action's result; what has no meaning here is left out."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.actions.context import ActionResult
from bot.actions.remote_answer import SPOKEN, Unreadable, read_answer
from bot.dialogue.domain import Domain
from bot.dialogue.state import Choice
from tests.stories.story import demo

SLOTS = {"order_number": "OR-123456", "appointment_store": "lyon"}


@pytest.fixture(scope="module")
def domain() -> Domain:
    return demo()[1].domain


def read(domain: Domain, answer: Any, action: str = "action_track") -> ActionResult:
    return read_answer(answer, action, domain, SLOTS)


def test_slots_are_filled_and_emptied(domain: Domain) -> None:
    events = [
        {"event": "slot", "name": "appointment_part", "value": "MORNING"},
        {"event": "slot", "name": "order_number", "value": None},
    ]
    assert read(domain, {"events": events}).slots == {"appointment_part": "morning", "order_number": None}


def test_all_slots_can_be_emptied_and_one_filled_again(domain: Domain) -> None:
    events = [{"event": "reset_slots"}, {"event": "slot", "name": "order_number", "value": "OR-1"}]
    assert read(domain, {"events": events}).slots == {"order_number": "OR-1", "appointment_store": None}


@pytest.mark.parametrize(
    "event",
    [
        {"event": "slot", "name": "nobody_knows", "value": "mon secret"},
        {"event": "slot", "name": "appointment_part", "value": "mon secret"},
        {"event": "followup", "name": "action_x"},
        {},
    ],
)
def test_what_means_nothing_here_is_left_out_and_logged_without_words(domain: Domain, event: dict[str, Any]) -> None:
    with capture_logs() as logs:
        assert read(domain, {"events": [event]}).slots == {}
    assert [log["event"] for log in logs] == ["action_answer_left_out"]
    assert "secret" not in str(logs)


def test_its_own_words_are_said(domain: Domain) -> None:
    answer = {"responses": [{"text": "Il arrive {demain}."}, {"text": "Plan", "image": "https://x.example/p.png"}]}
    says = read(domain, answer).says
    assert [(say.response, say.values, say.question) for say in says] == [
        (SPOKEN, {"text": "Il arrive {demain}."}, False),
        (SPOKEN, {"text": "Plan\nhttps://x.example/p.png"}, False),
    ]


def test_a_response_of_the_domain_is_said_with_its_values(domain: Domain) -> None:
    says = read(domain, {"responses": [{"response": "utter_case_taken", "advisor": "Inès", "text": None, "buttons": []}]}).says
    assert [(say.response, say.values) for say in says] == [("utter_case_taken", {"advisor": "Inès"})]


def test_buttons_are_choices(domain: Domain) -> None:
    buttons = [
        {"title": "Lyon", "payload": '/book_appointment{"store": "lyon"}'},
        {"title": "Demain", "payload": '/set_slots{"appointment_day": "2026-11-28", "nobody_knows": 1}'},
        {"title": "Matin", "payload": "/SetSlots(appointment_part=morning)"},
        {"title": "Voir", "url": "https://shop.example"},
        {"title": "Rien", "payload": "quelque chose"},
    ]
    (say,) = read(domain, {"responses": [{"text": "Où ?", "buttons": buttons}]}).says
    lyon, *others = say.choices
    assert (lyon.title, lyon.intent, lyon.set["appointment_store"]) == ("Lyon", "book_appointment", "lyon")
    assert others == [
        Choice("Demain", set={"appointment_day": "2026-11-28"}),
        Choice("Matin", set={"appointment_part": "morning"}),
        Choice("Voir", url="https://shop.example"),
    ]
    assert say.question


def test_the_last_words_of_an_action_that_asks_are_the_question(domain: Domain) -> None:
    says = read(domain, {"responses": [{"text": "Bien."}, {"text": "Quelle taille ?"}]}, "action_ask_size").says
    assert [say.question for say in says] == [False, True]


@pytest.mark.parametrize("answer", [None, [], "ok", 3])
def test_what_is_no_answer_is_refused(domain: Domain, answer: Any) -> None:
    with pytest.raises(Unreadable, match="/webhook"):
        read(domain, answer)


@pytest.mark.parametrize("answer", [{}, {"events": None, "responses": None}, {"events": {}, "responses": ["x"]}])
def test_an_answer_with_nothing_in_it_changes_nothing(domain: Domain, answer: Any) -> None:
    assert read(domain, answer) == ActionResult()
