"""Our messages as Telegram wants them."""

from __future__ import annotations

import pytest

from bot.channels.buttons import rows
from bot.channels.overrides import overridden
from bot.channels.telegram.compose import parts_of, write_message
from bot.channels.telegram.table import TelegramTable
from bot.errors import Refused
from bot.messages import Button, OutboundMessage


def message(text: str = "Quel magasin ?", *, recipient: str = "7", **more: object) -> OutboundMessage:
    return OutboundMessage(channel="telegram", recipient=recipient, text=text, key="k", **more)  # type: ignore[arg-type]


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


def test_more_choices_than_buttons_are_written_out_with_numbers() -> None:
    parts = parts_of(message(buttons=buttons(*(f"Magasin {place}" for place in range(101)))))
    assert "101) Magasin 100" in parts[-1].text
    assert all(write_message(part)["reply_markup"] == {"remove_keyboard": True} for part in parts)


def test_choices_nobody_could_tell_apart_are_numbered() -> None:
    long = "Retirer la commande au magasin de la place Bellecour à Lyon, rayon "
    (part,) = parts_of(message(buttons=buttons(f"{long}un", f"{long}deux")))
    assert part.text.endswith(f"1) {long}un\n2) {long}deux")
    assert write_message(part)["reply_markup"]["inline_keyboard"] == [
        [{"text": "1", "callback_data": "t0"}, {"text": "2", "callback_data": "t1"}]
    ]


BUSINESS = "business:bc-77:5100200300"


def test_a_connected_account_answers_in_its_own_chat() -> None:
    written = write_message(message(recipient=BUSINESS, buttons=buttons("Oui")))
    assert (written["business_connection_id"], written["chat_id"]) == ("bc-77", "5100200300")
    assert written["reply_markup"]["inline_keyboard"] == [[{"text": "Oui", "callback_data": "t0"}]]


def test_a_connected_account_opens_and_closes_no_keyboard() -> None:
    (part,) = parts_of(message(recipient=BUSINESS, ask_contact="Partager mon numéro", buttons=buttons("Plus tard")))
    assert "inline_keyboard" in write_message(part)["reply_markup"]
    assert "reply_markup" not in write_message(message(recipient=BUSINESS))


def test_an_operators_own_limits_are_kept() -> None:
    table = overridden(TelegramTable(), {"text": 40, "buttons": 1})
    parts = parts_of(message("Une phrase. Une autre phrase. Et une de plus.", buttons=buttons("Oui", "Non")), table=table)
    assert all(len(part.text) <= 40 for part in parts)
    assert parts[-1].buttons == ()
    with pytest.raises(Refused, match="Telegram's 40"):
        write_message(message("a" * 41), table=table)


@pytest.mark.parametrize(
    ("wrong", "what_to_do"),
    [
        (message("  "), "give the response a text"),
        (message("a" * 4097), "send the message in parts"),
        (message(buttons=(Button(title="x", token="é" * 33),)), "short token"),
        (message(buttons=(Button(title="x"),)), "short token"),
        (message(buttons=buttons(*["x"] * 101)), "in parts"),
    ],
)
def test_what_telegram_would_refuse_is_refused_before(wrong: OutboundMessage, what_to_do: str) -> None:
    with pytest.raises(Refused, match=what_to_do):
        write_message(wrong)
