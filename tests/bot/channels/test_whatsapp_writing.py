"""Our messages as WhatsApp takes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.channels.overrides import overridden
from bot.channels.templates import Template
from bot.channels.whatsapp.compose import parts_of, write_message, write_seen, write_template
from bot.channels.whatsapp.table import WhatsAppTable
from bot.errors import OutsideWindow, Refused
from bot.messages import Button, OutboundMessage

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def says(text: str = "Bonjour", *titles: str, **more: object) -> OutboundMessage:
    buttons = tuple(Button(title=title, token=f"7.{place}") for place, title in enumerate(titles))
    given = {"channel": "whatsapp", "recipient": "33639980101", "key": "k1", "text": text, "buttons": buttons}
    return OutboundMessage(**(given | more))  # type: ignore[arg-type]


def test_plain_words() -> None:
    assert write_message(says()) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "33639980101",
        "type": "text",
        "text": {"body": "Bonjour", "preview_url": False},
        "biz_opaque_callback_data": "k1",
    }


@pytest.mark.parametrize("scoped", ["FR.13491208655302741918", "FR.ENT.11815799212886844830"])
def test_a_scoped_id_is_a_recipient_and_a_number_is_not(scoped: str) -> None:
    written = write_message(says(recipient=scoped))
    assert written["recipient"] == scoped
    assert "to" not in written


def test_up_to_three_choices_are_buttons() -> None:
    interactive = write_message(says("D’accord ?", "Oui", "Non"))["interactive"]
    assert interactive == {
        "type": "button",
        "body": {"text": "D’accord ?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "7.0", "title": "Oui"}},
                {"type": "reply", "reply": {"id": "7.1", "title": "Non"}},
            ]
        },
    }


def test_more_choices_or_longer_titles_are_a_list() -> None:
    interactive = write_message(says("Quel magasin ?", "Boutique de Lyon Part-Dieu", "Lille"))["interactive"]
    assert interactive["type"] == "list"
    assert interactive["action"]["button"] == "Choisir"
    assert interactive["action"]["sections"][0]["rows"] == [
        {"id": "7.0", "title": "Boutique de Lyon Part-D…", "description": "Boutique de Lyon Part-Dieu"},
        {"id": "7.1", "title": "Lille"},
    ]


def test_still_more_are_numbers_to_type() -> None:
    [part] = parts_of(says("Quel magasin ?", *(f"Magasin {place}" for place in range(11))))
    written = write_message(part)
    assert written["type"] == "text"
    assert written["text"]["body"].endswith("11) Magasin 10")


def test_a_page_alone_is_a_link_button() -> None:
    page = Button(title="Suivre mon colis", url="https://orvelle.example/colis/1")
    action = write_message(says("Voici :", buttons=(page,)))["interactive"]["action"]
    assert action == {
        "name": "cta_url",
        "parameters": {"display_text": "Suivre mon colis", "url": "https://orvelle.example/colis/1"},
    }


def test_a_long_text_goes_before_and_its_end_stands_above_the_choices() -> None:
    parts = parts_of(says("Une phrase. " * 500, "Oui", "Non"))
    assert [write_message(part)["type"] for part in parts] == ["text"] * (len(parts) - 1) + ["interactive"]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (says(" "), "empty"),
        (says("a" * 4097), "in parts"),
        (says("a" * 1025, "Oui"), "in parts"),
        (says("?", *(str(place) for place in range(11))), "in parts"),
        (says("?", buttons=(Button(title="Oui", token=""),)), "short token"),
        (says("?", buttons=(Button(title="Oui", token="é" * 129),)), "short token"),
    ],
)
def test_what_whatsapp_would_never_take_is_refused_before(message: OutboundMessage, why: str) -> None:
    with pytest.raises(Refused, match=why):
        write_message(message)


@pytest.mark.parametrize(
    ("left", "late"), [(timedelta(minutes=2), False), (timedelta(seconds=30), True), (timedelta(hours=-1), True)]
)
def test_outside_the_window_only_a_template_is_taken(left: timedelta, late: bool) -> None:
    message = says(window_ends=NOW + left, author="advisor")
    if late:
        with pytest.raises(OutsideWindow, match="template"):
            write_message(message, now=NOW)
    else:
        assert write_message(message, now=NOW)


def test_a_template_has_its_parameters_on_one_line_and_the_tokens_of_its_buttons() -> None:
    template = Template(name="rappel", language="fr", parameters=("Camille", "lundi\n  10 h"), tokens=("9.0",))
    written = write_template("33639980101", template, "k2")
    assert written["template"] == {
        "name": "rappel",
        "language": {"code": "fr"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Camille"}, {"type": "text", "text": "lundi 10 h"}]},
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "0",
                "parameters": [{"type": "payload", "payload": "9.0"}],
            },
        ],
    }
    assert written["biz_opaque_callback_data"] == "k2"
    assert "components" not in write_template("33639980101", Template(name="reprise", language="fr"), "k3")["template"]


def test_a_template_with_an_empty_parameter_is_refused_before() -> None:
    with pytest.raises(Refused, match="empty"):
        write_template("33639980101", Template(name="rappel", language="fr", parameters=(" ",)), "k2")


def test_reading_and_typing_are_one_call() -> None:
    assert write_seen("wamid.1", typing=True)["typing_indicator"] == {"type": "text"}
    assert write_seen("wamid.1", typing=False) == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.1",
    }


def test_an_operator_can_change_any_figure() -> None:
    table = overridden(WhatsAppTable(), {"buttons": 5, "above_choices": 4096})
    message = says("a" * 2000, "1", "2", "3", "4", "5")
    assert write_message(message, table=table)["interactive"]["type"] == "button"


lengthy = (
    some.text()
    | some.text("a 😀é.\n", max_size=9000)
    | some.builds(lambda words, times: words * times, some.text(min_size=1, max_size=60), some.integers(1, 400))
)
titles = some.lists(some.text(max_size=90), max_size=14)


@settings(deadline=None)
@given(lengthy, titles)
def test_no_text_of_any_length_or_script_breaks_a_limit(text: str, shown: list[str]) -> None:
    parts = parts_of(says(text, *shown))
    said = "".join(part.text for part in parts)
    assert "".join(text.split()) in "".join(said.split())
    if not said.strip():
        return
    for part in parts:
        written = write_message(part)
        if written["type"] == "text":
            assert len(written["text"]["body"]) <= 4096
        else:
            assert len(written["interactive"]["body"]["text"]) <= 1024
