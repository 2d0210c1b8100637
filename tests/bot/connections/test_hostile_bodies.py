"""What somebody who knows a secret, or thinks so, can do with a body: nothing but fill a row; and what the log tells of it."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog

from bot.storage.database import Database
from tests.bodies import PayloadFolder
from tests.fakes.open_lines import MAKERS, OpenLines, open_lines

PAYLOADS = Path(__file__).parents[2] / "payloads"


@pytest.fixture(params=sorted(MAKERS))
async def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def lines(sqlite: Database, channel: str) -> AsyncIterator[OpenLines]:
    async with open_lines(sqlite, channel) as opened:
        yield opened


async def post(lines: OpenLines, channel: str, body: bytes) -> int:
    signature = hmac.new(lines.fakes[channel].secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession() as http, http.post(lines.url(channel), data=io.BytesIO(body), headers=headers) as answer:
        await answer.read()
        return answer.status


async def alive(lines: OpenLines, channel: str) -> None:
    fake = lines.fakes[channel]
    before = len(fake.shown("77001"))
    assert await fake.says("77001", "bonjour") == 200
    await lines.quiet()
    assert len(fake.shown("77001")) > before


def nested(depth: int) -> bytes:
    return b'{"object":"page","entry":' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize(
    "body",
    [
        nested(900),
        nested(100_000),
        b'{"object":"whatsapp_business_account","entry":[' + b'{"changes":' * 2000 + b"[]" + b"}" * 2000 + b"]}",
        b'{"object":"page","object":"instagram","entry":[],"entry":[{"id":1e400}]}',
        b'{"object":"page","entry":[{"id":' + b"9" * 5000 + b',"messaging":[{}]}]}',
        json.dumps({"object": "page", "entry": [None, 0, "x", [], {"messaging": {"a": 1}}, {"changes": "x"}] * 50}).encode(),
        json.dumps(
            {"object": "instagram", "entry": [{"id": "\u0000\ud800", "messaging": [{"sender": {"id": "\ud800"}}]}]}
        ).encode(),
    ],
    ids=["deep", "deeper", "deep objects", "twice the same key", "huge number", "not objects", "half a character"],
)
async def test_a_strange_body_is_refused_or_kept_and_the_next_customer_served(
    lines: OpenLines, channel: str, body: bytes
) -> None:
    assert await post(lines, channel, body) in (200, 400)
    assert await lines.rows("SELECT count(*) FROM message") == [(0,)]
    await alive(lines, channel)


@pytest.mark.parametrize(
    "huge", ["9" * 100_000, "a" * 300, "../../etc/passwd", "'; DROP TABLE message; --", "\u0000", "💥" * 200]
)
async def test_ids_of_any_size_and_kind(lines: OpenLines, channel: str, huge: str) -> None:
    fake = lines.fakes[channel]
    by_sender = fake.customer_says("24601", "bonjour")
    by_id = fake.customer_says("24602", "bonjour")
    if channel == "whatsapp":
        by_sender["entry"][0]["changes"][0]["value"]["messages"][0]["from"] = huge
        by_id["entry"][0]["changes"][0]["value"]["messages"][0]["id"] = huge
    else:
        by_sender["entry"][0]["messaging"][0]["sender"]["id"] = huge
        by_id["entry"][0]["messaging"][0]["message"]["mid"] = huge
    assert await fake.push(by_sender) == 200
    assert await fake.push(by_id) == 200
    await lines.handled()
    assert all(len(sender) <= 200 for (sender,) in await lines.rows("SELECT sender FROM identity"))
    await alive(lines, channel)


@pytest.mark.parametrize("length", [4_000, 1_000_000])
async def test_very_long_words_are_one_message(lines: OpenLines, channel: str, length: int) -> None:
    fake = lines.fakes[channel]
    body = json.dumps(fake.customer_says("24601", "bonjour " * (length // 8)))
    assert await post(lines, channel, body.encode()) == 200
    await lines.quiet()
    assert await lines.rows("SELECT count(*) FROM message WHERE direction = 'in'") == [(1,)]
    await alive(lines, channel)


async def test_the_log_has_neither_words_nor_names_nor_tokens(
    sqlite: Database, channel: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Every payload on file, a platform that fails in every way, and what cannot be read."""
    caplog.set_level(logging.DEBUG)
    structlog.reset_defaults()
    async with open_lines(sqlite, channel) as lines:
        fake = lines.fakes[channel]
        folder = PayloadFolder(PAYLOADS / channel)
        for name in folder.names():
            assert await fake.push(folder.body(name)) == 200
        for how in ({"status": 500}, {"code": 190, "status": 401}, {"how": "page", "status": 502}, {"how": "cut"}):
            fake.fail(**how)
            assert await fake.says("24601", "le mot de passe est tournesol") == 200
        bad: dict[str, Any] = fake.customer_says("24601", "tournesol")
        bad["entry"].append({"id": "x", "changes": "tournesol"})
        assert await fake.push(bad) == 200
        await lines.handled()
    told = "".join(capfd.readouterr()) + caplog.text
    for secret in ("tournesol", "semelle", "Camille Roussel", "Nadia", fake.token, fake.secret, "a word of our own"):
        assert secret not in told, secret
