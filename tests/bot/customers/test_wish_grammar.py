"""What messages say about being written to, alone or in a sentence, and what they do not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.customers.opting import read_word
from bot.customers.wish_grammar import HERE, Said, Spoken, read_wish

WORDS = [
    *("ne", "m", "écrivez", "plus", "pas", "de", "des", "la", "les", "vos", "par", "sur", "sms", "mail", "messages", "rappels"),
    *(
        "pub",
        "offres",
        "le",
        "soir",
        "stop",
        "don't",
        "write",
        "to",
        "me",
        "any",
        "more",
        "no",
        "send",
        "ads",
        "you",
        "can",
        "on",
    ),
    *("whatsapp", "je", "veux", "recevoir", "unsubscribe", "from", "your", "the", "all", "list", "please", "svp", "après", "20h"),
]
NIGHT = {"from": "21:00", "to": "08:00"}


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop", "Stop.", "  stop !!! ", "STOP 🙏", "Stóp", "ARRET", "arrêt", "Arrêter", "stop svp", "STOP SMS",
        "stop sms svp",

        "s'il vous plaît stop", "STOP merci", "stop stop stop", "DESABONNER", "Désabonnement", "UNSUBSCRIBE",
        "unsubscribe please",
        "BAJA", "ALTO", "Abmelden", "СТОП", "стоп", "退订", "توقف", "stop 36111", "STOP à tous les messages",
    ],
)  # fmt: skip
def test_a_word_alone_stops_us(text: str) -> None:
    assert read_word(text, "telegram") == "stop"


@pytest.mark.parametrize(
    "text", ["stop pub", "STOP PUB", "stop pubs svp", "stop promos", "stop aux publicités", "stop marketing"]
)
def test_only_advertising_is_stopped(text: str) -> None:
    assert read_word(text, "sms") == "stop_marketing"


@pytest.mark.parametrize(
    "text",
    [
        "stop, je voulais dire samedi", "Stop ! Pas Lyon, Lille", "don't stop", "l'arrêt de bus", "stop ou encore", "non stop",
        "arrêt de la commande 123", "le 12", "", "👍", "bonjour", "stop the order", "merci", "je m'arrête à Lyon",
    ],
)  # fmt: skip
def test_inside_a_sentence_it_is_a_word_like_any_other(text: str) -> None:
    assert read_word(text, "sms") is None


@pytest.mark.parametrize("text", ["FIN", "quit", "CANCEL", "End"])
def test_some_words_stop_only_where_the_channel_has_it_so(text: str) -> None:
    assert read_word(text, "sms") == "stop"
    assert read_word(text, "telegram") is None


@pytest.mark.parametrize(("text", "word"), [("START", "start"), ("reprendre svp", "start"), ("OUI", "yes"), ("yes!", "yes")])
def test_words_that_let_us_write_again(text: str, word: str) -> None:
    assert read_word(text, "sms") == word


def said(kind: str, value: Any, channel: str = "", purpose: str = "") -> Said:
    return Said(kind, value, channel, purpose)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("ne m'écrivez plus", said("contact", False, HERE)),
        ("Ne m’écrivez plus s’il vous plaît.", said("contact", False, HERE)),
        ("Arrêtez de m'écrire !", said("contact", False, HERE)),
        ("ne me contactez plus du tout", said("contact", False)),
        ("je ne veux plus recevoir de messages", said("contact", False, HERE)),
        ("ne m'écrivez plus par SMS", said("contact", False, "sms")),
        ("plus de SMS svp", said("contact", False, "sms")),
        ("je ne veux plus recevoir vos mails", said("contact", False, "email")),
        ("plus de pub s'il vous plaît", said("contact", False, "", "marketing")),
        ("Je ne veux plus recevoir de publicité", said("contact", False, "", "marketing")),
        ("ne m'envoyez plus de pub par SMS", said("contact", False, "sms", "marketing")),
        ("plus de rappels", said("contact", False, "", "reminder")),
        ("plus d'enquêtes de satisfaction", said("contact", False, "", "survey")),
        ("désabonnez-moi de la newsletter", said("contact", False, "", "marketing")),
        ("don't text me anymore", said("contact", False, "sms")),
        ("please don't write to me any more", said("contact", False, HERE)),
        ("stop sending me ads", said("contact", False, "", "marketing")),
        ("no more ads please", said("contact", False, "", "marketing")),
        ("I don't want to receive your offers", said("contact", False, "", "marketing")),
        ("do not contact me at all", said("contact", False)),
        ("unsubscribe me from your list", said("contact", False)),
        ("don't email me", said("contact", False, "email")),
        ("ne m'écrivez plus le soir", said("quiet_hours", [{"from": "18:00", "to": "08:00"}])),
        ("ne m'écrivez pas après 20h", said("quiet_hours", [{"from": "20:00", "to": "08:00"}])),
        ("ne m'écrivez pas après 19h30", said("quiet_hours", [{"from": "19:30", "to": "08:00"}])),
        ("merci de ne pas m'écrire avant 9h", said("quiet_hours", [{"from": "21:00", "to": "09:00"}])),
        ("ne m'écrivez pas entre 12h et 14h", said("quiet_hours", [{"from": "12:00", "to": "14:00"}])),
        ("arrêtez de m'écrire la nuit", said("quiet_hours", [NIGHT])),
        ("ne m'écrivez pas le week-end", said("quiet_hours", [{"from": "00:00", "to": "00:00", "days": [5, 6]}])),
        ("please don't write to me on Sundays", said("quiet_hours", [{"from": "00:00", "to": "00:00", "days": [6]}])),
        ("don't message me at night", said("quiet_hours", [NIGHT])),
        ("don't text me after 8pm", said("quiet_hours", [{"from": "20:00", "to": "08:00"}])),
        ("vous pouvez m'écrire à toute heure", said("quiet_hours", [])),
        ("you can write to me at any time", said("quiet_hours", [])),
        ("écrivez-moi plutôt par mail", said("preferred_channel", "email")),
        ("Je préfère être contactée par WhatsApp", said("preferred_channel", "whatsapp")),
        ("envoyez-moi les rappels par SMS", said("preferred_channel", "sms", "", "reminder")),
        ("please write to me by email instead", said("preferred_channel", "email")),
        ("I'd prefer to be contacted on WhatsApp", said("preferred_channel", "whatsapp")),
        ("send me the reminders by text", said("preferred_channel", "sms", "", "reminder")),
        ("you can write to me on WhatsApp", said("contact", True, "whatsapp")),
        ("vous pouvez m'écrire par SMS", said("contact", True, "sms")),
        ("vous pouvez m'écrire", said("contact", True, HERE)),
        ("je veux bien recevoir vos offres par mail", said("contact", True, "email", "marketing")),
        ("I would like to receive your offers", said("contact", True, "", "marketing")),
        ("parlez-moi en anglais", said("language", "en")),
        ("répondez-moi en anglais svp", said("language", "en")),
        ("speak English to me please", said("language", "en")),
        ("please write in French", said("language", "fr")),
        ("my time zone is America/Montreal", said("time_zone", "America/Montreal")),
        ("je suis à l'heure de Montréal", said("time_zone", "America/Montreal")),
    ],
)  # fmt: skip
def test_a_sentence_about_being_written_to_is_understood(text: str, wish: Said) -> None:
    assert read_wish(text, "telegram") == Spoken(wish)


@pytest.mark.parametrize("text", ["comme avant", "annulez ça", "undo", "as before please"])
def test_the_last_wish_is_taken_back_in_one_line(text: str) -> None:
    assert read_wish(text, "sms") == Spoken(word="undo")


@pytest.mark.parametrize(
    "text",
    [
        "stop, je voulais dire samedi", "vous pouvez m'écrire l'adresse ?", "je préfère samedi",
        "plus de pulls en stock ?",
        "no more sizes?", "je ne veux plus de ce manteau", "ne m'écrivez plus à cette adresse, j'ai déménagé",
        "parlez-vous anglais ?",
        "plus de messages que prévu", "je veux annuler", "par mail", "en anglais", "le soir",
        "ne m'envoyez pas le colis le lundi",

        "don't send me the blue one", "contactez-moi par téléphone", "you can send it on Monday", "no",
        "plus de mails avec la facture",
    ],
)  # fmt: skip
def test_other_messages_are_left_to_the_bot(text: str) -> None:
    assert read_wish(text, "telegram") is None


@given(st.sampled_from(["stop", "arrêt", "désabonner", "unsubscribe", "baja", "стоп"]), st.data())
def test_neither_case_nor_dots_nor_emoji_hide_the_word(word: str, data: st.DataObject) -> None:
    shouted = "".join(data.draw(st.sampled_from([letter, letter.upper()])) for letter in word)
    around = st.text(alphabet=" .,!?;:\n\t-_*…'\"🙏🛑😡", max_size=6)
    assert read_word(data.draw(around) + shouted + data.draw(around), "sms") == "stop"


@settings(deadline=timedelta(seconds=1))
@given(st.lists(st.sampled_from(WORDS), max_size=22).map(" ".join) | st.text(max_size=200))
def test_any_message_is_read_quickly_and_alike_however_it_is_spaced(text: str) -> None:
    assert read_wish(text, "telegram") == read_wish(text.strip() + " ", "telegram")
