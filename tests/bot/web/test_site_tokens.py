"""What the shop signs is read; everything that is not quite its word is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bot.errors import SettingsError
from bot.web.site_tokens import SiteTokens, TokenRefused, site_tokens
from tests.fakes.shop import SECRET, claims_for, token_for

NOW = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
P256 = ec.generate_private_key(ec.SECP256R1())


def pem_of(key: Any) -> str:
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return str(public.decode())


def by_secret() -> SiteTokens:
    tokens = site_tokens(secret=SECRET, public_key="")
    assert tokens is not None
    return tokens


def by_key(key: Any) -> SiteTokens:
    tokens = site_tokens(secret="", public_key=pem_of(key))
    assert tokens is not None
    return tokens


def by_hand(header: dict[str, Any], claims: Any, key: bytes = b"") -> str:
    """A token no library would make."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    signed = b".".join(parts)
    mark = base64.urlsafe_b64encode(hmac.digest(key, signed, hashlib.sha256)).rstrip(b"=") if key else b""
    return (signed + b"." + mark).decode()


def test_who_is_signed_in_at_the_shop() -> None:
    ends = NOW + timedelta(hours=2)
    token = token_for(
        "c1",
        NOW,
        session_exp=int(ends.timestamp()),
        given_name="Camille",
        family_name="Fournier",
        email="Camille@Example.org",
        email_verified=True,
        locale="fr-FR",
        nonce="page",
    )
    signed = by_secret().read(token, NOW)
    assert (signed.profile, signed.ends_at, signed.made_for) == ("c1", ends, "page")
    assert signed.facts == {
        "first_name": "Camille",
        "last_name": "Fournier",
        "emails": ["camille@example.org"],
        "language": "fr",
    }


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS256"), (P256, "ES256")])
def test_a_shop_that_signs_with_a_key_pair(key: Any, algorithm: str, tmp_path: Path) -> None:
    token = token_for("c1", NOW, key=key, algorithm=algorithm)
    assert by_key(key).read(token, NOW).profile == "c1"
    file = tmp_path / "shop.pem"
    file.write_text(pem_of(key))
    for told in (str(file), pem_of(key).replace("\n", "\\n")):
        tokens = site_tokens(secret="", public_key=told)
        assert tokens is not None
        assert tokens.read(token, NOW).profile == "c1"


@pytest.mark.parametrize("said", [{"email_verified": False}, {"email_verified": "true"}, {}])
def test_an_address_nobody_verified_is_nobodys(said: dict[str, Any]) -> None:
    token = token_for("c1", NOW, email="victim@example.org", **said)
    assert by_secret().read(token, NOW).facts == {}


def test_a_name_the_shop_wrote_badly_costs_only_the_name() -> None:
    token = token_for("c1", NOW, given_name="a" * 500, family_name=7, locale="klingon-long", email="x", email_verified=True)
    assert by_secret().read(token, NOW).facts == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another"},
        {"aud": ["filrouge", "another"]},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "a" * 65},
        {"sub": "c1\n"},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "a" * 200},
        {"nonce": 7},
        {"nonce": "a" * 200},
        {"iat": None},
        {"exp": None},
        {"iat": "now"},
        {"exp": True},
        {"exp": 1e30},
        {"exp": float("nan")},
        {"exp": float("inf")},
        {"session_exp": -5},
        {"session_exp": int(NOW.timestamp())},
        {"session_exp": "later"},
        {"nbf": int(NOW.timestamp()) + 60},
        {"nbf": "x"},
    ],
)
def test_a_token_that_says_something_else_is_refused(wrong: dict[str, Any]) -> None:
    claims = claims_for("c1", NOW, **wrong)
    token = by_hand({"alg": "HS256", "typ": "JWT"}, claims, SECRET.encode())
    with pytest.raises(TokenRefused):
        by_secret().read(token, NOW)


@pytest.mark.parametrize(
    ("made", "lasts", "good"),
    [
        (0, 300, True),
        (0, 900, True),
        (0, 901, False),  # far future
        (-300, 290, True),  # over since 10 seconds: clocks differ
        (-400, 300, False),  # expired
        (20, 300, True),
        (60, 300, False),  # of the future
        (0, 0, False),
        (0, -10, False),
        (-10_000_000, 20_000_000, False),
    ],
)
def test_a_token_is_good_for_minutes(made: int, lasts: int, good: bool) -> None:
    at = int(NOW.timestamp()) + made
    token = token_for("c1", NOW, iat=at, exp=at + lasts)
    if good:
        assert by_secret().read(token, NOW).profile == "c1"
        return
    with pytest.raises(TokenRefused):
        by_secret().read(token, NOW)


def forged() -> dict[str, str]:
    claims = claims_for("c1", NOW)
    signed = token_for("c1", NOW)
    head, body, mark = signed.split(".")
    another = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "c2"}).encode()).rstrip(b"=").decode()
    return {
        "wrong key": token_for("c1", NOW, key="another-secret-of-the-right-length-0123456789"),
        "no signature": f"{head}.{body}.",
        "other words under the signature": f"{head}.{another}.{mark}",
        "alg none": by_hand({"alg": "none", "typ": "JWT"}, claims),
        "alg None": by_hand({"alg": "None"}, claims),
        "alg empty": by_hand({"alg": ""}, claims),
        "alg missing": by_hand({"typ": "JWT"}, claims, SECRET.encode()),
        "alg of a list": by_hand({"alg": ["HS256"]}, claims, SECRET.encode()),
        "longer hash": token_for("c1", NOW, algorithm="HS512"),
        "by a key pair": token_for("c1", NOW, key=RSA, algorithm="RS256"),
        "own key in the header": token_for("c1", NOW, key=RSA, algorithm="RS256", headers={"jwk": {"kty": "RSA"}}),
        "critical header": token_for("c1", NOW, headers={"crit": ["unknown"], "unknown": 1}),
        "a list": by_hand({"alg": "HS256"}, [claims], SECRET.encode()),
        "nested deeply": by_hand({"alg": "HS256"}, {}, b"x")[:10] + "." + "A" * 3000 + ".x",
        "nothing": "",
        "dots": "..",
        "no base64": "é.à.ü",
        "null bytes": "\x00.\x00.\x00",
        "too long": token_for("c1", NOW, more="a" * 5000),
    }


@pytest.mark.parametrize("what", list(forged()))
def test_a_forged_token_is_refused(what: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        by_secret().read(forged()[what], NOW)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("key", [RSA, P256])
def test_a_public_key_is_no_secret(key: Any) -> None:
    """What everybody may know must not do as the secret of another algorithm."""
    claims = claims_for("c1", NOW)
    for known in (pem_of(key), pem_of(key).strip()):
        for header in ({"alg": "HS256"}, {"alg": "none"}):
            with pytest.raises(TokenRefused):
                by_key(key).read(by_hand(header, claims, known.encode()), NOW)


def test_another_key_pair_of_the_same_kind_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(TokenRefused):
        by_key(P256).read(token_for("c1", NOW, key=other, algorithm="ES256"), NOW)
    with pytest.raises(TokenRefused):
        by_key(RSA).read(token_for("c1", NOW, key=RSA, algorithm="PS256"), NOW)


def test_without_a_key_nobody_signs_in() -> None:
    assert site_tokens(secret="", public_key="") is None


@pytest.mark.parametrize(
    ("secret", "public_key", "told"),
    [
        ("a" * 31, "", "openssl rand"),
        (SECRET, pem_of(RSA), "keep the one"),
        (pem_of(RSA), "", "FILROUGE_SITE_PUBLIC_KEY"),
        ("", "/nowhere/shop.pem", "PEM text"),
        ("", "-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----", "PEM text"),
        ("", pem_of(rsa.generate_private_key(public_exponent=65537, key_size=1024)), "2048"),  # noqa: S505 - that is the test
        ("", pem_of(ec.generate_private_key(ec.SECP384R1())), "P-256"),
    ],
)
def test_a_key_that_would_not_hold_stops_the_start(secret: str, public_key: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as wrong:
        site_tokens(secret=secret, public_key=public_key)
    assert SECRET not in str(wrong.value)
