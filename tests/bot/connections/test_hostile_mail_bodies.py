"""Whatever shape a body has that knows our secret, it is read, kept as it came, or refused; never a failure of ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.channels.email.automatic import Chatter
from bot.channels.email.table import EmailTable
from bot.channels.email.translate import Ours
from bot.channels.sms.table import SmsTable
from bot.clock import SystemClock
from bot.connections.accounts import EmailAccount, SmsAccount
from bot.connections.posted_mail import EmailWebhook
from bot.connections.sms import SmsWebhook
from bot.errors import BadUpdate
from bot.web.webhook_door import Posted, Webhook

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ACCOUNT = EmailAccount(name="", address="support@orvelle.example", smtp_url="smtp://127.0.0.1", secret="s")
MAIL: Webhook = EmailWebhook(
    accounts=(ACCOUNT,),
    ours={"": Ours(addresses=(ACCOUNT.address,))},
    table=EmailTable(),
    database=None,  # type: ignore[arg-type]  # reading writes nothing down
    clock=SystemClock(None),
    chatter=Chatter(10_000),
)
SMS: Webhook = SmsWebhook(
    accounts=(SmsAccount(name="", account_sid="AC1", sender="+33639980001", base_url="https://x", auth_token="t"),),
    address="https://x",
    table=SmsTable(),
)
TEXT = some.text(max_size=30)
JSON = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**40), 2**40) | TEXT,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
POSTMARK: dict[str, Any] = {
    "From": "zoe@client.example",
    "To": "support@orvelle.example",
    "OriginalRecipient": "support@orvelle.example",
    "Subject": "Question",
    "MessageID": "73e6d360",
    "TextBody": "Bonjour",
    "Headers": [{"Name": "Message-ID", "Value": "<1@client.example>"}],
    "Attachments": [{"Name": "a.pdf", "Content": "JVBERi0xLjc=", "ContentType": "application/pdf"}],
}
REPORT: dict[str, Any] = {
    "RecordType": "Bounce",
    "Type": "HardBounce",
    "Email": "zoe@client.example",
    "BouncedAt": "2026-11-22T09:00:00Z",
    "Metadata": {"key": "k"},
}
EVENT: dict[str, Any] = {
    "signature": {},
    "event-data": {
        "event": "failed",
        "timestamp": 1.0,
        "recipient": "zoe@client.example",
        "envelope": {"sender": "support@orvelle.example"},
        "message": {"headers": {"message-id": "x"}},
        "user-variables": {"key": "k"},
        "delivery-status": {"enhanced-code": "5.1.1"},
    },
}
ROUTE = {"recipient": "support@orvelle.example", "sender": "zoe@client.example", "From": "zoe@client.example", "body-plain": "x"}
SAID = {"MessageSid": "SM1", "From": "+33639988001", "To": "+33639980001", "Body": "x", "NumMedia": "1", "MediaUrl0": "https://x"}


def read(webhook: Webhook, body: bytes, content_type: str) -> None:
    try:
        reading, files = webhook.read(Posted(body=body, headers={"Content-Type": content_type}, path="/"), NOW)
    except BadUpdate:
        return
    for one in reading.unread:
        json.dumps(one.raw)
    for message in reading.messages:
        files(message)


@pytest.mark.parametrize("body", [POSTMARK, REPORT, EVENT], ids=["inbound", "report", "event"])
@given(data=some.data())
def test_a_body_with_anything_in_the_place_of_anything(body: dict[str, Any], data: some.DataObject) -> None:
    spoilt = json.loads(json.dumps(body))
    inside = spoilt
    while True:
        name = data.draw(some.sampled_from(sorted(inside)))
        if not isinstance(inside[name], dict) or not inside[name] or data.draw(some.booleans()):
            break
        inside = inside[name]
    inside[name] = data.draw(JSON)
    read(MAIL, json.dumps(spoilt).encode(), "application/json")


@given(JSON)
def test_any_json(body: Any) -> None:
    read(MAIL, json.dumps(body).encode(), "application/json")


@given(some.sampled_from([(MAIL, ROUTE), (SMS, SAID)]), some.data())
def test_a_form_with_anything_in_the_place_of_anything(pair: tuple[Webhook, dict[str, str]], data: some.DataObject) -> None:
    webhook, form = pair
    more = {"body-mime", "message-headers", "NumMedia", "OptOutType", "MessageStatus", "Latitude", "ButtonPayload"}
    name = data.draw(some.sampled_from(sorted(form.keys() | more)))
    spoilt = urlencode(form | {name: data.draw(some.binary(max_size=40))}).encode()
    read(webhook, spoilt, "application/x-www-form-urlencoded")


@given(
    some.binary(max_size=200),
    some.sampled_from(["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]),
)
def test_any_bytes(body: bytes, content_type: str) -> None:
    read(MAIL, body, content_type)
    read(SMS, body, content_type)
