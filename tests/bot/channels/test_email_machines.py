"""Mails no person wrote, mails in our own name, and reports about mails of ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.email.automatic import Chatter
from bot.channels.email.polling import calmed
from bot.channels.email.translate import Ours, read_mail
from bot.errors import CustomerGone, Refused, TryLater
from bot.messages import InboundMessage, Reading, Receipt

PAYLOADS = Path(__file__).parents[2] / "payloads" / "email"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OURS = Ours(addresses=("support@orvelle.example",), trusted=("mail.orvelle.example",))


def raw(name: str) -> bytes:
    return (PAYLOADS / f"{name}.eml").read_bytes()


def reading(name: str, ours: Ours = OURS) -> Reading:
    return read_mail(raw(name), received_at=NOW, ours=ours)


def first(name: str) -> InboundMessage:
    return reading(name).messages[0]


def receipt(name: str) -> Receipt:
    (one,) = reading(name).receipts
    return one


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("out_of_office", "auto-submitted"),
        ("newsletter", "precedence"),
        ("exchange_notice", "suppressed"),
        ("machine", "machine"),
        ("empty_return_path", "empty return path"),
    ],
)
def test_mail_no_person_wrote_is_kept_and_never_answered(name: str, why: str) -> None:
    assert (first(name).kind, first(name).data["automatic"]) == ("standby", why)


@pytest.mark.parametrize(
    "header",
    [
        "Precedence: list",
        "List-Id: <a.b>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "List-Unsubscribe: <x>",
    ],
)
def test_each_sign_of_a_machine_counts(header: str) -> None:
    (mail,) = read_mail(header.encode() + b"\r\n" + raw("plain"), received_at=NOW, ours=OURS).messages
    assert mail.kind == "standby"


@pytest.mark.parametrize("header", ["Auto-Submitted: no", "X-Auto-Response-Suppress: None", "Precedence: normal"])
def test_what_is_no_sign_does_not(header: str) -> None:
    (mail,) = read_mail(header.encode() + b"\r\n" + raw("plain"), received_at=NOW, ours=OURS).messages
    assert mail.kind == "text"


@pytest.mark.parametrize(
    "sender", ["noreply", "no-reply", "do_not_reply", "MAILER-DAEMON", "postmaster", "bounces+abc", "ne-pas-repondre"]
)
def test_an_address_that_is_read_by_nobody_is_not_answered(sender: str) -> None:
    changed = raw("plain").replace(b"Camille@Example.org", f"{sender}@example.org".encode())
    (mail,) = read_mail(changed, received_at=NOW, ours=OURS).messages
    assert mail.kind == "standby"


@pytest.mark.parametrize("sender", ["noreply.martin", "nora", "norbert.play", "bounty", "postmasterson"])
def test_people_are_answered_whatever_they_are_called(sender: str) -> None:
    changed = raw("plain").replace(b"Camille@Example.org", f"{sender}@example.org".encode())
    (mail,) = read_mail(changed, received_at=NOW, ours=OURS).messages
    assert mail.kind == ("standby" if sender.startswith("noreply") else "text")


def test_the_empty_sender_of_an_envelope_is_a_machine() -> None:
    (mail,) = read_mail(raw("plain"), received_at=NOW, ours=OURS, envelope_from="").messages
    assert mail.kind == "standby"


def test_our_own_answer_sent_back_to_us_is_nothing() -> None:
    assert reading("own_answer_back") == Reading()


def test_a_colleague_who_answers_from_a_program_of_their_own_is_an_echo() -> None:
    echo = first("colleague")
    assert (echo.kind, echo.sender, echo.text) == ("echo", "camille@example.org", "Bonjour Camille, je m’en occupe.")
    forged = raw("colleague").replace(b"dmarc=pass", b"dmarc=fail")
    assert "not proven" in read_mail(forged, received_at=NOW, ours=OURS).unread[0].why


def test_a_form_on_our_own_site_is_from_whoever_filled_it_in() -> None:
    assert (first("contact_form").sender, first("contact_form").kind) == ("camille@example.org", "text")


@pytest.mark.parametrize(
    ("name", "state", "failure"),
    [
        ("bounce_unknown", "failed", CustomerGone),
        ("bounce_spam", "failed", Refused),
        ("bounce_full", "failed", TryLater),
        ("bounce_exim", "failed", CustomerGone),
        ("delivery_report", "delivered", None),
    ],
)
def test_what_became_of_a_mail_of_ours(name: str, state: str, failure: type[Exception] | None) -> None:
    told = receipt(name)
    assert (told.state, told.provider_id, told.recipient) == (state, "a1@orvelle.example", "camille@example.org")
    assert told.failure is None if failure is None else isinstance(told.failure, failure)
    assert reading(name).messages == ()


def test_a_mail_that_was_read() -> None:
    assert (receipt("read_report").state, receipt("read_report").provider_id) == ("read", "a1@orvelle.example")


def test_a_server_that_is_still_trying_changes_nothing() -> None:
    assert reading("bounce_delayed") == Reading()


def test_who_writes_more_than_a_person_does_is_set_aside() -> None:
    chatter = Chatter(per_hour=3)
    kinds = [calmed(reading("plain"), chatter, NOW + timedelta(minutes=place)).messages[0].kind for place in range(5)]
    assert kinds == ["text", "text", "text", "standby", "standby"]
    assert calmed(reading("plain"), chatter, NOW + timedelta(hours=3)).messages[0].kind == "text"
