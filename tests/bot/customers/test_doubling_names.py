"""Names, birthdays, numbers and addresses side by side."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.doubling.contacts import compare_birthdays, compare_mails, compare_phones, compare_places, mail_of
from bot.customers.doubling.names import compare_first, compare_last, folded, inverted, sound, without_generation

NAMES = st.text(st.sampled_from("abcdeilmnoprstuéèçïœ-' "), max_size=14)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Éric", "ERIC", "same"),
        ("Jean-Noël", "jean noel", "same"),
        ("Marie Claire", "Marieclaire", "same"),
        ("Catherine", "Cathy", "short"),
        ("William", "Bill", "short"),
        ("Mohamed", "Muhammad", "short"),
        ("Jean-Baptiste", "JB", "short"),
        ("Sylvie", "Sylvei", "alike"),
        ("Philomène", "Filomène", "alike"),
        ("Jean-Baptiste", "Jean", "part"),
        ("Margaux", "Margot Louise", "part"),
        ("Camille", "C.", "initial"),
        ("Jean-Luc", "J.-L.", "initial"),
        ("Emma", "Lucas", "other"),
        ("Léa", "Léo", "other"),  # too short for a slip
        ("Jean-Pierre", "Jean-Luc", "other"),
    ],
)
def test_first_names(one: str, other: str, level: str) -> None:
    assert compare_first(folded(one), folded(other), both_usual=False) == level
    assert compare_first(folded(other), folded(one), both_usual=False) == level


def test_one_letter_between_two_usual_names_is_rather_another_name() -> None:
    assert compare_first("simon", "simone", both_usual=True) == "neighbour"
    assert compare_first("simon", "simobn", both_usual=False) == "alike"


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Lefèvre", "LEFEVRE", "same"),
        ("O’Neill", "ONeill", "same"),
        ("Le Goff", "Legoff", "same"),
        ("Lefebvre", "Lefebvr", "alike"),
        ("Schmitt", "Schmidt", "alike"),
        ("Martin-Dupuis", "Dupuis", "part"),
        ("de la Tour", "Tour", "part"),
        ("Martin", "Bernard", "other"),
        ("de la Tour", "de la Roche", "other"),
    ],
)
def test_last_names(one: str, other: str, level: str) -> None:
    assert compare_last(folded(one), folded(other)) == compare_last(folded(other), folded(one)) == level


def test_names_in_other_scripts_are_names_too() -> None:
    assert folded("Ελένη") == "ελενη"
    assert compare_first(folded("李娜"), folded("王伟"), both_usual=False) == "other"
    assert compare_last(folded("Иванов"), folded("ИВАНОВ")) == "same"
    assert compare_last(folded("Иванов"), folded("Ивонов")) == "alike"
    assert sound(folded("محمد"))


def test_what_is_written_the_wrong_way_round_is_seen() -> None:
    assert inverted(("emma", "sandshaw"), ("sandshaw", "emma"))
    assert inverted(("kate", "sandshaw"), ("sandshaw", "katherine"))
    assert not inverted(("emma", "sandshaw"), ("emma", "sandshaw"))


def test_father_and_son_are_told_apart_by_the_word_after_the_name() -> None:
    assert without_generation(folded("John Smith Jr.")) == ("john smith", "jr")
    assert without_generation(folded("Martin fils")) == ("martin", "fils")
    assert without_generation(folded("Filsac")) == ("filsac", "")


@given(NAMES, NAMES)
def test_comparing_is_the_same_both_ways_and_a_name_is_like_itself(one: str, other: str) -> None:
    a, b = folded(one), folded(other)
    assert compare_last(a, b) == compare_last(b, a)
    assert compare_first(a, b, both_usual=False) == compare_first(b, a, both_usual=False)
    assert compare_last(a, a) == compare_first(a, a, both_usual=True) == "same"
    assert sound(a) == sound(a)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (date(1984, 3, 12), date(1984, 3, 12), "same"),
        (date(1984, 3, 12), date(1984, 12, 3), "swapped"),
        (date(1984, 3, 12), date(1984, 3, 13), "slip"),
        (date(1984, 3, 12), date(1948, 3, 12), "slip"),
        (date(1984, 3, 12), date(1984, 1, 1), "year"),
        (date(1984, 3, 12), date(1983, 4, 17), "other"),
    ],
)
def test_birthdays(one: date, other: date, level: str) -> None:
    assert compare_birthdays(one, other) == compare_birthdays(other, one) == level


def test_phones() -> None:
    assert compare_phones(["+33639980101", "+33139980102"], ["+33139980102"]) == "same"
    assert compare_phones(["+33639980101"], ["+33639981001"]) == "slip"
    assert compare_phones(["+33639980101"], ["+33639980107"]) == "slip"
    assert compare_phones(["+33639980101"], ["+33639989999"]) == "other"


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("camille.f84@boite.example", "camille.f84@boite.example", "same"),
        ("camille.f84@boite.example", "camillef84+shop@boite.example", "same"),
        ("camille.f84@boite.example", "camille.f84@postale.example", "local"),
        ("camille.fournier@boite.example", "camille.fournier@postale.example", "named"),  # a namesake has that, too
        ("c.fournier@boite.example", "c.fournier@postale.example", "named"),
        ("camille.f84@boite.example", "camille.f84@biote.example", "slip"),
        ("camile.f84@boite.example", "camille.f84@boite.example", "slip"),
        ("camille.f84@boite.example", "camille.f85@boite.example", "other"),
        ("cam@boite.example", "cam@postale.example", "other"),
    ],
)
def test_mails(one: str, other: str, level: str) -> None:
    mails = [mail_of(written, ("camille", "fournier")) for written in (one, other)]
    assert compare_mails(mails[:1], mails[1:]) == compare_mails(mails[1:], mails[:1]) == level


def test_places() -> None:
    assert compare_places(("69002", "lyon"), ("69002", "lyon 2e")) == "same"
    assert compare_places(("69002", "lyon"), ("69003", "lyon")) == "slip"
    assert compare_places(("69002", "lyon"), ("69340", "lyon")) == "city"
    assert compare_places(("69002", "lyon"), ("69340", "francheville")) == "area"
    assert compare_places(("LS6 2AB", "leeds"), ("LS6 9TZ", "")) == "area"
    assert compare_places(("69002", "lyon"), ("75011", "paris")) == "other"
