"""Codes: what they are made of, what a typed one is worth, and which digits of a message are one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bot.customers.challenge import (
    BY_IDENTITY,
    LIFETIME,
    TRIES,
    Asked,
    Challenge,
    Claim,
    claim_of,
    code_of,
    judge,
    means,
)
from bot.customers.typed import find_code, wish_in, without

NOW = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)


def challenge(seed: str = "seed", *, profile: str | None = "c1", tries: int = 0) -> Challenge:
    return Challenge(id=1, seed=seed, profile_id=profile, tries=tries, expires_at=NOW + LIFETIME)


def test_a_code_follows_from_its_seed_alone_and_has_six_digits() -> None:
    codes = {code_of(str(number)) for number in range(2_000)}
    assert code_of("7") == code_of("7")
    assert all(len(code) == 6 and code.isascii() and code.isdecimal() for code in codes)
    assert len(codes) > 1_990


def test_every_digit_is_as_likely_as_any_other() -> None:
    digits = Counter(digit for number in range(5_000) for digit in code_of(f"seed {number}"))
    assert set(digits) == set("0123456789")
    assert max(digits.values()) / min(digits.values()) < 1.15


def test_the_right_code_is_right_until_it_is_too_old() -> None:
    code = code_of("seed")
    assert judge(challenge(), code, NOW) == "right"
    assert judge(challenge(), code, NOW + LIFETIME - timedelta(seconds=1)) == "right"
    assert judge(challenge(), code, NOW + LIFETIME) == "expired"
    assert judge(None, code, NOW) == "expired"


def test_another_is_wrong_and_the_last_try_ends_it() -> None:
    assert judge(challenge(tries=TRIES - 2), "000000", NOW) == "wrong"
    assert judge(challenge(tries=TRIES - 1), "000000", NOW) == "spent"


def test_where_nobody_is_known_no_code_is_right() -> None:
    assert judge(challenge(profile=None), code_of("seed"), NOW) == "wrong"


def test_digits_of_another_script_are_no_code() -> None:
    assert judge(challenge(), "".join(chr(0x660 + int(digit)) for digit in code_of("seed")), NOW) != "right"
    assert find_code("١٢٣٤٥٦") is None


def test_how_many_may_be_asked_for() -> None:
    assert not BY_IDENTITY.reached(Asked(hour=BY_IDENTITY.hour - 1, day=BY_IDENTITY.day - 1))
    assert BY_IDENTITY.reached(Asked(hour=BY_IDENTITY.hour, day=BY_IDENTITY.hour))
    assert BY_IDENTITY.reached(Asked(hour=0, day=BY_IDENTITY.day))


@pytest.mark.parametrize(
    ("said", "claim"),
    [
        ("Camille@Courriel.example ", Claim("email", "camille@courriel.example")),
        ("+33639980101", Claim("phone", "+33639980101")),
        ("mo 729-4631", Claim("loyalty", "MO7294631")),
        ("OR-123456", Claim("loyalty", "OR123456")),
        ("'; drop table profile; --", Claim("loyalty", "DROPTABLEPROFILE")),
    ],
)
def test_what_somebody_says_they_are_known_by(said: str, claim: Claim) -> None:
    assert claim_of(said) == claim


def test_a_code_goes_where_it_was_claimed_and_nowhere_else() -> None:
    every = {"email", "sms", "whatsapp", "telegram"}
    assert means(claim_of("a@b.example"), every) == ("email",)
    assert means(claim_of("a@b.example"), {"sms"}) == ()
    assert means(claim_of("+33639980101"), every) == ("sms", "whatsapp", "email")
    assert means(claim_of("MO7294631"), {"sms", "email"}) == ("email", "sms")


@pytest.mark.parametrize(
    "text",
    [
        "123456",
        "123 456",
        "12 34 56",
        "1 2 3 4 5 6",
        "123-456",
        "c'est le 123 456 !",
        "Le code : 123456.",
        "the code is 123456, thanks",
        "123456 voilà",
        "reçu (123456)",
    ],
)
def test_a_code_is_found_however_it_is_written(text: str) -> None:
    typed = find_code(text)
    assert typed is not None
    assert typed.code == "123456"
    assert "123" not in without(text, typed)
    assert "••••••" in without(text, typed)


@pytest.mark.parametrize(
    "text",
    [
        "12345",
        "1234567",
        "06 39 98 01 01",
        "+33 6 39 98 01 01",
        "+33639980101",
        "OR-123456",
        "or123456",
        "ma commande 123456",
        "numéro de commande : 123456",
        "order number 123456",
        "carte n° 123456",
        "le 24/11/2026 à 15h30",
        "2026-11-24",
        "123456€",
        "123456 €",
        "12,345678",
        "69002 Lyon",
        "123456 ou 654321",
        "MO7294631",
        "bonjour",
        "",
    ],
)
def test_other_digits_are_no_code(text: str) -> None:
    assert find_code(text) is None


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("renvoyez le code", "again"),
        ("Renvoyez-moi le code svp", "again"),
        ("je n'ai rien reçu", "again"),
        ("pas reçu", "again"),
        ("il n'est pas arrivé", "again"),
        ("toujours rien reçu", "again"),
        ("un nouveau code stp", "again"),
        ("I didn't get it", "again"),
        ("nothing came", "again"),
        ("can you send it again", "again"),
        ("resend please", "again"),
        ("pas mon mail", "other"),
        ("ce n'est pas mon adresse", "other"),
        ("je n'ai plus accès à cette boîte", None),
        ("une autre adresse", "other"),
        ("that's not my email", "other"),
        ("wrong number", "other"),
        ("plus tard", "later"),
        ("not now", "later"),
        ("12345", "malformed"),
        ("1234 5678", "malformed"),
        ("quels sont vos horaires ?", None),
        ("un conseiller", None),
        ("merci", None),
    ],
)
def test_what_somebody_wants_who_has_no_code(text: str, wish: str | None) -> None:
    assert wish_in(text) == wish
