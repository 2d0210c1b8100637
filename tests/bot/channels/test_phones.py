"""Numbers as people and platforms write them, in one form."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.channels.phones import e164, same, variants


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("33639980101", "", "+33639980101"),
        ("+33 6 39 98 01 01", "", "+33639980101"),
        ("06 39 98 01 01", "FR", "+33639980101"),
        ("0033 6 39 98 01 01", "FR", "+33639980101"),
        ("33639980101", "FR", "+33639980101"),
        ("447700900123", "FR", "+447700900123"),
        ("551161234567", "", "+5511961234567"),
        ("+55 11 96123-4567", "", "+5511961234567"),
        ("551132123456", "", "+551132123456"),  # a landline of São Paulo has no ninth digit
        ("5215512345678", "", "+525512345678"),
        ("+52 55 1234 5678", "", "+525512345678"),
        ("5491123456789", "", "+5491123456789"),
        ("011 15-2345-6789", "AR", "+5491123456789"),
        ("bonjour", "FR", None),
        ("06 39 98 01 01", "", None),
        ("12", "", None),
        ("", "FR", None),
        ("FR.13491208655302741918", "", None),
    ],
)
def test_a_number_has_one_form(written: str, region: str, number: str | None) -> None:
    assert e164(written, region) == number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+5511961234567", "+551161234567"),
        ("+525512345678", "+5215512345678"),
        ("+5491123456789", "+541123456789"),
    ],
)
def test_two_forms_of_one_phone_are_the_same(one: str, other: str) -> None:
    assert same(one, other)
    assert set(variants(one)) == {one, other}


def test_neighbours_are_not_the_same() -> None:
    assert not same("+5511961234567", "+5511961234568")
    assert variants("+33639980101") == ("+33639980101",)


@settings(deadline=None)
@given(some.text("0123456789 +()-.x", max_size=20), some.sampled_from(["", "FR", "BR", "MX", "AR"]))
def test_whatever_is_written_gives_one_form_or_none(written: str, region: str) -> None:
    number = e164(written, region)
    if number is not None:
        assert number.startswith("+")
        assert number[1:].isdecimal()
        assert e164(number) == number
        assert number in variants(number)
        assert all(same(number, other) for other in variants(number))
