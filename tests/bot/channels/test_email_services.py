"""Mail by webhook: Mailgun and Postmark."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.channels.email import mailgun, postmark
from bot.channels.email.parts import attachment, parsed
from bot.channels.email.rebuilt import PostedFile, rebuilt
from bot.channels.email.table import EmailTable
from bot.channels.email.translate import Ours, read_mail
from bot.errors import BadUpdate, CustomerGone, Refused, TryLater

PAYLOADS = Path(__file__).parents[2] / "payloads" / "email"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OURS = Ours(addresses=("support@orvelle.example",), trusted=("mail.orvelle.example",))
KEY = "key-for-tests"
PDF = b"%PDF-1.7 facture"


def signed(token: str = "t" * 50, at: datetime = NOW, key: str = KEY) -> tuple[str, str, str]:
    timestamp = str(int(at.timestamp()))
    return timestamp, token, hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()


class TestMailgunsSignature:
    def test_its_own_is_believed(self) -> None:
        assert mailgun.is_mailguns(*signed(), key=KEY, now=NOW)

    @pytest.mark.parametrize("minutes", [-10, 10])
    def test_an_old_one_is_not(self, minutes: int) -> None:
        assert not mailgun.is_mailguns(*signed(at=NOW - timedelta(minutes=minutes)), key=KEY, now=NOW)

    def test_nor_a_wrong_one_nor_one_nobody_can_check(self) -> None:
        timestamp, token, signature = signed()
        assert not mailgun.is_mailguns(timestamp, token, signature, key="", now=NOW)
        assert not mailgun.is_mailguns(*signed(key=""), key="", now=NOW)
        assert not mailgun.is_mailguns(timestamp, token, "", key=KEY, now=NOW)
        assert not mailgun.is_mailguns(timestamp, token, "é", key=KEY, now=NOW)
        assert not mailgun.is_mailguns(timestamp, token + "x", signature, key=KEY, now=NOW)
        assert not mailgun.is_mailguns("١٢٣", token, signature, key=KEY, now=NOW)
        assert not mailgun.is_mailguns("", "", "", key=KEY, now=NOW)


def route(**more: Any) -> dict[str, Any]:
    headers = [
        ["Received", "from mx.example.org"],
        ["From", "Zoé Martin <camille@example.org>"],
        ["To", "support@orvelle.example"],
        ["Subject", "Ma commande"],
        ["Message-Id", "<m1@example.org>"],
        ["References", "<a1@orvelle.example>"],
        ["Content-Type", "multipart/alternative; boundary=x"],
    ]
    return {
        "recipient": "support+feed0123feed0123@orvelle.example",
        "sender": "camille@example.org",
        "from": "Zoé Martin <camille@example.org>",
        "body-plain": "Où est-elle ?\r\n\r\n> Bonjour",
        "body-html": "<p>Où est-elle ?</p>",
        "stripped-text": "Où est-elle ?",
        "message-headers": json.dumps(headers),
    } | more


class TestMailgunsRoutes:
    def read(self, form: Any, *files: PostedFile) -> Any:
        return mailgun.read_route(form, files, received_at=NOW, ours=OURS)

    def test_a_mail_in_fields_is_read_like_any_other(self) -> None:
        words, bill = self.read(route(), PostedFile(name="reçu.pdf", mime_type="application/pdf", content=PDF)).messages
        assert (words.text, words.sender, words.sender_name) == ("Où est-elle ?", "camille@example.org", "Zoé Martin")
        assert words.data["thread"]["candidates"] == ["a1@orvelle.example"]
        assert words.data["thread"]["token"] == "feed0123feed0123"
        assert (bill.data["filename"], bill.data["size"]) == ("reçu.pdf", len(PDF))

    def test_a_raw_mail_is_the_mail_itself(self) -> None:
        raw = (PAYLOADS / "plain.eml").read_bytes()
        told = self.read({"body-mime": raw.decode(), "sender": "camille@example.org", "recipient": "support@orvelle.example"})
        assert told == read_mail(raw, received_at=NOW, ours=OURS)

    def test_html_alone_is_read_too(self) -> None:
        (mail,) = self.read(route(**{"body-plain": ""})).messages
        assert mail.text == "Où est-elle ?"

    def test_the_empty_sender_of_an_envelope_is_a_machine(self) -> None:
        assert self.read(route(sender="")).messages[0].kind == "standby"

    def test_headers_that_cannot_be_read_leave_the_fields(self) -> None:
        form = route(**{"message-headers": "[", "From": "camille@example.org", "Subject": "x"})
        assert self.read(form).messages[0].text == "Où est-elle ?"

    def test_a_header_cannot_bring_others_along(self) -> None:
        form = route(
            **{"message-headers": json.dumps([["From", "a@b.example\r\n\r\nevil"], ["X: y\r\nBcc", "z"], ["a", 1], "b"])}
        )
        (mail,) = self.read(form).messages
        assert mail.text == "Où est-elle ?"


@pytest.mark.parametrize(
    ("event", "more", "state", "failure"),
    [
        ("accepted", {}, "sent", None),
        ("delivered", {}, "delivered", None),
        ("opened", {}, "read", None),
        ("failed", {"severity": "permanent", "delivery-status": {"code": 550, "enhanced-code": "5.1.1"}}, "failed", CustomerGone),
        ("failed", {"severity": "permanent", "delivery-status": {"enhanced-code": "5.2.2"}}, "failed", TryLater),
        ("failed", {"severity": "permanent", "delivery-status": {"code": 605}}, "failed", CustomerGone),
        ("rejected", {"delivery-status": {"enhanced-code": "5.7.1"}}, "failed", Refused),
    ],
)
def test_what_mailgun_tells_of_a_mail_of_ours(
    event: str, more: dict[str, Any], state: str, failure: type[Exception] | None
) -> None:
    told = {"event": event, "timestamp": NOW.timestamp(), "recipient": "Camille@example.org"}
    told |= {"message": {"headers": {"message-id": "a1@orvelle.example"}}} | more
    (receipt,) = mailgun.read_event({"signature": {}, "event-data": told}).receipts
    assert (receipt.state, receipt.provider_id, receipt.recipient) == (state, "a1@orvelle.example", "camille@example.org")
    assert receipt.at == NOW
    assert receipt.failure is None if failure is None else isinstance(receipt.failure, failure)


def test_a_failure_mailgun_is_still_working_on_changes_nothing() -> None:
    told = mailgun.read_event({"event-data": {"event": "failed", "severity": "temporary", "timestamp": 1.0}})
    assert (told.receipts, told.unread) == ((), ())


def test_an_event_of_tomorrow_is_kept() -> None:
    assert "not known" in mailgun.read_event({"event-data": {"event": "teleported", "timestamp": 1}}).unread[0].why


class TestPostmark:
    def body(self, **more: Any) -> dict[str, Any]:
        return {
            "FromFull": {"Email": "camille@example.org", "Name": "Zoé Martin"},
            "From": "camille@example.org",
            "To": '"Orvelle" <support@orvelle.example>',
            "OriginalRecipient": "support+feed0123feed0123@orvelle.example",
            "MailboxHash": "feed0123feed0123",
            "Subject": "Re: Ma commande",
            "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
            "Date": "Sun, 22 Nov 2026 08:59:00 +0000",
            "TextBody": "Où est-elle ?\n\nLe 22 nov. 2026, Orvelle a écrit :\n> Bonjour",
            "HtmlBody": "<p>Où est-elle ?</p>",
            "Headers": [
                {"Name": "Message-ID", "Value": "<m1@example.org>"},
                {"Name": "In-Reply-To", "Value": "<a1@orvelle.example>"},
            ],
            "Attachments": [
                {
                    "Name": "reçu.pdf",
                    "Content": base64.b64encode(PDF).decode(),
                    "ContentType": "application/pdf",
                    "ContentLength": 16,
                }
            ],
        } | more

    def read(self, **more: Any) -> Any:
        return postmark.read_body(self.body(**more), received_at=NOW, ours=OURS)

    def test_a_mail_is_read_like_any_other(self) -> None:
        words, bill = self.read().messages
        assert (words.text, words.sender, words.external_id.split("#")[0]) == (
            "Où est-elle ?",
            "camille@example.org",
            "m1@example.org",
        )
        assert words.sent_at == datetime(2026, 11, 22, 8, 59, tzinfo=UTC)
        assert words.data["thread"]["candidates"] == ["a1@orvelle.example"]
        assert words.data["thread"]["token"] == "feed0123feed0123"
        assert bill.data["filename"] == "reçu.pdf"

    def test_a_raw_mail_is_the_mail_itself(self) -> None:
        raw = (PAYLOADS / "pictures.eml").read_bytes()
        told = self.read(RawEmail=raw.decode(), OriginalRecipient="")
        assert told == read_mail(raw, received_at=NOW, ours=OURS)

    def test_an_automatic_mail_is_not_answered(self) -> None:
        headers = [{"Name": "Auto-Submitted", "Value": "auto-replied"}]
        assert self.read(Headers=headers).messages[0].kind == "standby"

    @pytest.mark.parametrize(
        ("more", "state", "failure"),
        [
            ({"RecordType": "Delivery", "DeliveredAt": "2026-11-22T10:00:00.1234567+01:00"}, "delivered", None),
            ({"RecordType": "Open"}, "read", None),
            ({"RecordType": "Bounce", "Type": "HardBounce", "BouncedAt": "2026-11-22T09:00:00Z"}, "failed", CustomerGone),
            ({"RecordType": "Bounce", "Type": "SoftBounce"}, "failed", TryLater),
            ({"RecordType": "Bounce", "Type": "SpamNotification"}, "failed", Refused),
            ({"RecordType": "SpamComplaint"}, "failed", CustomerGone),
        ],
    )
    def test_what_became_of_our_mails(self, more: dict[str, Any], state: str, failure: type[Exception] | None) -> None:
        (receipt,) = postmark.read_body(more | {"Recipient": "Camille@example.org"}, received_at=NOW, ours=OURS).receipts
        assert (receipt.state, receipt.recipient, receipt.at.replace(microsecond=0)) == (state, "camille@example.org", NOW)
        assert receipt.failure is None if failure is None else isinstance(receipt.failure, failure)

    def test_a_record_of_tomorrow_is_kept(self) -> None:
        told = postmark.read_body({"RecordType": "Teleport", "Email": "a@b.example"}, received_at=NOW, ours=OURS)
        assert "not known" in told.unread[0].why

    @pytest.mark.parametrize(
        ("given_header", "secret", "good"),
        [
            ("Basic " + base64.b64encode(b"any:s3cret").decode(), "s3cret", True),
            ("basic " + base64.b64encode(b":s3cret").decode(), "s3cret", True),
            ("Basic " + base64.b64encode(b"any:other").decode(), "s3cret", False),
            ("Basic " + base64.b64encode(b"any:").decode(), "", False),
            ("Basic %%", "s3cret", False),
            ("Bearer s3cret", "s3cret", False),
            ("", "s3cret", False),
            (None, "s3cret", False),
            (None, "", False),
        ],
    )
    def test_a_request_without_our_secret_is_nobodys(self, given_header: str | None, secret: str, good: bool) -> None:
        assert postmark.is_postmarks(given_header, secret) is good


leaves = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8)
anything = some.recursive(
    leaves,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    *("RecordType", "From", "Headers", "Attachments", "RawEmail", "Email", "Type"),
    *("body-mime", "message-headers", "sender", "event-data"),
)


@settings(deadline=None)
@given(anything | some.dictionaries(some.sampled_from(FIELDS), anything))
def test_no_body_whatever_breaks_the_readers(body: Any) -> None:
    readers: tuple[Callable[[], object], ...] = (
        lambda: postmark.read_body(body, received_at=NOW, ours=OURS),
        lambda: mailgun.read_event(body),
        lambda: mailgun.read_route(body, received_at=NOW, ours=OURS),
    )
    for read in readers:
        try:
            read()
        except BadUpdate:
            assert not isinstance(body, dict)


@settings(deadline=None)
@given(some.text(max_size=200), some.binary(max_size=200), some.text(max_size=30), some.text(max_size=30))
def test_a_mail_put_together_is_what_it_was_made_of(text: str, content: bytes, name: str, kind: str) -> None:
    file = PostedFile(name=name, mime_type=kind, content=PDF + content)
    raw = rebuilt([("From", "a@b.example"), ("Subject", "x")], text, "", [file])
    told = read_mail(raw, received_at=NOW, ours=OURS)
    (media,) = [message for message in told.messages if message.kind == "media"]
    assert attachment(parsed(raw), media.data["part"], EmailTable().media_types).content == PDF + content
