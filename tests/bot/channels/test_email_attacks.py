"""Mails made to cost much, to write into ours, or to be answered for ever."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.channels.email import bounds
from bot.channels.email.automatic import Chatter
from bot.channels.email.compose import Origin, Thread, write_message
from bot.channels.email.html_text import html_text
from bot.channels.email.polling import calmed
from bot.channels.email.quotes import new_words
from bot.channels.email.translate import Ours, read_mail
from bot.errors import BadUpdate
from bot.messages import OutboundMessage, Reading

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OURS = Ours(addresses=("support@orvelle.example",), trusted=("mail.orvelle.example",))
ORIGIN = Origin(address="support@orvelle.example", name="Orvelle", secret="for ids")
HEAD = b"From: a@client.example\r\nTo: support@orvelle.example\r\nMessage-ID: <1@client.example>\r\n"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
SECONDS = 8.0
"""Of processor time, on a machine that does much else; what these mails cost before was minutes."""


def read(raw: bytes) -> Reading:
    return read_mail(raw, received_at=NOW, ours=OURS)


def nested(depth: int) -> bytes:
    parts = (b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (place, place) for place in range(depth))
    return HEAD + b"".join(parts) + b"\r\nbonjour\r\n"


BOMBS = {
    "parts within parts": nested(3000),
    "parts within parts, and lines": nested(150) + b"x\r\n" * 200_000,
    "mails within mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 2000 + b"hi",
    "parts": HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\na\r\n" * 300_000,
    "headers": HEAD + b"X: y\r\n" * 400_000 + b"\r\nhi",
    "one header": HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\r\n\r\nhi",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_found_out_before_it_goes_off(name: str) -> None:
    began = time.process_time()
    (unread,) = read(BOMBS[name]).unread
    assert "was not read" in unread.why
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "raw",
    [
        HTML + b"<" * 500_000,
        HTML + b"<a " * 160_000,
        HTML + b"<a href='" * 50_000,
        HTML + b"<!--" * 125_000,
        HTML + b"<![" * 160_000,
        HTML + b"</" * 250_000,
        HTML + b"<div>a" * 80_000,
        HTML + b"<blockquote>a" * 38_000,
        HTML + b"<script><" * 50_000,
        HTML + b"&" * 500_000,
        HEAD + b"\r\n" + b"On 1 a wrote:\n>\n" * 30_000,
        HEAD + b"\r\n" + b"On 1 " * 100_000,
        HEAD + b"\r\n" + b"-" * 500_000,
        HEAD + b"\r\n" + b" " * 500_000,
        HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=" * 3_000_000,
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=A" * 1_500_000,
        HEAD.replace(b"a@client", b"(" * 50_000 + b"a@client") + b"\r\nhi",
        nested(150),
    ],
    ids=range(18),
)
def test_what_is_only_odd_is_read_in_time(raw: bytes) -> None:
    began = time.process_time()
    read(raw)
    assert time.process_time() - began < SECONDS


def test_many_texts_are_read_as_far_as_one() -> None:
    part = b"--x\r\nContent-Type: text/html\r\n\r\n" + b"<p>mot</p>" * 30_000 + b"\r\n"
    (mail,) = read(HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + part * 20 + b"--x--\r\n").messages
    assert len(mail.text) <= OURS.table.original


def test_large_mails_of_people_pass() -> None:
    bounds.check(HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"A" * 76 + b"\r\n" * 340_000)
    lines = b"-- a comment of a dump\r\n" * 15_000
    bounds.check(HEAD + b"\r\n" + lines)
    with pytest.raises(BadUpdate):
        bounds.check(HEAD + b"\r\n" + lines * 2)


@given(some.text(max_size=200))
def test_no_markup_breaks_the_reader(markup: str) -> None:
    html_text(markup)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>3 < 4 et 5 > 2</p>", "3 < 4 et 5 > 2"),
        ("<![if !mso]><p>bonjour</p><![endif]>", "bonjour"),
        ("<?xml version='1'?><p>bonjour</p>", "bonjour"),
        ("<!-- a < b --><p>bonjour</p><!-- never closed <p>non", "bonjour"),
        (f"<p>voici<img src='data:image/png;base64,{'A' * 9000}'> la photo</p>", "voici la photo"),
        ("<!DOCTYPE html><p>bonjour", "bonjour"),
    ],
)
def test_of_odd_markup_the_words_are_read(markup: str, text: str) -> None:
    assert html_text(markup) == text


@pytest.mark.parametrize(
    "attribution",
    [
        "Le jeu. 26 nov. 2026 à 10:00, Orvelle <support@orvelle.example> a écrit :",
        "Le jeu. 26 nov. 2026 à 10:00,\nOrvelle <support@orvelle.example> a écrit :",
        "On Thu, Nov 26, 2026 at 10:00 AM Orvelle\n<support@orvelle.example> wrote:",
        "On Thu, Nov 26, 2026 at 10:00 AM Orvelle <support@orvelle.example> wrote:",
    ],
)
@pytest.mark.parametrize("words", ["oui", "1", "Le colis 12 n’est pas là", "merci\nbonne journée", "à <Lyon> svp"])
@pytest.mark.parametrize("between", ["\n", "\n\n"])
@pytest.mark.parametrize("quoted", ["", "\n> Bonjour\n", "\n\nBonjour, ceci est quoté sans marque\n"])
def test_short_words_above_what_they_answer_are_found(attribution: str, words: str, between: str, quoted: str) -> None:
    assert new_words(f"{words}{between}{attribution}{quoted}") == words


def test_a_program_that_says_only_who_wrote_is_believed_too() -> None:
    assert new_words("oui\nOrvelle <support@orvelle.example> wrote:\n> Bonjour") == "oui"


INJECTION = some.text(some.sampled_from(list('ab é:\r\n\t\x00\x0b\u2028=?<>"@,;')), max_size=60)


@given(INJECTION, INJECTION, INJECTION, INJECTION)
def test_nothing_a_customer_writes_becomes_a_header_of_ours(subject: str, given_id: str, reference: str, text: str) -> None:
    thread = Thread(subject=subject, message_id=given_id, references=(reference, "ok@client.example"))
    message = OutboundMessage(channel="email", recipient="a@client.example", text=f"x{text}", key="k")
    mail = message_from_bytes(write_message(message, origin=ORIGIN, at=NOW, thread=thread).as_bytes(), policy=default)
    ours = {"From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"}
    made = {"X-Auto-Response-Suppress", "Content-Type", "Content-Transfer-Encoding", "Content-Language", "MIME-Version"}
    assert set(mail.keys()) <= ours | made
    assert mail["To"] == "a@client.example"


def test_a_recipient_with_a_line_end_is_never_written_to() -> None:
    for recipient in ("a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "<a@b.example>"):
        message = OutboundMessage(channel="email", recipient=recipient, text="x", key="k")
        with pytest.raises(Exception, match="no address"):
            write_message(message, origin=ORIGIN, at=NOW)


def test_two_programs_that_answer_each_other_stop() -> None:
    chatter, answered = Chatter(OURS.table.mails_per_hour), 0
    for turn in range(200):  # the other one marks nothing, and answers within a second
        raw = HEAD.replace(b"<1@", b"<%d@" % turn) + b"Subject: Re: Re\r\n\r\nThank you for your message!"
        at = NOW + timedelta(seconds=turn)
        answered += calmed(read(raw), chatter, at).messages[0].kind == "text"
    assert answered == OURS.table.mails_per_hour


def test_our_own_answer_that_comes_back_says_nothing() -> None:
    message = OutboundMessage(channel="email", recipient="support@orvelle.example", text="x", key="k")
    assert read(write_message(message, origin=ORIGIN, at=NOW).as_bytes()) == Reading()
