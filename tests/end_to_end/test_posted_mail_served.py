"""Mail that Mailgun and Postmark post, on a real server with two addresses, each with a secret of its own."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.customers import Platforms, eventually
from tests.fakes.mail_services import OURS, FakeMailgun, FakePostmark, post
from tests.fakes.smtp_server import FakeSmtp
from tests.servers import Server, copy_of

THURSDAY = "2026-11-26T10:00:00+01:00"
SECRET, OTHER = "signing key of the first", "password of the second"
REPAIRS = "repairs@orvelle.example"
CHANNELS = f"""\
email:
  limits: {{per_second: 50}}
  accounts:
    - {{name: repairs, address: {REPAIRS}, smtp_url: REPAIRS_SMTP, webhook_secret: REPAIRS_SECRET}}
"""
HOURS = "Vous ouvrez à quelle heure demain à Lyon ?"
PDF = b"%PDF-1.7\r\n\x00\xff\r\n--boundary\r\n" + bytes(range(256)) * 40


class World:
    """A server and both services."""

    def __init__(self, data: Path, platforms: Platforms) -> None:
        self.platforms = platforms
        self.smtp: FakeSmtp = platforms.listen(FakeSmtp())
        (data / "brands" / "demo" / "channels.yml").write_text(CHANNELS, encoding="utf-8")
        env = {
            "FILROUGE_CLOCK": THURSDAY,
            "FILROUGE_EMAIL_ADDRESS": OURS,
            "FILROUGE_EMAIL_SMTP_URL": self.smtp.url,
            "FILROUGE_EMAIL_WEBHOOK_SECRET": SECRET,
            "REPAIRS_SMTP": self.smtp.url,
            "REPAIRS_SECRET": OTHER,
        }
        self.server = Server(data, env=env)
        self.webhook = f"{self.server.url}/webhooks/email"
        self.mailgun = FakeMailgun(SECRET, webhook=self.webhook)
        self.postmark = FakePostmark(OTHER, webhook=self.webhook)

    def starts(self) -> None:
        begins = datetime.fromisoformat(THURSDAY).timestamp()
        self.mailgun = FakeMailgun(SECRET, webhook=self.webhook, begins=begins)

    def do(self, posting: Any) -> int:
        return int(self.platforms.do(posting))

    def answers(self, sender: str) -> list[EmailMessage]:
        return [sent.mail for sent in self.smtp.sent if sender in sent.recipients]

    def answered(self, sender: str) -> EmailMessage:
        eventually(lambda: bool(self.answers(sender)), lambda: f"an answer to {sender}")
        return self.answers(sender)[0]

    def messages(self, sender: str, direction: str = "in") -> list[dict[str, Any]]:
        return [one for one in self.server.thread("email", sender)["messages"] if one["direction"] == direction]


@pytest.fixture(scope="module")
def world(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Platforms() as platforms:
        made = World(copy_of(trained, tmp_path_factory.mktemp("posted")), platforms)
        with made.server:
            made.starts()
            yield made


def form(sender: str, text: str = HOURS, **more: str) -> dict[str, str]:
    return {
        "sender": sender,
        "from": f"Zoé <{sender}>",
        "From": f"Zoé <{sender}>",
        "subject": "Question",
        "Subject": "Question",
        "Message-Id": f"<1.{sender}>",
        "body-plain": text,
        "stripped-text": text,
    } | more


def raw_mail(sender: str, to: str = OURS) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, "Question", f"<1.{sender}>"
    mail.set_content(HOURS)
    return mail.as_bytes()


def test_a_route_of_mailguns_in_fields_and_raw(world: World) -> None:
    assert world.do(world.mailgun.routes(form("fields@client.example"))) == 200
    assert world.answered("fields@client.example")["Subject"] == "Re: Question"
    assert world.do(world.mailgun.hands_over(raw_mail("raw@client.example"), "raw@client.example")) == 200
    assert world.answered("raw@client.example")["In-Reply-To"] == "<1.raw@client.example>"


def test_files_come_through_byte_for_byte(world: World) -> None:
    sender = "files@client.example"
    files = [("reçu n°1.pdf", "application/pdf", PDF), ("mail.eml", "message/rfc822", b"From: a@b.example\r\n\r\nhello")]
    assert world.do(world.mailgun.routes(form(sender), files)) == 200
    assert world.answered(sender)["From"].endswith(f"<{OURS}>")
    kept = {file["name"]: (file["state"], file["size"]) for one in world.messages(sender) for file in one.get("files", ())}
    assert kept["reçu n°1.pdf"] == ("kept", len(PDF))
    assert kept["mail.eml"][0] == "refused"  # a mail in a mail is nothing an advisor could look at; that it came is told


def test_nothing_is_believed_without_a_signature_of_these_hours(world: World) -> None:
    stranger = FakeMailgun("another key", webhook=world.webhook, begins=world.mailgun.now())
    sender = "forged@client.example"
    assert world.do(stranger.routes(form(sender))) == 401
    assert world.do(world.mailgun.routes(form(sender), signature={})) == 401
    assert world.do(world.mailgun.routes(form(sender), signature=world.mailgun.signature(age=10 * 3600))) == 401
    assert world.do(FakePostmark("wrong", webhook=world.webhook).posts({"From": sender, "TextBody": "x"})) == 401
    assert world.do(FakePostmark("", webhook=world.webhook).posts({"From": sender, "TextBody": "x"})) == 401
    for body, kind in ((b"", ""), (b"a=b", "text/plain"), (b"\xff\xfe", "application/json"), (b"x", "multipart/form-data")):
        assert world.do(post(world.webhook, body, {"Content-Type": kind})) == 401


def test_a_signature_is_good_for_one_body_however_often_that_comes(world: World) -> None:
    signature = world.mailgun.signature()
    sender = "twice@client.example"
    assert world.do(world.mailgun.routes(form(sender), signature=signature)) == 200
    assert world.do(world.mailgun.routes(form(sender), signature=signature)) == 200
    assert world.do(world.mailgun.routes(form(sender, "Annulez tout"), signature=signature)) == 401
    assert len(world.messages(sender)) == 1


def test_what_became_of_a_mail_is_told_by_our_key_and_by_its_id(world: World) -> None:
    sender = "told@client.example"
    assert world.do(world.mailgun.routes(form(sender))) == 200
    answer = world.answered(sender)
    about = {"message": {"headers": {"message-id": answer["Message-ID"].strip("<>")}}, "recipient": sender}
    assert world.do(world.mailgun.tells("delivered", **about)) == 200
    assert world.messages(sender, "out")[0]["state"] == "sent"
    assert world.do(world.mailgun.tells("failed", severity="permanent", **about)) == 200  # what was delivered has not failed
    assert world.messages(sender, "out")[0]["state"] == "sent"

    other = "bounced@client.example"
    assert world.do(world.mailgun.routes(form(other))) == 200
    about = {"message": {"headers": {"message-id": world.answered(other)["Message-ID"].strip("<>")}}, "recipient": other}
    bounced = {"severity": "permanent", "delivery-status": {"code": 550, "enhanced-code": "5.1.1"}}
    assert world.do(world.mailgun.tells("failed", **bounced, **about)) == 200
    assert world.messages(other, "out")[0]["state"] == "failed"


def inbound(sender: str, **more: Any) -> dict[str, Any]:
    return {
        "FromName": "Zoé",
        "From": sender,
        "FromFull": {"Email": sender, "Name": "Zoé", "MailboxHash": ""},
        "To": f"Orvelle <{REPAIRS}>",
        "OriginalRecipient": REPAIRS,
        "Subject": "Question",
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "Date": "Thu, 26 Nov 2026 09:00:00 +0000",
        "TextBody": HOURS,
        "HtmlBody": "",
        "Headers": [{"Name": "Message-ID", "Value": f"<1.{sender}>"}],
        "Attachments": [],
    } | more


def test_postmarks_inbound_and_its_reports_on_the_second_address(world: World) -> None:
    sender = "inbound@client.example"
    bill = {
        "Name": "reçu.pdf",
        "Content": base64.b64encode(PDF).decode(),
        "ContentType": "application/pdf",
        "ContentLength": len(PDF),
    }
    assert world.do(world.postmark.posts(inbound(sender, Attachments=[bill]))) == 200
    answer = world.answered(sender)
    assert answer["From"].endswith(f"<{REPAIRS}>")
    kept = [(file["state"], file["size"]) for one in world.messages(sender) for file in one.get("files", ())]
    assert kept == [("kept", len(PDF))]
    raw = {"RawEmail": raw_mail("rawmark@client.example", REPAIRS).decode(), "TextBody": "", "Headers": []}
    assert world.do(world.postmark.posts(inbound("rawmark@client.example", **raw))) == 200
    assert world.answered("rawmark@client.example")["In-Reply-To"] == "<1.rawmark@client.example>"


@pytest.mark.parametrize(
    ("report", "state"),
    [
        ({"RecordType": "Delivery", "DeliveredAt": "2026-11-26T09:00:09Z"}, "sent"),
        ({"RecordType": "Open", "ReceivedAt": "2026-11-26T09:00:09Z"}, "sent"),
        ({"RecordType": "Bounce", "Type": "HardBounce", "BouncedAt": "2026-11-26T09:00:09Z"}, "failed"),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint", "BouncedAt": "2026-11-26T09:00:09Z"}, "failed"),
    ],
    ids=lambda given: given.get("RecordType") if isinstance(given, dict) else given,
)
def test_what_postmark_tells_finds_its_mail_by_our_key(world: World, report: dict[str, str], state: str) -> None:
    sender = f"about.{report['RecordType'].lower()}@client.example"
    assert world.do(world.postmark.posts(inbound(sender))) == 200
    world.answered(sender)
    key = key_of_answer(world, sender)
    whom = {"Email" if state == "failed" else "Recipient": sender, "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483"}
    assert world.do(world.postmark.posts(report | whom | {"Metadata": {"key": key}})) == 200
    assert world.messages(sender, "out")[0]["state"] == state


def key_of_answer(world: World, sender: str) -> str:
    import sqlite3

    with sqlite3.connect(f"file:{world.server.data / 'filrouge.db'}?mode=ro", uri=True) as database:
        return str(database.execute("SELECT key FROM delivery WHERE recipient = ?", (sender,)).fetchone()[0])


def test_a_body_beyond_all_measure_is_refused(world: World) -> None:
    assert world.do(post(world.webhook, b"a" * (41 * 1024 * 1024), {"Content-Type": "application/x-www-form-urlencoded"})) == 413


def test_thousands_of_fields_are_no_form(world: World) -> None:
    many = "&".join(f"f{number}=1" for number in range(5000)).encode()
    assert world.do(post(world.webhook, many, {"Content-Type": "application/x-www-form-urlencoded"})) == 401


def test_neither_words_nor_secrets_are_in_the_log(world: World) -> None:
    log = world.server.log.read_text(encoding="utf-8")
    for words in (SECRET, OTHER, "Lyon", "client.example", "p%40ss", "p@ss"):
        assert words not in log
