"""Mail on a real server: a real mailbox by IMAP, a real server that takes our mails, and services that post to us."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.customers import EmailCustomer, Platforms, Talk, eventually
from tests.fakes.smtp_server import FakeSmtp
from tests.imap_server import Imap, imap_server
from tests.servers import Server, copy_of

THURSDAY = "2026-11-26T10:00:00+01:00"
OURS, SECRET = "support@orvelle.example", "a secret only we know"
CAMILLE = "camille.fournier@courriel.example"
JEAN_BAPTISTE = "jean-baptiste.nedellec@boite.example"
"""Of the demo's customer file."""
CHANNELS = "email:\n  limits: {per_second: 50, look_every_seconds: 0.1}\n  plus_addresses: true\n"
HOURS = "Vous ouvrez à quelle heure demain à Lyon ?"


class World:
    """A server, its mailbox, and whoever writes."""

    def __init__(self, data: Path, platforms: Platforms, imap: Imap, user: str, *, database_url: str = "") -> None:
        self.platforms, self.imap, self.user = platforms, imap, user
        self.smtp: FakeSmtp = platforms.listen(FakeSmtp())
        (data / "brands" / "demo" / "channels.yml").write_text(CHANNELS, encoding="utf-8")
        env = {
            "FILROUGE_CLOCK": THURSDAY,
            "FILROUGE_EMAIL_ADDRESS": OURS,
            "FILROUGE_EMAIL_SMTP_URL": self.smtp.url,
            "FILROUGE_EMAIL_IMAP_URL": imap.url(user),
            "FILROUGE_EMAIL_WEBHOOK_SECRET": SECRET,
            "FILROUGE_EMAIL_TRUSTED_SERVERS": "mx.orvelle.example",
        }
        self.server = Server(data, env=env, database_url=database_url)

    def talk(self, sender: str, subject: str = "Question") -> Talk:
        return Talk(EmailCustomer(self.delivers, self.smtp, sender, subject))

    def delivers(self, raw: bytes) -> None:
        self.imap.deliver(self.user, raw)

    def sent_to(self, address: str) -> list[EmailMessage]:
        return [sent.mail for sent in self.smtp.sent if address in sent.recipients]

    def thread(self, sender: str) -> dict[str, Any]:
        return self.server.thread("email", sender)

    def reads_everything(self) -> None:
        """Wait until whatever lies in the mailbox has been read and answered: a question behind it has been."""
        self.talk(f"last{time.monotonic_ns()}@client.example").says(HOURS, "Lyon Bellecour")


@pytest.fixture(scope="module")
def imap() -> Iterator[Imap]:
    with imap_server() as server:
        yield server


@pytest.fixture(scope="module")
def world(trained: Path, tmp_path_factory: pytest.TempPathFactory, imap: Imap) -> Iterator[World]:
    with Platforms() as platforms:
        made = World(copy_of(trained, tmp_path_factory.mktemp("email")), platforms, imap, "support")
        with made.server:
            settled(made)
            yield made


def settled(world: World) -> None:
    """Wait until the mailbox is being read: what lay there before is never answered."""
    eventually(lambda: 'filrouge_seat_held{seat="poll:email:"} 1.0' in metrics(world.server), lambda: "the mailbox to be read")
    time.sleep(1.0)


def metrics(server: Server) -> str:
    import urllib.request

    with urllib.request.urlopen(f"{server.url}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


def mail(sender: str, text: str, *, subject: str = "Question", message_id: str = "", **headers: str) -> bytes:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, OURS, subject
    made["Message-ID"] = message_id or f"<{time.monotonic_ns()}@client.example>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()


def test_a_check_logs_in_and_tells_what_is_wrong(world: World) -> None:
    right = world.server.run("channels", "check", "--json", check=False)
    assert right.returncode == 0, right.stdout
    url = world.server.environment["FILROUGE_EMAIL_IMAP_URL"]
    world.server.environment["FILROUGE_EMAIL_IMAP_URL"] = world.imap.url(world.user, "not the password")
    try:
        wrong = world.server.run("channels", "check", check=False)
    finally:
        world.server.environment["FILROUGE_EMAIL_IMAP_URL"] = url
    assert wrong.returncode == 1
    assert "FILROUGE_EMAIL_IMAP_URL" in wrong.stdout
    assert "not the password" not in wrong.stdout
    assert "not%20the" not in wrong.stdout


def test_a_question_is_answered_under_its_own_subject(world: World) -> None:
    talk = world.talk("zoe@client.example", "Vos horaires")
    talk.says(HOURS, "Lyon Bellecour")
    (answer,) = world.sent_to("zoe@client.example")
    asked = talk.customer.last_id  # type: ignore[attr-defined]
    assert (answer["Subject"], answer["In-Reply-To"], answer["Auto-Submitted"]) == ("Re: Vos horaires", asked, "auto-replied")
    assert asked in answer["References"]
    assert "+" in str(answer["Reply-To"])


def test_two_threads_of_one_customer_stay_apart(world: World) -> None:
    sender = "hugo@client.example"
    world.delivers(mail(sender, HOURS, subject="Lyon", message_id="<lyon@client.example>"))
    world.delivers(
        mail(sender, "Vous ouvrez à quelle heure samedi à Lille ?", subject="Lille", message_id="<lille@client.example>")
    )
    eventually(lambda: len(world.sent_to(sender)) >= 2, lambda: "both answers")
    for answer in world.sent_to(sender):
        city = "Lyon" if "Lyon" in str(answer.get_content()) else "Lille"
        assert answer["Subject"] == f"Re: {city}"


def test_whom_dmarc_proves_is_recognised_and_whoever_forges_the_same_name_is_not(world: World) -> None:
    passed = "mx.orvelle.example; dmarc=pass header.from=courriel.example"
    world.delivers(mail(f"Camille <{CAMILLE}>", "c’est quand mon rdv ?"))
    eventually(lambda: len(world.sent_to(CAMILLE)) == 1, lambda: "an answer to a stranger")
    assert world.thread(CAMILLE)["customer"]["profile"] is None
    world.delivers(mail(f"Camille <{CAMILLE}>", "c’est quand mon rdv ?", Authentication_Results=f"evil.example; {passed}"))
    eventually(lambda: len(world.sent_to(CAMILLE)) == 2, lambda: "another")
    assert world.thread(CAMILLE)["customer"]["profile"] is None
    assert "Fournier" not in "".join(str(one.get_content()) for one in world.sent_to(CAMILLE))
    world.delivers(mail(f"Camille <{CAMILLE}>", "c’est quand mon rdv ?", Authentication_Results=passed))
    eventually(lambda: len(world.sent_to(CAMILLE)) == 3, lambda: "a third")
    assert world.thread(CAMILLE)["customer"]["profile"]["first_name"] == "Camille"


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("absent@client.example", {"Auto_Submitted": "auto-replied"}),
        ("list@client.example", {"Precedence": "bulk"}),
        ("news@client.example", {"List_Unsubscribe": "<mailto:x@y.example>"}),
        ("noreply@client.example", {}),
        (OURS, {"Auto_Submitted": "auto-replied"}),
        (OURS, {}),
    ],
)
def test_what_no_person_wrote_is_never_answered(world: World, sender: str, headers: dict[str, str]) -> None:
    before = len(world.sent_to(sender))
    world.delivers(mail(sender, HOURS, **headers))
    world.reads_everything()
    assert len(world.sent_to(sender)) == before


def test_a_mail_that_comes_back_is_a_dead_letter_and_its_address_written_to_no_more(world: World) -> None:
    sender = "gone@client.example"
    world.talk(sender).says(HOURS, "Lyon Bellecour")
    (answer,) = world.sent_to(sender)
    world.delivers(bounce(sender, answer["Message-ID"]))
    eventually(lambda: last_of_ours(world, sender)["state"] == "failed", lambda: "the answer to have failed")
    assert last_of_ours(world, sender)["why"] == "the mail came back (5.1.1)"
    assert len(world.sent_to("mailer-daemon@client.example")) == 0


def last_of_ours(world: World, sender: str) -> dict[str, Any]:
    return dict([one for one in world.thread(sender)["messages"] if one["direction"] == "out"][-1])


def bounce(recipient: str, about: str) -> bytes:
    lines = [
        "From: MAILER-DAEMON@client.example",
        f"To: {OURS}",
        "Subject: Undelivered Mail",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.client.example",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        "Status: 5.1.1",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {about}",
        "",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()


def test_a_broken_charset_html_and_a_file(world: World) -> None:
    head = f"To: {OURS}\r\nMIME-Version: 1.0\r\n".encode()
    html = b"<html><style>x</style><p>Vous ouvrez \xe0 quelle heure demain &agrave; <b>Lyon</b> ?</p></html>"
    broken = b"From: html@client.example\r\nMessage-ID: <h1@client.example>\r\nContent-Type: text/html; charset=x-klingon\r\n"
    world.delivers(broken + head + b"\r\n" + html)
    eventually(lambda: any("Lyon" in str(one.get_content()) for one in world.sent_to("html@client.example")), lambda: "an answer")

    sender = "files@client.example"
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"], made["Message-ID"] = sender, OURS, "Facture", "<f1@client.example>"
    made.set_content(HOURS)
    made.add_attachment(b"%PDF-1.7 facture", maintype="application", subtype="pdf", filename="facture.pdf")
    world.delivers(made.as_bytes())

    def kept() -> list[tuple[str, str, int]]:
        messages = world.thread(sender)["messages"]
        return [(file["state"], file["name"], file["size"]) for one in messages for file in one.get("files", ())]

    eventually(lambda: len(world.sent_to(sender)) > 0, lambda: "an answer")
    assert kept() == [("kept", "facture.pdf", 16)]


def test_a_crash_brings_nothing_twice_and_loses_nothing(trained: Path, tmp_path: Path, imap: Imap) -> None:
    with Platforms() as platforms:
        world = World(copy_of(trained, tmp_path / "data"), platforms, imap, "crash")
        with world.server as server:
            settled(world)
            senders = [f"c{number}@client.example" for number in range(8)]
            for number, sender in enumerate(senders):
                world.delivers(mail(sender, HOURS))
                if number in (2, 5):
                    server.kill()
                    server.start()
            eventually(lambda: all(world.sent_to(sender) for sender in senders), lambda: "all answers")
            time.sleep(1.0)
            said = {sender: sum(one["direction"] == "in" for one in world.thread(sender)["messages"]) for sender in senders}
            assert said == dict.fromkeys(senders, 1)
            ids = [sent.mail["Message-ID"] for sent in world.smtp.sent]
            assert len(set(ids)) == len(senders)  # what may have been sent twice is the same mail


@pytest.mark.postgres
def test_one_process_reads_the_mailbox_and_another_takes_over(
    trained: Path, tmp_path: Path, imap: Imap, postgres_url: str
) -> None:
    with Platforms() as platforms, ExitStack() as open_servers:
        first = World(copy_of(trained, tmp_path / "one"), platforms, imap, "seat", database_url=postgres_url)
        second = World(copy_of(trained, tmp_path / "two"), platforms, imap, "seat", database_url=postgres_url)
        open_servers.enter_context(first.server)
        settled(first)
        open_servers.enter_context(second.server)
        held = 'filrouge_seat_held{seat="poll:email:"} '
        assert f"{held}0.0" in metrics(second.server) or held not in metrics(second.server)
        first.delivers(mail("one@client.example", HOURS))
        both = lambda address: first.sent_to(address) + second.sent_to(address)  # noqa: E731
        eventually(lambda: len(both("one@client.example")) == 1, lambda: "an answer")
        first.server.kill()
        first.delivers(mail("two@client.example", HOURS))
        eventually(lambda: len(both("two@client.example")) == 1, lambda: "an answer by the other process")
        assert len(both("one@client.example")) == 1


def test_a_code_by_mail_lets_somebody_in_who_writes_elsewhere(world: World) -> None:
    def hears(text: str) -> str:
        return " ".join(answer.get("text", "") for answer in world.server.say("somebody", text)).replace("\u00a0", " ")

    assert "je vous envoie un code par e-mail" in hears("c’est quand mon rdv ?")
    assert "vient de partir par e-mail" in hears(JEAN_BAPTISTE)
    eventually(lambda: len(world.sent_to(JEAN_BAPTISTE)) == 1, lambda: "the mail with the code")
    written = str(world.sent_to(JEAN_BAPTISTE)[0].get_content()).replace("\u00a0", " ")
    code = re.search(r"Votre code Maison Orvelle : (\d{6})\.", written)
    assert code is not None, written
    assert "a été demandé sur notre application" in written
    told = hears(f"c’est le {code[1][:3]} {code[1][3:]}")
    assert "C’est bon, Jean-Baptiste." in told
    assert "Je ne vois pas de rendez-vous à venir à votre nom." in told
    lines = world.thread(JEAN_BAPTISTE)["messages"]
    assert code[1] not in str(lines)
    assert "••••••" in str(lines), "the mailbox is in the same thread"
    assert code[1] not in world.server.log.read_text(encoding="utf-8")


def test_neither_words_nor_secrets_are_in_the_log(world: World) -> None:
    log = world.server.log.read_text(encoding="utf-8")
    for words in (SECRET, "p@ss", "p%40ss", Imap.password, "Lyon", "client.example", "Facture"):
        assert words not in log
