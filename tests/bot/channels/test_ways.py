"""Going on elsewhere: the link in each platform's own form, and the token as it comes back."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bot.channels import ways
from bot.messages import InboundMessage

TOKEN = secrets.token_urlsafe(32)
NOW = datetime(2026, 11, 27, 11, tzinfo=UTC)


def message(kind: str, text: str = "", **data: Any) -> InboundMessage:
    return InboundMessage(channel="any", external_id="1", sender="c", text=text, sent_at=NOW, kind=kind, data=data)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_what_whatsapp_puts_into_the_input_opens_the_conversation(language: str) -> None:
    link = urlsplit(ways.whatsapp("+33 6 39 98 00 00", TOKEN, language))
    assert link.netloc + link.path == "wa.me/33639980000"
    opened = ways.opened(message("text", parse_qs(link.query)["text"][0]))
    assert (opened.kind, opened.data["token"], opened.text) == ("link", TOKEN, "")


def test_an_sms_is_written_beforehand() -> None:
    number, _, body = ways.sms("+33639980000", TOKEN).partition("?&body=")
    assert number == "sms:+33639980000"
    assert ways.opened(message("text", unquote(body))).data["token"] == TOKEN


def test_messenger_and_instagram_pass_the_token_on() -> None:
    assert ways.messenger("1234", TOKEN) == f"https://m.me/1234?ref={TOKEN}"
    assert ways.instagram("maison.orvelle", TOKEN) == f"https://ig.me/m/maison.orvelle?ref={TOKEN}"
    for came in (
        message("referral", ref=TOKEN, source="SHORTLINK"),
        message("press", "Démarrer", token="x", referral={"ref": TOKEN}),
    ):
        opened = ways.opened(came)
        assert (opened.kind, opened.data["token"]) == ("link", TOKEN)


def test_without_a_token_it_is_only_the_channel() -> None:
    assert ways.whatsapp("+33 6 39 98 00 00", "") == "https://wa.me/33639980000"
    assert ways.messenger("1234", "") == "https://m.me/1234"
    assert ways.sms("+33639980000", "") == "sms:+33639980000"


@pytest.mark.parametrize(
    "came",
    [
        message("text", "bonjour"),
        message("text", f"regardez https://shop.example/p/{TOKEN}"),
        message("text", f"{TOKEN}x"),
        message("referral", ref="summer", source="ADS"),
        message("media", f"{TOKEN}", type="photo"),
        message("text", "bonjour", referral={"ref": "120210000", "source": "ad"}),
    ],
)
def test_anything_else_stays_what_it_is(came: InboundMessage) -> None:
    assert ways.opened(came) is came
