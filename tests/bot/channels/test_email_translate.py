"""Mails as people and programs send them, and what we take them for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.channels.email.parts import attachment, parsed
from bot.channels.email.table import EmailTable
from bot.channels.email.translate import Ours, read_mail
from bot.errors import Refused
from bot.messages import InboundMessage, Reading

PAYLOADS = Path(__file__).parents[2] / "payloads" / "email"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OURS = Ours(addresses=("support@orvelle.example",), trusted=("mail.orvelle.example",))
TABLE = EmailTable()


def raw(name: str) -> bytes:
    return (PAYLOADS / f"{name}.eml").read_bytes()


def reading(name: str, ours: Ours = OURS) -> Reading:
    return read_mail(raw(name), received_at=NOW, ours=ours)


def first(name: str) -> InboundMessage:
    return reading(name).messages[0]


def test_words_come_with_who_when_and_under_what() -> None:
    mail = first("plain")
    assert (mail.kind, mail.text) == ("text", "Bonjour,\n\nMa commande 48213 est-elle prête ? 🙂\n\nCamille")
    assert (mail.sender, mail.sender_name, mail.language) == ("camille@example.org", "Camille Roussel", "fr")
    assert mail.sent_at == datetime(2026, 11, 22, 8, 59, 50, tzinfo=UTC)
    assert mail.data["subject"] == "Ma commande 48213 est-elle prête\xa0?".replace("\xa0", " ")
    assert mail.data["original"].endswith("06 39 98 01 01")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("answer_below_gmail", "Oui, celle de Lyon."),
        ("answer_between_quotes", "Lyon, please.\n\nTuesday."),
        ("answer_outlook", "2"),
        ("html_gmail_quote", "La noire"),
        ("subject_only", "Rappelez-moi"),
        ("broken_charsets", "Mes bottes sont abîmées, c’est inadmissible"),
        ("without_id_and_date", "Où est mon colis ?"),
        ("flowed", "Une phrase coupée en deux.\nUne autre."),
        ("contact_form", "Bonjour, une question."),
    ],
)
def test_only_what_was_written_anew_is_read(name: str, words: str) -> None:
    assert first(name).text == words


def test_the_whole_text_is_kept_beside_the_words() -> None:
    assert "1) Lyon" in first("answer_below_gmail").data["original"]
    assert "original" not in first("subject_only").data or first("subject_only").data["original"] == ""


def test_of_html_only_what_a_person_sees_is_read() -> None:
    text = first("html_only").text
    assert text == "Bonjour,\n\nJe voudrais retourner mes bottes :\n\n- la noire\n- la brune\n\nMerci\nZoé".replace(
        "retourner mes", "retourner\xa0mes"
    ).replace("bottes :", "bottes\xa0:")


def test_a_forwarded_mail_is_kept_whole() -> None:
    assert first("forwarded").text.endswith("Voici votre facture.")


def test_a_text_that_was_cut_on_the_way_is_read_as_far_as_it_goes() -> None:
    assert first("base64_cut").text.startswith("Où est mon")


def test_a_thread_is_found_by_what_it_answers_then_by_what_went_before_then_by_the_address() -> None:
    thread = first("answer_below_gmail").data["thread"]
    assert thread["candidates"] == ["a1@orvelle.example", "a0@orvelle.example", "m1@example.org"]
    assert thread["message_id"] == "m2@example.org"
    assert first("answer_between_quotes").data["thread"]["candidates"] == ["a1@orvelle.example"]
    assert first("answer_outlook").data["thread"]["candidates"] == []
    assert first("answer_outlook").data["thread"]["token"] == "abcd1234abcd1234"
    told = read_mail(raw("plain"), received_at=NOW, ours=OURS, envelope_to="support+feed0123feed0123@orvelle.example")
    assert told.messages[0].data["thread"]["token"] == "feed0123feed0123"


def test_only_a_sender_our_own_server_vouches_for_is_proven() -> None:
    assert first("plain").data["aliases"] == {"email": "camille@example.org"}
    for name in ("answer_between_quotes", "forged_results", "contact_form"):
        assert first(name).data["claimed"] == {"email": "camille@example.org"}
        assert "aliases" not in first(name).data
    (unknown,) = reading("plain", replace(OURS, trusted=())).messages
    assert "aliases" not in unknown.data


@pytest.mark.parametrize(
    "sender",
    ["From: Camille <camille@example.net>", "From: a@example.org\r\nFrom: b@example.org", "From: a@example.org, b@example.org"],
)
def test_another_domain_or_a_second_sender_is_not_proven(sender: str) -> None:
    changed = raw("plain").replace(b"From: Camille Roussel <Camille@Example.org>", sender.encode())
    (mail,) = read_mail(changed, received_at=NOW, ours=OURS).messages
    assert "aliases" not in mail.data


def test_words_and_files_are_messages_of_their_own_bound_together() -> None:
    words, picture, bill = reading("pictures").messages
    assert (words.kind, words.text) == ("text", "La semelle se décolle.")
    assert (picture.kind, picture.text, picture.data["type"]) == ("media", "", "image")
    assert (picture.data["mime_type"], picture.data["filename"]) == ("image/jpeg", "semelle été.jpg")
    assert picture.data["size"] == 54004
    assert bill.data["filename"] == "facture.pdf"
    assert len({words.external_id, picture.external_id, bill.external_id}) == 3
    assert {one.data["album"] for one in (words, picture, bill)} == {words.external_id}


def test_a_file_is_found_in_the_mail_and_looked_at_before_anybody_sees_it() -> None:
    _, picture, bill = reading("pictures").messages
    assert attachment(parsed(raw("pictures")), picture.data["part"], TABLE.media_types).content.startswith(b"\xff\xd8\xff")
    assert attachment(parsed(raw("pictures")), bill.data["part"], TABLE.media_types).mime_type == "application/pdf"
    with pytest.raises(Refused, match="no such file"):
        attachment(parsed(raw("pictures")), 99, TABLE.media_types)
    liar = raw("pictures").replace(b"/9j/4HBpeGVs", b"TVqQcGl4ZWxz")
    with pytest.raises(Refused, match="not shown"):
        attachment(parsed(liar), picture.data["part"], TABLE.media_types)


def test_a_picture_may_come_without_a_word() -> None:
    (picture,) = reading("picture_without_words").messages
    assert (picture.kind, picture.text, picture.data["filename"]) == ("media", "", "photo.jpg")


@pytest.mark.parametrize("name", ["bounce_of_nothing", "without_sender"])
def test_what_cannot_be_used_is_kept_as_it_came(name: str) -> None:
    (unread,) = reading(name).unread
    assert unread.raw["mail"] == raw(name).decode()


def test_a_mail_delivered_twice_is_one_and_an_id_used_twice_is_two() -> None:
    again = b"Received: by another.example; Sun, 22 Nov 2026 10:00:00 +0100\r\n" + raw("plain")
    (mail,) = read_mail(again, received_at=NOW + timedelta(minutes=1), ours=OURS).messages
    assert mail.external_id == first("plain").external_id
    (other,) = read_mail(raw("plain").replace(b"48213", b"48214"), received_at=NOW, ours=OURS).messages
    assert other.external_id != first("plain").external_id
    assert first("without_id_and_date").external_id == first("without_id_and_date").external_id


@pytest.mark.parametrize(
    "date", ["Mon, 1 Jan 1990 00:00:00 +0000", "Sun, 22 Nov 2037 09:00:00 +0000", "yesterday", "Sun, 99 Nov 2026 99:99:99 +9999"]
)
def test_a_clock_that_is_wrong_is_not_believed(date: str) -> None:
    changed = raw("plain").replace(b"Sun, 22 Nov 2026 09:59:50 +0100", date.encode())
    (mail,) = read_mail(changed, received_at=NOW, ours=OURS).messages
    assert mail.sent_at == NOW


def test_the_same_mails_twice_and_in_any_order_are_the_same_messages() -> None:
    names = sorted(path.stem for path in PAYLOADS.glob("*.eml"))
    once = {name: reading(name).messages for name in names}
    assert {name: reading(name).messages for name in reversed(names)} == once
    ids = [message.external_id for told in once.values() for message in told]
    assert len(ids) == len(set(ids))


def test_every_mail_on_file_is_understood() -> None:
    for path in PAYLOADS.glob("*.eml"):
        told = reading(path.stem)
        assert bool(told.unread) is (path.stem in ("bounce_of_nothing", "without_sender")), path.stem


def is_sound(told: Reading) -> None:
    for message in told.messages:
        assert "@" in message.sender
        assert message.external_id
        assert len(message.external_id) <= 255
        json.dumps(dict(message.data), allow_nan=False).encode()
        message.text.encode()


@settings(max_examples=150, deadline=None)
@given(some.binary(max_size=2000))
def test_no_bytes_whatever_break_the_reader(content: bytes) -> None:
    is_sound(read_mail(content, received_at=NOW, ours=OURS))


@settings(max_examples=150, deadline=None)
@given(some.data())
def test_a_mail_with_anything_changed_is_read_or_kept(data: some.DataObject) -> None:
    content = raw(data.draw(some.sampled_from(sorted(p.stem for p in PAYLOADS.glob("*.eml") if p.stat().st_size < 5000))))
    place = data.draw(some.integers(0, len(content)))
    told = read_mail(
        content[:place] + data.draw(some.binary(max_size=40)) + content[place + data.draw(some.integers(0, 40)) :],
        received_at=NOW,
        ours=OURS,
    )
    is_sound(told)


@pytest.mark.parametrize(
    "content",
    [
        b"From: " + b"(" * 5000 + b" a@b.example\r\n\r\nx",
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        + b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 500,
        b"From: a@b.example\r\nSubject: " + b"=?utf-8?q?" * 2000 + b"\r\n\r\nx",
        b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 20000 + b"x",
        b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<!" + b"[" * 20000,
        b"From: a@b.example\r\n\r\n" + b"On 1 " * 50000 + b"wrote:",
        b"From: a@b.example\r\nContent-Type: text/plain; charset=hex\r\n\r\nx",
        b"From: a@b.example\r\nContent-Type: text/plain; charset*=utf-8''%ff\r\n"
        b"Content-Disposition: attachment; filename*0*=x''%ff; filename*1=b\r\n\r\nx",
    ],
)
def test_mails_made_to_break_readers_do_not(content: bytes) -> None:
    is_sound(read_mail(content, received_at=NOW, ours=OURS))
