"""Our messages as Telegram wants them."""

from __future__ import annotations

import pytest

from bot.channels.buttons import rows
from bot.channels.telegram.compose import parts_of, write_message
from bot.errors import Refused
from bot.messages import Button, OutboundMessage


def message(text: str = "Quel magasin ?", **more: object) -> OutboundMessage:
    return OutboundMessage(channel="telegram", recipient="7", text=text, key="k", **more)  # type: ignore[arg-type]


def buttons(*titles: str) -> tuple[Button, ...]:
    return tuple(Button(title=title, token=f"t{place}") for place, title in enumerate(titles))


def test_words_are_sent_as_they_are_and_never_as_formatting() -> None:
    written = write_message(message("<b>Bonjour</b> *vous*"))
    assert written["text"] == "<b>Bonjour</b> *vous*"
    assert "parse_mode" not in written
    assert written["link_preview_options"] == {"is_disabled": True}


def test_choices_are_inline_buttons() -> None:
    keyboard = write_message(message(buttons=buttons("Lyon Bellecour", "Lille")))["reply_markup"]["inline_keyboard"]
    assert keyboard == [[{"text": "Lyon Bellecour", "callback_data": "t0"}, {"text": "Lille", "callback_data": "t1"}]]


def test_a_link_button_opens_its_page() -> None:
    link = Button(title="Plan", url="https://orvelle.example/lyon")
    assert write_message(message(buttons=(link,)))["reply_markup"]["inline_keyboard"] == [[{"text": "Plan", "url": link.url}]]


def test_a_contact_is_asked_for_by_a_key_and_the_choices_stay_reachable() -> None:
    markup = write_message(message(ask_contact="Partager mon numéro", buttons=buttons("Plus tard")))["reply_markup"]
    assert markup["keyboard"] == [[{"text": "Partager mon numéro", "request_contact": True}], [{"text": "Plus tard"}]]
    assert markup["one_time_keyboard"]


def test_a_plain_answer_puts_away_the_contact_keyboard() -> None:
    assert write_message(message())["reply_markup"] == {"remove_keyboard": True}


@pytest.mark.parametrize(
    ("titles", "shape"),
    [
        (["Oui", "Non"], [2]),
        ([str(note) for note in range(11)], [6, 5]),
        (["10 h 30"] * 7, [3, 3, 1]),
        (["Lyon Bellecour", "Lille Grand-Place"], [2]),
        (["Paris Rivoli", "Montréal Saint-Laurent", "Lyon"], [1, 1, 1]),
        ([], []),
    ],
)
def test_buttons_stand_beside_each_other_as_long_as_they_can_be_read(titles: list[str], shape: list[int]) -> None:
    assert [len(row) for row in rows(buttons(*titles))] == shape


def test_a_long_text_becomes_parts_and_the_last_one_has_the_buttons() -> None:
    long = message("\n\n".join(["Une phrase de plus. " * 100] * 5), buttons=buttons("Oui"))
    parts = parts_of(long)
    assert [part.key for part in parts] == ["k/1", "k/2", "k/3"]
    assert [bool(part.buttons) for part in parts] == [False, False, True]
    assert [write_message(part)["chat_id"] for part in parts] == ["7"] * 3


def test_a_short_text_keeps_its_key() -> None:
    assert parts_of(message()) == [message()]


@pytest.mark.parametrize(
    ("wrong", "what_to_do"),
    [
        (message("  "), "give the response a text"),
        (message("a" * 4097), "send the message in parts"),
        (message(buttons=(Button(title="x", token="é" * 33),)), "short token"),
        (message(buttons=(Button(title="x"),)), "short token"),
        (message(buttons=buttons(*["x"] * 101)), "in pages"),
    ],
)
def test_what_telegram_would_refuse_is_refused_before(wrong: OutboundMessage, what_to_do: str) -> None:
    with pytest.raises(Refused, match=what_to_do):
        write_message(wrong)
