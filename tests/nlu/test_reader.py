"""Messages with two wishes, a refused one, or one behind thanks; the engine around which they are read is a table."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.reader import Reader
from nlu.understanding import IntentGuess, Understanding
from nlu.wishes import as_wish, borders, contrast, refused_alone, without_courtesy


class Table:
    """An engine that knows these messages by heart, and counts how often it is asked."""

    def __init__(self, known: Mapping[str, tuple[str, float]]) -> None:
        self.known, self.asked = known, 0

    async def understand(self, text: str, *, language: str) -> Understanding:
        self.asked += 1
        found = self.known.get(text.strip(" .!").lower())
        return Understanding(text, language, (IntentGuess(*found),) if found else (), threshold=0.4)


SHOP = {
    "annulez mon rdv et rappelez-moi": ("cancel_appointment", 0.6),
    "annulez mon rdv": ("cancel_appointment", 0.95),
    "rappelez-moi": ("callback_request", 0.97),
    "donnez-moi vos horaires": ("opening_hours", 0.9),
    "annulez mon rdv et rappelez-moi puis donnez-moi vos horaires": ("cancel_appointment", 0.6),
    "rappelez-moi puis donnez-moi vos horaires": ("callback_request", 0.6),
    "je veux un conseil et un essayage": ("book_appointment", 0.9),
    "je ne veux pas de remboursement mais un échange": ("refund_status", 0.9),
    "je voudrais un échange": ("return_policy", 0.9),
    "not a refund, an exchange": ("refund_status", 0.6),
    "i want an exchange": ("return_policy", 0.9),
    "n'annulez pas mon rdv": ("cancel_appointment", 0.9),
    "i don't want to talk to a robot": ("talk_to_human", 0.9),
    "i want talk to a robot": ("talk_to_human", 0.9),
    "merci, et vous livrez au canada ?": ("thank_you", 0.6),
    "vous livrez au canada ?": ("delivery_options", 0.9),
    "merci": ("thank_you", 0.99),
}


@pytest.fixture
def engine() -> Table:
    return Table(SHOP)


@pytest.fixture
def reader(engine: Table) -> Reader:
    return Reader(engine)


async def test_two_wishes_are_two(reader: Reader) -> None:
    meaning = await reader.understand("Annulez mon rdv et rappelez-moi !", language="fr")
    assert [(wish.intent, wish.text) for wish in meaning.wishes] == [
        ("cancel_appointment", "Annulez mon rdv"),
        ("callback_request", "rappelez-moi !"),
    ]
    assert meaning.text == "Annulez mon rdv et rappelez-moi !"


async def test_three_wishes_are_three(reader: Reader) -> None:
    text = "annulez mon rdv et rappelez-moi puis donnez-moi vos horaires"
    meaning = await reader.understand(text, language="fr")
    assert [wish.intent for wish in meaning.wishes] == ["cancel_appointment", "callback_request", "opening_hours"]


async def test_two_things_of_one_wish_are_one(reader: Reader, engine: Table) -> None:
    meaning = await reader.understand("je veux un conseil et un essayage", language="fr")
    assert meaning.wishes == ()
    assert engine.asked == 1


@pytest.mark.parametrize("text", ["je ne veux pas de remboursement mais un échange", "not a refund, an exchange"])
async def test_of_two_wishes_one_refused_the_other_is_meant(reader: Reader, text: str) -> None:
    meaning = await reader.understand(text, language="fr" if "je" in text else "en")
    assert (meaning.intent, meaning.understood, meaning.text) == ("return_policy", True, text)


async def test_a_wish_that_is_only_refused_is_not_acted_upon(reader: Reader) -> None:
    meaning = await reader.understand("n'annulez pas mon rdv", language="fr")
    assert (meaning.refuses, meaning.understood) == ("cancel_appointment", False)


async def test_a_refusal_may_be_a_wish(reader: Reader) -> None:
    meaning = await reader.understand("I don't want to talk to a robot", language="en")
    assert (meaning.intent, meaning.refuses) == ("talk_to_human", "")


async def test_the_request_behind_thanks_is_the_request(reader: Reader) -> None:
    meaning = await reader.understand("merci, et vous livrez au Canada ?", language="fr")
    assert (meaning.intent, meaning.understood) == ("delivery_options", True)


async def test_what_cannot_be_cut_costs_one_look(reader: Reader, engine: Table) -> None:
    for text in ("merci", "oui", "", "rappelez-moi", "où est mon colis", "👍"):
        engine.asked = 0
        await reader.understand(text, language="fr")
        assert engine.asked == 1, text


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("annuler mon rdv ; où est ma commande ?", ("annuler mon rdv", "où est ma commande ?")),
        ("Vous livrez au Québec ? Quels sont vos horaires ?", ("Vous livrez au Québec ?", "Quels sont vos horaires ?")),
        ("cancel my appointment and also call me back", ("cancel my appointment", "call me back")),
        ("je voudrais rendre ma veste et savoir vos horaires", ("je voudrais rendre ma veste", "savoir vos horaires")),
        ("where is my order and do you ship to Canada", ("where is my order", "do you ship to Canada")),
    ],
)
def test_where_a_message_may_be_cut(text: str, cut: tuple[str, str]) -> None:
    assert cut in borders(text)


@pytest.mark.parametrize(
    "text",
    [
        "bonjour, je voudrais un rdv",
        "un pantalon et une veste",
        "je veux un essayage samedi et dimanche",
        "mon colis est cassé et je suis déçue",
        "where and when is my appointment",
        "merci et bonne journée",
    ],
)
def test_where_it_may_not(text: str) -> None:
    assert borders(text) == ()


@pytest.mark.parametrize(
    ("text", "wanted", "refused"),
    [
        ("je ne veux pas annuler, je veux déplacer mon rdv", "déplacer mon rdv", "annuler"),
        ("I don't want a refund, I want an exchange", "an exchange", "refund"),
        ("Je veux un échange, pas un remboursement.", "Je veux un échange", "remboursement"),
        ("c'est pas pour annuler mais pour décaler", "pour décaler", "annuler"),
    ],
)
def test_a_contrast(text: str, wanted: str, refused: str) -> None:
    found = contrast(text)
    assert found is not None
    assert (found.wanted, found.refused) == (wanted, refused)


@pytest.mark.parametrize(
    "text",
    [
        "je ne trouve pas ma commande",
        "ça ne marche pas, je suis perdu avec votre site",
        "pas de facture dans le colis, vous me l'envoyez ?",
    ],
)
def test_no_contrast(text: str) -> None:
    assert contrast(text) is None


def test_what_is_refused_by_itself() -> None:
    assert refused_alone("n’annulez surtout pas mon rdv") == "annulez mon rdv"
    assert refused_alone("please don't call me") == "call me"
    assert refused_alone("je ne veux plus de ce rendez-vous") is None
    assert refused_alone("don't expect me on Friday") is None
    assert as_wish("un échange", "fr") == "je voudrais un échange"


def test_courtesy_in_front() -> None:
    assert without_courtesy("ok super, vous livrez au Canada ?") == "vous livrez au Canada ?"
    assert without_courtesy("Bonjour Madame") == ""
    assert without_courtesy("hello shop") == ""
    assert without_courtesy("où est mon colis") == ""


PIECES = ["merci", "et", "pas", "je veux", "mais", "un", "not", ",", ";", "?", "annulez-moi", "don't", "l'", "puis"]


@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES)).map(" ".join))
async def test_any_text_is_read(text: str) -> None:
    meaning = await Reader(Table({})).understand(text, language="fr")
    assert (meaning.text, meaning.wishes) == (text, ())
