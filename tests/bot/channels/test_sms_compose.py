"""Our messages as Twilio takes them: parameters, parts, numbered choices, and what they cost."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.channels import texts
from bot.channels.overrides import overridden
from bot.channels.sms.compose import callback_address, key_in, parts_of, write_message, write_template
from bot.channels.sms.segments import plain, segments
from bot.channels.sms.table import SmsTable
from bot.channels.templates import Template
from bot.errors import OutsideWindow, Refused, SettingsError
from bot.messages import Button, OutboundMessage

OURS = "+33639980001"
NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)


def saying(text: str, **more: Any) -> OutboundMessage:
    return OutboundMessage(**({"channel": "sms", "recipient": "+33639980101", "text": text, "key": "reply:12"} | more))


def test_a_text_is_three_parameters() -> None:
    assert write_message(saying("Bonjour"), origin=OURS) == {"To": "+33639980101", "From": OURS, "Body": "Bonjour"}


def test_a_messaging_service_chooses_the_number_itself() -> None:
    written = write_message(saying("Bonjour"), origin="MG007")
    assert written == {"To": "+33639980101", "MessagingServiceSid": "MG007", "Body": "Bonjour"}


def test_an_answer_leaves_by_the_network_its_question_came_by() -> None:
    written = write_message(saying("Bonjour", recipient="whatsapp:+33639980101"), origin=OURS)
    assert (written["To"], written["From"]) == ("whatsapp:+33639980101", f"whatsapp:{OURS}")
    assert write_message(saying("Bonjour"), origin=f"whatsapp:{OURS}")["From"] == OURS


def test_what_becomes_of_it_is_asked_for_with_its_key() -> None:
    written = write_message(saying("Bonjour"), origin=OURS, callback="https://bot.example/webhooks/sms")
    assert written["StatusCallback"] == "https://bot.example/webhooks/sms?key=cmVwbHk6MTI"
    assert callback_address("https://bot.example/h?a=1#rc=2", "k").endswith("/h?a=1&key=aw#rc=2")


@given(some.text(max_size=300))
def test_a_key_comes_back_as_it_was_and_needs_no_quoting(key: str) -> None:
    address = callback_address("https://bot.example/webhooks/sms", texts.clean(key))
    value = address.partition("?key=")[2]
    assert re.fullmatch(r"[\w-]*", value, re.ASCII)
    assert key_in(value) == texts.clean(key)


@pytest.mark.parametrize("value", ["%", "é", "a", "_w", "aw=="])
def test_a_key_that_nobody_wrote_is_none(value: str) -> None:
    assert key_in(value) in ("", "k")


APPROVED = Template(name="HX1", language="fr", parameters=("Zoé",))


def test_when_the_window_of_whatsapp_has_closed_nothing_is_paid_for() -> None:
    late = saying("bonjour", recipient="whatsapp:+33639980101", window_ends=NOON)
    with pytest.raises(OutsideWindow, match="24 hours"):
        write_message(late, origin=OURS, now=NOON)
    assert write_message(late, origin=OURS, now=NOON - timedelta(seconds=1))["Body"] == "bonjour"


def test_whatsapp_shows_typography_as_it_is_written() -> None:
    assert write_message(saying("l’été"), origin=OURS)["Body"] == "l'été"
    assert write_message(saying("l’été", recipient="whatsapp:+33639980101"), origin=OURS)["Body"] == "l’été"


def test_a_template_without_blanks_to_fill_has_no_variables() -> None:
    bare = replace(APPROVED, parameters=())
    assert "ContentVariables" not in write_template("whatsapp:+33639980101", bare, origin=OURS, key="k")


def test_a_template_for_whatsapp() -> None:
    written = write_template("whatsapp:+33639980101", APPROVED, origin=OURS, key="k")
    assert written["ContentSid"] == "HX1"
    assert written["ContentVariables"] == '{"1": "Zoé"}'


def test_choices_are_numbered_lines_and_pages_stand_beside_their_titles() -> None:
    choices = (
        Button(title="Lyon", token="a"),
        Button(title="Lille", token="b"),
        Button(title="Carte", url="https://b.example/c"),
    )
    (part,) = parts_of(saying("Quel magasin ?", buttons=choices))
    lines = write_message(part, origin=OURS)["Body"].splitlines()
    assert lines[0] == "Quel magasin ?"
    assert lines[-3:] == ["1) Lyon", "2) Lille", "3) Carte : https://b.example/c"]


@pytest.mark.parametrize("text", ["", "  \n", "a" * 1601])
def test_what_twilio_would_not_take_is_refused_before(text: str) -> None:
    with pytest.raises(Refused):
        write_message(saying(text), origin=OURS)


def test_buttons_have_to_be_written_out_first() -> None:
    with pytest.raises(Refused, match="parts_of"):
        write_message(saying("Oui ?", buttons=(Button(title="Oui", token="o"),)), origin=OURS)


def test_another_limit_can_be_set_and_a_wrong_one_is_told() -> None:
    assert len(parts_of(saying("un deux trois " * 20), overridden(SmsTable(), {"text": 160}))) == 2
    for wrong in ({"texts": 160}, {"text": "160"}, {"text": True}):
        with pytest.raises(SettingsError):
            overridden(SmsTable(), wrong)
    assert overridden(SmsTable(), {"per_second": 10}).limits.per_second == 10.0


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "count", "left"),
    [
        ("", "GSM-7", 0, 0, 160),
        ("Déjà payé : 12 £", "GSM-7", 16, 1, 144),
        ("a" * 160, "GSM-7", 160, 1, 0),
        ("a" * 161, "GSM-7", 161, 2, 145),
        ("a" * 306, "GSM-7", 306, 2, 0),
        ("a" * 307, "GSM-7", 307, 3, 152),
        ("€" * 80, "GSM-7", 160, 1, 0),
        ("a" + "€" * 80, "GSM-7", 161, 2, 145),
        ("€" * 153, "GSM-7", 306, 3, 151),  # an escape is never parted from what follows it
        ("forêt", "UCS-2", 5, 1, 65),
        ("🙂", "UCS-2", 2, 1, 68),
        ("é" * 69 + "ê", "UCS-2", 70, 1, 0),
        ("é" * 70 + "ê", "UCS-2", 71, 2, 63),
        ("ê" * 66 + "🙂" * 3, "UCS-2", 72, 2, 61),  # nor half an emoji from the other
    ],
)
def test_what_a_text_costs(text: str, alphabet: str, units: int, count: int, left: int) -> None:
    told = segments(text)
    assert (told.alphabet, told.units, told.count, told.left) == (alphabet, units, count, left)


def test_typographic_signs_become_plain_where_that_makes_it_cheaper() -> None:
    assert plain("C’est « prêt »") == "C’est « prêt »"  # the ê costs it all the same
    assert plain("L’article est arrivé…") == "L'article est arrivé..."
    assert write_message(saying("Aujourd’hui – 9\u202fh"), origin=OURS)["Body"] == "Aujourd'hui - 9 h"


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@given(some.text(max_size=5000), some.lists(some.text(min_size=1, max_size=60), max_size=10))
def test_no_text_breaks_the_limit_and_none_is_lost(text: str, titles: list[str]) -> None:
    text = texts.clean(text)
    choices = tuple(Button(title=texts.clean(title), token=str(place)) for place, title in enumerate(titles))
    parts = parts_of(saying(text, buttons=choices))
    assert all(texts.utf16(part.text) <= 1600 for part in parts)
    joined = squeezed("".join(part.text for part in parts))
    assert joined.startswith(squeezed(text))
    assert all(squeezed(choice.title) in joined for choice in choices)


@given(some.text(max_size=1000))
def test_segments_add_up(text: str) -> None:
    told = segments(text)
    alone, joined = (160, 153) if told.alphabet == "GSM-7" else (70, 67)
    assert told.count == 1 or not 0 < told.units <= alone
    assert told.units <= (alone if told.count < 2 else told.count * joined)
    assert segments(plain(text)).alphabet == "GSM-7" or plain(text) == text
