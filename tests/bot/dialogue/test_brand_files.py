"""A mistake in domain.yml or flows.yml is told with its file, its line and what to write instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.dialogue.domain import Domain
from bot.dialogue.domain_file import load_domain
from bot.dialogue.flow import Call, Collect, Flows
from bot.dialogue.flows_file import load_flows
from bot.dialogue.step import Dialogue
from bot.errors import BrandError
from tests.stories.story import demo

DOMAIN = """\
intents: [greet, book]
entities: [city, {day: {roles: [from, to]}}]
slots:
  city:
    type: text
    mappings:
      - {type: from_entity, entity: city}
  sure:
    type: bool
  size:
    type: categorical
    values: [small, large]
actions: [action_book, action_ask_size]
responses:
  utter_ask_city:
    - text: Où ?
      translation: {en: Where?}
      buttons:
        - {title: Ici, payload: "/SetSlots(city=here)", translation: {en: Here}}
  utter_done:
    - text: "Fait : {city}"
      translation: {en: "Done: {city}"}
"""

FLOWS = """\
flows:
  book:
    name: la réservation
    translation: {en: {name: booking}}
    description: Book.
    nlu_trigger:
      - intent: {name: book, confidence_threshold: 0.7}
    steps:
      - collect: city
        next:
          - if: slots.city = "here"
            then:
              - action: utter_done
                next: END
          - else: size
      - id: size
        collect: size
      - call: finish
  finish:
    description: Finish.
    if: false
    steps:
      - set_slots: [{sure: true}]
      - action: action_book
"""


def domain_of(tmp_path: Path, text: str = DOMAIN) -> Domain:
    path = tmp_path / "domain.yml"
    path.write_text(text, encoding="utf-8")
    return load_domain(path, ("fr", "en"))


def flows_of(tmp_path: Path, text: str = FLOWS) -> Flows:
    path = tmp_path / "flows.yml"
    path.write_text(text, encoding="utf-8")
    return load_flows(path, domain_of(tmp_path))


def test_what_is_right_is_read(tmp_path: Path) -> None:
    flows = flows_of(tmp_path)
    book = flows.by_id["book"]
    assert list(book.steps) == ["collect_city", "size", "call_finish", "action_utter_done"]
    assert book.names == {"fr": "la réservation", "en": "booking"}
    size = book.steps["size"]
    assert isinstance(size, Collect)
    assert (size.utter, size.ask_action) == ("", "action_ask_size")
    assert isinstance(book.steps["call_finish"], Call)
    assert flows.forgets("book") == {"city", "size", "sure"}
    assert flows.triggered("book", 0.69, {}, {}) is None
    assert flows.triggered("book", 0.7, {}, {}) is book


@pytest.mark.parametrize(
    ("before", "after", "line", "told"),
    [
        ("entity: city}", "entity: citi}", 7, "there is no entity `citi`; did you mean `city`?"),
        ("  sure:\n    type: bool", "  sure:\n    type: boolean", 9, "`type`"),
        ("    values: [small, large]\n", "", 10, "list them under `values`"),
        ("translation: {en: Where?}", "translation: {}", 16, "no wording in `en`; add `translation: {en: ...}`"),
        ("translation: {en: Where?}", "translation: {en: W, de: Wo}", 17, "there is no language `de`"),
        ("utter_done:", "done:", 20, "call this one `utter_done`"),
        ("Done: {city}", "Done: {citi}", 22, "there is no placeholder `citi`; did you mean `city`?"),
        ("Fait : {city}", "Fait : {city", 21, "a lone brace"),
        ("/SetSlots(city=here)", "/SetSlots(town=here)", 19, "there is no slot `town`"),
        ("/SetSlots(city=here)", "SetSlots", 19, "is none of"),
        ("/SetSlots(city=here)", "/bok", 19, "there is no intent `bok`; did you mean `book`?"),
        ("responses:", "responces:", 14, "did you mean `responses`?"),
        ("  sure:\n    type: bool", "  sure:\n    type: bool\n    fresh_for: 3 days", 10, "a yes or no does not grow old"),
        (
            "  city:\n    type: text",
            "  city:\n    type: text\n    fresh_for: a while",
            6,
            "write it like `90 days`",
        ),
        ("  city:\n    type: text", "  city:\n    type: text\n    check_again: true", 6, "write the action `validate_city`"),
        ("  city:\n    type: text", "  city:\n    type: text\n    past: forget", 6, "ask_again"),
    ],
)
def test_a_mistake_in_the_domain(tmp_path: Path, before: str, after: str, line: int, told: str) -> None:
    assert before in DOMAIN
    with pytest.raises(BrandError) as wrong:
        domain_of(tmp_path, DOMAIN.replace(before, after, 1))
    assert told in str(wrong.value)
    assert wrong.value.file.endswith("domain.yml")
    assert wrong.value.line == line, wrong.value


@pytest.mark.parametrize(
    ("before", "after", "line", "told"),
    [
        ("collect: city", "collect: citi", 9, "there is no slot `citi`; did you mean `city`?"),
        ("collect: size", "collect: sure", 17, "there is no response `utter_ask_sure`"),
        ("action: utter_done", "action: utter_dne", 13, "there is no response `utter_dne`; did you mean `utter_done`?"),
        ("action: action_book", "action: action_bok", 24, "there is no action `action_bok`; did you mean `action_book`?"),
        ("call: finish", "call: finnish", 18, "there is no flow `finnish`; did you mean `finish`?"),
        ("else: size", "else: siz", 10, "there is no step `siz`; did you mean `size`?"),
        ("          - else: size\n", "", 10, "end it with `- else:"),
        ("                next: END\n", "", 13, "the last step of a branch says where to go on"),
        ("name: book,", "name: bok,", 7, "there is no intent `bok`; did you mean `book`?"),
        ('slots.city = "here"', 'slots.town = "here"', 11, "there is no slot `town`"),
        ('slots.city = "here"', "city", 11, "write `slots.city` for a slot"),
        ('slots.city = "here"', "context.sky", 11, "there is no context value `sky`"),
        ("      - call: finish\n", "      - call: book\n", 18, "calls go round in circles: book > book"),
        ("[{sure: true}]", "[{sure: maybe}]", 23, "a bool slot and cannot hold 'maybe'"),
        ("- action: action_book", "- action: action_book\n        utter: utter_done", 25, "only belongs to a `collect`"),
        ("- action: action_book", "- action: action_book\n        link: book", 24, "exactly one of"),
        ("- call: finish", "- call: finish\n        next: END\n      - action: action_book", 20, "is never reached"),
        ("translation: {en: {name: booking}}", "translation: {}", 3, "the name has no wording in `en`"),
        ("description: Finish.", "descripton: Finish.", 19, "`description` is missing here"),
        ("collect: size", "colect: size", 17, "did you mean `collect`?"),
    ],
)
def test_a_mistake_in_the_flows(tmp_path: Path, before: str, after: str, line: int, told: str) -> None:
    assert before in FLOWS
    with pytest.raises(BrandError) as wrong:
        flows_of(tmp_path, FLOWS.replace(before, after, 1))
    assert told in str(wrong.value)
    assert wrong.value.file.endswith("flows.yml")
    assert wrong.value.line == line, wrong.value


def test_two_flows_cannot_start_with_the_same_intent(tmp_path: Path) -> None:
    second = "  again:\n    description: Again.\n    nlu_trigger:\n      - intent: book\n    steps:\n      - action: utter_done\n"
    with pytest.raises(BrandError, match="the intent `book` already starts the flow `book`; give one of the two an `if`"):
        flows_of(tmp_path, FLOWS + second)


def test_two_steps_cannot_have_the_same_id(tmp_path: Path) -> None:
    with pytest.raises(BrandError, match="the id `size` is already taken in this flow"):
        flows_of(tmp_path, FLOWS.replace("- call: finish", "- id: size\n        call: finish"))


def test_how_a_slot_ages_is_read(tmp_path: Path) -> None:
    written = DOMAIN.replace("  city:\n    type: text", "  city:\n    type: text\n    fresh_for: 2 weeks\n    past: ask_again", 1)
    city = domain_of(tmp_path, written).slots["city"]
    assert (city.fresh_for, city.passes, city.check_again) == (timedelta(weeks=2), True, False)


def test_words_about_a_slot_that_does_not_exist_are_refused() -> None:
    _, dialogue = demo()
    wording = dialogue.domain.responses["utter_where"]
    odd = replace(dialogue.domain, responses={**dialogue.domain.responses, "utter_where_customer_nam": wording})
    with pytest.raises(BrandError, match="did you mean `utter_where_customer_name`"):
        Dialogue(odd, dialogue.flows)


def test_a_brand_that_lacks_what_the_dialogue_itself_says_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrandError, match="these responses are missing; add them: utter_anything_else"):
        Dialogue(domain_of(tmp_path), flows_of(tmp_path))
