"""The customer file is read line by line, and a wrong line is shown by its number."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import bot
from bot.brand import load_brand
from bot.customers.customer_file import read_customers
from bot.customers.profile import Profile
from bot.errors import BrandError

DEMO = Path(bot.__file__).parent / "demo"
HEADER = "id,first_name,last_name,phones,emails,language,home_store,consents_to_marketing,created\n"


def read(path: Path, text: str) -> list[Profile]:
    path.write_text(text, encoding="utf-8")
    return list(read_customers(path, stores={"lyon", "lille"}))


def test_the_demo_brand_has_two_hundred_customers_who_do_not_exist() -> None:
    brand = load_brand(DEMO)
    customers = list(read_customers(DEMO / "customers.csv", stores={store.id for store in brand.stores}))
    assert len(customers) == 204  # and some of them twice, for the search for doubles to find
    for customer in customers:
        assert all(re.fullmatch(r"\+3363998\d{4}|\+1(514|418|438)55501\d\d", phone) for phone in customer.phones)
        assert all(email.endswith(".example") for email in customer.emails)
    shared = [phone for phone, many in Counter(p for c in customers for p in c.phones).items() if many > 1]
    assert shared, "some families share a telephone"
    assert any(len(customer.phones) > 1 for customer in customers)
    assert any(customer.birthday for customer in customers)
    assert any(customer.birthday is None for customer in customers)


def test_the_pretend_telegram_plays_the_first_customer() -> None:
    brand = load_brand(DEMO)
    first = next(read_customers(DEMO / "customers.csv"))
    assert brand.demo is not None
    assert (first.id, first.first_name, first.last_name) == (brand.demo.customer, "Camille", "Fournier")
    assert (first.phones, first.home_store, first.language) == (("+33639980101",), "lyon", "fr")


def test_a_line_becomes_a_profile_in_one_form(tmp_path: Path) -> None:
    line = "7,Zoé,Kerbellec,+33 6 39 98 01 02; +1 514-555-0142,Zoe@Courriel.example,fr,lyon,yes,2024-02-29\n"
    (zoe,) = read(tmp_path / "c.csv", HEADER + line)
    assert zoe.phones == ("+33639980102", "+15145550142")
    assert zoe.emails == ("zoe@courriel.example",)
    assert zoe.consents_to_marketing
    assert zoe.created == date(2024, 2, 29)


def test_a_birthday_is_a_day_somebody_alive_was_born_on(tmp_path: Path) -> None:
    header = "id,first_name,last_name,birthday\n"
    (zoe,) = read(tmp_path / "c.csv", header + "7,Zoé,Kerbellec,1984-03-12\n")
    assert zoe.birthday == date(1984, 3, 12)
    (ana,) = read(tmp_path / "c.csv", header + "8,Ana,Ruiz,\n")
    assert ana.birthday is None
    for wrong, advice in (("0084-03-12", "nobody alive"), ("12/03/1984", "2026-11-28")):
        with pytest.raises(BrandError, match=advice):
            read(tmp_path / "c.csv", header + f"8,Ana,Ruiz,{wrong}\n")


def test_what_nobody_said_is_empty(tmp_path: Path) -> None:
    (unknown,) = read(tmp_path / "c.csv", HEADER + "7,Zoé,Kerbellec,,,,,,\n")
    assert unknown == Profile(id="7", first_name="Zoé", last_name="Kerbellec")


def test_a_file_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    (zoe,) = read(tmp_path / "c.csv", "\ufeff" + HEADER + "7,Zoé,Kerbellec,,,,,,\n")
    assert zoe.first_name == "Zoé"


@pytest.mark.parametrize(
    ("cells", "advice"),
    [
        ("8,Ana,,,,,,,", "last_name"),
        ("8,Ana,Ruiz,06 39 98 01 02,,,,,", "country code"),
        ("8,Ana,Ruiz,,ana at courriel,,,,", "name@domain"),
        ("8,Ana,Ruiz,,,French,,,", "two letters"),
        ("8,Ana,Ruiz,,,,lion,,", "did you mean 'lyon'"),
        ("8,Ana,Ruiz,,,,,oui,", "yes or no"),
        ("8,Ana,Ruiz,,,,,,29/02/2024", "2026-11-28"),
        ("8,Ana,Ruiz", "as many cells"),
        ("8,Ana,Ruiz,,,,,,,,", "as many cells"),
        ("7,Ana,Ruiz,,,,,,", "already on line 2"),
    ],
)
def test_a_wrong_line_is_shown_by_its_number(tmp_path: Path, cells: str, advice: str) -> None:
    with pytest.raises(BrandError, match=re.escape(advice)) as refused:
        read(tmp_path / "c.csv", HEADER + "7,Zoé,Kerbellec,,,,,,\n" + cells + "\n")
    assert (Path(refused.value.file).name, refused.value.line) == ("c.csv", 3)


@pytest.mark.parametrize(
    ("header", "advice"),
    [("id,first_name,lastname\n", "did you mean 'last_name'"), ("id,first_name\n", "'last_name' is missing")],
)
def test_a_wrong_header_is_refused(tmp_path: Path, header: str, advice: str) -> None:
    with pytest.raises(BrandError, match=re.escape(advice)):
        read(tmp_path / "c.csv", header)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrandError, match="missing"):
        next(read_customers(tmp_path / "customers.csv"))
