"""Twilio's signature. The vectors are those its documentation and its own libraries publish."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlencode

import pytest

from bot.channels.sms.signature import address_of, is_twilios, read_form, sign

TOKEN = "12345"
ADDRESS = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
BODY = urlencode(CALL).encode()
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
JSON = b'{"property": "value", "boolean": true}'
JSON_ADDRESS = ADDRESS + "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON_SIGNATURE = "a9nBmqA0ju/hNViExpshrM61xv4="


@pytest.mark.parametrize(
    ("address", "signature"),
    [
        (ADDRESS, SIGNATURE),
        (ADDRESS.replace(".com", ".com:1234"), SIGNATURE),
        (ADDRESS, "kvajT1Ptam85bY51eRf/AJRuM3w="),  # signed with port 443
        (ADDRESS.replace("https", "http"), "0ZXoZLH/DfblKGATFgpif+LLRf4="),  # signed with port 80
        (ADDRESS.replace("https", "http").replace(".com", ".com:1234"), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ],
)
def test_published_signatures_fit_with_and_without_a_port(address: str, signature: str) -> None:
    assert is_twilios(address, BODY, signature, auth_token=TOKEN)


def test_each_different_value_of_a_repeated_name_is_signed_in_order() -> None:
    repeated = b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234"
    assert is_twilios(ADDRESS, repeated, "IK+Dwps556ElfBT0I3Rgjkr1wJU=", auth_token=TOKEN)


def test_a_json_body_is_compared_with_the_hash_in_the_address() -> None:
    assert is_twilios(JSON_ADDRESS, JSON, JSON_SIGNATURE, auth_token=TOKEN)
    assert not is_twilios(JSON_ADDRESS, JSON + b" ", JSON_SIGNATURE, auth_token=TOKEN)


@pytest.mark.parametrize(
    ("address", "body", "signature", "token"),
    [
        (ADDRESS, BODY, None, TOKEN),
        (ADDRESS, BODY, "", TOKEN),
        (ADDRESS, BODY, SIGNATURE, ""),
        (ADDRESS, BODY, SIGNATURE, "54321"),
        (ADDRESS, BODY, "é" * 28, TOKEN),
        (ADDRESS, BODY + b"&Body=x", SIGNATURE, TOKEN),
        (ADDRESS, BODY.replace(b"1234", b"1235"), SIGNATURE, TOKEN),
        (ADDRESS + "&baz=3", BODY, SIGNATURE, TOKEN),
        ("https://mycompany.com:port/myapp.php", BODY, SIGNATURE, TOKEN),
        (ADDRESS, b"&".join([b"a=b"] * 1001), SIGNATURE, TOKEN),
    ],
)
def test_anything_else_is_refused(address: str, body: bytes, signature: str | None, token: str) -> None:
    assert not is_twilios(address, body, signature, auth_token=token)


def test_an_empty_token_never_means_everybody() -> None:
    assert not is_twilios(ADDRESS, BODY, sign(ADDRESS, CALL.items(), ""), auth_token="")


class TestASharedKey:
    """The newer header names a key of ours and SHA-256."""

    keys: ClassVar[dict[str, str]] = {"webhooks_key_1": "shared secret"}
    settings = "key=webhooks_key_1,algorithm=HMAC_SHA256"

    def check(self, signature: str, settings: str, keys: dict[str, str] | None = None) -> bool:
        return is_twilios(
            ADDRESS, BODY, signature, auth_token=TOKEN, settings=settings, shared_keys=self.keys if keys is None else keys
        )

    def test_its_signature_is_checked_with_that_key(self) -> None:
        signature = sign(ADDRESS, CALL.items(), "shared secret", algorithm="HMAC_SHA256")
        assert self.check(signature, self.settings)
        assert self.check(signature, "key=webhooks_key_1, algorithm=hmac_sha256")
        assert not self.check(signature, "key=webhooks_key_2,algorithm=HMAC_SHA256")
        assert not self.check(signature, self.settings, {})
        assert not self.check(signature, self.settings, {"webhooks_key_1": ""})

    def test_the_tokens_signature_does_not_pass_for_it(self) -> None:
        assert not self.check(SIGNATURE, self.settings)

    @pytest.mark.parametrize(
        "settings", ["algorithm=HMAC_SHA256", "key=webhooks_key_1,algorithm=NONE", "key=webhooks_key_1", "?"]
    )
    def test_a_header_that_makes_no_sense_is_refused(self, settings: str) -> None:
        for algorithm in ("HMAC_SHA1", "HMAC_SHA256"):
            assert not self.check(sign(ADDRESS, CALL.items(), "shared secret", algorithm=algorithm), settings)


def test_the_address_is_the_configured_one_with_the_query_that_came() -> None:
    configured = "https://bot.example/webhooks/sms#rc=3&rp=all"
    assert address_of(configured, "key=reply%3A12") == "https://bot.example/webhooks/sms?key=reply%3A12"
    assert address_of(configured, "") == "https://bot.example/webhooks/sms"


def test_accents_and_emoji_are_signed_as_they_were_sent() -> None:
    parameters = [("Body", "à bientôt 🙏🏽"), ("From", "+33639980101"), ("Empty", "")]
    body = urlencode(parameters).encode()
    assert read_form(body) == parameters
    assert is_twilios(ADDRESS, body, sign(ADDRESS, parameters, TOKEN), auth_token=TOKEN)
