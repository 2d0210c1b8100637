"""Our messages as mails."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.channels import texts
from bot.channels.email.compose import Origin, Thread, message_id, parts_of, thread_token, write_message
from bot.channels.email.table import EmailTable
from bot.channels.email.translate import Ours, read_mail
from bot.channels.overrides import overridden
from bot.errors import Refused
from bot.messages import Button, OutboundMessage

ORIGIN = Origin(address="support@orvelle.example", name="Orvelle, Paris", secret="s", subjects={"fr": "Un mot d’Orvelle"})
AT = datetime(2026, 11, 22, 10, 0, tzinfo=timezone(timedelta(hours=1)))
THREAD = Thread(subject="Ma commande", message_id="m3@example.org", references=("m1@example.org",))


def saying(text: str = "Bonjour", **more: Any) -> OutboundMessage:
    return OutboundMessage(**({"channel": "email", "recipient": "camille@example.org", "text": text, "key": "reply:12"} | more))


def written(message: OutboundMessage, **more: Any) -> EmailMessage:
    """The mail as its reader's program parses it."""
    options: dict[str, Any] = {"origin": ORIGIN, "at": AT} | more
    made = write_message(message, **options).as_bytes()
    mail = message_from_bytes(made, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_mail_has_all_that_a_mail_needs() -> None:
    mail = written(saying("Déjà expédiée 🙂"))
    assert mail["From"] == '"Orvelle, Paris" <support@orvelle.example>'
    assert (mail["To"], mail["Subject"]) == ("camille@example.org", "Un mot d’Orvelle")
    assert mail["Date"].datetime == AT
    assert mail["Content-Language"] == "fr"
    assert mail.get_content().strip() == "Déjà expédiée 🙂"


def test_the_same_key_makes_the_same_mail() -> None:
    ids = {str(written(saying())["Message-ID"]) for _ in range(3)}
    assert ids == {f"<{message_id('reply:12', ORIGIN)}>"}
    assert message_id("reply:13", ORIGIN) != message_id("reply:12", ORIGIN)


def test_nobody_can_guess_an_id_who_has_not_our_secret() -> None:
    other = Origin(address=ORIGIN.address, name="", secret="t")
    assert message_id("reply:12", other) != message_id("reply:12", ORIGIN)


@pytest.mark.parametrize(("author", "marked"), [("bot", True), ("system", True), ("advisor", False), ("store", False)])
def test_only_a_programs_words_are_marked_as_automatic(author: str, marked: bool) -> None:
    mail = written(saying(author=author), thread=THREAD)
    assert (mail["Auto-Submitted"] == "auto-replied") is marked
    assert ("X-Auto-Response-Suppress" in mail) is marked


def test_a_mail_that_answers_none_is_generated() -> None:
    assert written(saying())["Auto-Submitted"] == "auto-generated"


def test_the_references_of_a_long_thread_keep_its_beginning_and_its_end() -> None:
    long = Thread(subject="x", message_id="last@x", references=tuple(f"m{place}@x" for place in range(100)))
    references = written(saying(), thread=long)["References"].split()
    assert (references[0], references[-2:]) == ("<m0@x>", ["<m99@x>", "<last@x>"])
    assert len(references) == 20


@pytest.mark.parametrize(
    "evil", ["x\r\nBcc: a@evil.example", "x\nBcc: a@evil.example", "x\x00\x0b\u2028y", "=?utf-8?q?x=0D=0ABcc:_a?="]
)
def test_what_customers_write_cannot_make_headers(evil: str) -> None:
    mail = written(saying(), thread=Thread(subject=evil, message_id="a b>\r\nBcc: x", references=("<x>\r\nBcc: y", "ok@x")))
    assert "Bcc" not in mail
    assert "In-Reply-To" not in mail


@pytest.mark.parametrize(
    "recipient",
    ["", "camille", "a@b@c", "a@b.example\r\nRCPT TO:<x@y>", "a@b.example, c@d.example", "zoé@b.example", "<a@b.example>"],
)
def test_only_one_plain_address_is_written_to(recipient: str) -> None:
    with pytest.raises(Refused, match="no address"):
        write_message(saying(recipient=recipient), origin=ORIGIN, at=AT)


def test_choices_are_numbered_lines() -> None:
    choices = (Button(title="Lyon", token="a"), Button(title="Lille", token="b"))
    (part,) = parts_of(saying("Quel magasin ?", buttons=choices))
    question, _, lead_in, *lines = part.text.splitlines()
    assert (question, lines) == ("Quel magasin ?", ["1) Lyon", "2) Lille"])
    assert lead_in == "Répondez à ce message par le numéro de votre choix :"


def test_an_answer_finds_its_thread_by_the_address_too() -> None:
    origin = Origin(address=ORIGIN.address, name="Orvelle", secret="s", plus=True)
    mail = written(saying(), origin=origin)
    token = thread_token("Camille@example.org", origin)
    assert mail["Reply-To"] == f"Orvelle <support+{token}@orvelle.example>"
    answer = f"From: camille@example.org\r\nTo: {mail['Reply-To']}\r\n\r\nOui\r\n".encode()
    (read,) = read_mail(answer, received_at=AT.astimezone(UTC), ours=Ours(addresses=(ORIGIN.address,))).messages
    assert read.data["thread"]["token"] == token


def test_our_mail_answered_goes_on_in_the_same_thread() -> None:
    first = "From: camille@example.org\r\nSubject: Re: TR: Ma commande\r\nMessage-ID: <m1@example.org>\r\n\r\nOui\r\n"
    ours = Ours(addresses=(ORIGIN.address,))
    (heard,) = read_mail(first.encode(), received_at=AT.astimezone(UTC), ours=ours).messages
    answer = write_message(saying(), origin=ORIGIN, at=AT, thread=Thread.of(heard.data))
    assert answer["Subject"] == "Re: Ma commande"
    second = f"From: c@other.example\r\nReferences: {answer['References']} {answer['Message-ID']}\r\n\r\nEt maintenant ?\r\n"
    (again,) = read_mail(second.encode(), received_at=AT.astimezone(UTC), ours=ours).messages
    assert again.data["thread"]["candidates"] == [message_id("reply:12", ORIGIN), "m1@example.org"]


def test_a_thread_is_read_from_any_data() -> None:
    assert Thread.of({}) == Thread()


@pytest.mark.parametrize("text", ["", " \n", "a" * 20_001])
def test_what_is_no_mail_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        write_message(saying(text), origin=ORIGIN, at=AT)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@settings(deadline=None)
@given(some.text(max_size=3000), some.lists(some.text(min_size=1, max_size=60), max_size=10))
def test_no_text_breaks_the_limit_and_none_is_lost_on_the_way(text: str, titles: list[str]) -> None:
    table = overridden(EmailTable(), {"text": 500})
    text = texts.clean(text)
    choices = tuple(Button(title=texts.clean(title), token=str(place)) for place, title in enumerate(titles))
    parts = parts_of(saying(text, buttons=choices), table)
    assert all(texts.utf16(part.text) <= 500 for part in parts)
    joined = squeezed("".join(part.text for part in parts))
    assert joined.startswith(squeezed(text))
    assert all(squeezed(choice.title) in joined for choice in choices)
    for part in parts:
        if part.text.strip():
            content = write_message(part, origin=ORIGIN, at=AT, table=table).as_bytes()
            assert max(map(len, content.split(b"\r\n"))) <= 998
            shown = message_from_bytes(content, policy=default)
            assert isinstance(shown, EmailMessage)
            assert squeezed(shown.get_content()) == squeezed(part.text)
