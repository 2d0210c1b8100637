"""How choices are shown: the best form that holds them, else numbers to type."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.channels import texts
from bot.channels.choices import LEAD_IN, Form, parts, pieces, show, title
from bot.messages import Button, OutboundMessage

BUTTONS = Form(way="buttons", most=3, title=20, text=100)
LIST = Form(way="list", most=10, title=24, detail=72, text=100)
QUICK = Form(way="quick_replies", most=13, title=20, text=100)
LINK = Form(way="link", most=1, title=20, text=100, links=True)


def asks(*titles: str, text: str = "Quel magasin ?", language: str = "fr", url: str = "") -> OutboundMessage:
    buttons = [Button(title=title, token=f"7.{place}") for place, title in enumerate(titles)]
    if url:
        buttons.append(Button(title="La page", url=url))
    return OutboundMessage(channel="c", recipient="1", text=text, key="k", buttons=tuple(buttons), language=language)


@pytest.mark.parametrize(
    ("count", "forms", "way"),
    [
        (0, [BUTTONS, LIST], None),
        (3, [BUTTONS, LIST], "buttons"),
        (4, [BUTTONS, LIST], "list"),
        (10, [BUTTONS, LIST], "list"),
        (11, [BUTTONS, LIST], None),
        (4, [BUTTONS, QUICK], "quick_replies"),
        (13, [BUTTONS, QUICK], "quick_replies"),
        (14, [BUTTONS, QUICK], None),
        (2, [], None),
    ],
)
def test_the_best_form_that_holds_them_all(count: int, forms: list[Form], way: str | None) -> None:
    shown = show(asks(*(f"Magasin {place}" for place in range(count))), forms)
    assert (shown.form.way if shown.form else None) == way
    assert bool(shown.lines) is (bool(count) and way is None)


def test_without_any_form_choices_are_numbers_to_type() -> None:
    [part] = parts(asks("Lyon", "Lille"), [], 1600)
    assert part.text == "Quel magasin ?\n\nRépondez par le numéro de votre choix :\n1) Lyon\n2) Lille"
    assert not part.buttons


def test_the_sentence_above_numbers_is_in_the_customers_language_or_the_brands_words() -> None:
    assert LEAD_IN["en"] in parts(asks("Lyon", "Lille", language="en"), [], 1600)[0].text
    assert "\n\nTapez 1 ou 2 :\n1) " in parts(asks("Lyon", "Lille"), [], 1600, lead_in="Tapez 1 ou 2 :")[0].text


def test_a_title_too_long_for_buttons_is_written_out_in_a_list() -> None:
    shown = show(asks("Boutique de Lyon Part-Dieu", "Lille"), [BUTTONS, LIST])
    assert shown.form is LIST


def test_titles_may_be_cut_where_nothing_else_is_left_and_they_still_differ() -> None:
    shown = show(asks("Boutique de Lyon Part-Dieu", "Lille"), [BUTTONS])
    assert shown.form is BUTTONS
    assert title(shown.buttons[0], BUTTONS) == "Boutique de Lyon Pa…"
    assert not shown.lines


def test_a_title_is_not_cut_where_it_would_lose_its_figures() -> None:
    shown = show(asks("sam. 28 nov. à 15 h 30", "sam. 28 nov. à 17 h"), [BUTTONS])
    assert shown.lines == ("1) sam. 28 nov. à 15 h 30", "2) sam. 28 nov. à 17 h")
    assert [button.title for button in shown.buttons] == ["1", "2"]


def test_titles_that_would_look_the_same_are_written_out_and_their_numbers_pressed() -> None:
    first, second = "vendredi 27 novembre à 10 h", "vendredi 27 novembre à 11 h"
    shown = show(asks(first, second), [BUTTONS, QUICK])
    assert shown.lines == (f"1) {first}", f"2) {second}")
    assert [(button.title, button.token) for button in shown.buttons] == [("1", "7.0"), ("2", "7.1")]


def test_a_page_no_form_can_open_has_a_line_of_its_own() -> None:
    message = asks("Lyon", "Lille", url="https://orvelle.example/magasins")
    [part] = parts(message, [BUTTONS], 1600)
    assert part.text == "Quel magasin ?\n\nLa page : https://orvelle.example/magasins"
    assert [button.title for button in part.buttons] == ["Lyon", "Lille"]


def test_a_page_alone_is_a_link_where_there_is_a_form_for_it() -> None:
    assert show(asks(url="https://orvelle.example"), [LINK, BUTTONS]).form is LINK
    assert parts(asks(url="https://orvelle.example"), [BUTTONS], 1600)[0].text.endswith("La page : https://orvelle.example")


def test_a_number_is_the_place_among_all_choices() -> None:
    """The dialogue counts a page as a choice too."""
    message = asks("Lyon", url="https://orvelle.example")
    assert parts(message, [], 1600)[0].text.endswith("1) Lyon\n2) La page : https://orvelle.example")


def test_a_long_text_is_cut_so_that_its_end_stands_above_the_choices() -> None:
    message = asks("Oui", "Non", text="Une phrase. " * 40)
    made = parts(message, [BUTTONS], 300)
    assert [part.key for part in made] == [f"k/{place}" for place in range(1, len(made) + 1)]
    assert all(len(part.text) <= 300 and not part.buttons for part in made[:-1])
    assert len(made[-1].text) <= BUTTONS.text
    assert made[-1].buttons == message.buttons


def test_written_out_choices_stay_whole() -> None:
    message = asks(*(f"Rue de la République. Numéro {place}" for place in range(12)), text="Une phrase. " * 10)
    made = parts(message, [], 100)
    lines = [line for part in made for line in part.text.splitlines() if ") Rue" in line]
    assert lines == [f"{place + 1}) Rue de la République. Numéro {place}" for place in range(12)]


buttons = some.lists(
    some.builds(Button, title=some.text(max_size=80), token=some.text("abc", min_size=1, max_size=9)), max_size=16
)


@settings(deadline=None)
@given(text=some.text(max_size=400), choices=buttons, forms=some.sets(some.sampled_from([BUTTONS, LIST, QUICK, LINK])))
def test_nothing_breaks_a_limit_and_no_word_is_lost(text: str, choices: list[Button], forms: set[Form]) -> None:
    message = OutboundMessage(channel="c", recipient="1", text=text, key="k", buttons=tuple(choices))
    table = sorted(forms, key=lambda form: form.most)
    made = parts(message, table, 120)
    shown = show(message, table)
    assert all(texts.utf16(part.text) <= 120 for part in made)
    assert all(not part.buttons for part in made[:-1])
    if shown.form is not None:
        assert len(made[-1].buttons) <= shown.form.most
        assert texts.utf16(made[-1].text) <= shown.form.text
        assert show(made[-1], table).form is shown.form
    written = "".join((text + shown.lead_in + "".join(shown.lines)).split())
    assert "".join("".join(piece.split()) for piece in pieces(shown, 120)) == written
    pressable = {button.token for button in made[-1].buttons}
    assert shown.lines or pressable == {button.token for button in choices}
