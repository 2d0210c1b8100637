"""Forms as services post them come through byte for byte, and what is none is refused."""

from __future__ import annotations

import re
import time
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.connections.forms import read_form
from bot.web.webhook_door import NotJson

BOUNDARY = "----x7Ga"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
URLENCODED = "application/x-www-form-urlencoded"
NASTY = some.sampled_from(
    [b"\r\n", b"\r", b"\n", b"--", f"\r\n--{BOUNDARY}".encode(), f"\r\n--{BOUNDARY}x".encode(), b"\x00", b"\xff", b"\r\n\r\n"]
)
CONTENTS = some.lists(some.one_of(NASTY, some.binary(max_size=20)), max_size=8).map(b"".join)
NAMES = some.text(some.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters='"\\%'), min_size=1, max_size=20)


def is_possible(content: bytes) -> bool:
    """Whoever writes a form chooses a boundary that stands nowhere in it."""
    return re.search(rf"\r\n--{BOUNDARY}(--|[ \t]*\r\n)".encode(), b"\r\n" + content + b"\r\n") is None


def part(name: str, content: bytes, filename: str | None = None, more: str = "") -> bytes:
    named = f'; filename="{filename}"' if filename is not None else ""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n{more}\r\n'.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


@given(some.lists(CONTENTS.filter(is_possible), max_size=5))
def test_every_byte_of_a_file_comes_through(contents: list[bytes]) -> None:
    body = b"".join(part(f"attachment-{place}", content, f"{place}.bin") for place, content in enumerate(contents)) + END
    assert [file.content for file in read_form(body, MULTIPART).files] == contents


@given(NAMES, NAMES.map(str.strip).filter(bool), CONTENTS.filter(is_possible))
def test_names_and_fields_come_through(name: str, filename: str, content: bytes) -> None:
    form = read_form(part(name, content) + part("file", b"x", filename) + END, MULTIPART)
    assert form.fields[name].encode("utf-8", "surrogateescape") == content
    assert form.files[0].name == filename


@given(some.dictionaries(NAMES, some.text(some.characters(blacklist_categories=("Cs",))), max_size=6))
def test_a_form_without_files_comes_through(fields: dict[str, str]) -> None:
    assert read_form(urlencode(fields).encode(), URLENCODED).fields == fields


@given(
    some.binary(max_size=300),
    some.sampled_from([MULTIPART, URLENCODED, f'multipart/form-data; boundary="{BOUNDARY}"', "", "é;="]),
)
def test_whatever_is_posted_is_a_form_or_refused(body: bytes, content_type: str) -> None:
    for written in (body, part("a", body) + END, END + body):
        try:
            read_form(written, content_type)
        except NotJson:
            continue


def test_files_that_are_mails_or_have_parts_are_files() -> None:
    inside = b"Content-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nhello\r\n--y--"
    for kind in ("message/rfc822", "multipart/mixed; boundary=y", "message/delivery-status"):
        (file,) = read_form(part("a", inside, "a.eml", f"Content-Type: {kind}\r\n") + END, MULTIPART).files
        assert (file.content, file.mime_type) == (inside, kind)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('filename="r%22eçu.pdf"', 'r"eçu.pdf'),
        (r'filename="a\"b.pdf"', 'a"b.pdf'),
        ("filename*=UTF-8''re%C3%A7u.pdf", "reçu.pdf"),
        ("filename*=x-klingon''re%C3%A7u.pdf", "reçu.pdf"),
        ("filename=plain.pdf", "plain.pdf"),
    ],
)
def test_a_files_name_as_browsers_and_libraries_write_it(written: str, name: str) -> None:
    body = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"; {written}\r\n\r\nx\r\n--{BOUNDARY}--'.encode()
    assert read_form(body, MULTIPART).files[0].name == name


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", MULTIPART),
        (part("a", b"x"), MULTIPART),  # cut
        (END, "multipart/form-data"),
        (END, "multipart/form-data; boundary="),
        (b"a=1", "text/plain"),
        (b"a=1", ""),
        (b"a=\xff", URLENCODED),
        (b"&".join(b"f%d=1" % number for number in range(1001)), URLENCODED),
        (b"".join(part(f"f{number}", b"1") for number in range(1001)) + END, MULTIPART),
    ],
)
def test_what_is_no_form_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(NotJson):
        read_form(body, content_type)


def test_a_form_that_pretends_at_every_byte_to_end_is_read_in_no_time() -> None:
    content = f"\r\n--{BOUNDARY}x".encode() * 200_000
    began = time.process_time()
    (file,) = read_form(part("a", content, "a") + END, MULTIPART).files
    assert file.content == content
    assert time.process_time() - began < 2.0
