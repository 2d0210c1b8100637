"""Only what Meta signed is let in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.channels.meta.signature import challenge, sign, signed

BODY = '{"object":"page","text":"é 🙂"}'.encode()
# Computed with `openssl dgst -sha256 -hmac appsecret`.
KNOWN = "sha256=86ac63fcbd9ccaf5f05d206913dbc4353643fb8996e611e27e8bed3cdeba10fc"


def test_a_known_signature() -> None:
    assert sign(BODY, "appsecret") == KNOWN
    assert signed(BODY, KNOWN, "appsecret")
    assert signed(BODY, "sha256=" + KNOWN[7:].upper(), "appsecret")


@pytest.mark.parametrize(
    ("header", "secret"),
    [
        (KNOWN, "other"),
        (KNOWN, ""),
        (None, "appsecret"),
        ("", "appsecret"),
        (KNOWN[7:], "appsecret"),
        ("sha1=" + KNOWN[7:], "appsecret"),
        (sign(BODY, ""), ""),
        ("sha256=é", "appsecret"),
    ],
)
def test_a_wrong_missing_or_unconfigured_secret_lets_nobody_in(header: str | None, secret: str) -> None:
    assert not signed(BODY, header, secret)


def test_the_raw_bytes_are_signed_not_what_they_mean() -> None:
    assert not signed(b'{"object": "page","text":"\\u00e9"}', KNOWN, "appsecret")


@settings(deadline=None)
@given(some.binary(), some.text(min_size=1))
def test_what_is_signed_is_let_in_and_nothing_else(body: bytes, secret: str) -> None:
    secret = secret.encode("utf-8", "replace").decode()
    assert signed(body, sign(body, secret), secret)
    assert not signed(body + b" ", sign(body, secret), secret)


def asks(**more: str) -> dict[str, str]:
    return {"hub.mode": "subscribe", "hub.verify_token": "v", "hub.challenge": "1158201444"} | {
        f"hub.{name}": value for name, value in more.items()
    }


def test_the_handshake_answers_the_challenge() -> None:
    assert challenge(asks(), "v") == "1158201444"


@pytest.mark.parametrize(
    ("query", "token"),
    [(asks(verify_token="w"), "v"), (asks(mode="unsubscribe"), "v"), (asks(), ""), (asks(verify_token=""), ""), ({}, "v")],
)
def test_a_handshake_by_anybody_else_is_refused(query: dict[str, str], token: str) -> None:
    assert challenge(query, token) is None
