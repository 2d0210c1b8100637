"""Customers' files at the console: who may see them, how they come, and that nothing in one of them ever runs."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientResponse

from handoff.console.attached import FileContent, FileView, StoredFile
from tests.handoff.conftest import Fragment, Visit, Visitor
from tests.handoff.fake_house import FakeHouse

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(200))
PAGE = b"<!doctype html><script>fetch('/console/accounts')</script>"
DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
LENA = 3
"""Her complaint is for Inès, who has the skill, and not for Tom."""


def keep(house: FakeHouse, content: bytes, mime_type: str, *, name: str = "coat.jpg", conversation: int = LENA) -> int:
    number = 1 + len(house.desk.files)
    kept = StoredFile(id=number, conversation=conversation, name=name, size=len(content))
    house.desk.files[number] = kept, FileContent(content=content, mime_type=mime_type)
    return number


async def fetched(visitor: Visitor, file: int, **headers: str) -> tuple[ClientResponse, bytes]:
    answer = await visitor.get(f"/media/{file}", headers=headers)
    return answer, await answer.read()


async def test_whoever_may_read_the_conversation_sees_the_picture(visit: Visit, house: FakeHouse) -> None:
    file = keep(house, JPEG, "image/jpeg")
    for username in ("ines", "maud", "ada"):
        answer, content = await fetched(await visit(username), file)
        assert (answer.status, content) == (200, JPEG)
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Content-Disposition"] == "inline; filename=\"coat.jpg\"; filename*=UTF-8''coat.jpg"


async def test_nobody_else_learns_that_it_exists(visit: Visit, house: FakeHouse) -> None:
    file = keep(house, JPEG, "image/jpeg")
    tom, stranger = await visit("tom"), await visit()
    known, unknown = await fetched(tom, file), await fetched(tom, 999)
    assert known[0].status == unknown[0].status == 404
    assert JPEG not in known[1]
    for path in (f"/media/{file}", "/media/999"):
        answer = await stranger.get(path)
        assert answer.status == 303
        assert answer.headers["Location"].startswith("/console/login")
    for path in ("/media/", "/media/-1", "/media/1a", "/media/9999999999999999", "/media/%2e%2e%2f1"):
        assert (await (await visit("ada")).get(path)).status == 404


async def test_an_advisor_whose_case_is_over_no_longer_sees_it(visit: Visit, house: FakeHouse) -> None:
    file = keep(house, JPEG, "image/jpeg")
    ines = await visit("ines")
    await ines.act(LENA, "take")
    await ines.act(LENA, "close")
    assert (await fetched(ines, file))[0].status == 200
    house.clock.advance(hours=25)
    assert (await fetched(await visit("ines"), file))[0].status == 404


@pytest.mark.parametrize(
    ("content", "mime_type", "shown"),
    [
        (JPEG, "image/jpeg", True),
        (b"\x89PNG\r\n\x1a\n", "image/png", True),
        (b"OggS\x00", "audio/ogg", True),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4", True),
        (b"%PDF-1.7", "application/pdf", True),
        (b"\x00\x00\x00\x18ftypheic", "image/heic", False),
        (PAGE, "", False),
        (PAGE, "text/html", False),
        (DRAWING, "image/svg+xml", False),
        (b"alert(1)", "text/javascript", False),
        (b"a;b", "text/csv", False),
    ],
)
async def test_only_what_cannot_run_is_shown_in_the_page(
    visit: Visit, house: FakeHouse, content: bytes, mime_type: str, shown: bool
) -> None:
    answer, sent = await fetched(await visit("ines"), keep(house, content, mime_type, name="photo.png"))
    assert sent == content
    assert answer.headers["Content-Type"] == (mime_type if shown else "application/octet-stream")
    assert answer.headers["Content-Disposition"].startswith("inline" if shown else "attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert ("sandbox" in policy) == (mime_type != "application/pdf")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("name", "mime_type", "kept_as"),
    [
        (
            "manteau déchiré.jpg",
            "image/jpeg",
            "filename=\"manteau d_chir_.jpg\"; filename*=UTF-8''manteau%20d%C3%A9chir%C3%A9.jpg",
        ),
        ("", "image/jpeg", "filename=\"1.jpg\"; filename*=UTF-8''1.jpg"),
        ("coat.JPEG", "image/jpeg", "filename=\"coat.JPEG\"; filename*=UTF-8''coat.JPEG"),
        ("invoice.exe", "application/pdf", "filename=\"invoice.exe.pdf\"; filename*=UTF-8''invoice.exe.pdf"),
        ("page.html", "", "filename=\"page.html.bin\"; filename*=UTF-8''page.html.bin"),
        ("list.csv", "", "filename=\"list.csv\"; filename*=UTF-8''list.csv"),
        ("../../etc/passwd", "image/png", "filename=\"etc passwd.png\"; filename*=UTF-8''etc%20passwd.png"),
        (
            'a"\r\nSet-Cookie: x=1;.jpg',
            "image/jpeg",
            "filename=\"a Set-Cookie  x=1 .jpg\"; filename*=UTF-8''a%20Set-Cookie%20%20x%3D1%20.jpg",
        ),
        ("photo\u202egpj.exe", "image/jpeg", "filename=\"photo gpj.exe.jpg\"; filename*=UTF-8''photo%20gpj.exe.jpg"),
    ],
)
async def test_names_open_nothing_and_break_nothing(
    visit: Visit, house: FakeHouse, name: str, mime_type: str, kept_as: str
) -> None:
    answer, _ = await fetched(await visit("ines"), keep(house, JPEG, mime_type, name=name))
    assert answer.headers["Content-Disposition"].partition("; ")[2] == kept_as
    assert "Set-Cookie" not in answer.headers or "x=1" not in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-", 200, slice(0, None)),
        ("bytes=10-19", 206, slice(10, 20)),
        ("bytes=200-", 206, slice(200, None)),
        ("bytes=-4", 206, slice(-4, None)),
        ("bytes=100-9999", 206, slice(100, None)),
        ("bytes=0-1,5-6", 200, slice(0, None)),
        ("bytes=9-2", 200, slice(0, None)),
        ("seconds=1-2", 200, slice(0, None)),
    ],
)
async def test_a_player_gets_the_part_it_asks_for(visit: Visit, house: FakeHouse, asked: str, status: int, part: slice) -> None:
    answer, content = await fetched(await visit("ines"), keep(house, JPEG, "video/mp4"), Range=asked)
    assert (answer.status, content) == (status, JPEG[part])
    assert answer.headers["Accept-Ranges"] == "bytes"
    if status == 206:
        first = range(len(JPEG))[part][0]
        assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(content) - 1}/{len(JPEG)}"


async def test_a_part_there_is_not_is_refused(visit: Visit, house: FakeHouse) -> None:
    file = keep(house, JPEG, "video/mp4")
    ines = await visit("ines")
    answer, _ = await fetched(ines, file, Range="bytes=9999-")
    assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{len(JPEG)}")
    changed, content = await fetched(ines, file, Range="bytes=10-19", **{"If-Range": '"other"'})
    assert (changed.status, content) == (200, JPEG)


async def test_a_browser_asks_each_time_and_is_told_when_a_file_is_gone(visit: Visit, house: FakeHouse) -> None:
    file = keep(house, JPEG, "image/jpeg")
    ines, tom = await visit("ines"), await visit("tom")
    answer, _ = await fetched(ines, file)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    tag = answer.headers["ETag"]
    again, nothing = await fetched(ines, file, **{"If-None-Match": tag})
    assert (again.status, nothing) == (304, b"")
    assert (await fetched(tom, file, **{"If-None-Match": tag}))[0].status == 404
    del house.desk.files[file]
    assert (await fetched(ines, file, **{"If-None-Match": tag}))[0].status == 404


async def test_a_picture_on_a_page_nobody_reads_keeps_no_session_alive(visit: Visit, house: FakeHouse) -> None:
    file = keep(house, JPEG, "image/jpeg")
    ines = await visit("ines")
    before = {key: session.seen_at for key, session in house.accounts.sessions.items()}
    house.clock.advance(minutes=10)
    assert (await fetched(ines, file))[0].status == 200
    assert {key: session.seen_at for key, session in house.accounts.sessions.items()} == before


async def shown(visitor: Visitor, house: FakeHouse, **message: Any) -> str:
    house.desk.put(house.desk.threads[LENA], "customer", message.pop("text", ""), **message)
    answer = await visitor.get(f"/fragments/conversations/{LENA}", headers=Fragment)
    return (await answer.text()).rpartition('<li id="m')[2]


@pytest.mark.parametrize(
    ("mime_type", "tag"),
    [
        ("image/jpeg", '<img src="/console/media/7" alt="Open coat in full" loading="lazy"'),
        ("audio/ogg", '<audio controls preload="none" src="/console/media/7" aria-label="coat">'),
        ("video/mp4", '<video controls preload="metadata" src="/console/media/7" aria-label="coat">'),
        ("application/pdf", '<a href="/console/media/7" target="_blank" rel="noopener" aria-label="Open coat in full">'),
        ("text/csv", '<a href="/console/media/7" download aria-label="Download coat">'),
        ("image/svg+xml", '<a href="/console/media/7" download'),
        ("", '<a href="/console/media/7" download'),
    ],
)
async def test_a_file_is_shown_as_what_it_is(visit: Visit, house: FakeHouse, mime_type: str, tag: str) -> None:
    file = FileView(id=7, sort="photo", state="kept", mime_type=mime_type, name="coat", size=1_234_567)
    line = await shown(await visit("ines"), house, kind="media", sort="photo", files=[file])
    assert tag in line
    assert "sent a photo" in line
    assert "1.2 MB" in line
    assert ("<img" in line) == (mime_type == "image/jpeg")


@pytest.mark.parametrize(
    ("language", "state", "why", "told"),
    [
        ("en", "waiting", "", "Voice message · Being fetched…"),
        ("fr", "waiting", "", "Message vocal · En cours de réception…"),
        ("en", "refused", "too_large", "This file was not kept: it is too large."),
        ("fr", "refused", "gone", "Ce fichier n’a pas été gardé : le canal ne l’a plus"),
        ("fr", "refused", "unknown_type", "son type n’est montré à personne."),
        ("en", "refused", "<b>odd</b>", "This file was not kept: &lt;b&gt;odd&lt;/b&gt;"),
    ],
)
async def test_a_file_that_is_not_there_says_why(
    visit: Visit, house: FakeHouse, language: str, state: Any, why: str, told: str
) -> None:
    ines = await visit("ines")
    await ines.read(f"?lang={language}")
    line = await shown(ines, house, kind="media", sort="voice", files=[FileView(id=7, sort="voice", state=state, why=why)])
    assert told in line
    assert "/media/7" not in line
