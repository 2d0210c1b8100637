"""Mail services give our key back with what they tell of a mail, so that it is known whatever became of the answer to sending."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.email import mailgun, postmark
from bot.channels.email.compose import Origin, write_message
from bot.channels.email.servers import Service, server_at
from bot.channels.email.translate import Ours
from bot.messages import OutboundMessage

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MESSAGE = OutboundMessage(channel="email", recipient="zoe@client.example", text="Bonjour", key="reply:12/2")


def written(service: Service) -> dict[str, Any]:
    origin = Origin(address="support@orvelle.example", name="Orvelle", secret="for ids", service=service)
    return {name: str(value) for name, value in write_message(MESSAGE, origin=origin, at=NOW).items() if name.startswith("X-")}


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("smtp.postmarkapp.com", "postmark"),
        ("smtp.eu.mailgun.org.", "mailgun"),
        ("mailgun.org.evil.example", ""),
        ("mail.orvelle.example", ""),
        ("127.0.0.1", ""),
    ],
)
def test_a_service_is_known_by_its_server(host: str, service: str) -> None:
    assert server_at(f"smtps://a:b@{host}", "smtp", "X").service == service


def test_no_other_server_gets_to_see_our_keys() -> None:
    assert set(written("")) == {"X-Auto-Response-Suppress"}


def test_postmark_gives_it_back() -> None:
    headers = written("postmark")
    assert headers["X-PM-KeepID"] == "true"
    told = {"RecordType": "Bounce", "Type": "HardBounce", "Email": MESSAGE.recipient, "MessageID": "883953f4"}
    told |= {"Metadata": {"key": headers["X-PM-Metadata-key"]}}
    (receipt,) = postmark.read_body(told, received_at=NOW, ours=Ours(addresses=())).receipts
    assert (receipt.key, receipt.state) == (MESSAGE.key, "failed")


def test_mailgun_gives_it_back() -> None:
    variables = json.loads(written("mailgun")["X-Mailgun-Variables"])
    told = {"event": "delivered", "timestamp": NOW.timestamp(), "recipient": MESSAGE.recipient, "user-variables": variables}
    (receipt,) = mailgun.read_event({"event-data": told}).receipts
    assert (receipt.key, receipt.state) == (MESSAGE.key, "delivered")
