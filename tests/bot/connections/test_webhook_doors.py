"""The webhooks of WhatsApp, Messenger and Instagram: who is let in, what is refused, and that nothing is lost or doubled."""

from __future__ import annotations

import copy
import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.storage.database import Database
from tests.bodies import PayloadFolder, backwards
from tests.fakes.open_lines import MAKERS, VERIFY, OpenLines, open_lines

PAYLOADS = Path(__file__).parents[2] / "payloads"


@pytest.fixture(params=sorted(MAKERS))
async def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def lines(sqlite: Database, channel: str) -> AsyncIterator[OpenLines]:
    async with open_lines(sqlite, channel) as opened:
        yield opened


def signature(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def post(lines: OpenLines, channel: str, body: bytes, headers: Mapping[str, str]) -> int:
    async with aiohttp.ClientSession() as http, http.post(lines.url(channel), data=io.BytesIO(body), headers=headers) as answer:
        await answer.read()
        return answer.status


async def count(lines: OpenLines, table: str) -> int:
    ((number,),) = await lines.rows(f"SELECT count(*) FROM {table}")  # noqa: S608  a table of ours
    return int(number)


@pytest.mark.parametrize(
    "made",
    [
        lambda _body: {},
        lambda _body: {"X-Hub-Signature-256": ""},
        lambda _body: {"X-Hub-Signature-256": "sha256="},
        lambda body: {"X-Hub-Signature-256": signature(body, "the secret of somebody else")},
        lambda body: {"X-Hub-Signature-256": signature(body, "")},
        lambda body: {"X-Hub-Signature-256": signature(body + b" ", "app-secret-for-tests")},
        lambda _body: {"X-Hub-Signature-256": "sha256=" + "é" * 64},
        lambda body: {"X-Hub-Signature": "sha1=" + hmac.new(b"app-secret-for-tests", body, hashlib.sha1).hexdigest()},
    ],
)
async def test_what_is_not_signed_by_meta_is_refused(lines: OpenLines, channel: str, made: Any) -> None:
    body = json.dumps(lines.fakes[channel].customer_says("24601", "bonjour")).encode()
    assert await post(lines, channel, body, made(body)) == 401
    assert await count(lines, "message") == 0


async def test_without_a_secret_of_ours_nothing_is_believed(sqlite: Database, channel: str) -> None:
    async with open_lines(sqlite, channel, **{f"FILROUGE_{channel.upper()}_APP_SECRET": ""}) as lines:
        body = json.dumps(lines.fakes[channel].customer_says("24601", "bonjour")).encode()
        for secret in ("", "app-secret-for-tests"):
            assert await post(lines, channel, body, {"X-Hub-Signature-256": signature(body, secret)}) == 401
        assert await post(lines, channel, body, {}) == 401
        assert await count(lines, "message") == 0


@pytest.mark.parametrize(
    ("query", "status", "text"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}, 200, "1158201444"),
        ({"hub.mode": "subscribe", "hub.verify_token": "wrong", "hub.challenge": "1158201444"}, 403, None),
        ({"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1158201444"}, 403, None),
        ({"hub.mode": "unsubscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}, 403, None),
        ({"hub.mode": "subscribe", "hub.challenge": "1158201444"}, 403, None),
        ({}, 403, None),
    ],
)
async def test_the_handshake(lines: OpenLines, channel: str, query: dict[str, str], status: int, text: str | None) -> None:
    async with aiohttp.ClientSession() as http, http.get(lines.url(channel), params=query) as answer:
        assert answer.status == status
        if text is not None:
            assert await answer.text() == text
            assert answer.content_type == "text/plain"  # never taken for a page


async def test_no_handshake_without_a_word_of_our_own(sqlite: Database, channel: str) -> None:
    async with open_lines(sqlite, channel, **{f"FILROUGE_{channel.upper()}_VERIFY_TOKEN": ""}) as lines:
        for given in ("", "None", VERIFY):
            query = {"hub.mode": "subscribe", "hub.verify_token": given, "hub.challenge": "1"}
            async with aiohttp.ClientSession() as http, http.get(lines.url(channel), params=query) as answer:
                assert answer.status == 403


@pytest.mark.parametrize("body", [b"", b"bonjour", b"{", b'{"object": ', b"\xff\xfe", b"[" * 100_000])
async def test_what_is_no_json_is_refused(lines: OpenLines, channel: str, body: bytes) -> None:
    secret = lines.fakes[channel].secret
    assert await post(lines, channel, body, {"X-Hub-Signature-256": signature(body, secret)}) == 400


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b"17", b'{"object": "user", "entry": []}', b'{"object": "page"}'])
async def test_json_that_is_not_the_channels_is_kept_and_let_go(lines: OpenLines, channel: str, body: bytes) -> None:
    secret = lines.fakes[channel].secret
    assert await post(lines, channel, body, {"X-Hub-Signature-256": signature(body, secret)}) == 200
    assert await count(lines, "unreadable") == 1
    assert await count(lines, "message") == 0


async def test_a_body_larger_than_any_of_metas_is_refused(lines: OpenLines, channel: str) -> None:
    body = b" " * (4 * 1024 * 1024 + 1)
    assert await post(lines, channel, body, {"X-Hub-Signature-256": signature(body, lines.fakes[channel].secret)}) == 413


async def test_one_bad_event_costs_none_of_its_neighbours(lines: OpenLines, channel: str) -> None:
    fake = lines.fakes[channel]
    good, bad, other = (fake.customer_says(who, "bonjour") for who in ("24601", "24602", "24603"))
    spoil(bad, channel)
    assert await fake.push({**good, "entry": [*good["entry"], *bad["entry"], "nonsense", *other["entry"]]}) == 200
    await lines.quiet()
    assert {row[0] for row in await lines.rows("SELECT sender FROM identity")} == {"24601", "24603"}
    assert await count(lines, "unreadable") == 2
    assert fake.shown("24601")
    assert fake.shown("24603")


def spoil(body: dict[str, Any], channel: str) -> None:
    entry = body["entry"][0]
    if channel == "whatsapp":
        entry["changes"][0]["value"]["messages"][0]["timestamp"] = "soon"
    else:
        entry["messaging"][0]["message"]["mid"] = None


async def test_a_fault_of_ours_costs_a_repeat_and_nothing_else(
    lines: OpenLines, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform hears of it only after the neighbours are safe, and sends the body again."""
    fake = lines.fakes[channel]
    good, bad, other = (fake.customer_says(who, "bonjour") for who in ("24601", "24602", "24603"))
    batch = {**good, "entry": [*good["entry"], *bad["entry"], *other["entry"]]}
    from bot.storage import inbox

    real = inbox.accept

    def failing(connection: Any, message: Any, now: Any, **more: Any) -> Any:
        if message.sender == "24602":
            raise OSError("the disk is full")
        return real(connection, message, now, **more)

    monkeypatch.setattr("bot.web.inbox_door.inbox.accept", failing)
    assert await fake.push(batch) == 500
    await lines.quiet()
    assert (fake.shown("24601") != [], fake.shown("24602"), fake.shown("24603") != []) == (True, [], True)
    monkeypatch.undo()
    assert await fake.push(batch) == 200
    await lines.quiet()
    answers = [len(fake.shown(who)) for who in ("24601", "24602", "24603")]
    assert answers == [1, 1, 1]


async def thread(lines: OpenLines) -> tuple[Any, ...]:
    """What came of some bodies, whatever the rows are numbered."""
    said = await lines.rows("SELECT external_key, kind, author, text FROM message WHERE direction = 'in'")
    public = await lines.rows("SELECT external_id, text, removed_at IS NULL FROM public_message")
    unread = await lines.rows("SELECT digest FROM unreadable")
    people = await lines.rows("SELECT count(*) FROM conversation WHERE merged_into IS NULL")
    return sorted(map(str, said)), sorted(map(str, public)), sorted(map(str, unread)), people


def batch_of(bodies: list[Any]) -> Any:
    return {**bodies[0], "entry": [entry for body in bodies for entry in body["entry"]]}


@pytest.mark.parametrize("way", ["twice", "in one batch", "backwards", "one by one, backwards"])
async def test_however_bodies_are_delivered_they_say_the_same(
    sqlite_template: Path, tmp_path: Path, channel: str, way: str
) -> None:
    folder = PayloadFolder(PAYLOADS / channel)
    bodies = [folder.body(name) for name in folder.names()]
    delivered = {
        "twice": [body for body in bodies for _ in range(2)],
        "in one batch": [batch_of(bodies)],
        "backwards": [backwards(batch_of(bodies))],
        "one by one, backwards": [backwards(body) for body in reversed(bodies)],
    }
    one_by_one = await heard(sqlite_template, tmp_path / "one.db", channel, bodies)
    assert one_by_one[0]
    assert await heard(sqlite_template, tmp_path / "other.db", channel, delivered[way]) == one_by_one


async def heard(template: Path, file: Path, channel: str, bodies: list[Any]) -> tuple[Any, ...]:
    """What a house of its own makes of these bodies."""
    import shutil

    from bot.storage.database import open_database

    database = open_database(f"sqlite:///{shutil.copy(template, file)}")
    try:
        async with open_lines(database, channel) as lines:
            for body in bodies:
                assert await lines.fakes[channel].push(copy.deepcopy(body)) == 200
            await lines.handled()
            return await thread(lines)
    finally:
        await database.close()


async def test_words_keep_the_platforms_order_within_one_body(lines: OpenLines, channel: str) -> None:
    fake = lines.fakes[channel]
    bodies = [fake.customer_says("24601", f"phrase {number}") for number in range(5)]
    assert await fake.push(backwards(batch_of(bodies))) == 200
    await lines.quiet()
    said = [text for author, text in await lines.said(channel, "24601") if author == "customer"]
    assert said == [f"phrase {number}" for number in range(5)]


async def test_a_thousand_events_in_one_body(lines: OpenLines, channel: str) -> None:
    fake = lines.fakes[channel]
    bodies = [fake.customer_says(f"2{number:04d}", "bonjour") for number in range(1000)]
    assert await fake.push(batch_of(bodies)) == 200
    assert await count(lines, "message WHERE direction = 'in'") == 1000


async def test_receipts_are_noted_and_nothing_more_is_said(lines: OpenLines, channel: str) -> None:
    await lines.fakes[channel].says("24601", "bonjour")
    await lines.quiet()
    asked = "SELECT provider_id IS NOT NULL, delivered_at IS NOT NULL, read_at IS NOT NULL FROM delivery"
    rows = await lines.eventually(lambda: lines.rows(asked), lambda rows: rows == [(1, 1, 1)], "read")
    assert len(rows) == 1
    assert [author for author, _ in await lines.said(channel, "24601")] == ["customer", "bot"]
